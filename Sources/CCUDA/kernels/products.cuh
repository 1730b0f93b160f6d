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
  const int row = (warp / across * 4 + lane / 8) * 4, column = (warp % across * 8 + lane % 8) * 4;
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
      tile.a[side][at][of] = next_a[i].x;
      tile.a[side][at + 1][of] = next_a[i].y;
      tile.a[side][at + 2][of] = next_a[i].z;
      tile.a[side][at + 3][of] = next_a[i].w;
    }
#pragma unroll
    for (int i = 0; i < T::B4; i++) {
      const int number = t + i * T::THREADS;
      if (LAYOUT == BY_PANELS) {
        store4(&tile.b[side][number / 4 % BK][number / (4 * BK) * 16 + number % 4 * 4], next_b[i]);
      } else if (LAYOUT == TRANSPOSED) {
        const int of = number / (BK / 4), at = number % (BK / 4) * 4;
        tile.b[side][at][of] = next_b[i].x;
        tile.b[side][at + 1][of] = next_b[i].y;
        tile.b[side][at + 2][of] = next_b[i].z;
        tile.b[side][at + 3][of] = next_b[i].w;
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
      const int r = first_row + i / 4 * (4 * BM / TM) + row + i % 4, c = first_column + j / 4 * (4 * BN / TN) + column + j % 4;
      sums[i][j] = p.adds && r < p.m && c < p.n ? p.c[r * p.c_stride + c] : 0.0f;
    }
  auto multiply = [&](int side, int kk) {
    float x[TM], y[TN];
#pragma unroll
    for (int i = 0; i < TM; i += 4) *(float4 *)&x[i] = load4(&tile.a[side][kk][i / 4 * (4 * BM / TM) + row]);
#pragma unroll
    for (int j = 0; j < TN; j += 4) *(float4 *)&y[j] = load4(&tile.b[side][kk][j / 4 * (4 * BN / TN) + column]);
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
KERNEL(128) product_down(const float *x, int m, int k, const float *f, int rank, float scale, float *result) {
  enum { DEPTH = 64, ROW = DEPTH + 4 };
  alignas(16) SHARED float rows[2][16][ROW], factors[2][16][ROW];
  const int t = thread_x(), row = t / 8, column = t % 8, first_row = block_x() * 16, first_column = block_y() * 16;
  const bool aligned = is_aligned(x, k) && is_aligned(f, k);
  float4 next_x[2], next_f[2];
  auto fetch = [&](int k0) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
      const int r = i * 8 + t / 16, at = k0 + t % 16 * 4;
      next_x[i] = first_row + r < m ? take4(x + (i64)(first_row + r) * k, at, k, aligned) : float4{0, 0, 0, 0};
      next_f[i] = first_column + r < rank ? take4(f + (i64)(first_column + r) * k, at, k, aligned) : float4{0, 0, 0, 0};
    }
  };
  auto put = [&](int side) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
      store4(&rows[side][i * 8 + t / 16][t % 16 * 4], next_x[i]);
      store4(&factors[side][i * 8 + t / 16][t % 16 * 4], next_f[i]);
    }
  };
  // Two columns, 8 apart.
  float sums[2] = {0.0f, 0.0f};
  fetch(0);
  put(0);
  barrier();
  int side = 0;
  for (int k0 = 0; k0 < k; k0 += DEPTH) {
    const bool more = k0 + DEPTH < k;
    if (more) fetch(k0 + DEPTH);
    if (k0 + DEPTH <= k) {
#pragma unroll
      for (int j = 0; j < DEPTH; j += 4) {
        const float4 a = load4(&rows[side][row][j]);
#pragma unroll
        for (int i = 0; i < 2; i++) {
          const float4 b = load4(&factors[side][column + 8 * i][j]);
          sums[i] = fused(a.w, b.w, fused(a.z, b.z, fused(a.y, b.y, fused(a.x, b.x, sums[i]))));
        }
      }
    } else {
      for (int j = 0; j < k - k0; j++)
#pragma unroll
        for (int i = 0; i < 2; i++) sums[i] = fused(rows[side][row][j], factors[side][column + 8 * i][j], sums[i]);
    }
    if (more) put(side ^ 1);
    barrier();
    side ^= 1;
  }
