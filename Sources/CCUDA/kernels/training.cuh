// AdamW with moments in floats or in 8 bits, dropout and noise: the orders of operations of CKernels.
#pragma once
#include "rows.cuh"

KERNEL(256) adamw(i64 count, float *parameter, const float *gradient, float *m, float *v, gnb_adamw_numbers a) {
  ELEMENT(count)
  const float g = gradient[i] * a.gradient_scale;
  const float first = a.beta1 * m[i] + (1.0f - a.beta1) * g;
  const float second = a.beta2 * v[i] + (1.0f - a.beta2) * g * g;
  m[i] = first;
  v[i] = second;
  const float step = a.step_size * first / (root(second) * a.inverse_root + a.epsilon);
  parameter[i] = parameter[i] * a.decay - step;
}

DEVICE int nearest_place(float value, const float *map) {
  int low = 0, high = 255;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (value > (map[middle] + map[middle + 1]) / 2.0f) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Stores a value as its place in `map`, relative to the largest magnitude of the 256 threads. All threads of the block call it.
DEVICE float encode(float x, bool is_there, const float *map, float *magnitudes, u8 *place) {
  const int t = thread_x();
  magnitudes[t] = is_there ? __builtin_bit_cast(float, __builtin_bit_cast(u32, x) & 0x7fffffffu) : 0.0f;
  barrier();
  for (int width = 128; width > 0; width /= 2) {
    if (t < width) magnitudes[t] = magnitudes[t + width] > magnitudes[t] ? magnitudes[t + width] : magnitudes[t];
    barrier();
  }
  const float largest = magnitudes[0];
  barrier();
  if (is_there) *place = (u8)nearest_place(largest > 0.0f ? x / largest : 0.0f, map);
  return largest;
}

// A block has one quantisation block of 256 parameters. maps: 256 signed, then 256 unsigned values.
KERNEL(256) adamw8(i64 count, float *parameter, const float *gradient, u8 *m, u8 *v, float *m_scales, float *v_scales,
                   const float *maps, gnb_adamw_numbers a) {
  SHARED float magnitudes[256];
  const i64 i = (i64)block_x() * 256 + thread_x();
  const bool is_there = i < count;
  float first = 0.0f, second = 0.0f;
  if (is_there) {
    const float g = gradient[i] * a.gradient_scale;
    first = a.beta1 * (maps[m[i]] * m_scales[block_x()]) + (1.0f - a.beta1) * g;
    second = a.beta2 * (maps[256 + v[i]] * v_scales[block_x()]) + (1.0f - a.beta2) * g * g;
    const float step = a.step_size * first / (root(second) * a.inverse_root + a.epsilon);
    parameter[i] = parameter[i] * a.decay - step;
  }
  barrier();
  const float m_scale = encode(first, is_there, maps, magnitudes, m + i);
  const float v_scale = encode(second, is_there, maps + 256, magnitudes, v + i);
  if (thread_x() == 0) m_scales[block_x()] = m_scale, v_scales[block_x()] = v_scale;
}

// Philox4x32-10 (Salmon et al. 2011): the bits at `column` of the row with this key.
DEVICE u32 random_bits(u64 seed, u32 stream, u64 key, int columns, int column) {
  const u64 block = key * ((u64)(columns + 3) / 4) + (u64)(column / 4);
  u32 c[4] = {(u32)block, (u32)(block >> 32), stream, 0};
  u32 k0 = (u32)seed, k1 = (u32)(seed >> 32);
  for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    const u64 p0 = (u64)c[0] * 0xD2511F53u, p1 = (u64)c[2] * 0xCD9E8D57u;
    const u32 n0 = (u32)(p1 >> 32) ^ c[1] ^ k0, n2 = (u32)(p0 >> 32) ^ c[3] ^ k1;
    c[1] = (u32)p1, c[3] = (u32)p0, c[0] = n0, c[2] = n2;
  }
  return c[column % 4];
}

KERNEL(256) dropout(i64 count, const float *x, float *y, int columns, u64 seed, u32 stream, const u64 *keys, u32 threshold, float scale) {
  ELEMENT(count)
  const u32 bits = random_bits(seed, stream, keys[i / columns], columns, (int)(i % columns));
  y[i] = bits >= threshold ? x[i] * scale : 0.0f;
}

KERNEL(256) noise(i64 count, float *x, int columns, u64 seed, u32 stream, const u64 *keys, const float *amounts) {
  ELEMENT(count)
  const u32 bits = random_bits(seed, stream, keys[i / columns], columns, (int)(i % columns));
  const float u = (float)(bits >> 8) * 0x1p-23f - 1.0f;
  x[i] = x[i] + amounts[i / columns] * u;
}
