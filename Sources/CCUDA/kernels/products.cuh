// Products: every element is one chain of fused multiply-adds over k, in order. A block computes a tile; its threads keep 4 x 4, 8 x 8
// or 16 x 8 chains each in registers, while the next stretch of k comes from memory.
#pragma once
#include "weights.cuh"

struct Product {
  const float *a, *b;
  float *c;
  i64 a_stride, b_stride, c_stride;
  int m, n, k, adds;
};

// The layout of b: panels [n/16][k][16]; the transpose of such panels, [k/16][n][16]; or rows [k][n].
enum Layout { BY_PANELS, TRANSPOSED, BY_ROWS };

template <int BM, int BN, int BK, int TM, int TN, Layout LAYOUT> struct Tile {
  enum {
    THREADS = (BM / TM) * (BN / TN), A4 = BM * BK / 4 / THREADS, B4 = BN * BK / 4 / THREADS,
    A_ROW = BM + 4, B_ROW = BN + (LAYOUT == TRANSPOSED ? 4 : 16)
  };
  float a[2][BK][A_ROW];
  float b[2][BK][B_ROW];
};

// Four values of a row from column `at` on; zero beyond `end`.
DEVICE float4 take4(const float *row, int at, int end, bool aligned) {
  if (aligned && at + 4 <= end) return load4(row + at);
  float4 v;
  v.x = at < end ? row[at] : 0.0f;
  v.y = at + 1 < end ? row[at + 1] : 0.0f;
  v.z = at + 2 < end ? row[at + 2] : 0.0f;
  v.w = at + 3 < end ? row[at + 3] : 0.0f;
  return v;
}

