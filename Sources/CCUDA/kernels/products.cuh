// Products: every element is one chain of fused multiply-adds over k, in order. A block computes a tile; its threads keep 4 x 4, 8 x 4
// or 8 x 8 chains each in registers, while the next stretch of k comes from memory.
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
    // Where threads have four k of a row, they write them to four rows: 8 floats more for each four k keep a warp's writes in different banks.
    A_STEP = 4 * BM + 8, B_STEP = LAYOUT == TRANSPOSED ? 4 * BN + 8 : 4 * (BN + 16), B_ROW = LAYOUT == TRANSPOSED ? BN : BN + 16
  };
  alignas(16) float a[2][BK / 4 * A_STEP];
  alignas(16) float b[2][BK / 4 * B_STEP];
  DEVICE float *a_row(Tile &tile, int side, int kk) { return tile.a[side] + kk / 4 * A_STEP + kk % 4 * BM; }
  DEVICE float *b_row(Tile &tile, int side, int kk) { return tile.b[side] + kk / 4 * B_STEP + kk % 4 * B_ROW; }
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
  const int warp = t / 32, across = BN / TN / 8;
  const int row = (warp / across * 4 + warp_row()) * 4, column = (warp % across * 8 + warp_column()) * 4;
  const bool a_aligned = is_aligned(p.a, p.a_stride), b_aligned = is_aligned(p.b, p.b_stride);
  const int whole = p.k / BK, steps = (p.k + BK - 1) / BK;

  // Addresses are a tile's own, which moves along k, and a thread's distance from it. Rows and columns beyond the end read the last ones:
  // their sums are never stored.
  const float *a = p.a + first_row * p.a_stride;
  const float *b = LAYOUT == BY_PANELS ? p.b + first_column / 16 * p.b_stride : LAYOUT == TRANSPOSED ? p.b + (i64)first_column * 16 : p.b + first_column;
  const i64 b_step = LAYOUT == BY_PANELS ? BK * 16 : LAYOUT == TRANSPOSED ? BK * p.b_stride / 16 : BK * p.b_stride;
  u32 from_a[T::A4], from_b[T::B4];
#pragma unroll
  for (int i = 0; i < T::A4; i++) {
    const int number = t + i * T::THREADS;
    from_a[i] = least(number / (BK / 4), p.m - 1 - first_row) * (int)p.a_stride + number % (BK / 4) * 4;
  }
