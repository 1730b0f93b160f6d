// Operations on rows and on single elements.
#pragma once
#include "numbers.cuh"

#define ELEMENT(COUNT)                                              \
  const i64 i = (i64)block_x() * threads_x() + thread_x();          \
  if (i >= (COUNT)) return;

// Several values of a row for each thread, `threads` apart, read at once. Calls body(place, value...).
template <class TAKE, class USE> DEVICE void over_row(int n, int threads, TAKE take, USE use) {
  enum { TOGETHER = 8 };
  for (int first = thread_x(); first < n; first += TOGETHER * threads) {
    decltype(take(0)) taken[TOGETHER];
#pragma unroll
    for (int i = 0; i < TOGETHER; i++) {
      const int j = first + i * threads;
      if (j < n) taken[i] = take(j);
    }
    read_before();
#pragma unroll
    for (int i = 0; i < TOGETHER; i++) {
      const int j = first + i * threads;
      if (j < n) use(j, taken[i]);
    }
  }
}

// Reads a row early that is used late.
DEVICE void prefetch_row(const float *x, int n) {
  for (int j = thread_x() * 8; j < n; j += 8 * threads_x()) prefetch_sector(x + j);
}

// 1 / sqrt(mean(x^2) + epsilon) of a row in shared memory, for all threads of a block. 16 lanes make the sum.
DEVICE float row_rstd(const float *row, int n, float epsilon) {
  SHARED float shared_r;
  barrier();
  if (thread_x() < 32) {
    const float r = 1.0f / root(lane_dot(n, row, row, thread_x() % 16) / (float)n + epsilon);
    if (thread_x() == 0) shared_r = r;
  }
  barrier();
  return shared_r;
}

// One row a block, for wide rows: the row comes into shared memory. Grid: rows.
KERNEL_TOGETHER(256, 2) rms_norm(const float *x, int n, const float *weight, float epsilon, float *y, float *rstd) {
  DYNAMIC_SHARED(float, row);
  prefetch_row(weight, n);
  const float *from = x + (i64)block_x() * n;
  over_row(n, 256, [&](int j) { return from[j]; }, [&](int j, float value) { row[j] = value; });
  const float r = row_rstd(row, n, epsilon);
  if (thread_x() == 0) rstd[block_x()] = r;
  float *to = y + (i64)block_x() * n;
  over_row(n, 256, [&](int j) { return weight[j]; }, [&](int j, float w) { to[j] = row[j] * r * w; });
}

// sum = y + norm(x), and the norm of that. Grid: rows.
KERNEL_TOGETHER(256, 2) rms_norm_sum(const float *x, int n, const float *weight, const float *y, const float *next, float epsilon, float *sum,
                                     float *normed) {
  DYNAMIC_SHARED(float, row);
  const i64 at = (i64)block_x() * n;
  prefetch_row(weight, n);
  prefetch_row(next, n);
  prefetch_row(y + at, n);
  over_row(n, 256, [&](int j) { return x[at + j]; }, [&](int j, float value) { row[j] = value; });
  const float r = row_rstd(row, n, epsilon);
  over_row(
      n, 256, [&](int j) { return float2{weight[j], y[at + j]}; },
      [&](int j, float2 taken) { row[j] = sum[at + j] = row[j] * r * taken.x + taken.y; });
  const float s = row_rstd(row, n, epsilon);
  over_row(n, 256, [&](int j) { return next[j]; }, [&](int j, float w) { normed[at + j] = row[j] * s * w; });
}

// Many narrow rows, 16 lanes each.
KERNEL(256) rms_norm_narrow(const float *x, i64 rows, int n, const float *weight, float epsilon, float *y, float *rstd) {
  const int lane = thread_x() % 16;
  const i64 row = (i64)block_x() * 16 + thread_x() / 16, at = (row < rows ? row : rows - 1) * n;
  const float r = 1.0f / root(lane_dot(n, x + at, x + at, lane) / (float)n + epsilon);
  if (row >= rows) return;
  if (lane == 0) rstd[row] = r;
  for (int j = lane; j < n; j += 16) y[at + j] = x[at + j] * r * weight[j];
}

// dx = r * (g - x * r^2 * mean(g x)) with g = dy * weight
DEVICE float norm_factor(int n, const float *x, const float *dy, const float *weight, float r, int lane) {
  float sum = 0.0f;
  const int whole = n / 16 * 16;
  int j = lane;
#pragma unroll 8
  for (; j < whole; j += 16) sum = fused(dy[j] * weight[j], x[j], sum);
  if (whole < n) sum = fused(j < n ? dy[j] * weight[j] : 0.0f, j < n ? x[j] : 0.0f, sum);
  return lane_sum(sum) / (float)n * r * r;
}
DEVICE float norm_gradient(float x, float dy, float weight, float r, float factor) {
  return r * (dy * weight - x * factor);
}