template <int BM, int BN, int BK, int TM, int TN, Layout LAYOUT>
DEVICE void product_tile(const Product &p, int first_row, int first_column, Tile<BM, BN, BK, TM, TN, LAYOUT> &tile) {
  typedef Tile<BM, BN, BK, TM, TN, LAYOUT> T;
  const int t = thread_x();
  // A warp has 4 x 8 threads, so that its reads of the tile do not fight for banks.
  const int warp = t / 32, lane = t % 32, across = BN / TN / 8;
  const int row_group = warp / across * 4 + lane / 8, column_group = warp % across * 8 + lane % 8;
  const bool a_aligned = is_aligned(p.a, p.a_stride), b_aligned = is_aligned(p.b, p.b_stride);

  float4 next_a[T::A4], next_b[T::B4];
  auto fetch = [&](int k0) {
#pragma unroll
    for (int i = 0; i < T::A4; i++) {
      const int number = t + i * T::THREADS, row = first_row + number / (BK / 4), at = k0 + number % (BK / 4) * 4;
      next_a[i] = row < p.m ? take4(p.a + row * p.a_stride, at, p.k, a_aligned) : float4{0, 0, 0, 0};
    }
#pragma unroll
    for (int i = 0; i < T::B4; i++) {
      const int number = t + i * T::THREADS;
      if (LAYOUT == BY_PANELS) {
        const int quad = number % 4, at = k0 + number / 4 % BK, column = first_column + number / (4 * BK) * 16;
        next_b[i] = column < p.n && at < p.k ? load4(p.b + column / 16 * p.b_stride + (i64)at * 16 + quad * 4) : float4{0, 0, 0, 0};
      } else if (LAYOUT == TRANSPOSED) {
        const int at = k0 + number % (BK / 4) * 4, column = first_column + number / (BK / 4);
        next_b[i] = column < p.n && at < p.k ? load4(p.b + at / 16 * p.b_stride + (i64)column * 16 + at % 16) : float4{0, 0, 0, 0};
      } else {
        const int at = k0 + number / (BN / 4), column = first_column + number % (BN / 4) * 4;
        next_b[i] = at < p.k ? take4(p.b + at * p.b_stride, column, p.n, b_aligned) : float4{0, 0, 0, 0};
      }
    }
  };
  auto put = [&](int side) {
#pragma unroll
    for (int i = 0; i < T::A4; i++) {
      const int number = t + i * T::THREADS, row = number / (BK / 4), at = number % (BK / 4) * 4;
      tile.a[side][at][row] = next_a[i].x;
      tile.a[side][at + 1][row] = next_a[i].y;
      tile.a[side][at + 2][row] = next_a[i].z;
      tile.a[side][at + 3][row] = next_a[i].w;
    }
#pragma unroll
    for (int i = 0; i < T::B4; i++) {
      const int number = t + i * T::THREADS;
      if (LAYOUT == BY_PANELS) {
        store4(&tile.b[side][number / 4 % BK][number / (4 * BK) * 16 + number % 4 * 4], next_b[i]);
      } else if (LAYOUT == TRANSPOSED) {
        const int at = number % (BK / 4) * 4, column = number / (BK / 4);
        tile.b[side][at][column] = next_b[i].x;
        tile.b[side][at + 1][column] = next_b[i].y;
        tile.b[side][at + 2][column] = next_b[i].z;
        tile.b[side][at + 3][column] = next_b[i].w;
      } else {
        store4(&tile.b[side][number / (BN / 4)][number % (BN / 4) * 4], next_b[i]);
      }
    }
  };

  // Four rows and four columns that follow each other belong to a thread, then the next four a part of the tile further.
  float sums[TM][TN];
#pragma unroll
  for (int i = 0; i < TM; i++)
#pragma unroll
    for (int j = 0; j < TN; j++) {
      const int row = first_row + i / 4 * (4 * BM / TM) + row_group * 4 + i % 4;
      const int column = first_column + j / 4 * (4 * BN / TN) + column_group * 4 + j % 4;
      sums[i][j] = p.adds && row < p.m && column < p.n ? p.c[row * p.c_stride + column] : 0.0f;
    }
  auto multiply = [&](int side, int kk) {
    float x[TM], y[TN];
#pragma unroll
    for (int i = 0; i < TM; i += 4) *(float4 *)&x[i] = load4(&tile.a[side][kk][i / 4 * (4 * BM / TM) + row_group * 4]);
#pragma unroll
    for (int j = 0; j < TN; j += 4) *(float4 *)&y[j] = load4(&tile.b[side][kk][j / 4 * (4 * BN / TN) + column_group * 4]);
#pragma unroll
    for (int i = 0; i < TM; i++)
#pragma unroll
      for (int j = 0; j < TN; j++) sums[i][j] = fused(x[i], y[j], sums[i][j]);
  };

  if (p.k > 0) {
    fetch(0);
    put(0);
  }
  barrier();
  int side = 0;
  for (int k0 = 0; k0 < p.k; k0 += BK) {
    const bool more = k0 + BK < p.k;
    if (more) fetch(k0 + BK);
    if (k0 + BK <= p.k) {
#pragma unroll
      for (int kk = 0; kk < BK; kk++) multiply(side, kk);
    } else {
      // A chain has exactly k links: a product with zeros would turn -0 into 0.
      for (int kk = 0; kk < p.k - k0; kk++) multiply(side, kk);
    }
    if (more) put(side ^ 1);
    barrier();
    side ^= 1;
  }

  const bool c_aligned = is_aligned(p.c, p.c_stride);
#pragma unroll
  for (int i = 0; i < TM; i++) {
    const int row = first_row + i / 4 * (4 * BM / TM) + row_group * 4 + i % 4;
    if (row >= p.m) continue;
#pragma unroll
    for (int j = 0; j < TN; j += 4) {
      const int column = first_column + j / 4 * (4 * BN / TN) + column_group * 4;
      float *to = p.c + row * p.c_stride + column;
      if (c_aligned && column + 4 <= p.n) {
        store4(to, float4{sums[i][j], sums[i][j + 1], sums[i][j + 2], sums[i][j + 3]});
      } else {
#pragma unroll
        for (int l = 0; l < 4; l++)
          if (column + l < p.n) to[l] = sums[i][j + l];
      }
    }
  }
}

// Grid: (tiles of rows, tiles of columns, problems that are `next` apart in a, b and c).
template <int BM, int BN, int BK, int TM, int TN, Layout LAYOUT> DEVICE void product(const gnb_product &g, const gnb_next_product &next) {
  SHARED Tile<BM, BN, BK, TM, TN, LAYOUT> tile;
  const Product p = {(const float *)g.a + block_z() * next.a, (const float *)g.b + block_z() * next.b,
                     (float *)g.c + block_z() * next.c, g.a_stride, g.b_stride, g.c_stride, g.m, g.n, g.k, g.adds};
  product_tile<BM, BN, BK, TM, TN, LAYOUT>(p, block_x() * BM, block_y() * BN, tile);
}
#define PRODUCT(NAME, BM, BN, BK, TM, TN, LAYOUT) \
  KERNEL((BM / TM) * (BN / TN)) NAME(gnb_product p, gnb_next_product next) { product<BM, BN, BK, TM, TN, LAYOUT>(p, next); }
