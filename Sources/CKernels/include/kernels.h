// The interface between the engine (Swift) and its inner loops (C).
//
// Every function exists once, in kernels_body.h, written with vector types of 16 floats, and is compiled once for
// each instruction set: portable.c (baseline, fused multiply-add through fmaf) avx2.c, avx512.c and neon.c. The order of operations
// is part of the contract, so all sets give equal bits:
//   * A product's element is one chain of fused multiply-adds over k = 0, 1, 2, ... that begins at zero (or at
//     the value already there when accumulating). Going over k in stretches stores and reloads the chain, which is exact.
//   * A sum over a row has 16 lanes, lane i taking the elements i, i+16, ...; the lanes are then added as a tree:
//     lane i + lane i+8, then +4, +2, +1.
//   * exp and tanh are the polynomials in elementary.h. Square root and division are IEEE and therefore equal.
#ifndef GNB_KERNELS_H
#define GNB_KERNELS_H
#include <stddef.h>
#include <stdint.h>
#include "dequantize.h"
#include "quantise.h"

/// Columns in a packed panel, and lanes of every sum.
#define GNB_LANES 16

/// The storage of a packed panel of 16 columns. `k` is the outermost index.
enum gnb_panel {
  GNB_PANEL_F32 = 0,  ///< [k][16] float
  GNB_PANEL_BF16 = 1, ///< [k][16] upper halves of floats
  // Small integers q with a scale, and in one case a minimum, for each group of k: value = q * scale (- minimum).
  GNB_PANEL_Q8 = 2,     ///< for every 32 k: 16 float scales, then [32][16] int8
  GNB_PANEL_Q8_MIN = 3, ///< for every 32 k: 16 float scales, 16 float minima, then [32][16] int8
  GNB_PANEL_Q8_16 = 4,  ///< for every 16 k: 16 float scales, then [16][16] int8
  GNB_PANEL_Q8_16_MIN = 5, ///< for every 16 k: 16 float scales, 16 float minima, then [16][16] int8
  GNB_PANEL_F16 = 6,    ///< [k][16] halves
  GNB_PANEL_NF4 = 7,    ///< for every 64 k: 16 float scales, then [32][16] bytes, an even k low and the odd one after it high
  // The bits of the file itself: blocks of 32 or 256 k, as struct gnb_own_bits says.
  GNB_PANEL_Q4_0 = 8,
  GNB_PANEL_Q4_K = 9,
  GNB_PANEL_Q5_K = 10,
  GNB_PANEL_Q6_K = 11,
  GNB_PANELS = 12
};

/// The layout of a storage in the file's own bits. A block of `block` k begins with a header: 16 halves d, with minima 16 halves more,
/// and, if the block has several groups, for each group 16 small integers, with minima 16 more. The scale of a group is d, or d times
/// its integer; likewise its minimum. Then follow the groups of `group` k, each as words of 32 bits, [words][16]: gnb_own_code says
/// where a value is in them.
///
/// value = (q - offset) * scale, or q * scale - minimum. Scales are halves times small integers, so every product q * scale is
/// exact, and q * scale - minimum is one fused operation.
struct gnb_own_bits {
  int bits, offset, has_minimum;
  size_t group, block;
};
/// `bits` is 0 for all other storages.
static inline struct gnb_own_bits gnb_own_bits(int storage) {
  switch (storage) {
  case GNB_PANEL_Q4_0: return (struct gnb_own_bits){4, 8, 0, 32, 32};
  case GNB_PANEL_Q4_K: return (struct gnb_own_bits){4, 0, 1, 32, 256};
  case GNB_PANEL_Q5_K: return (struct gnb_own_bits){5, 0, 1, 32, 256};
  case GNB_PANEL_Q6_K: return (struct gnb_own_bits){6, 32, 0, 16, 256};
  default: return (struct gnb_own_bits){0};
  }
}
/// Bytes of a block's header; whole cache lines if the block has several groups.
static inline size_t gnb_own_header(struct gnb_own_bits own) {
  const size_t sums = own.has_minimum ? 2 : 1;
  return own.block == own.group ? 32 : (32 * sums + own.block / own.group * 16 * sums + 63) / 64 * 64;
}
static inline size_t gnb_own_group(struct gnb_own_bits own) { return own.group * 2 * (size_t)own.bits; }

/// The storage with bytes and float scales that holds the same values; all other storages are their own.
static inline int gnb_panel_of_bytes(int storage) {
  switch (storage) {
  case GNB_PANEL_Q4_0: return GNB_PANEL_Q8;
  case GNB_PANEL_Q4_K: case GNB_PANEL_Q5_K: return GNB_PANEL_Q8_MIN;
  case GNB_PANEL_Q6_K: return GNB_PANEL_Q8_16;
  default: return storage;
  }
}