#pragma unroll
  for (int i = 0; i < 2; i++) {
    const int at = first_column + column + 8 * i;
    if (first_row + row < m && at < rank) result[(i64)(first_row + row) * rank + at] = sums[i] * scale;
  }
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

// y[rows, n] = x W^T for one or four rows, from packed panels of one or several W. A block has two panels. Its first warp computes the chains, one output a
// lane. Four more warps make the weights' codes floats in shared memory; their reads are AHEAD stretches in front.
template <int STORAGE> struct Codes {
  enum {
    GROUP = STORAGE == NF4 ? 64 : STORAGE == Q8 || STORAGE == Q8_MIN ? 32 : STORAGE == Q8_16 || STORAGE == Q8_16_MIN ? 16 : 0,
    MINIMUM = STORAGE == Q8_MIN || STORAGE == Q8_16_MIN,
    BITS = STORAGE == NF4 ? 4 : GROUP ? 8 : STORAGE == F32 ? 32 : 16,
    GROUP_BYTES = GROUP ? (MINIMUM ? 128 : 64) + 16 * GROUP * BITS / 8 : 0,
    LENGTH = GROUP ? GROUP : 64,
    DEPTH = BITS == 4 ? 128 : 64, // the k of a stretch
    WORDS = DEPTH * BITS / 128, // 32-bit words of a thread: a stretch of 32 outputs by 128 threads
    GROUPS = GROUP ? DEPTH / GROUP : 1
  };
};

