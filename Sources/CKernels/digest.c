// One number for all results of a kernel set on fixed inputs. It is equal for every set on every machine.
#include "kernels.h"
#include <string.h>

enum { SIZE = 1 << 16 };

static uint32_t state;
static float next(void) {
  // Only integers and one division by a power of two, so the inputs are the same on every machine.
  state = state * 1664525u + 1013904223u;
  return (float)((int32_t)(state >> 8) - (1 << 23)) / (float)(1 << 23);
}
static void fill(size_t n, float *x) {
  for (size_t i = 0; i < n; i++) x[i] = next();
}
static uint64_t mix(uint64_t hash, size_t n, const float *x) {
  for (size_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, 4);
    for (int b = 0; b < 4; b++, bits >>= 8) hash = (hash ^ (bits & 255)) * 0x100000001b3u;
  }
  return hash;
}

static float a[SIZE], b[SIZE], c[SIZE], d[SIZE];
static _Alignas(64) unsigned char panels[SIZE];

uint64_t gnb_kernels_digest(const struct gnb_kernels *kernels) {
  uint64_t hash = 0xcbf29ce484222325u;
  state = 1;
  // Products of every shape with separate code, with both orders of a, with and without accumulation.
  static const size_t shapes[][3] = {{1, 130, 65}, {2, 130, 65}, {5, 17, 300}, {13, 50, 270}, {29, 100, 310}, {145, 70, 33}};
  for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
    const size_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
    fill(m * k, a);
    fill((n + 15) / 16 * 16 * k, b);
    fill(m * n, c);
    kernels->gemm(m, n, k, a, k, 1, b, 16 * k, c, n, 1);
    kernels->gemm(m, n, k, a, 1, m, b, 16 * k, c, n, 1);
    hash = mix(hash, m * n, c);
  }
  // The same for every panel storage.
  for (int storage = GNB_PANEL_BF16; storage <= GNB_PANEL_NF4; storage++) {
    const size_t n = 150, k = 320, group = gnb_panel_group(storage);
    const size_t bytes = group ? k / group * gnb_panel_block_bytes(storage) : 32 * k;
    memset(panels, 0, sizeof panels);
    for (size_t p = 0; p < (n + 15) / 16 && (p + 1) * bytes <= sizeof panels; p++)
      for (size_t i = 0; i < bytes; i += 4) {
        const size_t within = group ? i % gnb_panel_block_bytes(storage) : 0;
        const float value = next();
        uint32_t word;
        memcpy(&word, &value, 4);
        if (!group) word = (word & 0xffff0000u) | (word >> 16);
        // No half may be infinite or NaN.
        if (storage == GNB_PANEL_F16) word = state & 0x3fff3fffu;
        if (group && within >= gnb_panel_block_bytes(storage) - gnb_panel_integer_bytes(storage)) word = state;
        memcpy(panels + p * bytes + i, &word, 4);
      }
    const size_t columns = sizeof panels / bytes * 16 < n ? sizeof panels / bytes * 16 : n;
    for (size_t m = 1; m < 30; m += 7) {
      fill(m * k, a);
      kernels->gemm_panels(storage, m, columns, k, a, k, panels, bytes, c, columns, 0, d);
      hash = mix(hash, m * columns, c);
    }
  }
  const size_t rows = 7, n = 203;
  fill(rows * n, a);
  fill(n, b);
  kernels->rms_norm(rows, n, a, n, b, 1e-6f, c, n, d);
  hash = mix(mix(hash, rows * n, c), rows, d);
  kernels->rms_norm_backward(rows, n, a, n, b, d, c, n, c, n, 1);
  hash = mix(hash, rows * n, c);
  fill(n, a);
  fill(n, b);
  fill(n, c);
  for (size_t i = 0; i < n; i++) a[i] *= 6;
  kernels->geglu(n, a, b, d);
  hash = mix(hash, n, d);
  kernels->geglu_backward(n, a, b, c);
  hash = mix(mix(hash, n, a), n, b);
  fill(2 * n, a);
  kernels->rotate(n, a, b, c);
  hash = mix(hash, 2 * n, a);
  kernels->rotate_back(n, a, c, b);
  hash = mix(hash, 2 * n, a);
  for (int capped = 0; capped < 2; capped++) {
    const size_t width = 208;
    fill(width, a);
    memcpy(b, a, width * sizeof(float));
    kernels->softmax(width, 19, 190, a, 7.5f, capped ? 5.0f : 0.0f, d);
    hash = mix(mix(hash, width, a), 2, d);
    kernels->softmax_again(width, 19, 190, b, 7.5f, capped ? 5.0f : 0.0f, d, c);
    hash = mix(mix(hash, width, b), width, c);
    fill(width, a);
    kernels->softmax_backward(width, b, a, 0.25f, c, d);
    hash = mix(hash, width, d);
  }
  fill(n, a);
  fill(n, b);
  float sums[4] = {kernels->dot(n, a, b), kernels->maximum(n, a), kernels->sum_exp(n, a, 0.5f), 0};
  hash = mix(hash, 4, sums);
  kernels->add(n, a, b);
  kernels->scale(n, b, 0.3f, c);
  kernels->exp_shifted(n, a, 0.1f);
  hash = mix(mix(mix(hash, n, a), n, b), n, c);
  for (size_t i = 0; i < n; i++) b[i] *= 50;
  kernels->soft_cap(n, b, 30);
  hash = mix(hash, n, b);
  fill(n, a);
  fill(n, b);
  fill(n, c);
  for (size_t i = 0; i < n; i++) d[i] = c[i] * c[i];
  kernels->adamw(n, a, b, c, d, 0.9f, 0.999f, 1e-8f, 0.99f, 0.01f, 1.5f, 0.7f);
  return mix(mix(mix(hash, n, a), n, c), n, d);
}

uint64_t gnb_own_bits_digest(const struct gnb_kernels *kernels) {
  uint64_t hash = 0xcbf29ce484222325u;
  state = 2;
  for (int storage = GNB_PANEL_Q4_0; storage < GNB_PANELS; storage++) {
    const struct gnb_own_bits own = gnb_own_bits(storage);
    const size_t n = 150, k = 256, bytes = k / own.block * gnb_panel_block_bytes(storage);
    for (size_t i = 0; i < (n + 15) / 16 * bytes; i += 2) {
      next();
      // No half may be infinite or NaN.
      const uint16_t word = (uint16_t)(state >> 16) & (i % gnb_panel_block_bytes(storage) < (own.has_minimum ? 64 : 32) ? 0xbfff : 0xffff);
      memcpy(panels + i, &word, 2);
    }
    for (size_t m = 1; m < 30; m += 7) {
      fill(m * k, a);
      kernels->gemm_panels(storage, m, n, k, a, k, panels, bytes, c, n, 0, d);
      hash = mix(hash, m * n, c);
    }
  }
  return hash;
}
