// The block formats of ggml, all read in the same way: integers with a scale, and for some a minimum, for each group.
// Every product and every difference is rounded separately.
#pragma STDC FP_CONTRACT OFF
#include "dequantize.h"
#include "half.h"
#include "kernels.h"

static void from_f16(size_t n, const uint8_t *p, float *out) {
  for (size_t i = 0; i < n; i++) out[i] = gnb_half_at(p + 2 * i);
}
static void from_bf16(size_t n, const uint8_t *p, float *out) {
  for (size_t i = 0; i < n; i++) {
    uint32_t bits = (uint32_t)p[2 * i] << 16 | (uint32_t)p[2 * i + 1] << 24;
    memcpy(out + i, &bits, 4);
  }
}
static void from_f64(size_t n, const uint8_t *p, float *out) {
  for (size_t i = 0; i < n; i++) {
    double value;
    memcpy(&value, p + 8 * i, 8);
    out[i] = (float)value;
  }
}

// The 6-bit scale and minimum of sub-block j, packed in 12 bytes.
static void scale_min(int j, const uint8_t *q, uint8_t *scale, uint8_t *minimum) {
  if (j < 4) {
    *scale = q[j] & 63;
    *minimum = q[j + 4] & 63;
  } else {
    *scale = (uint8_t)((q[j + 4] & 15) | (q[j - 4] >> 6) << 4);
    *minimum = (uint8_t)((q[j + 4] >> 4) | (q[j] >> 6) << 4);
  }
}

const float gnb_nf4[16] = {
    -1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f,
    -0.18477343022823334f, -0.09105003625154495f, 0.0f, 0.07958029955625534f, 0.16093020141124725f,
    0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f};