KERNEL(256) rms_norm_backward(const float *x, int n, const float *weight, const float *rstd, const float *dy, float *dx, int adds) {
  DYNAMIC_SHARED(float, row);
  SHARED float shared_factor;
  const i64 at = (i64)block_x() * n;
  over_row(n, 256, [&](int j) { return x[at + j]; }, [&](int j, float value) { row[j] = value; });
  over_row(n, 256, [&](int j) { return dy[at + j]; }, [&](int j, float value) { row[n + j] = value; });
  barrier();
  const float r = rstd[block_x()];
  if (thread_x() < 32) {
    const float factor = norm_factor(n, row, row + n, weight, r, thread_x() % 16);
    if (thread_x() == 0) shared_factor = factor;
  }
  barrier();
  const float factor = shared_factor;
  over_row(
      n, 256, [&](int j) { return float2{weight[j], adds ? dx[at + j] : 0.0f}; },
      [&](int j, float2 taken) {
        const float d = norm_gradient(row[j], row[n + j], taken.x, r, factor);
        dx[at + j] = adds ? taken.y + d : d;
      });
}

KERNEL(256) rms_norm_backward_narrow(const float *x, i64 rows, int n, const float *weight, const float *rstd, const float *dy,
                                     float *dx, int adds) {
  const int lane = thread_x() % 16;
  const i64 row = (i64)block_x() * 16 + thread_x() / 16, used = row < rows ? row : rows - 1, at = used * n;
  const float r = rstd[used], factor = norm_factor(n, x + at, dy + at, weight, r, lane);
  if (row >= rows) return;
  for (int j = lane; j < n; j += 16) {
    const float d = norm_gradient(x[at + j], dy[at + j], weight[j], r, factor);
    dx[at + j] = adds ? dx[at + j] + d : d;
  }
}

// Rotates halves of each head by the angles of the row's position, or back. y may be x.
KERNEL(256) rotate(i64 count, const float *x, float *y, int heads, int half, const int *positions, const float *cosine, const float *sine, int back) {
  ELEMENT(count)
  const int j = (int)(i % half);
  const i64 head = i / half;
  const i64 angle = (i64)positions[head / heads] * half + j;
  const i64 place = head * 2 * half + j;
  const float a = x[place], b = x[place + half], c = cosine[angle], s = sine[angle];
  float *at = y + place;
  at[0] = back ? a * c + b * s : a * c - b * s;
  at[half] = back ? b * c - a * s : b * c + a * s;
}

DEVICE float gelu_inner(float x) { return 0.79788456080286535588f * fused(0.044715f * x * x, x, x); }

KERNEL(256) gated_gelu(i64 count, const float *gate, const float *up, float *y) {
  ELEMENT(count)
  const float x = gate[i], t = hyperbolic_tangent(gelu_inner(x));
  y[i] = 0.5f * x * (1.0f + t) * up[i];
}

KERNEL(256) gated_gelu_backward(i64 count, float *gate, float *up, const float *dy) {
  ELEMENT(count)
  const float x = gate[i], u = up[i], d = dy[i], t = hyperbolic_tangent(gelu_inner(x));
  const float value = 0.5f * x * (1.0f + t);
  const float inner = 0.79788456080286535588f * fused(3.0f * 0.044715f * x, x, 1.0f);
  const float slope = 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * inner;
  gate[i] = d * u * slope;
  up[i] = d * value;
}

KERNEL(256) gather_rows(i64 count, const float *x, int columns, const int *rows, float *y) {
  ELEMENT(count)
  y[i] = x[(i64)rows[i / columns] * columns + i % columns];
}
KERNEL(256) scatter_add(i64 count, const float *y, int columns, const int *rows, float *x) {
  ELEMENT(count)
  float *to = x + (i64)rows[i / columns] * columns + i % columns;
  *to = *to + y[i];
}
KERNEL(256) add(i64 count, const float *x, float *y) {
  ELEMENT(count)
  y[i] = y[i] + x[i];
}
KERNEL(256) scale(i64 count, float *x, float factor) {
  ELEMENT(count)
  x[i] = x[i] * factor;
}
KERNEL(256) scale_columns(i64 count, float *y, int columns, const float *factors) {
  ELEMENT(count)
  y[i] = y[i] * factors[i % columns];
}
KERNEL(256) soft_cap(i64 count, float *x, float cap) {
  ELEMENT(count)
  x[i] = cap * hyperbolic_tangent(x[i] / cap);
}

