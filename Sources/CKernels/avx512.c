// The kernels for x86-64 with AVX-512. 12 x 32 sums fill 24 of the 32 vector registers, and a broadcast value serves two panels.
#if defined(__x86_64__)
#include "kernels.h"
#include <math.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)
#define KERNELS gnb_kernels_avx512
#define KERNELS_NAME "avx512"
#define ROWS 12
#define PANELS 2
#define SINGLE 8
#include "kernels_body.h"
#pragma clang attribute pop
#else
typedef int gnb_no_avx512;
#endif
