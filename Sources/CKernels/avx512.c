// The kernels for x86-64 with AVX-512. 12 x 32 sums fill 24 of the 32 vector registers, and a broadcast value serves two panels.
#if defined(__x86_64__)
#include "kernels.h"
#include "half.h"
#include <immintrin.h>
#include <math.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)
typedef float v16 __attribute__((ext_vector_type(16)));
typedef int v16i __attribute__((ext_vector_type(16)));
#define NF4_VALUES
static inline __attribute__((always_inline)) v16 nf4_values(v16i place) {
  return (v16)_mm512_permutexvar_ps((__m512i)place, _mm512_loadu_ps(gnb_nf4));
}
#define HALF_VALUES
static inline __attribute__((always_inline)) v16 half_values(const uint8_t *p) {
  return (v16)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}
#define KERNELS gnb_kernels_avx512
#define KERNELS_NAME "avx512"
#define ROWS 12
#define PANELS 2
#define SINGLE 8
#define OWN_SINGLE 4
#include "kernels_body.h"
#pragma clang attribute pop
#else
typedef int gnb_no_avx512;
#endif