/// The integer at k = d in the words of a group.
///  * 4 bits: a word has eight values, the first lowest.
///  * 5 bits: the lower four likewise, from the second word on. The first word has the fifth bits: that of value 8 t + i is bit
///    t + 4 (i + 1), for i = 7 bit t. So one shift by t puts the bits of eight values above their lower four.
///  * 6 bits: a word has five values, and two bits of the sixteenth.
static inline uint32_t gnb_own_code(int bits, size_t d, const uint32_t *words) {
  if (bits == 4) return words[d / 8] >> 4 * (d % 8) & 15;
  if (bits == 5) return (words[1 + d / 8] >> 4 * (d % 8) & 15) | (words[0] >> (d / 8 + (d % 8 < 7) * 4 * (d % 8 + 1)) & 1) << 4;
  return d < 15 ? words[d / 5] >> 6 * (d % 5) & 63 : words[0] >> 30 | (words[1] >> 28 & 12) | (words[2] >> 26 & 48);
}
/// Number of k with the same scale, 0 for storages without scales.
static inline size_t gnb_panel_group(int storage) {
  switch (storage) {
  case GNB_PANEL_NF4: return 64;
  case GNB_PANEL_Q8: case GNB_PANEL_Q8_MIN: return 32;
  case GNB_PANEL_Q8_16: case GNB_PANEL_Q8_16_MIN: return 16;
  default: return gnb_own_bits(storage).group;
  }
}
static inline int gnb_panel_has_minimum(int storage) {
  return storage == GNB_PANEL_Q8_MIN || storage == GNB_PANEL_Q8_16_MIN || gnb_own_bits(storage).has_minimum;
}
/// Bytes of a group's integers, in the storages with float scales.
static inline size_t gnb_panel_integer_bytes(int storage) {
  return 16 * (storage == GNB_PANEL_NF4 ? 32 : gnb_panel_group(storage));
}
/// Number of k that lie together, one or more groups: a panel is a row of such blocks. 0 for storages without scales.
static inline size_t gnb_panel_block(int storage) {
  const struct gnb_own_bits own = gnb_own_bits(storage);
  return own.bits ? own.block : gnb_panel_group(storage);
}
/// Bytes of such a block.
static inline size_t gnb_panel_block_bytes(int storage) {
  const struct gnb_own_bits own = gnb_own_bits(storage);
  if (own.bits) return gnb_own_header(own) + own.block / own.group * gnb_own_group(own);
  return (gnb_panel_has_minimum(storage) ? 128 : 64) + gnb_panel_integer_bytes(storage);
}

struct gnb_kernels {
  const char *name;

  /// c[m, n] (+)= a[m, k] * b[k, n]. a is read at a[i*a_row + j*a_column] (one of the two strides is 1); b is
  /// ceil(n/16) panels of f32 [k][16], `panel_stride` floats apart, padded with zeros; c is row-major with `ldc`.
  void (*gemm)(size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_column, const float *b,
               size_t panel_stride, float *c, size_t ldc, int accumulate);
  /// The same for panels of any storage. `bytes_stride` is the distance of panels in bytes; `scratch` holds
  /// k*32 floats.
  void (*gemm_panels)(int storage, size_t m, size_t n, size_t k, const float *a, size_t a_row, const void *b,
                      size_t bytes_stride, float *c, size_t ldc, int accumulate, float *scratch);

  /// y[rows, n] = x * rstd * weight, rstd[rows] = 1/sqrt(mean(x^2) + eps).
  void (*rms_norm)(size_t rows, size_t n, const float *x, size_t ldx, const float *weight, float eps, float *y,
                   size_t ldy, float *rstd);
  /// dx (+)= gradient of rms_norm for dy. accumulate != 0 adds.
  void (*rms_norm_backward)(size_t rows, size_t n, const float *x, size_t ldx, const float *weight,
                            const float *rstd, const float *dy, size_t lddy, float *dx, size_t lddx,
                            int accumulate);

  /// y = gelu_tanh(gate) * up, over n elements.
  void (*geglu)(size_t n, const float *gate, const float *up, float *y);
  /// gate and up are overwritten by their gradients for dy.
  void (*geglu_backward)(size_t n, float *gate, float *up, const float *dy);

  /// Rotates halves: (x1, x2) -> (x1 c - x2 s, x2 c + x1 s) for one head of 2*half values, in place.
  void (*rotate)(size_t half, float *x, const float *cosine, const float *sine);
  /// The inverse rotation.
  void (*rotate_back)(size_t half, float *x, const float *cosine, const float *sine);

