// Changes of layout: values are moved, never rounded.
#include "half.h"
#include "kernels.h"
#include <string.h>

void gnb_pack_transposed(size_t n, size_t k, const float *src, size_t ld, float *dst, size_t panel_stride) {
  for (size_t j = 0; j < n; j += 16, dst += panel_stride) {
    size_t columns = n - j < 16 ? n - j : 16;
    if (columns < 16) memset(dst, 0, 16 * k * sizeof(float));
    const float *from = src + j * ld;
    for (size_t d0 = 0; d0 < k; d0 += 16) {
      size_t depth = k - d0 < 16 ? k - d0 : 16;
      for (size_t c = 0; c < columns; c++)
        for (size_t d = 0; d < depth; d++) dst[16 * (d0 + d) + c] = from[c * ld + d0 + d];
    }
  }
}

void gnb_pack(size_t k, size_t n, const float *src, size_t ld, float *dst, size_t panel_stride) {
  for (size_t j = 0; j < n; j += 16, dst += panel_stride) {
    size_t columns = n - j < 16 ? n - j : 16;
    if (columns == 16) {
      for (size_t d = 0; d < k; d++) memcpy(dst + 16 * d, src + d * ld + j, 64);
    } else {
      memset(dst, 0, 16 * k * sizeof(float));
      for (size_t d = 0; d < k; d++) memcpy(dst + 16 * d, src + d * ld + j, columns * sizeof(float));
    }
  }
}

void gnb_transpose_panels(size_t k, size_t n, const float *src, size_t src_stride, float *dst, size_t dst_stride,
                          size_t first, size_t last) {
  for (size_t p = first; p < last; p++) {
    float *to = dst + p * dst_stride;
    size_t columns = k - 16 * p < 16 ? k - 16 * p : 16;
    if (columns < 16) memset(to, 0, 16 * n * sizeof(float));
    for (size_t j0 = 0; j0 < n; j0 += 16) {
      const float *from = src + (j0 / 16) * src_stride + 16 * 16 * p;
      size_t rows = n - j0 < 16 ? n - j0 : 16;
      for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) to[16 * (j0 + r) + c] = from[16 * c + r];
    }
  }
}

void gnb_pack_16(size_t rows, size_t k, const uint16_t *src, size_t ld, uint16_t *dst) {
  memset(dst, 0, 16 * k * sizeof(uint16_t));
  for (size_t r = 0; r < rows; r++)
    for (size_t d = 0; d < k; d++) dst[16 * d + r] = src[r * ld + d];
}

// The words of a group's integers, as gnb_own_code reads them. Both loops over bytes are of constant length, for vectors.
static void pack_words(int bits, const uint8_t *code, uint32_t *words) {
  if (bits == 6) {
    for (int i = 0; i < 3; i++) {
      const uint8_t *c = code + 5 * i;
      words[i] = c[0] | (uint32_t)c[1] << 6 | (uint32_t)c[2] << 12 | (uint32_t)c[3] << 18 | (uint32_t)c[4] << 24
                 | (uint32_t)(code[15] >> 2 * i) << 30;
    }
    return;
  }
  uint8_t pairs[16];
  for (int i = 0; i < 16; i++) pairs[i] = (uint8_t)((code[2 * i] & 15) | code[2 * i + 1] << 4);
  memcpy(words + (bits == 5), pairs, sizeof pairs);
  if (bits == 4) return;
  words[0] = 0;
  for (int t = 0; t < 4; t++) {
    const uint8_t *c = code + 8 * t;
    uint32_t fifth = c[7] >> 4;
    for (int i = 0; i < 7; i++) fifth |= (uint32_t)(c[i] >> 4) << 4 * (i + 1);
    words[0] |= fifth << t;
  }
}

