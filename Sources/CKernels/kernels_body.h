// The kernels, written once over vectors of 16 floats. A file that includes this defines KERNELS (the name of the
// table), KERNELS_NAME, ROWS and PANELS (rows and 16-column panels of the product's register tile) and SINGLE (panels at once
// for one or two rows), and sets the target by a pragma.
#pragma STDC FP_CONTRACT OFF
// The vector helpers are always inlined: no call passes a vector, so the ABI it warns of never matters.
#pragma clang diagnostic ignored "-Wpsabi"
#include "half.h"
#include <math.h>
#include <string.h>

#define INLINE inline __attribute__((always_inline))

typedef float v16 __attribute__((ext_vector_type(16)));
typedef int32_t v16i __attribute__((ext_vector_type(16)));
typedef int8_t v16b __attribute__((ext_vector_type(16)));
typedef uint8_t v16u8 __attribute__((ext_vector_type(16)));
typedef uint16_t v16h __attribute__((ext_vector_type(16)));
typedef uint32_t v16u __attribute__((ext_vector_type(16)));

static INLINE v16 splat(float x) { return (v16)(x); }
static INLINE v16 load(const float *p) {
  v16 v;
  memcpy(&v, p, sizeof v);
  return v;
}
static INLINE void store(float *p, v16 v) { memcpy(p, &v, sizeof v); }
static INLINE v16 vfma(v16 a, v16 b, v16 c) { return __builtin_elementwise_fma(a, b, c); }
static INLINE v16 vmax(v16 a, v16 b) { return (a > b) ? a : b; }
static INLINE v16 vmin(v16 a, v16 b) { return (a < b) ? a : b; }

// The first `count` values; the other lanes get the fill value.
static INLINE v16 load_part(const float *p, size_t count, float fill) {
  float buffer[16];
  for (int i = 0; i < 16; i++) buffer[i] = fill;
  memcpy(buffer, p, count * sizeof(float));
  return load(buffer);
}
static INLINE void store_part(float *p, size_t count, v16 v) {
  float buffer[16];
  store(buffer, v);
  memcpy(p, buffer, count * sizeof(float));
}

static INLINE float lane_sum(v16 v) {
  float a[16];
  store(a, v);
  for (int width = 8; width > 0; width /= 2)
    for (int i = 0; i < width; i++) a[i] = a[i] + a[i + width];
  return a[0];
}
static INLINE float lane_max(v16 v) {
  float a[16];
  store(a, v);
  float best = a[0];
  for (int i = 1; i < 16; i++) best = a[i] > best ? a[i] : best;
  return best;
}

#include "elementary.h"

// ---- products

// Products go over k in stretches, so that a panel's stretch stays in the first-level cache.
enum { DEPTH = 256 };

// c[rows, 16*panels] over one stretch of k. `rows` and `panels` are constants after inlining.
static INLINE void tile(const int rows, const int panels, const int columnMajor, size_t k, const float *a, size_t stride, const float *b,
                        size_t panel_stride, float *c, size_t ldc, size_t last_columns, int accumulate) {
  v16 acc[rows][panels];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int p = 0; p < panels; p++) {
      if (!accumulate)
        acc[i][p] = splat(0.0f);
      else if (p + 1 < panels || last_columns == 16)
        acc[i][p] = load(c + (size_t)i * ldc + 16 * (size_t)p);
      else
        acc[i][p] = load_part(c + (size_t)i * ldc + 16 * (size_t)p, last_columns, 0.0f);
    }
  // The factor with fewer vectors stays in registers.
  for (size_t j = 0; j < k; j++) {
    if (rows > panels) {
      v16 columns[panels];
#pragma clang loop unroll(full)
      for (int p = 0; p < panels; p++) columns[p] = load(b + (size_t)p * panel_stride + 16 * j);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        const v16 value = splat(columnMajor ? a[j * stride + (size_t)i] : a[(size_t)i * stride + j]);
#pragma clang loop unroll(full)
        for (int p = 0; p < panels; p++) acc[i][p] = vfma(value, columns[p], acc[i][p]);
      }
    } else {
      v16 values[rows];
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++)
        values[i] = splat(columnMajor ? a[j * stride + (size_t)i] : a[(size_t)i * stride + j]);
#pragma clang loop unroll(full)
      for (int p = 0; p < panels; p++) {
        const v16 column = load(b + (size_t)p * panel_stride + 16 * j);
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) acc[i][p] = vfma(values[i], column, acc[i][p]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int p = 0; p < panels; p++) {
      float *to = c + (size_t)i * ldc + 16 * (size_t)p;
      if (p + 1 < panels || last_columns == 16)
        store(to, acc[i][p]);
      else
        store_part(to, last_columns, acc[i][p]);
    }
}

// All m rows of `panels` panels over one stretch of k. The last panel has `columns` columns.
static INLINE void panel_rows(const int panels, const int columnMajor, size_t m, size_t columns, size_t k, const float *a,
                              size_t stride, const float *b, size_t panel_stride, float *c, size_t ldc, int accumulate) {
  size_t i = 0;
  const size_t step = columnMajor ? 1 : stride;
  for (; i + ROWS <= m; i += ROWS)
    tile(ROWS, panels, columnMajor, k, a + i * step, stride, b, panel_stride, c + i * ldc, ldc, columns, accumulate);
  switch (m - i) {
#define REST(count)                                                                                                       \
  case count:                                                                                                             \
    tile(count, panels, columnMajor, k, a + i * step, stride, b, panel_stride, c + i * ldc, ldc, columns, accumulate);    \
    break;
    REST(1) REST(2) REST(3) REST(4) REST(5)
#if ROWS > 6
    REST(6) REST(7) REST(8) REST(9) REST(10) REST(11)
#endif
#undef REST
  default: break;
  }
}