// The values of the 4-bit codes of IQ4_NL and IQ4_XS.
static const signed char nonlinear[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

// 32 values of 4 bits; with `high` each value has a fifth bit.
static void nibbles(const uint8_t *p, const uint8_t *high, int offset, signed char *q) {
  uint32_t bits = 0;
  if (high) memcpy(&bits, high, 4);
  for (int i = 0; i < 16; i++) {
    q[i] = (signed char)((int)((p[i] & 15) | ((bits >> i) & 1) << 4) - offset);
    q[i + 16] = (signed char)((int)((p[i] >> 4) | ((bits >> (i + 16)) & 1) << 4) - offset);
  }
}

struct gnb_scale_parts gnb_scale_parts(int type, const unsigned char *row, size_t group) {
  const size_t bytes = (size_t)gnb_stored_type(type)->bytes;
  struct gnb_scale_parts parts = {0, 0, 1, 1};
  switch (type) {
  case GNB_Q4_K:
  case GNB_Q5_K: {
    const uint8_t *p = row + bytes * (group / 8);
    uint8_t s, m;
    scale_min((int)(group % 8), p + 4, &s, &m);
    parts = (struct gnb_scale_parts){gnb_bits_at(p), gnb_bits_at(p + 2), (signed char)s, (signed char)m};
    break;
  }
  case GNB_Q6_K: {
    // Groups of 16: two to a run of 32, four runs to a half of 128.
    const uint8_t *p = row + bytes * (group / 16);
    parts.d = gnb_bits_at(p + 208);
    parts.scale = (signed char)p[192 + group % 16];
    break;
  }
  default: parts.d = gnb_bits_at(row + bytes * group);
  }
  return parts;
}

void gnb_quants(int type, const unsigned char *row, size_t group, signed char *q, float *scale, float *minimum) {
  *minimum = 0;
  const size_t bytes = (size_t)gnb_stored_type(type)->bytes;
  const uint8_t *p;
  struct gnb_scale_parts parts;
  switch (type) {
  case GNB_Q4_0:
    p = row + bytes * group;
    *scale = gnb_half_at(p);
    nibbles(p + 2, 0, 8, q);
    return;
  case GNB_Q4_1:
    p = row + bytes * group;
    *scale = gnb_half_at(p);
    *minimum = -gnb_half_at(p + 2);
    nibbles(p + 4, 0, 0, q);
    return;
  case GNB_Q5_0:
    p = row + bytes * group;
    *scale = gnb_half_at(p);
    nibbles(p + 6, p + 2, 16, q);
    return;
  case GNB_Q5_1:
    p = row + bytes * group;
    *scale = gnb_half_at(p);
    *minimum = -gnb_half_at(p + 2);
    nibbles(p + 8, p + 4, 0, q);
    return;
  case GNB_Q8_0:
    p = row + bytes * group;
    *scale = gnb_half_at(p);
    memcpy(q, p + 2, 32);
    return;
  case GNB_Q4_K:
  case GNB_Q5_K: {
    const int j = (int)(group % 8), five = type == GNB_Q5_K;
    p = row + bytes * (group / 8);
    parts = gnb_scale_parts(type, row, group);
    *scale = gnb_half(parts.d) * parts.scale;
    *minimum = gnb_half(parts.dmin) * parts.minimum;
    const uint8_t *low = p + (five ? 48 : 16) + 32 * (j / 2);
    for (int i = 0; i < 32; i++)
      q[i] = (signed char)(((j & 1) ? low[i] >> 4 : low[i] & 15) + (five ? ((p[16 + i] >> j) & 1) * 16 : 0));
    return;
  }
  case GNB_Q6_K: {
    // 128 bytes of lower bits, 64 of upper ones, 16 scales, d.
    p = row + bytes * (group / 16);
    const int half = (int)(group % 16) / 8, run = (int)(group % 8) / 2, first = (int)(group % 2) * 16;
    const uint8_t *low = p + 64 * half + (run & 1) * 32 + first, *high = p + 128 + 32 * half + first;
    parts = gnb_scale_parts(type, row, group);
    *scale = gnb_half(parts.d) * parts.scale;
    for (int i = 0; i < 16; i++)
      q[i] = (signed char)(((run < 2 ? low[i] & 15 : low[i] >> 4) | ((high[i] >> (2 * run)) & 3) << 4) - 32);
    return;
  }
  case GNB_Q2_K: {
    // 16 bytes of scales and minima, 64 of integers, d, dmin. Groups of 16 as in Q6_K.
    p = row + bytes * (group / 16);
    const int half = (int)(group % 16) / 8, run = (int)(group % 8) / 2, first = (int)(group % 2) * 16;
    const uint8_t pair = p[group % 16];
    *scale = gnb_half_at(p + 80) * (pair & 15);
    *minimum = gnb_half_at(p + 82) * (pair >> 4);
    for (int i = 0; i < 16; i++) q[i] = (signed char)((p[16 + 32 * half + first + i] >> (2 * run)) & 3);
    return;
  }
  case GNB_Q3_K: {
    // 32 bytes with the third bits, 64 with the lower two, 12 of 6-bit scales, d.
    p = row + bytes * (group / 16);
    const int j = (int)(group % 16), half = j / 8, run = j % 8 / 2, first = j % 2 * 16;
    const uint8_t *s = p + 96;
    const int low = j < 8 ? s[j] & 15 : s[j - 8] >> 4, high = (s[8 + j % 4] >> (2 * (j / 4))) & 3;
    *scale = gnb_half_at(p + 108) * (float)((low | high << 4) - 32);
    for (int i = 0; i < 16; i++) {
      const int third = (p[first + i] >> (4 * half + run)) & 1;
      q[i] = (signed char)(((p[32 + 32 * half + first + i] >> (2 * run)) & 3) - (third ? 0 : 4));
    }
    return;
  }
  case GNB_IQ4_NL:
    p = row + bytes * group;
    *scale = gnb_half_at(p);
    for (int i = 0; i < 16; i++) {
      q[i] = nonlinear[p[2 + i] & 15];
      q[i + 16] = nonlinear[p[2 + i] >> 4];
    }
    return;
  case GNB_IQ4_XS: {
    // d, the upper two bits of eight scales, their lower four, 128 bytes of integers.
    p = row + bytes * (group / 8);
    const int j = (int)(group % 8);
    const int high = ((p[2] | p[3] << 8) >> (2 * j)) & 3, low = (p[4 + j / 2] >> (4 * (j % 2))) & 15;
    *scale = gnb_half_at(p) * (float)((low | high << 4) - 32);
    for (int i = 0; i < 16; i++) {
      q[i] = nonlinear[p[8 + 16 * j + i] & 15];
      q[i + 16] = nonlinear[p[8 + 16 * j + i] >> 4];
    }
    return;
  }
  case GNB_NF4:
    p = row + bytes * group;
    memcpy(scale, p, 4);
    for (int i = 0; i < 32; i++) {
      q[2 * i] = (signed char)(p[4 + i] >> 4);
      q[2 * i + 1] = (signed char)(p[4 + i] & 15);
    }
    return;
  default: *scale = 0;
  }
}

int gnb_dequantize(int type, size_t n, const void *source, float *out) {
  switch (type) {
  case GNB_F32: memcpy(out, source, n * sizeof(float)); return 1;
  case GNB_F16: from_f16(n, source, out); return 1;
  case GNB_BF16: from_bf16(n, source, out); return 1;
  case GNB_F64: from_f64(n, source, out); return 1;
  }
  const int storage = gnb_stored_type(type)->storage;
  if (storage < 0) return 0;
  const size_t length = gnb_panel_group(storage);
  for (size_t group = 0; group < n / length; group++, out += length) {
    signed char q[64];
    float scale, minimum;
    gnb_quants(type, source, group, q, &scale, &minimum);
    for (size_t i = 0; i < length; i++) {
      const float value = (storage == GNB_PANEL_NF4 ? gnb_nf4[q[i] & 15] : (float)q[i]) * scale;
      out[i] = gnb_panel_has_minimum(storage) ? value - minimum : value;
    }
  }
  return 1;
}
