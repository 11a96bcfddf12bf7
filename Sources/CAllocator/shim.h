// glibc's controls of malloc, which Swift's Glibc module leaves out.
#ifndef AMI_STEWARD_CALLOCATOR_SHIM_H
#define AMI_STEWARD_CALLOCATOR_SHIM_H

#include <malloc.h>

#endif
