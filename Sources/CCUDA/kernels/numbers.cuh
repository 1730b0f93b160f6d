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

// A warp as 4 rows of 8 threads. Of four threads that follow each other two read the same place, in a row or in a column: shared memory
// then gives 16 bytes to each in half the time (measured on an H100).
DEVICE int warp_row() { return (thread_x() & 1) | (thread_x() >> 4 & 1) << 1; }
DEVICE int warp_column() { return thread_x() >> 1 & 7; }

// A sum over `length` links by all threads of a block, stretch after stretch of DEPTH. fetch(first) reads the first stretch into registers;
// bring(side, first) brings what was read into one of two sides of shared memory and reads the stretch at `first`; multiply(side, count)
// adds the links of a side. A thread waits for all its reads, not for the oldest, so it reads only one stretch in front; prefetch(first)
// has the memory bring those FAR stretches in front into the second-level cache.
template <int DEPTH, int FAR, class PREFETCH, class FETCH, class BRING, class MULTIPLY>
DEVICE void over_stretches(int length, PREFETCH prefetch, FETCH fetch, BRING bring, MULTIPLY multiply) {
  fetch(0);
#pragma unroll
  for (int i = 1; i < FAR; i++)
    if (i * DEPTH < length) prefetch(i * DEPTH);
  bring(0, DEPTH);
  barrier();
  // Two stretches a turn, so that no register has to be moved: that would wait for its read.
  for (int first = 0; first < length; first += 2 * DEPTH) {
#pragma unroll
    for (int side = 0; side < 2; side++) {
      const int at = first + side * DEPTH;
      if (at >= length) return;
      if (at + FAR * DEPTH < length) prefetch(at + FAR * DEPTH);
      bring(side ^ 1, at + 2 * DEPTH);
      multiply(side, least(DEPTH, length - at));
      barrier();
    }
  }
}