PRODUCT(product_large, 128, 128, 16, 8, 8, BY_PANELS)
PRODUCT(product_large_transposed, 128, 128, 16, 8, 8, TRANSPOSED)
PRODUCT(product_large_rows, 128, 128, 16, 8, 8, BY_ROWS)
PRODUCT(product_small, 64, 64, 16, 4, 4, BY_PANELS)
PRODUCT(product_small_transposed, 64, 64, 16, 4, 4, TRANSPOSED)
PRODUCT(product_small_rows, 64, 64, 16, 4, 4, BY_ROWS)

// scale * (x f^T): x [m, k], f [rank, k], for small ranks. A block has 16 rows and 16 columns of the result.
KERNEL(256) product_down(const float *x, int m, int k, const float *f, int rank, float scale, float *result) {
  enum { DEPTH = 64 };
  SHARED float rows[2][16][DEPTH + 1], factors[2][16][DEPTH + 1];
  const int t = thread_x(), row = t / 16, column = t % 16, first_row = block_x() * 16, first_column = block_y() * 16;
  float next_x[4], next_f[4];
  auto fetch = [&](int k0) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      const int r = i * 4 + t / 64, at = k0 + t % 64;
      next_x[i] = first_row + r < m && at < k ? x[(i64)(first_row + r) * k + at] : 0.0f;
      next_f[i] = first_column + r < rank && at < k ? f[(i64)(first_column + r) * k + at] : 0.0f;
    }
  };
  auto put = [&](int side) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      rows[side][i * 4 + t / 64][t % 64] = next_x[i];
      factors[side][i * 4 + t / 64][t % 64] = next_f[i];
    }
  };
  float sum = 0.0f;
  fetch(0);
  put(0);
  barrier();
  int side = 0;
  for (int k0 = 0; k0 < k; k0 += DEPTH) {
    const bool more = k0 + DEPTH < k;
    if (more) fetch(k0 + DEPTH);
    if (k0 + DEPTH <= k) {
#pragma unroll
      for (int j = 0; j < DEPTH; j++) sum = fused(rows[side][row][j], factors[side][column][j], sum);
    } else {
      for (int j = 0; j < k - k0; j++) sum = fused(rows[side][row][j], factors[side][column][j], sum);
    }
    if (more) put(side ^ 1);
    barrier();
    side ^= 1;
  }
  if (first_row + row < m && first_column + column < rank)
    result[(i64)(first_row + row) * rank + first_column + column] = sum * scale;
}

// gradient [rank, n] += h^T x: h [rows, rank], x [rows, n]. A thread has four ranks of one column. Grid: (64 columns, 16 ranks).
KERNEL(256) add_outer(const float *h, const float *x, int rows, int n, int rank, float *gradient) {
  enum { DEPTH = 32 };
  SHARED float xs[DEPTH][64];
  SHARED float hs[DEPTH][16];
  const int t = thread_x(), column = block_x() * 64 + t % 64, first_rank = block_y() * 16 + t / 64 * 4;
  float sums[4];
#pragma unroll
  for (int i = 0; i < 4; i++)
    sums[i] = column < n && first_rank + i < rank ? gradient[(i64)(first_rank + i) * n + column] : 0.0f;
  float next_x[8], next_h[2];
  auto fetch = [&](int r0) {
#pragma unroll
    for (int i = 0; i < 8; i++) {
      const int row = r0 + i * 4 + t / 64;
      next_x[i] = row < rows && column < n ? x[(i64)row * n + column] : 0.0f;
    }
#pragma unroll
    for (int i = 0; i < 2; i++) {
      const int row = r0 + i * 16 + t / 16, r = block_y() * 16 + t % 16;
      next_h[i] = row < rows && r < rank ? h[(i64)row * rank + r] : 0.0f;
    }
  };
  fetch(0);
  for (int r0 = 0; r0 < rows; r0 += DEPTH) {
#pragma unroll
    for (int i = 0; i < 8; i++) xs[i * 4 + t / 64][t % 64] = next_x[i];
#pragma unroll
    for (int i = 0; i < 2; i++) hs[i * 16 + t / 16][t % 16] = next_h[i];
    barrier();
    if (r0 + DEPTH < rows) fetch(r0 + DEPTH);
    const int depth = least(DEPTH, rows - r0);
    for (int r = 0; r < depth; r++)
#pragma unroll
      for (int i = 0; i < 4; i++) sums[i] = fused(hs[r][t / 64 * 4 + i], xs[r][t % 64], sums[i]);
    barrier();
  }
#pragma unroll
  for (int i = 0; i < 4; i++)
    if (column < n && first_rank + i < rank) gradient[(i64)(first_rank + i) * n + column] = sums[i];
}

