// The kernels for x86-64 with AVX2 and FMA. 6 x 16 sums fill 12 of the 16 vector registers.
#if defined(__x86_64__)
#include "kernels.h"
#include <math.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define KERNELS gnb_kernels_avx2
#define KERNELS_NAME "avx2"
#define ROWS 6
#define PANELS 1
#define SINGLE 4
#include "kernels_body.h"
#pragma clang attribute pop
#else
typedef int gnb_no_avx2;
#endif