static INLINE void gemm_any(const int columnMajor, size_t m, size_t n, size_t k, const float *a, size_t stride,
                            const float *b, size_t panel_stride, float *c, size_t ldc, int accumulate) {
  for (size_t k0 = 0; k0 < k || k0 == 0; k0 += DEPTH) {
    const size_t depth = k - k0 < DEPTH ? k - k0 : DEPTH;
    const int more = accumulate || k0 > 0;
    const float *rows = a + (columnMajor ? k0 * stride : k0);
    size_t j = 0;
    // With one or two rows each sum would wait for the one before it, so several panels are computed together.
    if (!columnMajor && m <= 2)
      for (; j + 16 * SINGLE <= n; j += 16 * SINGLE) {
        const float *panel = b + (j / 16) * panel_stride + 16 * k0;
        if (m == 1) tile(1, SINGLE, 0, depth, rows, stride, panel, panel_stride, c + j, ldc, 16, more);
        if (m == 2) tile(2, SINGLE, 0, depth, rows, stride, panel, panel_stride, c + j, ldc, 16, more);
      }
    for (; PANELS > 1 && j + 16 * PANELS <= n; j += 16 * PANELS)
      panel_rows(PANELS, columnMajor, m, 16, depth, rows, stride, b + (j / 16) * panel_stride + 16 * k0, panel_stride,
                 c + j, ldc, more);
    for (; j < n; j += 16)
      panel_rows(1, columnMajor, m, n - j < 16 ? n - j : 16, depth, rows, stride,
                 b + (j / 16) * panel_stride + 16 * k0, panel_stride, c + j, ldc, more);
  }
}

// Rows of a that are copied together, a multiple of ROWS and as many as one task of CPU.forTiles has.
enum { CHUNK = 132 };

