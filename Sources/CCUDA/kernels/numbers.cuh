// exp, tanh and sums in the contract's order of operations: CKernels/elementary.h and kernels_body.h, one lane a thread.
#pragma once
#include "language.cuh"

DEVICE float exponential(float x) {
  const float magic = 12582912.0f; // 1.5 * 2^23: adding it rounds to the nearest integer
  float clamped = x > -88.0f ? x : -88.0f;
  clamped = clamped < 88.7f ? clamped : 88.7f;
  const float shifted = fused(clamped, 1.44269504088896341f, magic);
  const float n = shifted - magic;
  float r = fused(n, -0.693359375f, clamped);
  r = fused(n, 2.12194440e-4f, r);
  float p = 1.0f / 5040.0f;
  p = fused(p, r, 1.0f / 720.0f);
  p = fused(p, r, 1.0f / 120.0f);
  p = fused(p, r, 1.0f / 24.0f);
  p = fused(p, r, 1.0f / 6.0f);
  p = fused(p, r, 0.5f);
  p = fused(p, r, 1.0f);
  p = fused(p, r, 1.0f);
  const int power = ((int)n + 127) << 23;
  float result = p * __builtin_bit_cast(float, power);
  result = x < -87.33f ? 0.0f : result;
  return x != x ? x : result;
}

DEVICE float hyperbolic_tangent(float x) {
  const u32 bits = __builtin_bit_cast(u32, x);
  const float magnitude = __builtin_bit_cast(float, bits & 0x7fffffffu);
  const float z = x * x;
  float p = -5.70498872745e-3f;
  p = fused(p, z, 2.06390887954e-2f);
  p = fused(p, z, -5.37397155531e-2f);
  p = fused(p, z, 1.33314422036e-1f);
  p = fused(p, z, -3.33332819422e-1f);
  const float near = fused(p * z, x, x);
  const float e = exponential(magnitude + magnitude);
  const float far = 1.0f - 2.0f / (e + 1.0f);
  const float signed_far = __builtin_bit_cast(float, __builtin_bit_cast(u32, far) | (bits & 0x80000000u));
  return magnitude < 0.625f ? near : signed_far;
}

// The tree over 16 lanes: lane i + lane i+8, then +4, +2, +1. All 16 lanes get the sum.
DEVICE float lane_sum(float value) {
  for (int width = 8; width > 0; width /= 2) value = value + lane_above(value, width);
  return first_lane(value);
}
DEVICE float lane_max(float value) {
  for (int width = 8; width > 0; width /= 2) {
    const float other = lane_above(value, width);
    value = other > value ? other : value;
  }
  return first_lane(value);
}

// A sum over n products by the 16 lanes that call it; `lane` is the thread's own.
DEVICE float lane_dot(int n, const float *x, const float *y, int lane) {
  float sum = 0.0f;
  const int whole = n / 16 * 16;
  int j = lane;
  for (; j + 7 * 16 < whole; j += 8 * 16) {
    float a[8], b[8];
#pragma unroll
    for (int i = 0; i < 8; i++) a[i] = x[j + 16 * i], b[i] = y[j + 16 * i];
    read_before();
#pragma unroll
    for (int i = 0; i < 8; i++) sum = fused(a[i], b[i], sum);
  }
  for (; j < whole; j += 16) sum = fused(x[j], y[j], sum);
  if (whole < n) sum = fused(j < n ? x[j] : 0.0f, j < n ? y[j] : 0.0f, sum);
  return lane_sum(sum);
}

// A sum over `length` links by all threads of a block, stretch after stretch of DEPTH. fetch(slot, first) reads a stretch into registers, AHEAD
// stretches before its use; put(slot, side) brings it into one of two sides of shared memory; multiply(side, count) adds its links.
template <int DEPTH, int AHEAD, class FETCH, class PUT, class MULTIPLY>
DEVICE void over_stretches(int length, FETCH fetch, PUT put, MULTIPLY multiply) {
#pragma unroll
  for (int i = 0; i < AHEAD; i++) fetch(i, i * DEPTH);
  put(0, 0);
  fetch(0, AHEAD * DEPTH);
  barrier();
  for (int first = 0; first < length; first += AHEAD * DEPTH) {
#pragma unroll
    for (int i = 0; i < AHEAD; i++) {
      const int at = first + i * DEPTH;
      if (at >= length) return;
      put((i + 1) % AHEAD, (i + 1) % 2);
      fetch((i + 1) % AHEAD, at + (AHEAD + 1) * DEPTH);
      multiply(i % 2, least(DEPTH, length - at));
      barrier();
    }
  }
}