#pragma unroll
  for (int i = 0; i < T::B4; i++) {
    const int number = t + i * T::THREADS;
    if (LAYOUT == BY_PANELS)
      from_b[i] = least(number / (4 * BK), (p.n - 1) / 16 - first_column / 16) * (int)p.b_stride + number % (4 * BK) * 4;
    else if (LAYOUT == TRANSPOSED)
      from_b[i] = least(number / (BK / 4), p.n - 1 - first_column) * 16 + number % (BK / 4) * 4;
    else
      from_b[i] = number / (BN / 4) * (int)p.b_stride + number % (BN / 4) * 4;
  }
  float4 next_a[T::A4], next_b[T::B4];
  const bool is_simple = a_aligned && (LAYOUT != BY_ROWS || (b_aligned && first_column + BN <= p.n));
  // Reads the stretch at a and b, of which `rest` k exist, and moves on.
  auto fetch = [&](int rest) {
    if (is_simple && rest >= BK) {
#pragma unroll
      for (int i = 0; i < T::A4; i++) next_a[i] = load4(a + from_a[i]);
#pragma unroll
      for (int i = 0; i < T::B4; i++) next_b[i] = load4(b + from_b[i]);
    } else {
#pragma unroll
      for (int i = 0; i < T::A4; i++) {
        const int at = (t + i * T::THREADS) % (BK / 4) * 4;
        next_a[i] = take4(a + from_a[i] - at, at, rest, false);
      }
#pragma unroll
      for (int i = 0; i < T::B4; i++) {
        const int number = t + i * T::THREADS;
        const int depth = LAYOUT == BY_PANELS ? number / 4 % BK : LAYOUT == TRANSPOSED ? number % (BK / 4) * 4 : number / (BN / 4);
        const int at = LAYOUT == BY_ROWS ? number % (BN / 4) * 4 : 0, end = LAYOUT == BY_ROWS ? p.n - first_column : 4;
        next_b[i] = depth < rest ? take4(b + from_b[i] - at, at, end, b_aligned) : float4{0, 0, 0, 0};
      }
    }
    a += BK;
    b += b_step;
  };
  auto put = [&](int side) {
#pragma unroll
    for (int i = 0; i < T::A4; i++) {
      const int number = t + i * T::THREADS, of = number / (BK / 4), at = number % (BK / 4) * 4;
      T::a_row(tile, side, at)[of] = next_a[i].x;
      T::a_row(tile, side, at + 1)[of] = next_a[i].y;
      T::a_row(tile, side, at + 2)[of] = next_a[i].z;
      T::a_row(tile, side, at + 3)[of] = next_a[i].w;
    }
#pragma unroll
    for (int i = 0; i < T::B4; i++) {
      const int number = t + i * T::THREADS;
      if (LAYOUT == BY_PANELS) {
        store4(T::b_row(tile, side, number / 4 % BK) + number / (4 * BK) * 16 + number % 4 * 4, next_b[i]);
      } else if (LAYOUT == TRANSPOSED) {
        const int of = number / (BK / 4), at = number % (BK / 4) * 4;
        T::b_row(tile, side, at)[of] = next_b[i].x;
        T::b_row(tile, side, at + 1)[of] = next_b[i].y;
        T::b_row(tile, side, at + 2)[of] = next_b[i].z;
        T::b_row(tile, side, at + 3)[of] = next_b[i].w;
      } else {
        store4(T::b_row(tile, side, number / (BN / 4)) + number % (BN / 4) * 4, next_b[i]);
      }
    }
  };

  // Four rows and four columns that follow each other belong to a thread, then the next four a part of the tile further.
  float sums[TM][TN];
#pragma unroll
  for (int i = 0; i < TM; i++)
#pragma unroll
    for (int j = 0; j < TN; j++) {
      const int r = first_row + i / 4 * (4 * BM / TM) + row + i % 4, c = first_column + j / 4 * (4 * BN / TN) + column + j % 4;
      sums[i][j] = p.adds && r < p.m && c < p.n ? p.c[r * p.c_stride + c] : 0.0f;
    }
  auto multiply = [&](int side, int kk) {
    float x[TM], y[TN];
#pragma unroll
    for (int i = 0; i < TM; i += 4) *(float4 *)&x[i] = load4(T::a_row(tile, side, kk) + i / 4 * (4 * BM / TM) + row);
#pragma unroll
    for (int j = 0; j < TN; j += 4) *(float4 *)&y[j] = load4(T::b_row(tile, side, kk) + j / 4 * (4 * BN / TN) + column);
    // To and fro, so that each operation shares a factor with the one before: a processor reads two registers at a time.
#pragma unroll
    for (int i = 0; i < TM; i++)
#pragma unroll
      for (int l = 0; l < TN; l++) {
        const int j = i % 2 ? TN - 1 - l : l;
        sums[i][j] = fused(x[i], y[j], sums[i][j]);
      }
  };

  // While one stretch of k is multiplied, the next one comes from memory.
  for (int step = 0; step <= steps; step++) {
    if (step < steps) fetch(p.k - step * BK);
    const int side = step & 1;
    if (step > whole) {
      // A chain has exactly k links: a product with zeros would turn -0 into 0.
      for (int kk = 0; kk < p.k - whole * BK; kk++) multiply(side ^ 1, kk);
    } else if (step > 0) {
#pragma unroll
      for (int kk = 0; kk < BK; kk++) multiply(side ^ 1, kk);
    }
    if (step < steps) put(side);
    barrier();
  }

  // One value at a time: groups of four would tie the sums to registers that the factors fight for.
