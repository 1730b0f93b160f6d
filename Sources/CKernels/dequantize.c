// Block formats after ggml's description of them; every product and difference is rounded by itself.
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

// 32 values: half scale, 16 bytes of nibbles, the low nibbles being the first 16 values.
static void from_q4_0(size_t n, const uint8_t *p, float *out) {
  for (; n > 0; n -= 32, p += 18, out += 32) {
    float d = gnb_half_at(p);
    for (int i = 0; i < 16; i++) {
      out[i] = (float)((p[2 + i] & 15) - 8) * d;
      out[i + 16] = (float)((p[2 + i] >> 4) - 8) * d;
    }
  }
}
static void from_q4_1(size_t n, const uint8_t *p, float *out) {
  for (; n > 0; n -= 32, p += 20, out += 32) {
    float d = gnb_half_at(p), m = gnb_half_at(p + 2);
    for (int i = 0; i < 16; i++) {
      out[i] = (float)(p[4 + i] & 15) * d + m;
      out[i + 16] = (float)(p[4 + i] >> 4) * d + m;
    }
  }
}
// As q4 with a fifth bit of each value in a 32-bit word.
static void from_q5_0(size_t n, const uint8_t *p, float *out) {
  for (; n > 0; n -= 32, p += 22, out += 32) {
    float d = gnb_half_at(p);
    uint32_t high;
    memcpy(&high, p + 2, 4);
    for (int i = 0; i < 16; i++) {
      out[i] = (float)((int)((p[6 + i] & 15) | ((high >> i) & 1) << 4) - 16) * d;
      out[i + 16] = (float)((int)((p[6 + i] >> 4) | ((high >> (i + 16)) & 1) << 4) - 16) * d;
    }
  }
}
static void from_q5_1(size_t n, const uint8_t *p, float *out) {
  for (; n > 0; n -= 32, p += 24, out += 32) {
    float d = gnb_half_at(p), m = gnb_half_at(p + 2);
    uint32_t high;
    memcpy(&high, p + 4, 4);
    for (int i = 0; i < 16; i++) {
      out[i] = (float)((p[8 + i] & 15) | ((high >> i) & 1) << 4) * d + m;
      out[i + 16] = (float)((p[8 + i] >> 4) | ((high >> (i + 16)) & 1) << 4) * d + m;
    }
  }
}
static void from_q8_0(size_t n, const uint8_t *p, float *out) {
  for (; n > 0; n -= 32, p += 34, out += 32) {
    float d = gnb_half_at(p);
    for (int i = 0; i < 32; i++) out[i] = (float)(int8_t)p[2 + i] * d;
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
static void from_q4_k(size_t n, const uint8_t *p, float *out) {
  for (; n > 0; n -= 256, p += 144) {
    float d = gnb_half_at(p), low = gnb_half_at(p + 2);
    const uint8_t *q = p + 16;
    for (int j = 0; j < 8; j += 2, q += 32, out += 64) {
      uint8_t s1, m1, s2, m2;
      scale_min(j, p + 4, &s1, &m1);
      scale_min(j + 1, p + 4, &s2, &m2);
      float d1 = d * s1, l1 = low * m1, d2 = d * s2, l2 = low * m2;
      for (int i = 0; i < 32; i++) {
        out[i] = d1 * (float)(q[i] & 15) - l1;
        out[i + 32] = d2 * (float)(q[i] >> 4) - l2;
      }
    }
  }
}
static void from_q5_k(size_t n, const uint8_t *p, float *out) {
  for (; n > 0; n -= 256, p += 176) {
    float d = gnb_half_at(p), low = gnb_half_at(p + 2);
    const uint8_t *high = p + 16, *q = p + 48;
    for (int j = 0; j < 8; j += 2, q += 32, out += 64) {
      uint8_t s1, m1, s2, m2;
      scale_min(j, p + 4, &s1, &m1);
      scale_min(j + 1, p + 4, &s2, &m2);
      float d1 = d * s1, l1 = low * m1, d2 = d * s2, l2 = low * m2;
      for (int i = 0; i < 32; i++) {
        out[i] = d1 * (float)((q[i] & 15) + ((high[i] >> j) & 1) * 16) - l1;
        out[i + 32] = d2 * (float)((q[i] >> 4) + ((high[i] >> (j + 1)) & 1) * 16) - l2;
      }
    }
  }
}
static void from_q6_k(size_t n, const uint8_t *p, float *out) {
  for (; n > 0; n -= 256, p += 210) {
    const uint8_t *ql = p, *qh = p + 128;
    const int8_t *scales = (const int8_t *)(p + 192);
    float d = gnb_half_at(p + 208);
    for (int half = 0; half < 2; half++, ql += 64, qh += 32, scales += 8, out += 128) {
      for (int i = 0; i < 32; i++) {
        int group = i / 16;
        int q1 = ((ql[i] & 15) | (qh[i] & 3) << 4) - 32;
        int q2 = ((ql[i + 32] & 15) | ((qh[i] >> 2) & 3) << 4) - 32;
        int q3 = ((ql[i] >> 4) | ((qh[i] >> 4) & 3) << 4) - 32;
        int q4 = ((ql[i + 32] >> 4) | (qh[i] >> 6) << 4) - 32;
        out[i] = d * scales[group] * (float)q1;
        out[i + 32] = d * scales[group + 2] * (float)q2;
        out[i + 64] = d * scales[group + 4] * (float)q3;
        out[i + 96] = d * scales[group + 6] * (float)q4;
      }
    }
  }
}

int gnb_dequantize(int type, size_t n, const void *source, float *out) {
  switch (type) {
  case GNB_F32: memcpy(out, source, n * sizeof(float)); return 1;
  case GNB_F16: from_f16(n, source, out); return 1;
  case GNB_BF16: from_bf16(n, source, out); return 1;
  case GNB_Q4_0: from_q4_0(n, source, out); return 1;
  case GNB_Q4_1: from_q4_1(n, source, out); return 1;
  case GNB_Q5_0: from_q5_0(n, source, out); return 1;
  case GNB_Q5_1: from_q5_1(n, source, out); return 1;
  case GNB_Q8_0: from_q8_0(n, source, out); return 1;
  case GNB_Q4_K: from_q4_k(n, source, out); return 1;
  case GNB_Q5_K: from_q5_k(n, source, out); return 1;
  case GNB_Q6_K: from_q6_k(n, source, out); return 1;
  default: return 0;
  }
}

int gnb_quantised_storage(int type) {
  switch (type) {
  case GNB_Q4_0: case GNB_Q5_0: case GNB_Q8_0: return GNB_PANEL_Q8;
  case GNB_Q4_1: case GNB_Q5_1: case GNB_Q4_K: case GNB_Q5_K: return GNB_PANEL_Q8_MIN;
  case GNB_Q6_K: return GNB_PANEL_Q8_16;
  default: return -1;
  }
}

// 32 values of 4 bits and, where `high` is given, a fifth each.
static void nibbles(const uint8_t *p, const uint8_t *high, int offset, signed char *q) {
  uint32_t bits = 0;
  if (high) memcpy(&bits, high, 4);
  for (int i = 0; i < 16; i++) {
    q[i] = (signed char)((int)((p[i] & 15) | ((bits >> i) & 1) << 4) - offset);
    q[i + 16] = (signed char)((int)((p[i] >> 4) | ((bits >> (i + 16)) & 1) << 4) - offset);
  }
}

void gnb_quants(int type, const unsigned char *row, size_t group, signed char *q, float *scale, float *minimum) {
  *minimum = 0;
  const uint8_t *p;
  switch (type) {
  case GNB_Q4_0:
    p = row + 18 * group;
    *scale = gnb_half_at(p);
    nibbles(p + 2, 0, 8, q);
    return;
  case GNB_Q4_1:
    p = row + 20 * group;
    *scale = gnb_half_at(p);
    *minimum = -gnb_half_at(p + 2);
    nibbles(p + 4, 0, 0, q);
    return;
  case GNB_Q5_0:
    p = row + 22 * group;
    *scale = gnb_half_at(p);
    nibbles(p + 6, p + 2, 16, q);
    return;
  case GNB_Q5_1:
    p = row + 24 * group;
    *scale = gnb_half_at(p);
    *minimum = -gnb_half_at(p + 2);
    nibbles(p + 8, p + 4, 0, q);
    return;
  case GNB_Q8_0:
    p = row + 34 * group;
    *scale = gnb_half_at(p);
    memcpy(q, p + 2, 32);
    return;
  case GNB_Q4_K:
  case GNB_Q5_K: {
    const int j = (int)(group % 8), five = type == GNB_Q5_K;
    p = row + (five ? 176 : 144) * (group / 8);
    uint8_t s, m;
    scale_min(j, p + 4, &s, &m);
    *scale = gnb_half_at(p) * s;
    *minimum = gnb_half_at(p + 2) * m;
    const uint8_t *low = p + (five ? 48 : 16) + 32 * (j / 2);
    for (int i = 0; i < 32; i++)
      q[i] = (signed char)(((j & 1) ? low[i] >> 4 : low[i] & 15) + (five ? ((p[16 + i] >> j) & 1) * 16 : 0));
    return;
  }
  case GNB_Q6_K: {
    // Groups of 16: two to a run of 32, four runs to a half of 128.
    p = row + 210 * (group / 16);
    const int half = (int)(group % 16) / 8, run = (int)(group % 8) / 2, first = (int)(group % 2) * 16;
    const uint8_t *low = p + 64 * half + (run & 1) * 32 + first, *high = p + 128 + 32 * half + first;
    *scale = gnb_half_at(p + 208) * ((const int8_t *)(p + 192))[8 * half + 2 * run + first / 16];
    for (int i = 0; i < 16; i++)
      q[i] = (signed char)(((run < 2 ? low[i] & 15 : low[i] >> 4) | ((high[i] >> (2 * run)) & 3) << 4) - 32);
    return;
  }
  default: *scale = 0;
  }
}
