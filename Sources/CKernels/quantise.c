// Converts floats to stored types. Every product and every sum is rounded separately.
#pragma STDC FP_CONTRACT OFF
#include "quantise.h"
#include "dequantize.h"
#include "half.h"
#include "kernels.h"
#include <math.h>

// ---- 16 bits

static uint16_t half_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  bits &= 0x7fffffff;
  if (bits > 0x7f800000) return sign | 0x7e00;
  if (bits >= 0x477ff000) return sign | 0x7c00;
  if (bits < 0x38800000) {
    // Values below the smallest normal half are multiples of 2^-24. Adding 1/2 rounds to that multiple.
    float rest;
    memcpy(&rest, &bits, 4);
    rest += 0.5f;
    memcpy(&bits, &rest, 4);
    return sign | (uint16_t)(bits - 0x3f000000);
  }
  bits += 0xfff + (bits >> 13 & 1) - 0x38000000;
  return sign | (uint16_t)(bits >> 13);
}

static uint16_t bf16_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)(bits >> 16 | 64);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static void put_half(uint8_t *p, float x) {
  const uint16_t h = half_of(x);
  memcpy(p, &h, 2);
}

// The nearest integer, halves away from zero.
static inline int nearest(float x) {
  const int whole = (int)x;
  const float rest = x - (float)whole;
  return whole + (rest >= 0.5f) - (rest <= -0.5f);
}
static inline int clamp(int x, int low, int high) { return x < low ? low : x > high ? high : x; }

// ---- blocks of 32

static void q8_0(const float *x, uint8_t *out) {
  float most = 0;
  for (int i = 0; i < 32; i++) most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
  const float d = most / 127, inverse = d != 0 ? 1 / d : 0;
  put_half(out, d);
  for (int i = 0; i < 32; i++) out[2 + i] = (uint8_t)nearest(x[i] * inverse);
}

// Q4_0 and Q5_0: the value of the largest magnitude becomes the lowest integer.
static void low_bits(const float *x, int half, uint8_t *out) {
  float most = 0, extreme = 0;
  for (int i = 0; i < 32; i++)
    if (fabsf(x[i]) > most) most = fabsf(x[i]), extreme = x[i];
  const float d = extreme / (float)-half, inverse = d != 0 ? 1 / d : 0;
  put_half(out, d);
  uint8_t *low = out + (half == 16 ? 6 : 2);
  uint32_t high = 0;
  for (int i = 0; i < 16; i++) {
    const int a = clamp((int)(x[i] * inverse + (float)half + 0.5f), 0, 2 * half - 1);
    const int b = clamp((int)(x[i + 16] * inverse + (float)half + 0.5f), 0, 2 * half - 1);
    low[i] = (uint8_t)((a & 15) | (b & 15) << 4);
    high |= (uint32_t)(a >> 4) << i | (uint32_t)(b >> 4) << (i + 16);
  }
  if (half == 16) memcpy(out + 2, &high, 4);
}

// ---- blocks of 256

// Finds a scale s and a minimum m >= 0 with x = s q - m, q in 0..most, and a small squared error. It tries several first
// guesses, improves each by a least-squares fit for its integers, and takes the best.
static void fit_with_minimum(const float *x, int n, int most, float *scale, float *minimum) {
  float low = 0, high = x[0];
  for (int i = 0; i < n; i++) {
    low = x[i] < low ? x[i] : low;
    high = x[i] > high ? x[i] : high;
  }
  *scale = 0, *minimum = -low;
  if (high <= low) return;
  float best = INFINITY;
  for (int guess = -8; guess <= 8; guess++) {
    float s = (high - low) / ((float)most + 0.1f * (float)guess), m = -low;
    for (int round = 0; round < 2; round++) {
      float q1 = 0, q2 = 0, sum = 0, product = 0, error = 0;
      for (int i = 0; i < n; i++) {
        const float q = (float)clamp(nearest((x[i] + m) / s), 0, most);
        const float off = s * q - m - x[i];
        error += off * off;
        q1 += q, q2 += q * q, sum += x[i], product += x[i] * q;
      }
      if (error < best) best = error, *scale = s, *minimum = m;
      const float determinant = (float)n * q2 - q1 * q1;
      if (determinant <= 0) break;
      s = ((float)n * product - q1 * sum) / determinant;
      m = (s * q1 - sum) / (float)n;
      if (m < 0) m = 0, s = q2 > 0 ? product / q2 : s;
      if (s <= 0) break;
    }
  }
}

