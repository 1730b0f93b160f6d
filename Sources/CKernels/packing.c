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

void gnb_pack_quantised(int type, size_t rows, size_t k, const uint8_t *src, size_t row_bytes, uint8_t *dst) {
  const int storage = gnb_stored_type(type)->storage;
  const size_t length = gnb_panel_group(storage), bytes = gnb_panel_group_bytes(storage);
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