#pragma unroll
  for (int i = 0; i < TM; i++) {
    const int r = first_row + i / 4 * (4 * BM / TM) + row + i % 4;
    if (r >= p.m) continue;
#pragma unroll
    for (int j = 0; j < TN; j++) {
      const int c = first_column + j / 4 * (4 * BN / TN) + column + j % 4;
      if (c < p.n) p.c[r * p.c_stride + c] = sums[i][j];
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
#define PRODUCT(NAME, BM, BN, BK, TM, TN, BLOCKS, LAYOUT)                                       \
  KERNEL_TOGETHER((BM / TM) * (BN / TN), BLOCKS) NAME(gnb_product p, gnb_next_product next) {   \
    product<BM, BN, BK, TM, TN, LAYOUT>(p, next);                                               \
  }
#define PRODUCTS(NAME, BM, BN, BK, TM, TN, BLOCKS)                    \
  PRODUCT(NAME, BM, BN, BK, TM, TN, BLOCKS, BY_PANELS)                \
  PRODUCT(NAME##_transposed, BM, BN, BK, TM, TN, BLOCKS, TRANSPOSED)  \
  PRODUCT(NAME##_rows, BM, BN, BK, TM, TN, BLOCKS, BY_ROWS)
// The fastest of 24 shapes of tiles on an H100 for many tiles, and the one for few (docs/log.md).
PRODUCTS(product_wide, 64, 128, 16, 8, 8, 3)
PRODUCTS(product_narrow, 64, 64, 16, 8, 4, 4)

// scale * (x f^T): x [m, k], f [rank, k], for small ranks. A block has 16 rows and 16 columns of the result, a thread two of them.
KERNEL_TOGETHER(128, 2) product_down(const float *x, int m, int k, const float *f, int rank, float scale, float *result) {
  enum { DEPTH = 128, EACH = 16 * DEPTH / 4 / 128, ROW = DEPTH + 4 };
  alignas(16) SHARED float rows[2][16][ROW], factors[2][16][ROW];
  const int t = thread_x(), row = t / 32 * 4 + warp_row(), column = warp_column(), first_row = block_x() * 16, first_column = block_y() * 16;
  const bool aligned = is_aligned(x, k) && is_aligned(f, k);
  // Rows and columns beyond the end read the last ones: their sums are never stored.
  const float *prefetched = x + (i64)least(first_row + t / 8, m - 1) * k;
  u32 from_x[EACH], from_f[EACH];
#pragma unroll
  for (int i = 0; i < EACH; i++) {
    const int number = i * 4 + t / 32;
    from_x[i] = least(number, m - 1 - first_row) * k;
    from_f[i] = least(number, rank - 1 - first_column) * k;
  }
  x += (i64)first_row * k;
  f += (i64)first_column * k;
  float4 next_x[EACH], next_f[EACH];
  // Two columns, 8 apart.
  float sums[2] = {0.0f, 0.0f};
  auto fetch = [&](int k0) {
    const int at = k0 + t % 32 * 4;
    if (aligned && k0 + DEPTH <= k) {
#pragma unroll
      for (int i = 0; i < EACH; i++) next_x[i] = load4(x + from_x[i] + at), next_f[i] = load4(f + from_f[i] + at);
    } else {
#pragma unroll
      for (int i = 0; i < EACH; i++) next_x[i] = take4(x + from_x[i], at, k, false), next_f[i] = take4(f + from_f[i], at, k, false);
    }
  };
  over_stretches<DEPTH, 4>(
      k,
      [&](int k0) {
        for (int at = k0 + t % 8 * 8; at < least(k0 + DEPTH, k); at += 64) prefetch_sector(prefetched + at);
      },
      fetch,
      [&](int side, int next) {
#pragma unroll
        for (int i = 0; i < EACH; i++) {
          store4(&rows[side][i * 4 + t / 32][t % 32 * 4], next_x[i]);
          store4(&factors[side][i * 4 + t / 32][t % 32 * 4], next_f[i]);
        }
        fetch(next);
      },
      [&](int side, int count) {
        if (count < DEPTH) {
          for (int j = 0; j < count; j++)
#pragma unroll
            for (int i = 0; i < 2; i++) sums[i] = fused(rows[side][row][j], factors[side][column + 8 * i][j], sums[i]);
          return;
        }
        float4 a[2][4], b[2][4][2];
        auto take = [&](int part) {
#pragma unroll
          for (int q = 0; q < 4; q++) {
            a[part % 2][q] = load4(&rows[side][row][part * 16 + q * 4]);
#pragma unroll
            for (int i = 0; i < 2; i++) b[part % 2][q][i] = load4(&factors[side][column + 8 * i][part * 16 + q * 4]);
          }
        };
        take(0);
#pragma unroll
        for (int part = 0; part < DEPTH / 16; part++) {
          if (part < DEPTH / 16 - 1) take(part + 1);
          read_before();
#pragma unroll
          for (int q = 0; q < 4; q++) {
            const float4 v = a[part % 2][q];
#pragma unroll
            for (int i = 0; i < 2; i++) {
              const float4 w = b[part % 2][q][i];
              sums[i] = fused(v.w, w.w, fused(v.z, w.z, fused(v.y, w.y, fused(v.x, w.x, sums[i]))));
            }
          }
        }
      });
#pragma unroll
  for (int i = 0; i < 2; i++) {
    const int at = first_column + column + 8 * i;
    if (first_row + row < m && at < rank) result[(i64)(first_row + row) * rank + at] = sums[i] * scale;
  }
}

// gradient [rank, n] += h^T x: h [rows, rank], x [rows, n]. A thread has four ranks of one column. Grid: (32 columns, 16 ranks).
KERNEL_TOGETHER(128, 3) add_outer(const float *h, const float *x, int rows, int n, int rank, float *gradient) {
  enum { DEPTH = 96 };
  alignas(16) SHARED float xs[2][DEPTH][32], hs[2][DEPTH][16];
  const int t = thread_x(), first_column = block_x() * 32, column = first_column + t % 32, first_rank = block_y() * 16 + t / 32 * 4;
  const bool is_simple = is_aligned(x, n) && is_aligned(h, rank) && first_column + 32 <= n && block_y() * 16 + 16 <= rank;
  float sums[4];
#pragma unroll
  for (int i = 0; i < 4; i++)
    sums[i] = column < n && first_rank + i < rank ? gradient[(i64)(first_rank + i) * n + column] : 0.0f;
  float4 next_x[DEPTH / 16], next_h[DEPTH / 32];
  const int of_h = block_y() * 16 + t % 4 * 4, of_x = first_column + t % 8 * 4;
  auto fetch = [&](int r0) {
    // Rows beyond the end read the last one: they are not added.
    if (is_simple) {
#pragma unroll
      for (int i = 0; i < DEPTH / 32; i++) next_h[i] = load4(h + (i64)least(r0 + i * 32 + t / 4, rows - 1) * rank + of_h);
#pragma unroll
      for (int i = 0; i < DEPTH / 16; i++) next_x[i] = load4(x + (i64)least(r0 + i * 16 + t / 8, rows - 1) * n + of_x);
    } else {
#pragma unroll
      for (int i = 0; i < DEPTH / 32; i++) next_h[i] = take4(h + (i64)least(r0 + i * 32 + t / 4, rows - 1) * rank, of_h, rank, false);
#pragma unroll
      for (int i = 0; i < DEPTH / 16; i++) next_x[i] = take4(x + (i64)least(r0 + i * 16 + t / 8, rows - 1) * n, of_x, n, false);
    }
  };
  over_stretches<DEPTH, 3>(
      rows,
      [&](int r0) {
        for (int row = r0 + t / 4; row < least(r0 + DEPTH, rows); row += 32) prefetch_sector(x + (i64)row * n + least(first_column + t % 4 * 8, n - 1));
      },
      fetch,
      [&](int side, int next) {
#pragma unroll
        for (int i = 0; i < DEPTH / 32; i++) store4(&hs[side][i * 32 + t / 4][t % 4 * 4], next_h[i]);
#pragma unroll
        for (int i = 0; i < DEPTH / 16; i++) store4(&xs[side][i * 16 + t / 8][t % 8 * 4], next_x[i]);
        fetch(next);
      },
      [&](int side, int count) {
        enum { TOGETHER = 8 };
        auto add = [&](float4 of_h, float of_x) {
          sums[0] = fused(of_h.x, of_x, sums[0]);
          sums[1] = fused(of_h.y, of_x, sums[1]);
          sums[2] = fused(of_h.z, of_x, sums[2]);
          sums[3] = fused(of_h.w, of_x, sums[3]);
        };
        if (count < DEPTH) {
          for (int r = 0; r < count; r++) add(load4(&hs[side][r][t / 32 * 4]), xs[side][r][t % 32]);
          return;
        }
        float4 taken_h[2][TOGETHER];
        float taken_x[2][TOGETHER];
        auto take = [&](int part) {
#pragma unroll
          for (int i = 0; i < TOGETHER; i++) {
            taken_h[part % 2][i] = load4(&hs[side][part * TOGETHER + i][t / 32 * 4]);
            taken_x[part % 2][i] = xs[side][part * TOGETHER + i][t % 32];
          }
        };
        take(0);
#pragma unroll
        for (int part = 0; part < DEPTH / TOGETHER; part++) {
          if (part < DEPTH / TOGETHER - 1) take(part + 1);
          read_before();
#pragma unroll
          for (int i = 0; i < TOGETHER; i++) add(taken_h[part % 2][i], taken_x[part % 2][i]);
        }
      });
#pragma unroll
  for (int i = 0; i < 4; i++)
    if (column < n && first_rank + i < rank) gradient[(i64)(first_rank + i) * n + column] = sums[i];
}

// y[rows, n] = x W^T for one or four rows, from packed panels of one or several W. A block has two panels. Its first warp computes the chains, one output a
// lane. Four more warps make the weights' codes floats in shared memory.
template <int STORAGE> struct Codes {
  enum {
    GROUP = STORAGE == NF4 ? 64 : STORAGE == Q8 || STORAGE == Q8_MIN ? 32 : STORAGE == Q8_16 || STORAGE == Q8_16_MIN ? 16 : 0,
    MINIMUM = STORAGE == Q8_MIN || STORAGE == Q8_16_MIN,
    BITS = STORAGE == NF4 ? 4 : GROUP ? 8 : STORAGE == F32 ? 32 : 16,
    GROUP_BYTES = GROUP ? (MINIMUM ? 128 : 64) + 16 * GROUP * BITS / 8 : 0,
    LENGTH = GROUP ? GROUP : 64,
    DEPTH = BITS == 4 ? 128 : 64, // the k of a stretch
    WORDS = DEPTH * BITS / 128, // 32-bit words of a thread: a stretch of 32 outputs by 128 threads
    SCALES_LATE = GROUP != 0 && STORAGE != NF4, // whether the chains' own warp multiplies by the scales
    GROUPS = SCALES_LATE ? DEPTH / GROUP : 1
  };
};

// The lane whose chain is that of an output of a block. What threads of a warp write, or one of them, they write side by side.
DEVICE int lane_of(int output) { return (output & 16) | (output & 1) << 3 | (output & 12) >> 1 | ((output >> 1 ^ output >> 4) & 1); }
DEVICE int output_of(int lane) { return (lane & 16) | (lane & 6) << 1 | ((lane ^ lane >> 4) & 1) << 1 | (lane >> 3 & 1); }

template <int STORAGE, int M> DEVICE void few_rows(const gnb_few_rows &g) {
  typedef Codes<STORAGE> C;
  int block = block_x(), number = 0;
  while (number < 2 && block >= g.of[number].blocks) block -= g.of[number++].blocks;
  const float *x = (const float *)g.x;
  const u8 *panels = (const u8 *)g.of[number].panels;
  const i64 x_stride = g.x_stride, panel_bytes = g.of[number].panel_bytes, y_stride = g.of[number].y_stride;
  const int k = g.k, n = g.of[number].n;
  float *y = (float *)g.of[number].y;
  enum { DEPTH = C::DEPTH, ROW = 32 * 4 + 4, STRETCH = C::GROUP ? DEPTH / C::LENGTH * C::GROUP_BYTES : DEPTH * 2 * C::BITS };
  // Four k of a lane's output follow each other.
  alignas(16) SHARED u32 values[2][DEPTH / 4][ROW];
  alignas(16) SHARED float inputs[2][M][DEPTH];
  SHARED float scales[2][C::GROUPS][32], minima[2][C::GROUPS][32];
  SHARED float table[16];
  // The chains' warp is not the first: the fifth warp shares a part of the processor with that one. Blocks on one processor have it in
  // different parts.
  const int warp = thread_x() / 32, chains = 1 + block_x() / g.processors % 3, lane = thread_x() % 32;
  const bool has_chains = warp == chains;
  const int worker = thread_x() - (warp > chains ? 32 : 0), first = block * 32, panel_count = (n + 15) / 16;
  if (STORAGE == NF4 && thread_x() < 16) table[thread_x()] = nf4_values[thread_x()];
  barrier();

  // What a thread of the four warps reads of one stretch: of the words of a panel, group by group, every 64th. With NF4 it reads four
  // outputs of eight k that follow each other.
  u32 words[C::WORDS];
  float4 own_scales;
  float next_scale, next_minimum, next_inputs[(M * DEPTH + 127) / 128];
  // Beyond the end it reads the last ones: no chain takes them.
  const int side_panel = STORAGE == NF4 ? worker % 8 / 4 : worker / 64, eighth = worker / 8;
  const u8 *source = panels + (i64)least(block * 2 + side_panel, panel_count - 1) * panel_bytes;
  const u8 *scale_source = panels + (i64)least(block * 2 + worker % 32 / 16, panel_count - 1) * panel_bytes;
  auto prefetch = [&](int k0) {
    const u8 *from = panels + (i64)least(block * 2 + worker / 64, panel_count - 1) * panel_bytes;
#pragma unroll
    for (int at = 0; at < STRETCH; at += 64 * 32)
      if (at + worker % 64 * 32 < STRETCH) prefetch_sector(from + least(k0 / DEPTH * STRETCH + at + worker % 64 * 32, (int)panel_bytes - 4));
  };
  auto fetch = [&](int k0, int zero) {
    const int start = k0 / DEPTH * STRETCH;
#pragma unroll
    for (int i = 0; i < C::WORDS; i++) {
      const int place = (STORAGE == NF4 ? (eighth * 4 + i) * 4 + worker % 4 : i * 64 + worker % 64) * 4, of_group = 2 * C::BITS * C::LENGTH;
      const int own = C::GROUP != 0 ? place / of_group * C::GROUP_BYTES + C::GROUP_BYTES - of_group + place % of_group : place;
      words[i] = *(const u32 *)(source + zero + least(start + own, (int)panel_bytes - 4));
    }
    if (STORAGE == NF4) {
      const int own = eighth * 8 / C::LENGTH * C::GROUP_BYTES + worker % 4 * 16;
      own_scales = load4((const float *)(source + zero + least(start + own, (int)panel_bytes - 16)));
    } else if (C::SCALES_LATE && worker < 32 * C::GROUPS) {
      const int own = worker / 32 * C::GROUP_BYTES + worker % 16 * 4;
      const float *at = (const float *)(scale_source + zero + least(start + own, (int)panel_bytes - 68));
      next_scale = at[0];
      if (C::MINIMUM != 0) next_minimum = at[16];
    }
#pragma unroll
    for (int i = 0; i < (M * DEPTH + 127) / 128; i++) {
      const int number = worker + 128 * i;
      if (M * DEPTH % 128 == 0 || number < M * DEPTH) next_inputs[i] = x[number / DEPTH * x_stride + least(k0 + number % DEPTH, k - 1) + zero];
    }
  };
  auto bring = [&](int side, int next) {
    // The next reads wait for these ones, by an address that depends on them: a zero comes out. Without it they would come first, and all
    // would have to be waited for.
    u32 taken[C::WORDS], all = 0;
    float taken_inputs[(M * DEPTH + 127) / 128];
    const float4 s = own_scales;
    const float scale = next_scale, minimum = next_minimum;
#pragma unroll
    for (int i = 0; i < C::WORDS; i++) all |= taken[i] = words[i];
#pragma unroll
    for (int i = 0; i < (M * DEPTH + 127) / 128; i++) all |= __builtin_bit_cast(u32, taken_inputs[i] = next_inputs[i]);
    if (STORAGE == NF4) all |= __builtin_bit_cast(u32, s.x);
    if (C::SCALES_LATE) all |= __builtin_bit_cast(u32, scale);
    fetch(next, all & g.zero);
    if (STORAGE == NF4) {
#pragma unroll
      for (int j = 0; j < 4; j++) {
        const float factor = j == 0 ? s.x : j == 1 ? s.y : j == 2 ? s.z : s.w;
        float made[8];
#pragma unroll
        for (int i = 0; i < 8; i++) {
          // Four times a code is its place in the table: no operation is spent on an address.
          const int shift = 8 * j + i % 2 * 4;
          const u32 word = taken[i / 2], place = (shift ? word >> (shift - 2) : word << 2) & 60;
          made[i] = *(const float *)((const char *)table + place) * factor;
        }
        float *to = (float *)&values[side][eighth * 2][lane_of(side_panel * 16 + worker % 4 * 4 + j) * 4];
        store4(to, float4{made[0], made[1], made[2], made[3]});
        store4(to + ROW, float4{made[4], made[5], made[6], made[7]});
      }
    } else {
#pragma unroll
      for (int i = 0; i < C::WORDS; i++) {
        // The number of the word's first code among the 16 outputs of a stretch, output by output in each k.
        const int code = (i * 64 + worker % 64) * 32 / C::BITS, at = code / 16;
        const u32 word = taken[i];
        auto store = [&](int j, u32 value) { values[side][at / 4][lane_of(side_panel * 16 + code % 16 + j) * 4 + at % 4] = value; };
        if (C::BITS == 8) {
#pragma unroll
          for (int j = 0; j < 4; j++) store(j, __builtin_bit_cast(u32, (float)(signed char)(word >> 8 * j)));
        } else if (C::BITS == 16) {
          store(0, STORAGE == BF16 ? word << 16 : __builtin_bit_cast(u32, half_value((u16)word)));
          store(1, STORAGE == BF16 ? word & 0xffff0000u : __builtin_bit_cast(u32, half_value((u16)(word >> 16))));
        } else {
          store(0, word);
        }
      }
    }
    if (C::SCALES_LATE && worker < 32 * C::GROUPS) {
      scales[side][worker / 32][lane_of(worker % 32)] = scale;
      if (C::MINIMUM != 0) minima[side][worker / 32][lane_of(worker % 32)] = minimum;
    }
#pragma unroll
    for (int i = 0; i < (M * DEPTH + 127) / 128; i++) {
      const int number = worker + 128 * i;
      if (M * DEPTH % 128 == 0 || number < M * DEPTH) inputs[side][number / DEPTH][number % DEPTH] = taken_inputs[i];
    }
  };

  float sums[M];
#pragma unroll
  for (int i = 0; i < M; i++) sums[i] = 0.0f;
  auto link = [&](float value, float scale, float minimum, float input, int i) {
    if (C::SCALES_LATE) value = value * scale;
    if (C::MINIMUM != 0) value = value - minimum;
    sums[i] = fused(input, value, sums[i]);
  };
  auto multiply = [&](int side, int count) {
    if (count == DEPTH) {
      // 16 k at a time, read before the 16 in front of them are multiplied: a chain waits for nothing but itself.
      float4 value[2][4], input[2][M][4];
      float scale[2], minimum[2];
      auto take = [&](int part) {
#pragma unroll
        for (int q = 0; q < 4; q++) {
          value[part % 2][q] = load4((const float *)&values[side][part * 4 + q][lane * 4]);
#pragma unroll
          for (int i = 0; i < M; i++) input[part % 2][i][q] = load4(&inputs[side][i][part * 16 + q * 4]);
        }
        scale[part % 2] = C::SCALES_LATE ? scales[side][part * C::GROUPS / (DEPTH / 16)][lane] : 1.0f;
        minimum[part % 2] = C::MINIMUM != 0 ? minima[side][part * C::GROUPS / (DEPTH / 16)][lane] : 0.0f;
      };
      take(0);
#pragma unroll
      for (int part = 0; part < DEPTH / 16; part++) {
        if (part < DEPTH / 16 - 1) take(part + 1);
        read_before();
        const float s = scale[part % 2], m = minimum[part % 2];
#pragma unroll
        for (int q = 0; q < 4; q++) {
          const float4 v = value[part % 2][q];
#pragma unroll
          for (int i = 0; i < M; i++) {
            const float4 in = input[part % 2][i][q];
            link(v.x, s, m, in.x, i);
            link(v.y, s, m, in.y, i);
            link(v.z, s, m, in.z, i);
            link(v.w, s, m, in.w, i);
          }
        }
      }
    } else {
      for (int j = 0; j < count; j++) {
        const int group = C::SCALES_LATE ? j / C::LENGTH : 0;
        const float value = __builtin_bit_cast(float, values[side][j / 4][lane * 4 + j % 4]);
#pragma unroll
        for (int i = 0; i < M; i++)
          link(value, C::SCALES_LATE ? scales[side][group][lane] : 1.0f, C::MINIMUM != 0 ? minima[side][group][lane] : 0.0f, inputs[side][i][j], i);
      }
    }
  };

  auto none = [](int, int) {};
  if (has_chains)
    over_stretches<DEPTH, 1>(k, [](int) {}, [](int) {}, none, multiply);
  else
    over_stretches<DEPTH, 8>(k, prefetch, [&](int first) { fetch(first, 0); }, bring, none);
  const int output = first + output_of(lane);
  if (has_chains && output < n)
#pragma unroll
    for (int i = 0; i < M; i++) y[i * y_stride + output] = sums[i];
}
#define FEW(NAME, STORAGE, M) \
  KERNEL_TOGETHER(160, 3) NAME(gnb_few_rows g) { few_rows<STORAGE, M>(g); }
#define FEW_ROWS(NAME, STORAGE) FEW(one_row_##NAME, STORAGE, 1) FEW(four_rows_##NAME, STORAGE, 4)
FEW_ROWS(f32, F32)
FEW_ROWS(bf16, BF16)
FEW_ROWS(q8, Q8)
FEW_ROWS(q8_min, Q8_MIN)
FEW_ROWS(q8_16, Q8_16)
FEW_ROWS(q8_16_min, Q8_16_MIN)
FEW_ROWS(f16, F16)
FEW_ROWS(nf4, NF4)