static void q4_k(const float *x, uint8_t *out) {
  float scales[8], minima[8], most_scale = 0, most_minimum = 0;
  for (int j = 0; j < 8; j++) {
    fit_with_minimum(x + 32 * j, 32, 15, scales + j, minima + j);
    most_scale = scales[j] > most_scale ? scales[j] : most_scale;
    most_minimum = minima[j] > most_minimum ? minima[j] : most_minimum;
  }
  memset(out, 0, 144);
  put_half(out, most_scale / 63);
  put_half(out + 2, most_minimum / 63);
  const float d = gnb_half_at(out), dmin = gnb_half_at(out + 2);
  for (int j = 0; j < 8; j++) {
    const int s = d > 0 ? clamp(nearest(scales[j] / d), 0, 63) : 0, m = dmin > 0 ? clamp(nearest(minima[j] / dmin), 0, 63) : 0;
    uint8_t *p = out + 4;
    if (j < 4) {
      p[j] |= (uint8_t)s, p[j + 4] |= (uint8_t)m;
    } else {
      p[j + 4] |= (uint8_t)((s & 15) | (m & 15) << 4);
      p[j - 4] |= (uint8_t)(s >> 4 << 6), p[j] |= (uint8_t)(m >> 4 << 6);
    }
    const float scale = d * (float)s, minimum = dmin * (float)m;
    for (int i = 0; i < 32; i++) {
      const int q = scale > 0 ? clamp(nearest((x[32 * j + i] + minimum) / scale), 0, 15) : 0;
      out[16 + 32 * (j / 2) + i] |= (uint8_t)(q << 4 * (j % 2));
    }
  }
}

// Finds a scale s with x = s q, q in -32..31, by the same search.
static float fit_symmetric(const float *x) {
  float most = 0, extreme = 0;
  for (int i = 0; i < 16; i++)
    if (fabsf(x[i]) > most) most = fabsf(x[i]), extreme = x[i];
  if (most == 0) return 0;
  float best = INFINITY, result = 0;
  for (int guess = -9; guess <= 9; guess++) {
    const float inverse = -(32 + 0.1f * (float)guess) / extreme;
    float product = 0, q2 = 0;
    for (int i = 0; i < 16; i++) {
      const float q = (float)clamp(nearest(x[i] * inverse), -32, 31);
      product += x[i] * q, q2 += q * q;
    }
    if (q2 == 0) continue;
    const float s = product / q2;
    float error = 0;
    for (int i = 0; i < 16; i++) {
      const float off = s * (float)clamp(nearest(x[i] * inverse), -32, 31) - x[i];
      error += off * off;
    }
    if (error < best) best = error, result = s;
  }
  return result;
}

static void q6_k(const float *x, uint8_t *out) {
  float scales[16], most = 0, extreme = 0;
  for (int j = 0; j < 16; j++) {
    scales[j] = fit_symmetric(x + 16 * j);
    if (fabsf(scales[j]) > most) most = fabsf(scales[j]), extreme = scales[j];
  }
  memset(out, 0, 210);
  put_half(out + 208, extreme / -128);
  const float d = gnb_half_at(out + 208);
  for (int j = 0; j < 16; j++) {
    const int s = d != 0 ? clamp(nearest(scales[j] / d), -128, 127) : 0;
    out[192 + j] = (uint8_t)s;
    const float scale = d * (float)s;
    // Group j of 16: half, run of 32 and which 16 of it, as in gnb_quants.
    const int half = j / 8, run = j % 8 / 2, first = j % 2 * 16;
    for (int i = 0; i < 16; i++) {
      const int q = (scale != 0 ? clamp(nearest(x[16 * j + i] / scale), -32, 31) : 0) + 32;
      out[64 * half + (run & 1) * 32 + first + i] |= (uint8_t)((q & 15) << (run < 2 ? 0 : 4));
      out[128 + 32 * half + first + i] |= (uint8_t)(q >> 4 << 2 * run);
    }
  }
}

// ---- the table

static void put_f32(size_t n, const float *x, uint8_t *out) { memcpy(out, x, 4 * n); }
static void put_f16(size_t n, const float *x, uint8_t *out) {
  for (size_t i = 0; i < n; i++) put_half(out + 2 * i, x[i]);
}
static void put_bf16(size_t n, const float *x, uint8_t *out) {
  for (size_t i = 0; i < n; i++) {
    const uint16_t b = bf16_of(x[i]);
    memcpy(out + 2 * i, &b, 2);
  }
}
// Quantises a row of blocks with the function for one block. Sizes are from the table.
#define PUT_BLOCKS(name, type, block) \
  static void name(size_t n, const float *x, uint8_t *out) { \
    const struct gnb_stored_type *row = gnb_stored_type(type); \
    for (; n > 0; n -= (size_t)row->values, x += row->values, out += row->bytes) block; \
  }
