// Counter-based random numbers, many at once (Salmon et al. 2011). Integers only, and one rounding for each float.
#pragma STDC FP_CONTRACT OFF
#include "kernels.h"

enum { WIDTH = 16 };

// WIDTH counters of four numbers, computed together so that the compiler can use vectors.
static void counters(uint64_t seed, uint32_t stream, uint64_t first, uint32_t out[4][WIDTH]) {
  uint32_t c0[WIDTH], c1[WIDTH], c2[WIDTH], c3[WIDTH];
  for (int i = 0; i < WIDTH; i++) {
    const uint64_t counter = first + (uint64_t)i;
    c0[i] = (uint32_t)counter, c1[i] = (uint32_t)(counter >> 32), c2[i] = stream, c3[i] = 0;
  }
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u)
    for (int i = 0; i < WIDTH; i++) {
      const uint64_t p0 = (uint64_t)c0[i] * 0xD2511F53u, p1 = (uint64_t)c2[i] * 0xCD9E8D57u;
      const uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1[i] ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3[i] ^ k1;
      c1[i] = (uint32_t)p1, c3[i] = (uint32_t)p0, c0[i] = n0, c2[i] = n2;
    }
  for (int i = 0; i < WIDTH; i++) out[0][i] = c0[i], out[1][i] = c1[i], out[2][i] = c2[i], out[3][i] = c3[i];
}

void gnb_philox(uint64_t seed, uint32_t stream, uint64_t counter, size_t n, uint32_t *out) {
  uint32_t words[4][WIDTH];
  for (size_t i = 0; i < n; i++) {
    const size_t at = i % (4 * WIDTH);
    if (at == 0) counters(seed, stream, counter + i / 4, words);
    out[i] = words[at % 4][at / 4];
  }
}

void gnb_dropout(uint64_t seed, uint32_t stream, uint64_t counter, size_t n, uint32_t threshold, float scale, const float *x,
                 float *y) {
  uint32_t bits[4 * WIDTH];
  for (size_t first = 0; first < n; first += 4 * WIDTH) {
    const size_t count = n - first < 4 * WIDTH ? n - first : 4 * WIDTH;
    gnb_philox(seed, stream, counter + first / 4, count, bits);
    for (size_t i = 0; i < count; i++) y[first + i] = bits[i] >= threshold ? x[first + i] * scale : 0.0f;
  }
}

void gnb_noise(uint64_t seed, uint32_t stream, uint64_t counter, size_t n, float amount, float *x) {
  uint32_t bits[4 * WIDTH];
  for (size_t first = 0; first < n; first += 4 * WIDTH) {
    const size_t count = n - first < 4 * WIDTH ? n - first : 4 * WIDTH;
    gnb_philox(seed, stream, counter + first / 4, count, bits);
    for (size_t i = 0; i < count; i++) {
      const float u = (float)(bits[i] >> 8) * 0x1p-23f - 1.0f;
      x[first + i] = x[first + i] + amount * u;
    }
  }
}
