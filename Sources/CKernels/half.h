// IEEE half to float, exact, without hardware help.
#ifndef GNB_HALF_H
#define GNB_HALF_H
#include <stdint.h>
#include <string.h>

static inline float gnb_half(uint16_t h) {
  uint32_t sign = (uint32_t)(h & 0x8000) << 16;
  uint32_t exponent = (h >> 10) & 31;
  uint32_t mantissa = h & 1023;
  uint32_t bits;
  if (exponent == 0) {
    float value = (float)mantissa * 0x1p-24f;
    memcpy(&bits, &value, 4);
    bits |= sign;
  } else if (exponent == 31) {
    bits = sign | 0x7f800000 | (mantissa << 13);
  } else {
    bits = sign | ((exponent + 112) << 23) | (mantissa << 13);
  }
  float result;
  memcpy(&result, &bits, 4);
  return result;
}

static inline uint16_t gnb_bits_at(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }
static inline float gnb_half_at(const uint8_t *p) { return gnb_half(gnb_bits_at(p)); }

#endif