PUT_BLOCKS(put_q8_0, GNB_Q8_0, q8_0(x, out))
PUT_BLOCKS(put_q4_0, GNB_Q4_0, low_bits(x, 8, out))
PUT_BLOCKS(put_q5_0, GNB_Q5_0, low_bits(x, 16, out))
PUT_BLOCKS(put_q4_k, GNB_Q4_K, q4_k(x, out))
PUT_BLOCKS(put_q6_k, GNB_Q6_K, q6_k(x, out))

static const struct gnb_stored_type types[GNB_TYPES] = {
#define GNB_ROW(identifier, number, name, values, bytes, storage, put) [number] = {name, values, bytes, storage, put},
    GNB_STORED_TYPES(GNB_ROW)
#undef GNB_ROW
};

const struct gnb_stored_type *gnb_stored_type(int number) {
  static const struct gnb_stored_type none = {0, 1, 0, GNB_NOT_READ, 0};
  return number >= 0 && number < GNB_TYPES && types[number].name ? types + number : &none;
}

int gnb_quantise(int type, size_t n, const float *x, uint8_t *out) {
  const struct gnb_stored_type *row = gnb_stored_type(type);
  if (row->put) row->put(n, x, out);
  return row->put != 0;
}

// ---- NF4

void gnb_absmax(size_t blocks, const float *x, float *absmax) {
  for (size_t b = 0; b < blocks; b++, x += 64) {
    float most[16] = {0};
    for (int i = 0; i < 64; i += 16)
      for (int j = 0; j < 16; j++) most[j] = fabsf(x[i + j]) > most[j] ? fabsf(x[i + j]) : most[j];
    for (int j = 1; j < 16; j++) most[0] = most[j] > most[0] ? most[j] : most[0];
    absmax[b] = most[0];
  }
}

// A divisor that is never zero.
static float reciprocal(float absmax) { return 1.0f / (absmax < 1e-38f ? 1e-38f : absmax); }

void gnb_quantise_nf4(size_t blocks, const float *x, const float *absmax, const float *scales, uint8_t *out) {
  float bounds[15];
  for (int i = 0; i < 15; i++) bounds[i] = (gnb_nf4[i] + gnb_nf4[i + 1]) / 2;
  for (size_t b = 0; b < blocks; b++, x += 64, out += 36) {
    const float inverse = reciprocal(absmax[b]);
    int places[64] = {0};
    for (int j = 0; j < 15; j++)
      for (int i = 0; i < 64; i++) places[i] += x[i] * inverse > bounds[j];
    memcpy(out, scales + b, 4);
    for (int i = 0; i < 32; i++) out[4 + i] = (uint8_t)(places[2 * i] << 4 | places[2 * i + 1]);
  }
}

// Seven decades from 1e-6 up; decade i has `parts << i` values, the midpoints of equal parts of 0.1 to 1 times it. Returns their number.
static int decades(int parts, float *above) {
  static const float tops[7] = {1e-6f, 1e-5f, 1e-4f, 1e-3f, 1e-2f, 1e-1f, 1.0f};
  int at = 0;
  for (int i = 0; i < 7; i++, parts *= 2) {
    const float step = (1.0f - 0.1f) / (float)parts;
    float edges[129];
    for (int e = 0; e <= parts; e++)
      edges[e] = e < (parts + 1) / 2 ? fmaf(step, (float)e, 0.1f) : fmaf(-step, (float)(parts - e), 1.0f);
    for (int e = 0; e < parts; e++) above[at++] = tops[i] * ((edges[e] + edges[e + 1]) / 2);
  }
  return at;
}

void gnb_dynamic_map(float *map) {
  const int count = decades(1, map + 128);
  for (int i = 0; i < count; i++) map[126 - i] = -map[128 + i];
  map[127] = 0;
  map[255] = 1;
}

void gnb_unsigned_dynamic_map(float *map) {
  decades(2, map + 1);
  map[0] = 0;
  map[255] = 1;
}

void gnb_nest_absmax(size_t n, float *absmax, float offset, uint8_t *places, float *group_absmax) {
  float map[256], bounds[255];
  gnb_dynamic_map(map);
  for (int i = 0; i < 255; i++) bounds[i] = (map[i] + map[i + 1]) / 2;
  for (size_t first = 0; first < n; first += 256) {
    const size_t count = n - first < 256 ? n - first : 256;
    float *x = absmax + first, most = 0;
    for (size_t i = 0; i < count; i++) {
      x[i] -= offset;
      most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
    }
    group_absmax[first / 256] = most;
    const float inverse = reciprocal(most);
    for (size_t i = 0; i < count; i++) {
      const float value = x[i] * inverse;
      int low = 0, high = 255;
      while (low < high) {
        const int middle = (low + high) / 2;
        if (value > bounds[middle]) low = middle + 1; else high = middle;
      }
      places[first + i] = (uint8_t)low;
      x[i] = map[low] * most + offset;
    }
  }
}
