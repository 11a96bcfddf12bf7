// Parts of glibc that Swift's Glibc module leaves out, as the controls of malloc, or that Swift's rules forbid to use, as the
// variable `stdout`.
#ifndef AMI_STEWARD_CGLIBC_SHIM_H
#define AMI_STEWARD_CGLIBC_SHIM_H

#include <malloc.h>
#include <stdio.h>

static inline void cglibc_write_line_by_line(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
}

#endif