// Transposes 16 vectors: the row and column numbers exchange their bits one by one.
static INLINE void transpose(v16 r[16]) {
#define EXCHANGE(bit, l0, l1, l2, l3, l4, l5, l6, l7, l8, l9, l10, l11, l12, l13, l14, l15)                              \
  _Pragma("clang loop unroll(full)") for (int i = 0; i < 16; i++) if (!(i & bit)) {                                    \
    const v16 x = r[i], y = r[i + bit];                                                                                 \
    r[i] = __builtin_shufflevector(x, y, l0, l1, l2, l3, l4, l5, l6, l7, l8, l9, l10, l11, l12, l13, l14, l15);         \
    r[i + bit] = __builtin_shufflevector(x, y, l0 + bit, l1 + bit, l2 + bit, l3 + bit, l4 + bit, l5 + bit, l6 + bit,    \
                                         l7 + bit, l8 + bit, l9 + bit, l10 + bit, l11 + bit, l12 + bit, l13 + bit,      \
                                         l14 + bit, l15 + bit);                                                         \
  }
  EXCHANGE(1, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
  EXCHANGE(2, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
  EXCHANGE(4, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
  EXCHANGE(8, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
#undef EXCHANGE
}

// ROWS rows of a as [depth][ROWS], so that a tile reads one stretch of memory and rows a power of two apart do not fight for one
// place in the cache. `to` has room for 16 floats more.
static INLINE void pack_rows(size_t depth, const float *a, size_t stride, float *to) {
  size_t j = 0;
  // A store of 16 values writes beyond its row; the next store corrects this.
  if (ROWS > 8)
    for (; j + 16 <= depth; j += 16) {
      v16 r[16];
#pragma clang loop unroll(full)
      for (int i = 0; i < 16; i++) r[i] = i < ROWS ? load(a + (size_t)(i < ROWS ? i : 0) * stride + j) : splat(0.0f);
      transpose(r);
#pragma clang loop unroll(full)
      for (int i = 0; i < 16; i++) store(to + (j + (size_t)i) * ROWS, r[i]);
    }
  for (; j < depth; j++)
#pragma clang loop unroll(full)
    for (int i = 0; i < ROWS; i++) to[j * ROWS + (size_t)i] = a[(size_t)i * stride + j];
}

// The codes of four bits for an even k and the odd k after it, and the values of such codes.
static INLINE void nf4_places(const uint8_t *p, v16i *even, v16i *odd) {
  v16u8 both;
  memcpy(&both, p, sizeof both);
  const v16i wide = __builtin_convertvector(both, v16i);
  *even = wide & 15;
  *odd = wide >> 4;
}
#ifndef NF4_VALUES
static INLINE v16 nf4_values(v16i place) {
  v16 result;
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i++) result[i] = gnb_nf4[place[i]];
  return result;
}
#endif
// 16 values of bf16, and of half precision.
static INLINE v16 wide_values(const uint8_t *p) {
  v16h upper;
  memcpy(&upper, p, sizeof upper);
  return (v16)(__builtin_convertvector(upper, v16u) << 16);
}
#ifndef HALF_VALUES
static INLINE v16 half_values(const uint8_t *p) {
  float result[16];
  for (int i = 0; i < 16; i++) result[i] = gnb_half_at(p + 2 * i);
  return load(result);
}
#endif

// One group of integers with scales and minima as floats. The values have the same bits as those of gnb_dequantize.
static INLINE v16 quantised(const uint8_t *values, size_t d, v16 scales, v16 minima, int has_minimum) {
  v16b q;
  memcpy(&q, values + 16 * d, sizeof q);
  v16 x = __builtin_convertvector(q, v16) * scales;
  return has_minimum ? x - minima : x;
}

// 64 k of NF4 with their scales.
static INLINE void unpack_nf4(size_t k, const uint8_t *p, float *out) {
  for (size_t group = 0; group < k; group += 64, p += 576) {
    const v16 scales = load((const float *)p);
    for (size_t d = 0; d < 64; d += 2) {
      v16i even, odd;
      nf4_places(p + 64 + 8 * d, &even, &odd);
      store(out + 16 * (group + d), nf4_values(even) * scales);
      store(out + 16 * (group + d + 1), nf4_values(odd) * scales);
    }
  }
}

static INLINE void unpack_groups(const size_t length, const int has_minimum, size_t k, const uint8_t *p, float *out) {
  const size_t bytes = (has_minimum ? 128 : 64) + 16 * length;
  for (size_t group = 0; group < k; group += length, p += bytes) {
    const v16 scales = load((const float *)p);
    const v16 minima = has_minimum ? load((const float *)p + 16) : splat(0.0f);
    for (size_t d = 0; d < length; d++)
      store(out + 16 * (group + d), quantised(p + bytes - 16 * length, d, scales, minima, has_minimum));
  }
}

// ---- the file's own bits

// All storages of this kind, for switches.
#define OWN_BITS \
  OWN(GNB_PANEL_Q4_0) OWN(GNB_PANEL_Q4_K) OWN(GNB_PANEL_Q5_K) OWN(GNB_PANEL_Q6_K)

static INLINE v16u load_words(const uint8_t *p) {
  v16u words;
  memcpy(&words, p, sizeof words);
  return words;
}

// The words of the values from k = d of a group on, as many values as own_step: as they are, and moved down.
struct own_words {
  v16u word[3], moved[3], fifth;
};
static INLINE size_t own_step(const struct gnb_own_bits own) { return own.bits == 6 ? 16 : 8; }
static INLINE struct own_words own_words(const struct gnb_own_bits own, const uint8_t *group, size_t d) {
  struct own_words words;
#pragma clang loop unroll(full)
  for (size_t i = 0; i < (own.bits == 6 ? 3 : 1); i++) {
    words.word[i] = load_words(group + 64 * i + (own.bits == 5 ? 64 : 0) + 8 * d);
    words.moved[i] = words.word[i] >> (own.bits == 6 ? 12u : 16u);
  }
  if (own.bits == 5) words.fifth = load_words(group) >> (uint32_t)(d / 8);
  return words;
}

// Integer number i of these words, times 2^place; i is a constant after inlining, and place below 16.
static INLINE v16u own_integer(const struct gnb_own_bits own, const struct own_words *words, const uint32_t i, const uint32_t place) {
  if (own.bits == 6) {
    if (i == 15) return (words->word[0] >> 30) | ((words->word[1] >> 28) & 12) | ((words->word[2] >> 26) & 48);
    return (i % 5 < 3 ? words->word[i / 5] : words->moved[i / 5]) & (63u << place);
  }
  const v16u lower = (i < 4 ? words->word[0] : words->moved[0]) & (15u << place);
  if (own.bits == 4) return lower;
  return lower | ((i < 4 ? words->fifth : i < 7 ? words->fifth >> 16 : words->fifth << 16) & (16u << place));
}
static INLINE uint32_t own_place(const struct gnb_own_bits own, const uint32_t i) {
  if (own.bits == 6) return i == 15 ? 0 : i % 5 < 3 ? 6 * (i % 5) : 6 * (i % 5) - 12;
  return 4 * (i % 4);
}

// Numbers of a group of 16 columns: its scale, with minima also the scale times 2^-4, 2^-8 and 2^-12.
struct own_group {
  v16 scales[4], minima;
};

// The value of integer number i. It has the same bits as that of gnb_dequantize.
static INLINE v16 own_value(const struct gnb_own_bits own, const struct own_words *words, const uint32_t i,
                            const struct own_group *group) {
  const uint32_t place = own_place(own, i);
  const v16u integer = own_integer(own, words, i, place);
  // Both powers of two and the product are exact.
  if (own.has_minimum) return vfma(__builtin_convertvector((v16i)integer, v16), group->scales[place / 4], -group->minima);
  // As the lower bits of 2^(23 - place) the integer has its own value, and the difference is exact.
  const v16 sum = (v16)(integer | (v16u)((150u - place) << 23));
  return (sum - splat((float)(1u << (23 - place)) + (float)own.offset)) * group->scales[0];
}

// The scales of a block's group, or its minima. `number` is 1 for minima.
static INLINE v16 own_scales(const struct gnb_own_bits own, const uint8_t *block, size_t group, size_t number) {
  const v16 d = half_values(block + 32 * number);
  if (own.block == own.group) return d;
  const size_t sums = own.has_minimum ? 2 : 1;
  v16b small;
  memcpy(&small, block + 32 * sums + 16 * (group * sums + number), sizeof small);
  return d * __builtin_convertvector(small, v16);
}
static INLINE struct own_group own_group(const struct gnb_own_bits own, const uint8_t *block, size_t number) {
  struct own_group group;
  group.scales[0] = own_scales(own, block, number, 0);
  if (own.has_minimum) {
    group.minima = own_scales(own, block, number, 1);
#pragma clang loop unroll(full)
    for (int i = 1; i < 4; i++) group.scales[i] = group.scales[0] * splat(1.0f / (float)(1 << 4 * i));
  }
  return group;
}

static INLINE void unpack_own_bits(const int storage, size_t k, const uint8_t *block, float *out) {
  const struct gnb_own_bits own = gnb_own_bits(storage);
  for (size_t k0 = 0; k0 < k; k0 += own.block, block += gnb_panel_block_bytes(storage))
    for (size_t g = 0; g < own.block / own.group; g++) {
      const uint8_t *integers = block + gnb_own_header(own) + g * gnb_own_group(own);
      const struct own_group group = own_group(own, block, g);
      for (size_t d = 0; d < own.group; d += own_step(own)) {
        const struct own_words words = own_words(own, integers, d);
#pragma clang loop unroll(full)
        for (uint32_t i = 0; i < own_step(own); i++, out += 16) store(out, own_value(own, &words, i, &group));
      }
    }
}

// k values of one panel as floats.
static void unpack_panel(int storage, size_t k, const void *source, float *out) {
  switch (storage) {
  case GNB_PANEL_BF16:
    for (size_t j = 0; j < k; j++) store(out + 16 * j, wide_values((const uint8_t *)source + 32 * j));
    return;
  case GNB_PANEL_Q8: unpack_groups(32, 0, k, source, out); return;
  case GNB_PANEL_Q8_MIN: unpack_groups(32, 1, k, source, out); return;
  case GNB_PANEL_Q8_16: unpack_groups(16, 0, k, source, out); return;
  case GNB_PANEL_Q8_16_MIN: unpack_groups(16, 1, k, source, out); return;
  case GNB_PANEL_NF4: unpack_nf4(k, source, out); return;
#define OWN(name) case name: unpack_own_bits(name, k, source, out); return;
  OWN_BITS
#undef OWN
  case GNB_PANEL_F16:
    for (size_t j = 0; j < k; j++) store(out + 16 * j, half_values((const uint8_t *)source + 32 * j));
    return;
  default: memcpy(out, source, 64 * k);
  }
}

// The address of the values from k0 on in a panel; k0 is a multiple of DEPTH.
static INLINE size_t panel_offset(int storage, size_t k0) {
  if (storage == GNB_PANEL_F32) return 64 * k0;
  if (storage == GNB_PANEL_BF16 || storage == GNB_PANEL_F16) return 32 * k0;
  return k0 / gnb_panel_block(storage) * gnb_panel_block_bytes(storage);
}

// c[m, n] (+)= a b for panels of any storage, with many rows: a is copied stretch by stretch, and a stretch of b's panels made
// floats just before it is used.
static INLINE void gemm_packed(const int is_float, int storage, size_t m, size_t n, size_t k, const float *a, size_t stride,
                               const void *b, size_t bytes_stride, float *c, size_t ldc, int accumulate) {
  _Alignas(64) float packed[CHUNK * DEPTH + 16];
  _Alignas(64) float unpacked[16 * PANELS * DEPTH];
  for (size_t i0 = 0; i0 < m; i0 += CHUNK) {
    const size_t rows = m - i0 < CHUNK ? m - i0 : CHUNK, whole = rows / ROWS * ROWS;
    for (size_t k0 = 0; k0 < k; k0 += DEPTH) {
      const size_t depth = k - k0 < DEPTH ? k - k0 : DEPTH;
      const int more = accumulate || k0 > 0;
      const float *from = a + i0 * stride + k0;
      for (size_t g = 0; g < whole; g += ROWS) pack_rows(depth, from + g * stride, stride, packed + g * depth);
      for (size_t j = 0; j < n; j += 16 * PANELS) {
        const size_t columns = n - j < 16 * PANELS ? n - j : 16 * PANELS;
        const uint8_t *source = (const uint8_t *)b + (j / 16) * bytes_stride + panel_offset(storage, k0);
        const float *panel = (const float *)source;
        size_t panel_stride = bytes_stride / sizeof(float);
        if (!is_float) {
          for (size_t p = 0; 16 * p < columns; p++)
            unpack_panel(storage, depth, source + p * bytes_stride, unpacked + 16 * DEPTH * p);
          panel = unpacked;
          panel_stride = 16 * DEPTH;
        }
        // The next panels are in main memory: prefetch them before the long work on these panels.
        if (j + 16 * PANELS < n)
          for (size_t p = 0; p < PANELS; p++)
            for (size_t line = 0; line < panel_offset(storage, depth / 64 * 64); line += 64)
              __builtin_prefetch(source + (PANELS + p) * bytes_stride + line);
        float *to = c + i0 * ldc + j;
        for (size_t g = 0; g < whole; g += ROWS) {
          if (columns == 16 * PANELS)
            tile(ROWS, PANELS, 1, depth, packed + g * depth, ROWS, panel, panel_stride, to + g * ldc, ldc, 16, more);
          else
            for (size_t p = 0; 16 * p < columns; p++)
              tile(ROWS, 1, 1, depth, packed + g * depth, ROWS, panel + p * panel_stride, 0, to + g * ldc + 16 * p, ldc,
                   columns - 16 * p < 16 ? columns - 16 * p : 16, more);
        }
        if (whole < rows)
          gemm_any(0, rows - whole, columns, depth, from + whole * stride, stride, panel, panel_stride, to + whole * ldc,
                   ldc, more);
      }
    }
  }
}

static void gemm_rows(size_t m, size_t n, size_t k, const float *a, size_t stride, const float *b, size_t panel_stride,
                      float *c, size_t ldc, int accumulate) {
  if (m >= ROWS && n >= 64 && k > 0)
    gemm_packed(1, GNB_PANEL_F32, m, n, k, a, stride, b, panel_stride * sizeof(float), c, ldc, accumulate);
  else
    gemm_any(0, m, n, k, a, stride, b, panel_stride, c, ldc, accumulate);
}

static void gemm_columns(size_t m, size_t n, size_t k, const float *a, size_t stride, const float *b,
                         size_t panel_stride, float *c, size_t ldc, int accumulate) {
  gemm_any(1, m, n, k, a, stride, b, panel_stride, c, ldc, accumulate);
}

static void gemm(size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_column, const float *b,
                 size_t panel_stride, float *c, size_t ldc, int accumulate) {
  if (a_column == 1)
    gemm_rows(m, n, k, a, a_row, b, panel_stride, c, ldc, accumulate);
  else
    gemm_columns(m, n, k, a, a_column, b, panel_stride, c, ldc, accumulate);
}

// Number of groups that the product of one row prefetches; for the file's own bits, of bytes.
#define AHEAD 6
#define OWN_AHEAD 2048
#ifndef OWN_SINGLE
#define OWN_SINGLE SINGLE
#endif

// One row times `wide` panels at a time, from column j on: integers with scales, which become floats in registers. So a decode step reads
// its weights at memory speed. Returns the first column that is left.
static INLINE size_t gemv_groups(const int wide, const size_t length, const int has_minimum, size_t j, size_t n, size_t k,
                                 const float *a, const uint8_t *b, size_t stride, float *c, int accumulate) {
  const size_t bytes = (has_minimum ? 128 : 64) + 16 * length;
  for (; j + 16 * (size_t)wide <= n; j += 16 * (size_t)wide) {
    const uint8_t *p = b + (j / 16) * stride;
    v16 acc[wide];
    for (int i = 0; i < wide; i++) acc[i] = accumulate ? load(c + j + 16 * (size_t)i) : splat(0.0f);
    for (size_t group = 0; group < k; group += length, p += bytes) {
      // The hardware prefetcher cannot follow this many streams across page ends. The addresses beyond the end belong to the next panels.
      const uint8_t *ahead = p + AHEAD * bytes + (group + AHEAD * length < k ? 0 : (size_t)(wide - 1) * stride);
      v16 scales[wide], minima[wide];
      for (int i = 0; i < wide; i++) {
        scales[i] = load((const float *)(p + (size_t)i * stride));
        minima[i] = has_minimum ? load((const float *)(p + (size_t)i * stride) + 16) : splat(0.0f);
      }
      for (size_t d0 = 0; d0 < length; d0 += 4) {
        // For each cache line that was used, one line of each stream is prefetched; the scales with the first line.
#pragma clang loop unroll(full)
        for (int i = 0; i < wide; i++) {
          const uint8_t *at = ahead + (size_t)i * stride;
          __builtin_prefetch(at + bytes - 16 * length + 16 * d0, 0, 2);
          if (d0 == 0) __builtin_prefetch(at, 0, 2);
        }
#pragma clang loop unroll(full)
        for (size_t d = d0; d < d0 + 4; d++) {
          const v16 x = splat(a[group + d]);
#pragma clang loop unroll(full)
          for (int i = 0; i < wide; i++)
            acc[i] = vfma(
                x, quantised(p + (size_t)i * stride + bytes - 16 * length, d, scales[i], minima[i], has_minimum), acc[i]);
        }
      }
    }
    for (int i = 0; i < wide; i++) store(c + j + 16 * (size_t)i, acc[i]);
  }
  return j;
}

// The same of the file's own bits.
static INLINE size_t gemv_own_bits(const int wide, const int storage, size_t j, size_t n, size_t k, const float *a,
                                   const uint8_t *b, size_t stride, float *c, int accumulate) {
  const struct gnb_own_bits own = gnb_own_bits(storage);
  for (; j + 16 * (size_t)wide <= n; j += 16 * (size_t)wide) {
    const uint8_t *block = b + (j / 16) * stride;
    v16 acc[wide];
    for (int i = 0; i < wide; i++) acc[i] = accumulate ? load(c + j + 16 * (size_t)i) : splat(0.0f);
    for (size_t k0 = 0; k0 < k; k0 += own.block, block += gnb_panel_block_bytes(storage))
      for (size_t g = 0; g < own.block / own.group; g++) {
        const uint8_t *integers = block + gnb_own_header(own) + g * gnb_own_group(own);
        struct own_group groups[wide];
        // As above: what is beyond the end belongs to the next panels.
        const size_t ahead =
            OWN_AHEAD + ((size_t)(integers - b) + OWN_AHEAD < (j / 16 + 1) * stride ? 0 : (size_t)(wide - 1) * stride);
#pragma clang loop unroll(full)
        for (int i = 0; i < wide; i++) {
          groups[i] = own_group(own, block + (size_t)i * stride, g);
          // The header is read along with the groups, half a line for each.
          __builtin_prefetch(block + (size_t)i * stride + 32 * g + ahead, 0, 3);
          for (size_t line = 0; line < gnb_own_group(own); line += 64)
            __builtin_prefetch(integers + (size_t)i * stride + line + ahead, 0, 3);
        }
        const float *x = a + k0 + g * own.group;
        for (size_t d = 0; d < own.group; d += own_step(own), x += own_step(own)) {
          struct own_words words[wide];
#pragma clang loop unroll(full)
          for (int i = 0; i < wide; i++) words[i] = own_words(own, integers + (size_t)i * stride, d);
#pragma clang loop unroll(full)
          for (uint32_t e = 0; e < own_step(own); e++) {
            const v16 value = splat(x[e]);
#pragma clang loop unroll(full)
            for (int i = 0; i < wide; i++) acc[i] = vfma(value, own_value(own, words + i, e, groups + i), acc[i]);
          }
        }
      }
#pragma clang loop unroll(full)
    for (int i = 0; i < wide; i++) store(c + j + 16 * (size_t)i, acc[i]);
  }
  return j;
}

// The same of 16-bit values or NF4.
static INLINE size_t gemv_row(const int wide, const int storage, size_t j, size_t n, size_t k, const float *a, const uint8_t *b,
                              size_t stride, float *c, int accumulate) {
  const size_t scale_bytes = storage == GNB_PANEL_NF4 ? 64 : 0;
  // In both cases one step is two k: 16 bytes of NF4, or 64 bytes of 16-bit values.
  const size_t step = storage == GNB_PANEL_NF4 ? 16 : 64;
  for (; j + 16 * (size_t)wide <= n; j += 16 * (size_t)wide) {
    const uint8_t *p = b + (j / 16) * stride;
    v16 acc[wide];
    for (int i = 0; i < wide; i++) acc[i] = accumulate ? load(c + j + 16 * (size_t)i) : splat(0.0f);
    for (size_t first = 0; first < k; first += 64) {
      const size_t depth = k - first < 64 ? k - first : 64;
      v16 scales[wide];
      if (scale_bytes)
        for (int i = 0; i < wide; i++) scales[i] = load((const float *)(p + (size_t)i * stride));
      p += scale_bytes;
      for (size_t d = 0; d < depth; d += 2, p += step) {
        const v16 x0 = splat(a[first + d]), x1 = splat(d + 1 < depth ? a[first + d + 1] : 0.0f);
        const int both = d + 1 < depth;
#pragma clang loop unroll(full)
        for (int i = 0; i < wide; i++) {
          const uint8_t *at = p + (size_t)i * stride;
          __builtin_prefetch(at + 4096, 0, 2);
          if (storage == GNB_PANEL_NF4) {
            v16i even, odd;
            nf4_places(at, &even, &odd);
            acc[i] = vfma(x0, nf4_values(even) * scales[i], acc[i]);
            acc[i] = vfma(x1, nf4_values(odd) * scales[i], acc[i]);
          } else {
            acc[i] = vfma(x0, storage == GNB_PANEL_BF16 ? wide_values(at) : half_values(at), acc[i]);
            if (both) acc[i] = vfma(x1, storage == GNB_PANEL_BF16 ? wide_values(at + 32) : half_values(at + 32), acc[i]);
          }
        }
      }
    }
    for (int i = 0; i < wide; i++) store(c + j + 16 * (size_t)i, acc[i]);
  }
  return j;
}

// One row times as many whole panels as go by `wide`, from column j on, of any storage but floats.
static INLINE size_t gemv(const int wide, int storage, size_t j, size_t n, size_t k, const float *a, const uint8_t *b,
                          size_t stride, float *c, int accumulate) {
  switch (storage) {
  case GNB_PANEL_Q8: return gemv_groups(wide, 32, 0, j, n, k, a, b, stride, c, accumulate);
  case GNB_PANEL_Q8_MIN: return gemv_groups(wide, 32, 1, j, n, k, a, b, stride, c, accumulate);
  case GNB_PANEL_Q8_16: return gemv_groups(wide, 16, 0, j, n, k, a, b, stride, c, accumulate);
  case GNB_PANEL_Q8_16_MIN: return gemv_groups(wide, 16, 1, j, n, k, a, b, stride, c, accumulate);
  case GNB_PANEL_NF4: return gemv_row(wide, GNB_PANEL_NF4, j, n, k, a, b, stride, c, accumulate);
  case GNB_PANEL_BF16: return gemv_row(wide, GNB_PANEL_BF16, j, n, k, a, b, stride, c, accumulate);
  case GNB_PANEL_F16: return gemv_row(wide, GNB_PANEL_F16, j, n, k, a, b, stride, c, accumulate);
#define OWN(name) case name: return gemv_own_bits(wide < OWN_SINGLE ? wide : OWN_SINGLE, name, j, n, k, a, b, stride, c, accumulate);
  OWN_BITS
#undef OWN
  default: return j;
  }
}

static void gemm_panels(int storage, size_t m, size_t n, size_t k, const float *a, size_t a_row, const void *b,
                        size_t bytes_stride, float *c, size_t ldc, int accumulate, float *scratch) {
  if (storage == GNB_PANEL_F32) {
    gemm_rows(m, n, k, a, a_row, b, bytes_stride / sizeof(float), c, ldc, accumulate);
    return;
  }
  size_t j = 0;
  if (m == 1 && SINGLE > 1) {
    j = gemv(SINGLE, storage, 0, n, k, a, b, bytes_stride, c, accumulate);
    j = gemv(SINGLE / 2, storage, j, n, k, a, b, bytes_stride, c, accumulate);
  }
  if (m >= ROWS) {
    gemm_packed(0, storage, m, n, k, a, a_row, b, bytes_stride, c, ldc, accumulate);
    return;
  }
  for (; j < n; j += 16 * PANELS) {
    const size_t columns = n - j < 16 * PANELS ? n - j : 16 * PANELS;
    for (size_t p = 0; 16 * p < columns; p++)
      unpack_panel(storage, k, (const uint8_t *)b + (j / 16 + p) * bytes_stride, scratch + 16 * k * p);
    gemm_rows(m, columns, k, a, a_row, scratch, 16 * k, c + j, ldc, accumulate);
  }
}

// ---- sums

static float dot(size_t n, const float *x, const float *y) {
  v16 acc = splat(0.0f);
  size_t j = 0;
  for (; j + 16 <= n; j += 16) acc = vfma(load(x + j), load(y + j), acc);
  if (j < n) acc = vfma(load_part(x + j, n - j, 0.0f), load_part(y + j, n - j, 0.0f), acc);
  return lane_sum(acc);
}

static float maximum(size_t n, const float *x) {
  v16 best = splat(-INFINITY);
  size_t j = 0;
  for (; j + 16 <= n; j += 16) best = vmax(load(x + j), best);
  if (j < n) best = vmax(load_part(x + j, n - j, -INFINITY), best);
  return lane_max(best);
}

static float sum_exp(size_t n, const float *x, float shift) {
  v16 acc = splat(0.0f);
  size_t j = 0;
  for (; j + 16 <= n; j += 16) acc = acc + vexp(load(x + j) - splat(shift));
  if (j < n) acc = acc + vexp(load_part(x + j, n - j, -INFINITY) - splat(shift));
  return lane_sum(acc);
}

// ---- element by element

#define EACH(n, BODY)                                 \
  for (size_t j = 0; j < (n); j += 16) {              \
    const size_t count = (n) - j < 16 ? (n) - j : 16; \
    BODY                                              \
  }
static INLINE v16 take(const float *p, size_t count) { return count == 16 ? load(p) : load_part(p, count, 0.0f); }
static INLINE void put(float *p, size_t count, v16 v) {
  if (count == 16)
    store(p, v);
  else
    store_part(p, count, v);
}

static void add(size_t n, const float *x, float *y) {
  EACH(n, put(y + j, count, take(y + j, count) + take(x + j, count));)
}
static void scale(size_t n, const float *x, float s, float *y) {
  EACH(n, put(y + j, count, take(x + j, count) * splat(s));)
}
static void exp_shifted(size_t n, float *x, float shift) {
  EACH(n, put(x + j, count, vexp(take(x + j, count) - splat(shift)));)
}
static void soft_cap(size_t n, float *x, float cap) {
  EACH(n, put(x + j, count, splat(cap) * vtanh(take(x + j, count) / splat(cap)));)
}

static void rms_norm(size_t rows, size_t n, const float *x, size_t ldx, const float *weight, float eps, float *y,
                     size_t ldy, float *rstd) {
  for (size_t row = 0; row < rows; row++, x += ldx, y += ldy) {
    float mean = dot(n, x, x) / (float)n;
    float r = 1.0f / sqrtf(mean + eps);
    rstd[row] = r;
    EACH(n, put(y + j, count, take(x + j, count) * splat(r) * take(weight + j, count));)
  }
}

// dx = r * (g - x * r^2 * mean(g x)) with g = dy * weight
static void rms_norm_backward(size_t rows, size_t n, const float *x, size_t ldx, const float *weight,
                              const float *rstd, const float *dy, size_t lddy, float *dx, size_t lddx,
                              int accumulate) {
  for (size_t row = 0; row < rows; row++, x += ldx, dy += lddy, dx += lddx) {
    v16 acc = splat(0.0f);
    EACH(n, acc = vfma(take(dy + j, count) * take(weight + j, count), take(x + j, count), acc);)
    float r = rstd[row];
    float factor = lane_sum(acc) / (float)n * r * r;
    EACH(n, {
      v16 g = take(dy + j, count) * take(weight + j, count);
      v16 d = splat(r) * (g - take(x + j, count) * splat(factor));
      put(dx + j, count, accumulate ? take(dx + j, count) + d : d);
    })
  }
}

// gelu_tanh(x) = x/2 (1 + tanh(u)), u = sqrt(2/pi) (x + 0.044715 x^3)
#define GELU_A 0.79788456080286535588f
#define GELU_B 0.044715f
static INLINE v16 gelu_inner(v16 x) { return splat(GELU_A) * vfma(splat(GELU_B) * x * x, x, x); }

static void geglu(size_t n, const float *gate, const float *up, float *y) {
  EACH(n, {
    v16 x = take(gate + j, count);
    v16 t = vtanh(gelu_inner(x));
    put(y + j, count, splat(0.5f) * x * (splat(1.0f) + t) * take(up + j, count));
  })
}

static void geglu_backward(size_t n, float *gate, float *up, const float *dy) {
  EACH(n, {
    v16 x = take(gate + j, count);
    v16 u = take(up + j, count);
    v16 d = take(dy + j, count);
    v16 t = vtanh(gelu_inner(x));
    v16 value = splat(0.5f) * x * (splat(1.0f) + t);
    v16 inner = splat(GELU_A) * vfma(splat(3.0f * GELU_B) * x, x, splat(1.0f));
    v16 slope = splat(0.5f) * (splat(1.0f) + t) + splat(0.5f) * x * (splat(1.0f) - t * t) * inner;
    put(gate + j, count, d * u * slope);
    put(up + j, count, d * value);
  })
}

static void rotate(size_t half, float *x, const float *cosine, const float *sine) {
  EACH(half, {
    v16 a = take(x + j, count);
    v16 b = take(x + half + j, count);
    v16 c = take(cosine + j, count);
    v16 s = take(sine + j, count);
    put(x + j, count, a * c - b * s);
    put(x + half + j, count, b * c + a * s);
  })
}
static void rotate_back(size_t half, float *x, const float *cosine, const float *sine) {
  EACH(half, {
    v16 a = take(x + j, count);
    v16 b = take(x + half + j, count);
    v16 c = take(cosine + j, count);
    v16 s = take(sine + j, count);
    put(x + j, count, a * c + b * s);
    put(x + half + j, count, b * c - a * s);
  })
}

// ---- attention's softmax

static INLINE v16 inside(size_t j, size_t lo, size_t hi, v16 value, float outside) {
  const v16i lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  v16i at = lane + (int)j;
  return (at >= (int)lo & at < (int)hi) ? value : splat(outside);
}
static INLINE v16 shaped(v16 s, float scale, float cap) {
  s = s * splat(scale);
  return cap > 0 ? splat(cap) * vtanh(s / splat(cap)) : s;
}

static void softmax(size_t n, size_t lo, size_t hi, float *scores, float scale, float cap, float *stats) {
  v16 best = splat(-INFINITY);
  size_t first = lo / 16 * 16;
  size_t last = (hi + 15) / 16 * 16;
  for (size_t j = first; j < last; j += 16) {
    v16 s = inside(j, lo, hi, shaped(load(scores + j), scale, cap), -INFINITY);
    store(scores + j, s);
    best = vmax(s, best);
  }
  float top = lane_max(best);
  v16 acc = splat(0.0f);
  for (size_t j = first; j < last; j += 16) {
    v16 e = vexp(load(scores + j) - splat(top));
    store(scores + j, e);
    acc = acc + e;
  }
  float inverse = 1.0f / lane_sum(acc);
  for (size_t j = 0; j < n; j += 16)
    store(scores + j, j >= first && j < last ? load(scores + j) * splat(inverse) : splat(0.0f));
  stats[0] = top;
  stats[1] = inverse;
}

static void softmax_again(size_t n, size_t lo, size_t hi, float *scores, float scale, float cap, const float *stats,
                          float *slope) {
  for (size_t j = 0; j < n; j += 16) {
    v16 s = shaped(load(scores + j), scale, cap);
    v16 d = splat(scale);
    if (cap > 0) {
      v16 t = s / splat(cap);
      d = splat(scale) * (splat(1.0f) - t * t);
    }
    store(slope + j, d);
    v16 e = vexp(s - splat(stats[0])) * splat(stats[1]);
    store(scores + j, inside(j, lo, hi, e, 0.0f));
  }
}

static void softmax_backward(size_t n, const float *p, const float *dp, float d, const float *slope, float *ds) {
  EACH(n, put(ds + j, count, take(p + j, count) * (take(dp + j, count) - splat(d)) * take(slope + j, count));)
}

// ---- optimiser

// g = gradient * gradient_scale; p *= decay_factor; m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2;
// p -= step_size * m / (sqrt(v) * inverse_root_correction + epsilon)
static void adamw(size_t n, float *parameter, const float *gradient, float *m, float *v, float beta1, float beta2,
                  float epsilon, float decay_factor, float step_size, float inverse_root_correction,
                  float gradient_scale) {
  for (size_t j = 0; j < n; j++) {
    float g = gradient[j] * gradient_scale;
    float first = beta1 * m[j] + (1.0f - beta1) * g;
    float second = beta2 * v[j] + (1.0f - beta2) * g * g;
    m[j] = first;
    v[j] = second;
    float step = step_size * first / (sqrtf(second) * inverse_root_correction + epsilon);
    parameter[j] = parameter[j] * decay_factor - step;
  }
}

static float peak(size_t rounds) {
  v16 acc[ROWS];
  for (int i = 0; i < ROWS; i++) acc[i] = splat((float)i);
  const v16 a = splat(0.999f), b = splat(0.001f);
  for (size_t r = 0; r < rounds; r++)
#pragma clang loop unroll(full)
    for (int i = 0; i < ROWS; i++) acc[i] = vfma(acc[i], a, b);
  v16 sum = acc[0];
  for (int i = 1; i < ROWS; i++) sum = sum + acc[i];
  return lane_sum(sum);
}

const struct gnb_kernels KERNELS = {
    .name = KERNELS_NAME,
    .gemm = gemm,
    .gemm_panels = gemm_panels,
    .rms_norm = rms_norm,
    .rms_norm_backward = rms_norm_backward,
    .geglu = geglu,
    .geglu_backward = geglu_backward,
    .rotate = rotate,
    .rotate_back = rotate_back,
    .softmax = softmax,
    .softmax_again = softmax_again,
    .softmax_backward = softmax_backward,
    .unpack = unpack_panel,
    .dot = dot,
    .add = add,
    .scale = scale,
    .maximum = maximum,
    .sum_exp = sum_exp,
    .exp_shifted = exp_shifted,
    .soft_cap = soft_cap,
    .adamw = adamw,
    .peak = peak,
    .peak_operations = 2 * 16 * ROWS,
};
