// The kernels for AArch64. Every such machine has NEON with fused multiply-add. 6 x 16 sums fill 24 of the 32 vector registers.
#if defined(__aarch64__)
#include "kernels.h"
#define KERNELS gnb_kernels_neon
#define KERNELS_NAME "neon"
#define ROWS 6
#define PANELS 1
#define SINGLE 4
#include "kernels_body.h"
#else
typedef int gnb_no_neon;
#endif
