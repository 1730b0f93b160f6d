// Panels of 16 outputs in the storages of CKernels/kernels.h, as floats. The operations are those of kernels_body.h.
#pragma once
#include "numbers.cuh"

enum { F32 = 0, BF16 = 1, Q8 = 2, Q8_MIN = 3, Q8_16 = 4, Q8_16_MIN = 5, F16 = 6, NF4 = 7 };

CONSTANT float nf4_values[16] = {
    -1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f,
    -0.18477343022823334f, -0.09105003625154495f, 0.0f, 0.07958029955625534f, 0.16093020141124725f,
    0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f};

DEVICE float half_value(u16 h) {
  const u32 sign = (u32)(h & 0x8000) << 16, exponent = (h >> 10) & 31, mantissa = h & 1023;
  if (exponent == 0) return __builtin_bit_cast(float, __builtin_bit_cast(u32, (float)mantissa * 0x1p-24f) | sign);
  if (exponent == 31) return __builtin_bit_cast(float, sign | 0x7f800000u | (mantissa << 13));
  return __builtin_bit_cast(float, sign | ((exponent + 112) << 23) | (mantissa << 13));
}

template <int LENGTH, bool MINIMUM>
DEVICE float group_value(const u8 *panel, int k, int lane) {
  const int bytes = (MINIMUM ? 128 : 64) + 16 * LENGTH;
  const u8 *group = panel + (i64)(k / LENGTH) * bytes;
  const float *scales = (const float *)group;
  const float x = (float)(signed char)group[bytes - 16 * LENGTH + 16 * (k % LENGTH) + lane] * scales[lane];
  return MINIMUM ? x - scales[16 + lane] : x;
}

// The weight of input k and output `lane` of a panel.
template <int STORAGE> DEVICE float weight(const u8 *panel, int k, int lane) {
  switch (STORAGE) {
  case BF16: return __builtin_bit_cast(float, (u32)((const u16 *)panel)[16 * (i64)k + lane] << 16);
  case F16: return half_value(((const u16 *)panel)[16 * (i64)k + lane]);
  case Q8: return group_value<32, false>(panel, k, lane);
  case Q8_MIN: return group_value<32, true>(panel, k, lane);
  case Q8_16: return group_value<16, false>(panel, k, lane);
  case Q8_16_MIN: return group_value<16, true>(panel, k, lane);
  case NF4: {
    const u8 *group = panel + (i64)(k / 64) * 576;
    const int both = group[64 + 16 * (k % 64 / 2) + lane];
    return nf4_values[k % 2 ? both >> 4 : both & 15] * ((const float *)group)[lane];
  }
  default: return ((const float *)panel)[16 * (i64)k + lane];
  }
}

DEVICE float any_weight(int storage, const u8 *panel, int k, int lane) {
  switch (storage) {
  case BF16: return weight<BF16>(panel, k, lane);
  case Q8: return weight<Q8>(panel, k, lane);
  case Q8_MIN: return weight<Q8_MIN>(panel, k, lane);
  case Q8_16: return weight<Q8_16>(panel, k, lane);
  case Q8_16_MIN: return weight<Q8_16_MIN>(panel, k, lane);
  case F16: return weight<F16>(panel, k, lane);
  case NF4: return weight<NF4>(panel, k, lane);
  default: return weight<F32>(panel, k, lane);
  }
}

// Whole panels become panels of floats [k][16]. Grid: (stretches of 64 k, panels). A thread has 4 values that follow each other in memory.
template <int STORAGE> DEVICE void unpack(const u8 *panels, i64 panel_bytes, int k, float *out) {
  SHARED float table[16];
  if (STORAGE == NF4) {
    // Threads read different places at once, which constant memory would do one after the other.
    if (thread_x() < 16) table[thread_x()] = nf4_values[thread_x()];
    barrier();
  }
  const u8 *panel = panels + (i64)block_y() * panel_bytes;
  float *to = out + (i64)block_y() * 16 * k;
  const int lane = thread_x() % 4 * 4, row = thread_x() / 4;
  if (STORAGE == NF4) {
    // 64 k are a group. A thread has 4 outputs of two k.
    if (thread_x() >= 128 || block_x() * 64 >= k) return;
    const u8 *group = panel + (i64)block_x() * 576;
    const float4 scales = load4((const float *)group + lane);
    const u32 both = *(const u32 *)(group + 64 + 16 * row + lane);
    to += (i64)(block_x() * 64 + 2 * row) * 16 + lane;
    store4(to, float4{table[both & 15] * scales.x, table[both >> 8 & 15] * scales.y, table[both >> 16 & 15] * scales.z,
                      table[both >> 24 & 15] * scales.w});
    store4(to + 16, float4{table[both >> 4 & 15] * scales.x, table[both >> 12 & 15] * scales.y, table[both >> 20 & 15] * scales.z,
                           table[both >> 28] * scales.w});
    return;
  }
  const int at = block_x() * 64 + row;
  if (at >= k) return;
  store4(to + (i64)at * 16 + lane, float4{weight<STORAGE>(panel, at, lane), weight<STORAGE>(panel, at, lane + 1),
                                          weight<STORAGE>(panel, at, lane + 2), weight<STORAGE>(panel, at, lane + 3)});
}
#define UNPACK(NAME, STORAGE) \
  KERNEL(256) NAME(const u8 *panels, i64 panel_bytes, int k, float *out) { unpack<STORAGE>(panels, panel_bytes, k, out); }
UNPACK(unpack_bf16, BF16)
UNPACK(unpack_q8, Q8)
UNPACK(unpack_q8_min, Q8_MIN)
UNPACK(unpack_q8_16, Q8_16)
UNPACK(unpack_q8_16_min, Q8_16_MIN)
UNPACK(unpack_f16, F16)
UNPACK(unpack_nf4, NF4)

// Some outputs of W as panels of floats. Grid: (stretches of 16 inputs, panels of the result). A missing output is zero.
KERNEL(256) gather_outputs(int storage, const u8 *panels, i64 panel_bytes, int k, const int *outputs, int count, float *out) {
  const int lane = thread_x() % 16, at = block_x() * 16 + thread_x() / 16, i = block_y() * 16 + lane;
  if (at >= k) return;
  float value = 0.0f;
  if (i < count) value = any_weight(storage, panels + (i64)(outputs[i] / 16) * panel_bytes, at, outputs[i] % 16);
  out[((i64)block_y() * k + at) * 16 + lane] = value;
}