// y[rows, n] = x W^T for up to four rows, from packed panels. A block has two panels. Its first warp computes the chains, one output a
// lane; four more warps turn the weights into floats, and read those of the next stretches meanwhile.
template <int STORAGE, int M>
DEVICE void few_rows(const float *x, i64 x_stride, const u8 *panels, i64 panel_bytes, int k, int n, float *y, i64 y_stride) {
  enum { DEPTH = 64 };
  SHARED float values[2][DEPTH][32];
  SHARED float inputs[2][M][DEPTH];
  const int t = thread_x(), first = block_x() * 32, count = (n + 15) / 16;
  float sums[M];
#pragma unroll
  for (int i = 0; i < M; i++) sums[i] = 0.0f;
  auto fill = [&](int side, int k0) {
    const int worker = t - 32, lane = worker % 32, panel = block_x() * 2 + lane / 16;
    const u8 *source = panels + (i64)panel * panel_bytes;
#pragma unroll
    for (int i = 0; i < DEPTH / 4; i++) {
      const int at = worker / 32 + 4 * i;
      values[side][at][lane] = panel < count && k0 + at < k ? weight<STORAGE>(source, k0 + at, lane % 16) : 0.0f;
    }
    for (int i = worker; i < M * DEPTH; i += 128)
      inputs[side][i / DEPTH][i % DEPTH] = k0 + i % DEPTH < k ? x[i / DEPTH * x_stride + k0 + i % DEPTH] : 0.0f;
  };
  if (t >= 32) fill(0, 0);
  barrier();
  int side = 0;
  for (int k0 = 0; k0 < k; k0 += DEPTH) {
    if (t >= 32) {
      if (k0 + DEPTH < k) fill(side ^ 1, k0 + DEPTH);
    } else if (k0 + DEPTH <= k) {
#pragma unroll 16
      for (int j = 0; j < DEPTH; j++)
#pragma unroll
        for (int i = 0; i < M; i++) sums[i] = fused(inputs[side][i][j], values[side][j][t], sums[i]);
    } else {
      for (int j = 0; j < k - k0; j++)
#pragma unroll
        for (int i = 0; i < M; i++) sums[i] = fused(inputs[side][i][j], values[side][j][t], sums[i]);
    }
    barrier();
    side ^= 1;
  }
  if (t < 32 && first + t < n)
#pragma unroll
    for (int i = 0; i < M; i++) y[i * y_stride + first + t] = sums[i];
}
#define FEW(NAME, STORAGE, M)                                                                                                   \
  KERNEL(160) NAME(const float *x, i64 x_stride, const u8 *panels, i64 panel_bytes, int k, int n, float *y, i64 y_stride) {     \
    few_rows<STORAGE, M>(x, x_stride, panels, panel_bytes, k, n, y, y_stride);                                                  \
  }
#define FEW_ROWS(NAME, STORAGE) FEW(one_row_##NAME, STORAGE, 1) FEW(four_rows_##NAME, STORAGE, 4)
FEW_ROWS(f32, F32)
FEW_ROWS(bf16, BF16)
FEW_ROWS(q8, Q8)
FEW_ROWS(q8_min, Q8_MIN)
FEW_ROWS(q8_16, Q8_16)
FEW_ROWS(q8_16_min, Q8_16_MIN)
FEW_ROWS(f16, F16)
FEW_ROWS(nf4, NF4)