  /// scores[0..n) become probabilities over lo <= j < hi, zero elsewhere. Each score is first multiplied by `scale`
  /// and, if cap > 0, becomes cap*tanh(s/cap). n is a multiple of 16. stats[0] = maximum, stats[1] = 1/sum.
  void (*softmax)(size_t n, size_t lo, size_t hi, float *scores, float scale, float cap, float *stats);
  /// The same probabilities from saved stats, and slope[j] = d capped score / d raw score.
  void (*softmax_again)(size_t n, size_t lo, size_t hi, float *scores, float scale, float cap, const float *stats,
                        float *slope);
  /// ds = p * (dp - d) * slope, over n elements.
  void (*softmax_backward)(size_t n, const float *p, const float *dp, float d, const float *slope, float *ds);

  /// k values of a panel of any storage as floats, out[k][16].
  void (*unpack)(int storage, size_t k, const void *panel, float *out);

  float (*dot)(size_t n, const float *x, const float *y);
  /// y += x
  void (*add)(size_t n, const float *x, float *y);
  /// y = x * s
  void (*scale)(size_t n, const float *x, float s, float *y);
  float (*maximum)(size_t n, const float *x);
  /// Sum of exp(x - shift).
  float (*sum_exp)(size_t n, const float *x, float shift);
  /// x = exp(x - shift)
  void (*exp_shifted)(size_t n, float *x, float shift);
  /// x = cap * tanh(x / cap)
  void (*soft_cap)(size_t n, float *x, float cap);

  /// AdamW with decoupled decay (Loshchilov & Hutter 2019): see body for the order of operations.
  void (*adamw)(size_t n, float *parameter, const float *gradient, float *m, float *v, float beta1, float beta2,
                float epsilon, float decay_factor, float step_size, float inverse_root_correction,
                float gradient_scale);

  /// Independent chains of fused multiply-adds. Benchmarks use them to measure the machine's peak speed. A round has
  /// `peak_operations` floating-point operations.
  float (*peak)(size_t rounds);
  size_t peak_operations;
};

/// The set `name` ("portable", "avx2", "avx512", "neon"), or NULL if this build or this CPU does not have it.
const struct gnb_kernels *gnb_kernels_named(const char *name);
/// The fastest set that this CPU can run.
const struct gnb_kernels *gnb_kernels_best(void);

/// A digest of all results of the set on fixed inputs. It is the same for all sets on all machines. Only one thread may call it
/// at a time.
uint64_t gnb_kernels_digest(const struct gnb_kernels *kernels);
/// The same of the storages in the file's own bits, which are newer than the first digest.
uint64_t gnb_own_bits_digest(const struct gnb_kernels *kernels);

/// A hint to the core that this is a spin loop.
static inline void gnb_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Philox4x32-10, as Philox.swift has it: out[i] = the bits at index 4 * counter + i of key `seed` and stream `stream`. n of them.
void gnb_philox(uint64_t seed, uint32_t stream, uint64_t counter, size_t n, uint32_t *out);
/// y = x * scale where those bits are at least `threshold`, else 0.
void gnb_dropout(uint64_t seed, uint32_t stream, uint64_t counter, size_t n, uint32_t threshold, float scale, const float *x,
                 float *y);
/// x += amount * u with u uniform in [-1, 1) from those bits.
void gnb_noise(uint64_t seed, uint32_t stream, uint64_t counter, size_t n, float amount, float *x);

// Changes of layout. They only move values, so all machines use the same code.

/// Panels for b[k, n] = src[n, k] (src row-major with ld): dst panel p holds [k][16]; missing columns are zero.
void gnb_pack_transposed(size_t n, size_t k, const float *src, size_t ld, float *dst, size_t panel_stride);
/// Panels for b[k, n] = src[k, n].
void gnb_pack(size_t k, size_t n, const float *src, size_t ld, float *dst, size_t panel_stride);
/// f32 panels of b[k, n] become panels of its transpose b'[n, k].
/// Does the panels [first, last) of the result; n is the source's column count.
void gnb_transpose_panels(size_t k, size_t n, const float *src, size_t src_stride, float *dst, size_t dst_stride,
                          size_t first, size_t last);
/// Up to 16 rows of k 16-bit values as one panel of the same type.
void gnb_pack_16(size_t rows, size_t k, const uint16_t *src, size_t ld, uint16_t *dst);
/// Up to 16 rows of k values of a quantised type as one panel of the storage that holds them exactly.
void gnb_pack_quantised(int type, size_t rows, size_t k, const uint8_t *src, size_t row_bytes, uint8_t *dst);
/// A panel in the file's own bits as a panel of gnb_panel_of_bytes: the same values, for devices without code for those bits.
void gnb_bytes_of_own_bits(int storage, size_t k, const uint8_t *panel, uint8_t *out);

#endif