template <int STORAGE, int M> DEVICE void few_rows(const gnb_few_rows &g) {
  typedef Codes<STORAGE> C;
  int block = block_x(), number = 0;
  while (number < 2 && block >= g.of[number].blocks) block -= g.of[number++].blocks;
  const float *x = (const float *)g.x;
  const u8 *panels = (const u8 *)g.of[number].panels;
  const i64 x_stride = g.x_stride, panel_bytes = g.of[number].panel_bytes, y_stride = g.of[number].y_stride;
  const int k = g.k, n = g.of[number].n;
  float *y = (float *)g.of[number].y;
  enum { DEPTH = C::DEPTH, AHEAD = C::BITS == 4 ? 2 : 4 };
  // An output's values, or with NF4 its codes, follow each other, with room so that the lanes' reads do not fight for banks.
  enum { ROW = STORAGE == NF4 ? DEPTH / 8 + 4 : DEPTH + 4 };
  alignas(16) SHARED u32 values[2][32][ROW];
  alignas(16) SHARED float inputs[2][M][DEPTH];
  SHARED float scales[2][C::GROUPS][32], minima[2][C::GROUPS][32];
  SHARED float table[16];
  const int t = thread_x(), first = block * 32, panel_count = (n + 15) / 16;
  if (STORAGE == NF4 && t < 16) table[t] = nf4_values[t];
  barrier();

  // What a thread of the four warps reads of one stretch: of the words of a panel, group by group, every 64th. With NF4 it reads four
  // outputs of eight k that follow each other, so that it can turn them.
  u32 words[AHEAD][C::WORDS];
  float next_scales[AHEAD], next_minima[AHEAD], next_inputs[AHEAD][(M * DEPTH + 127) / 128];
  const int worker = t - 32, side_panel = worker / 64, panel = block * 2 + side_panel;
  const u8 *source = panels + (i64)panel * panel_bytes;
  const int scale_panel = block * 2 + worker % 32 / 16;
  const u8 *scale_source = panels + (i64)scale_panel * panel_bytes;
  auto read = [&](int slot, int k0) {
#pragma unroll
    for (int i = 0; i < C::WORDS; i++) {
      const int w = worker % 64, place = (STORAGE == NF4 ? (w / 4 * 4 + i) * 4 + w % 4 : i * 64 + w) * 4, of_group = 16 * C::LENGTH * C::BITS / 8;
      const i64 offset = C::GROUP != 0 ? (i64)(k0 / C::LENGTH + place / of_group) * C::GROUP_BYTES + (C::GROUP_BYTES - of_group) + place % of_group
                                       : (i64)k0 * 2 * C::BITS + place;
      const bool is_there = panel < panel_count && k0 + place * 8 / C::BITS / 16 < k;
      words[slot][i] = is_there ? *(const u32 *)(source + offset) : 0;
    }
    if (C::GROUP != 0 && worker < 32 * C::GROUPS) {
      const int group = k0 / C::LENGTH + worker / 32;
      const bool has = scale_panel < panel_count && group * C::LENGTH < k;
      const float *at = (const float *)(scale_source + (i64)group * C::GROUP_BYTES) + worker % 16;
      next_scales[slot] = has ? at[0] : 0.0f;
      if (C::MINIMUM != 0) next_minima[slot] = has ? at[16] : 0.0f;
    }
#pragma unroll
    for (int i = 0; i < (M * DEPTH + 127) / 128; i++) {
      const int number = worker + 128 * i, at = k0 + number % DEPTH;
      next_inputs[slot][i] = number < M * DEPTH && at < k ? x[number / DEPTH * x_stride + at] : 0.0f;
    }
  };
  auto write = [&](int slot, int side) {
    if (STORAGE == NF4) {
      const int w = worker % 64;
#pragma unroll
      for (int j = 0; j < 4; j++) {
        u32 turned = 0;
#pragma unroll
        for (int i = 0; i < C::WORDS; i++) turned |= (words[slot][i] >> 8 * j & 255) << 8 * i;
        values[side][side_panel * 16 + w % 4 * 4 + j][w / 4] = turned;
      }
    } else {
#pragma unroll
      for (int i = 0; i < C::WORDS; i++) {
        // The number of the word's first code among the 16 outputs of a stretch, output by output in each k.
        const int code = (i * 64 + worker % 64) * 32 / C::BITS;
        const u32 word = words[slot][i];
        u32 *to = &values[side][side_panel * 16 + code % 16][code / 16];
        if (C::BITS == 8) {
#pragma unroll
          for (int j = 0; j < 4; j++) to[j * ROW] = __builtin_bit_cast(u32, (float)(signed char)(word >> 8 * j));
        } else if (C::BITS == 16) {
          to[0] = STORAGE == BF16 ? word << 16 : __builtin_bit_cast(u32, half_value((u16)word));
          to[ROW] = STORAGE == BF16 ? word & 0xffff0000u : __builtin_bit_cast(u32, half_value((u16)(word >> 16)));
        } else {
          to[0] = word;
        }
      }
    }
    if (C::GROUP != 0 && worker < 32 * C::GROUPS) {
      scales[side][worker / 32][worker % 32] = next_scales[slot];
      if (C::MINIMUM != 0) minima[side][worker / 32][worker % 32] = next_minima[slot];
    }
#pragma unroll
    for (int i = 0; i < (M * DEPTH + 127) / 128; i++) {
      const int number = worker + 128 * i;
      if (number < M * DEPTH) inputs[side][number / DEPTH][number % DEPTH] = next_inputs[slot][i];
    }
  };

  float sums[M];
#pragma unroll
  for (int i = 0; i < M; i++) sums[i] = 0.0f;
  auto link = [&](float value, float scale, float minimum, float input, int i) {
    if (C::GROUP != 0) value = value * scale;
    if (C::MINIMUM != 0) value = value - minimum;
    sums[i] = fused(input, value, sums[i]);
  };
  auto multiply = [&](int side, int k0) {
    const u32 *own = values[side][t];
    if (k0 + DEPTH <= k) {
      // 16 k at a time, read before the 16 in front of them are multiplied: a chain waits for nothing but itself.
      float value[2][16], scale[2], minimum[2];
      float4 input[2][M][4];
      u32 codes[STORAGE == NF4 ? DEPTH / 8 : 1];
      if (STORAGE == NF4)
#pragma unroll
        for (int i = 0; i < DEPTH / 8; i += 4) *(float4 *)&codes[i] = load4((const float *)own + i);
      auto take = [&](int part) {
#pragma unroll
        for (int q = 0; q < 4; q++) {
#pragma unroll
          for (int i = 0; i < M; i++) input[part % 2][i][q] = load4(&inputs[side][i][part * 16 + q * 4]);
          if (STORAGE == NF4) {
            // Four times a code is its place in the table: no operation is spent on an address.
            const u32 word = codes[part * 2 + q / 2];
#pragma unroll
            for (int l = q % 2 * 4; l < q % 2 * 4 + 4; l++) {
              const u32 place = (l ? word >> (4 * l - 2) : word << 2) & 60;
              value[part % 2][q * 4 + l % 4] = *(const float *)((const char *)table + place);
            }
          } else {
            *(float4 *)&value[part % 2][q * 4] = load4((const float *)own + part * 16 + q * 4);
          }
        }
        scale[part % 2] = C::GROUP != 0 ? scales[side][part * C::GROUPS / (DEPTH / 16)][t] : 1.0f;
        minimum[part % 2] = C::MINIMUM != 0 ? minima[side][part * C::GROUPS / (DEPTH / 16)][t] : 0.0f;
      };
      take(0);
#pragma unroll
      for (int part = 0; part < DEPTH / 16; part++) {
        if (part < DEPTH / 16 - 1) take(part + 1);
        read_before();
        const float s = scale[part % 2], m = minimum[part % 2];
#pragma unroll
        for (int q = 0; q < 4; q++)
#pragma unroll
          for (int i = 0; i < M; i++) {
            const float *v = &value[part % 2][q * 4];
            const float4 in = input[part % 2][i][q];
            link(v[0], s, m, in.x, i);
            link(v[1], s, m, in.y, i);
            link(v[2], s, m, in.z, i);
            link(v[3], s, m, in.w, i);
          }
      }
    } else {
      for (int j = 0; j < k - k0; j++) {
        const int group = j / C::LENGTH;
        const float value = STORAGE == NF4 ? table[own[j / 8] >> 4 * (j % 8) & 15] : __builtin_bit_cast(float, own[j]);
#pragma unroll
        for (int i = 0; i < M; i++)
          link(value, C::GROUP != 0 ? scales[side][group][t] : 1.0f, C::MINIMUM != 0 ? minima[side][group][t] : 0.0f, inputs[side][i][j], i);
      }
    }
  };

  if (t >= 32) {
#pragma unroll
    for (int i = 0; i < AHEAD; i++) read(i, i * DEPTH);
    write(0, 0);
    read(0, AHEAD * DEPTH);
  }
  barrier();
  // The stretch number `i` of four is in the slot i, and was written to the side i % 2.
  for (int k0 = 0; k0 < k; k0 += AHEAD * DEPTH) {
#pragma unroll
    for (int i = 0; i < AHEAD; i++) {
      const int at = k0 + i * DEPTH;
      if (at < k) {
        if (t >= 32) {
          write((i + 1) % AHEAD, (i + 1) % 2);
          read((i + 1) % AHEAD, at + (AHEAD + 1) * DEPTH);
        } else {
          multiply(i % 2, at);
        }
      }
      barrier();
    }
  }
  if (t < 32 && first + t < n)
#pragma unroll
    for (int i = 0; i < M; i++) y[i * y_stride + first + t] = sums[i];
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
