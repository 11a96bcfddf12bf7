// glibc's getopt_long, whose results stand in global variables: Swift may not read those.
#ifndef AMI_STEWARD_CGETOPT_SHIM_H
#define AMI_STEWARD_CGETOPT_SHIM_H

#include <getopt.h>

// Begins anew with the next call, and prints nothing.
static inline void cgetopt_reset(void) {
    optind = 0;
    opterr = 0;
}

// The value of the option that was found last.
static inline const char *cgetopt_value(void) {
    return optarg;
}

// The index of the next argument.
static inline int cgetopt_index(void) {
    return optind;
}

// The option that was wrong: its character, or its `val`.
static inline int cgetopt_wrong(void) {
    return optopt;
}

#endif