// gradient[column] += sum over the rows of dy * y / value, in Double.
KERNEL(256) add_column_products(int columns, int rows, const float *dy, const float *y, const float *value, float *gradient) {
  ELEMENT(columns)
  double sum = 0.0;
  for (int row = 0; row < rows; row++) sum = sum + (double)dy[(i64)row * columns + i] * (double)y[(i64)row * columns + i];
  if (value[i] != 0.0f) gradient[i] = gradient[i] + (float)(sum / (double)value[i]);
}

// The column of the first largest value in each part of a row. Grid: (parts, rows).
KERNEL(256) largest(const float *x, int columns, int part, int *found, float *best_values) {
  SHARED float values[256];
  SHARED int places[256];
  const float *row = x + (i64)block_y() * columns;
  const int first = block_x() * part, end = least(columns, first + part), t = thread_x();
  int best = least(first + t, end - 1);
  for (int j = first + t; j < end; j += 256)
    if (row[j] > row[best]) best = j;
  values[t] = row[best], places[t] = best;
  barrier();
  for (int width = 128; width > 0; width /= 2) {
    if (t < width) {
      const float other = values[t + width];
      if (other > values[t] || (other == values[t] && places[t + width] < places[t])) values[t] = other, places[t] = places[t + width];
    }
    barrier();
  }
  if (t == 0) {
    found[block_y() * blocks_x() + block_x()] = places[0];
    best_values[block_y() * blocks_x() + block_x()] = values[0];
  }
}

// The products of all pairs of rows. Grid: (rows, rows).
KERNEL(32) gram(const float *x, int columns, float *result) {
  const int i = block_x(), j = block_y();
  if (j > i) return;
  const float sum = lane_dot(columns, x + (i64)i * columns, x + (i64)j * columns, thread_x() % 16);
  if (thread_x() == 0) result[i * blocks_x() + j] = result[j * blocks_x() + i] = sum;
}

// The sum of x * x as one row: 16 chains. One block; all its threads read ahead, 16 of them add.
KERNEL_TOGETHER(512, 1) squared_sum(i64 count, const float *x, float *result) {
  enum { LINKS = 256, EACH = 16 * LINKS / 512 };
  // Four links of a lane follow each other.
  alignas(16) SHARED float values[2][LINKS / 4][16 * 4];
  const int t = thread_x(), lane = t % 16;
  float next[EACH], sum = 0.0f;
  auto fetch = [&](int link) {
#pragma unroll
    for (int i = 0; i < EACH; i++) {
      const i64 at = 16 * (i64)link + i * 512 + t;
      next[i] = at < count ? x[at] : 0.0f;
    }
  };
  over_stretches<LINKS, 4>(
      (int)((count + 15) / 16),
      [&](int link) {
        const i64 at = 16 * (i64)link + t * 8;
        if (at < count) prefetch_sector(x + at);
      },
      fetch,
      [&](int side, int link) {
#pragma unroll
        for (int i = 0; i < EACH; i++) values[side][i * 8 + t / 64][lane * 4 + t / 16 % 4] = next[i];
        fetch(link);
      },
      [&](int side, int links) {
        if (t >= 32) return;
        if (links < LINKS) {
          for (int j = 0; j < links; j++) sum = fused(values[side][j / 4][lane * 4 + j % 4], values[side][j / 4][lane * 4 + j % 4], sum);
          return;
        }
        float4 taken[2][4];
        auto take = [&](int part) {
#pragma unroll
          for (int i = 0; i < 4; i++) taken[part % 2][i] = load4(&values[side][part * 4 + i][lane * 4]);
        };
        take(0);
#pragma unroll
        for (int part = 0; part < LINKS / 16; part++) {
          if (part < LINKS / 16 - 1) take(part + 1);
          read_before();
#pragma unroll
          for (int i = 0; i < 4; i++) {
            const float4 v = taken[part % 2][i];
            sum = fused(v.w, v.w, fused(v.z, v.z, fused(v.y, v.y, fused(v.x, v.x, sum))));
          }
        }
      });
  if (t < 32) {
    sum = lane_sum(sum);
    if (t == 0) *result = sum;
  }
}

// Small arrays that come as arguments: the host does not wait, as it would for a copy.
KERNEL(256) store_words(u32 *to, int count, gnb_words from) {
  for (int i = thread_x(); i < count; i += 256) to[i] = from.words[i];
}
