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
      signed char q[64];
      float scale, minimum;
      gnb_quants(type, src + r * row_bytes, group, q, &scale, &minimum);
      for (size_t d = 0; d < own.group; d++)
        for (size_t bit = 0; bit < (size_t)own.bits; bit++) {
          const size_t place = gnb_own_place(own.bits, d, bit);
          const int value = (q[d] + own.offset) >> bit & 1;
          words[place / 32 * 64 + 4 * r + place % 32 / 8] |= (uint8_t)(value << place % 8);
        }
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
