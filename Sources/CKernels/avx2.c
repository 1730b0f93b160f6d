// The kernels for x86-64 with AVX2 and FMA. 6 x 16 sums fill 12 of the 16 vector registers.
#if defined(__x86_64__)
#include "kernels.h"
#include "half.h"
#include <immintrin.h>
#include <math.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
typedef float v8 __attribute__((ext_vector_type(8)));
typedef float v16 __attribute__((ext_vector_type(16)));
typedef int v8i __attribute__((ext_vector_type(8)));
typedef int v16i __attribute__((ext_vector_type(16)));
// Looks up values in a table of 16: in the lower and the upper 8, then chosen by the fourth bit of the code.
static inline __attribute__((always_inline)) v8 nf4_eight(v8i place) {
  const __m256 low = _mm256_permutevar8x32_ps(_mm256_loadu_ps(gnb_nf4), (__m256i)place);
  const __m256 high = _mm256_permutevar8x32_ps(_mm256_loadu_ps(gnb_nf4 + 8), (__m256i)place);
  return (v8)_mm256_blendv_ps(low, high, (__m256)(place << 28));
}
#define NF4_VALUES
static inline __attribute__((always_inline)) v16 nf4_values(v16i place) {
  return __builtin_shufflevector(nf4_eight(place.lo), nf4_eight(place.hi), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
#define HALF_VALUES
static inline __attribute__((always_inline)) v16 half_values(const uint8_t *p) {
  return __builtin_shufflevector((v8)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)),
                                 (v8)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + 16))), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
                                 10, 11, 12, 13, 14, 15);
}
#define KERNELS gnb_kernels_avx2
#define KERNELS_NAME "avx2"
#define ROWS 6
#define PANELS 1
#define SINGLE 4
#define OWN_SINGLE 2
#include "kernels_body.h"
#pragma clang attribute pop
#else
typedef int gnb_no_avx2;
#endif