// Up to 16 rows as a panel in the file's own bits.
static void pack_own_bits(int type, struct gnb_own_bits own, size_t rows, size_t k, const uint8_t *src, size_t row_bytes,
                          uint8_t *dst) {
  const size_t groups = own.block / own.group, bytes = gnb_own_header(own) + groups * gnb_own_group(own);
  const size_t sums = own.has_minimum ? 2 : 1;
  memset(dst, 0, k / own.block * bytes);
  for (size_t group = 0; group < k / own.group; group++) {
    uint8_t *block = dst + group / groups * bytes;
    uint8_t *small = block + 32 * sums + group % groups * 16 * sums;
    uint8_t *words = block + gnb_own_header(own) + group % groups * gnb_own_group(own);
    for (size_t r = 0; r < rows; r++) {
      const struct gnb_scale_parts parts = gnb_scale_parts(type, src + r * row_bytes, group);
      memcpy(block + 2 * r, &parts.d, 2);
      if (own.has_minimum) memcpy(block + 32 + 2 * r, &parts.dmin, 2);
      if (groups > 1) small[r] = (uint8_t)parts.scale;
      if (groups > 1 && own.has_minimum) small[16 + r] = (uint8_t)parts.minimum;
      signed char q[64] = {0};
      float scale, minimum;
      gnb_quants(type, src + r * row_bytes, group, q, &scale, &minimum);
      uint8_t codes[32];
      for (int d = 0; d < 32; d++) codes[d] = (uint8_t)(q[d] + own.offset);
      uint32_t made[5];
      pack_words(own.bits, codes, made);
      for (size_t i = 0; i < gnb_own_group(own) / 64; i++) memcpy(words + 64 * i + 4 * r, made + i, 4);
    }
  }
}

void gnb_pack_quantised(int type, size_t rows, size_t k, const uint8_t *src, size_t row_bytes, uint8_t *dst) {
  const int storage = gnb_stored_type(type)->storage;
  const struct gnb_own_bits own = gnb_own_bits(storage);
  if (own.bits) {
    pack_own_bits(type, own, rows, k, src, row_bytes, dst);
    return;
  }
  const size_t length = gnb_panel_group(storage), bytes = gnb_panel_block_bytes(storage);
  for (size_t group = 0; group < k / length; group++, dst += bytes) {
    float scales[16] = {0}, minima[16] = {0};
    uint8_t *values = dst + bytes - gnb_panel_integer_bytes(storage);
    if (rows < 16 || storage == GNB_PANEL_NF4) memset(dst, 0, bytes);
    for (size_t r = 0; r < rows; r++) {
      signed char q[64];
      gnb_quants(type, src + r * row_bytes, group, q, scales + r, minima + r);
      for (size_t d = 0; d < length; d++)
        if (storage == GNB_PANEL_NF4)
          values[16 * (d / 2) + r] |= (uint8_t)(q[d] << 4 * (d % 2));
        else
          values[16 * d + r] = (uint8_t)q[d];
    }
    memcpy(dst, scales, sizeof scales);
    if (gnb_panel_has_minimum(storage)) memcpy(dst + 64, minima, sizeof minima);
  }
}

void gnb_bytes_of_own_bits(int storage, size_t k, const uint8_t *panel, uint8_t *out) {
  const struct gnb_own_bits own = gnb_own_bits(storage);
  const size_t groups = own.block / own.group, sums = own.has_minimum ? 2 : 1;
  const size_t bytes = gnb_panel_block_bytes(gnb_panel_of_bytes(storage));
  for (size_t group = 0; group < k / own.group; group++, out += bytes) {
    const uint8_t *block = panel + group / groups * gnb_panel_block_bytes(storage);
    const uint8_t *small = block + 32 * sums + group % groups * 16 * sums;
    const uint8_t *words = block + gnb_own_header(own) + group % groups * gnb_own_group(own);
    for (size_t r = 0; r < 16; r++) {
      for (size_t sum = 0; sum < sums; sum++) {
        float x = gnb_half_at(block + 32 * sum + 2 * r);
        if (groups > 1) x *= (float)(signed char)small[16 * sum + r];
        memcpy(out + 64 * sum + 4 * r, &x, sizeof x);
      }
      uint32_t read[5];
      for (size_t i = 0; i < gnb_own_group(own) / 64; i++) memcpy(read + i, words + 64 * i + 4 * r, 4);
      for (size_t d = 0; d < own.group; d++)
        out[64 * sums + 16 * d + r] = (uint8_t)((int)gnb_own_code(own.bits, d, read) - own.offset);
    }
  }
}
