// Attention with grouped queries, windows, soft caps and shared prefixes: CPU+Attention.swift, tile by tile. Keys and values lie in
// the panels of KeyValuePanels.swift.
#pragma once
#include "products.cuh"

DEVICE float *key_panels(u64 base, int capacity, const gnb_query_tile &t, const gnb_attention_shape &s, int head) {
  const i64 group = head / (s.heads / s.groups);
  return (float *)base + group * capacity * s.dim + (i64)(t.start / 16) * s.dim * 16;
}
DEVICE float *value_panels(u64 base, int capacity, const gnb_query_tile &t, const gnb_attention_shape &s, int head) {
  const i64 group = head / (s.heads / s.groups);
  return (float *)base + group * capacity * 16 * ((s.dim + 15) / 16) + (i64)t.start * 16;
}
// The keys low..<high that a query sees, counted from `start`.
DEVICE void visible(int position, int start, const gnb_attention_shape &s, int &low, int &high) {
  low = (s.window ? most(0, position - s.window + 1) : 0) - start;
  high = position + 1 - start;
}

// scores = rows of q times the keys. Grid: (tiles of 64 keys, heads, query tiles); a tile has at most 64 queries.
KERNEL_TOGETHER(128, 4) attention_scores(const gnb_query_tile *tiles, const gnb_panels *sequences, gnb_attention_shape s, const float *q, int swapped, float *scores) {
  SHARED Tile<64, 64, 16, 8, 4, BY_PANELS> tile;
  const gnb_query_tile &t = tiles[block_z()];
  const gnb_panels &panels = sequences[t.sequence];
  const int head = block_y(), stride = s.heads * s.dim;
  if (block_x() * 64 >= t.width) return;
  const Product p = {
      q + (i64)t.row * stride + head * s.dim, key_panels(swapped ? panels.swapped_keys : panels.keys, panels.capacity, t, s, head),
      scores + t.scores + (i64)head * t.rows * t.width, stride, s.dim * 16, t.width, t.rows, t.width, s.dim, 0};
  product_tile<64, 64, 16, 8, 4, BY_PANELS>(p, 0, block_x() * 64, tile);
}

// rows of y = scores times the values. Grid: (tiles of 64 columns, heads, query tiles).
KERNEL_TOGETHER(128, 4) attention_context(const gnb_query_tile *tiles, const gnb_panels *sequences, gnb_attention_shape s, const float *scores, int swapped, float *y) {
  SHARED Tile<64, 64, 16, 8, 4, BY_PANELS> tile;
  const gnb_query_tile &t = tiles[block_z()];
  const gnb_panels &panels = sequences[t.sequence];
  const int head = block_y(), stride = s.heads * s.dim;
  const Product p = {
      scores + t.scores + (i64)head * t.rows * t.width, value_panels(swapped ? panels.swapped_values : panels.values, panels.capacity, t, s, head),
      y + (i64)t.row * stride + head * s.dim, t.width, (i64)panels.capacity * 16, stride, t.rows, s.dim, t.end - t.start, 0};
  product_tile<64, 64, 16, 8, 4, BY_PANELS>(p, 0, block_x() * 64, tile);
}

DEVICE float shaped(float score, const gnb_attention_shape &s) {
  score = score * s.scale;
  return s.cap > 0.0f ? s.cap * hyperbolic_tangent(score / s.cap) : score;
}

// Scores become probabilities. Grid: (heads, query tiles); 16 lanes for a query.
KERNEL(256) attention_softmax(const gnb_query_tile *tiles, gnb_attention_shape s, float *scores, float *stats) {
  const gnb_query_tile &t = tiles[block_y()];
  const int head = block_x(), lane = thread_x() % 16;
  for (int first_row = 0; first_row < t.rows; first_row += 16) {
    // All lanes of a warp take part in its sums.
    const int i = least(first_row + thread_x() / 16, t.rows - 1);
    const bool writes = first_row + thread_x() / 16 < t.rows;
    float *row = scores + t.scores + ((i64)head * t.rows + i) * t.width;
    int low, high;
    visible(t.position + i, t.start, s, low, high);
    const int first = low / 16 * 16, last = (high + 15) / 16 * 16;
    float best = -__builtin_inff();
    for (int j = first + lane; j < last; j += 16) {
      const float value = j >= low && j < high ? shaped(row[j], s) : -__builtin_inff();
      best = value > best ? value : best;
    }
    const float top = lane_max(best);
    float sum = 0.0f;
    for (int j = first + lane; j < last; j += 16)
      sum = sum + exponential((j >= low && j < high ? shaped(row[j], s) : -__builtin_inff()) - top);
    const float inverse = 1.0f / lane_sum(sum);
    if (!writes) continue;
    for (int j = lane; j < t.width; j += 16)
      row[j] = j >= low && j < high ? exponential(shaped(row[j], s) - top) * inverse : 0.0f;
    if (lane == 0) {
      float *to = stats + ((i64)(t.row + i) * s.heads + head) * 2;
      to[0] = top, to[1] = inverse;
    }
  }
}

// One chain over n values of x and y: those of y are 16 apart, and many are read at once. Beyond the end the last one is read for nothing.
DEVICE float chain(int n, const float *x, const float *y) {
  enum { TOGETHER = 32 };
  float sum = 0.0f;
  for (int first = 0; first < n; first += TOGETHER, y += 16 * TOGETHER) {
    const int rest = n - first;
    float values[TOGETHER];
#pragma unroll
    for (int i = 0; i < TOGETHER; i++) values[i] = y[least(i, rest - 1) * 16];
    read_before();
#pragma unroll
    for (int i = 0; i < TOGETHER; i++)
      if (i < rest) sum = fused(x[first + i], values[i], sum);
  }
  return sum;
}

// All of attention for single queries, as decoding has them. Grid: (heads, queries). The scores lie in shared memory.
KERNEL_TOGETHER(256, 1) attention_queries(gnb_queries queries, gnb_attention_shape s, const float *q, float *context, float *stats) {
  DYNAMIC_SHARED(float, shared);
  SHARED float maximum, inverse_sum;
  const gnb_query &query = queries.all[block_y()];
  const int t = thread_x(), head = block_x(), group = head / (s.heads / s.groups), panels = (s.dim + 15) / 16;
  const float *keys = (const float *)query.keys + (i64)group * query.capacity * s.dim + (i64)(query.start / 16) * s.dim * 16;
  const float *values = (const float *)query.values + (i64)group * query.capacity * 16 * panels + (i64)query.start * 16;
  float *scores = shared, *row = shared + query.width;
  const i64 place = (i64)query.row * s.heads * s.dim + head * s.dim;
  for (int d = t; d < s.dim; d += 256) row[d] = q[place + d];
  barrier();
  int low, high;
  visible(query.position, query.start, s, low, high);
  const int first = low / 16 * 16, last = (high + 15) / 16 * 16;
  for (int j = t; j < query.width; j += 256) {
    if (j < low || j >= high) {
      scores[j] = -__builtin_inff();
      continue;
    }
    scores[j] = shaped(chain(s.dim, row, keys + (i64)(j / 16) * s.dim * 16 + j % 16), s);
  }
  barrier();
  if (t < 32) {
    float best = -__builtin_inff();
    for (int j = first + t % 16; j < last; j += 16) best = scores[j] > best ? scores[j] : best;
    best = lane_max(best);
    if (t == 0) maximum = best;
  }
  barrier();
  const float top = maximum;
  for (int j = t; j < query.width; j += 256) scores[j] = exponential(scores[j] - top);
  barrier();
  if (t < 32) {
    float sum = 0.0f;
    for (int j = first + t % 16; j < last; j += 16) sum = sum + scores[j];
    const float inverse = 1.0f / lane_sum(sum);
    if (t == 0) {
      inverse_sum = inverse;
      float *to = stats + ((i64)query.row * s.heads + head) * 2;
      to[0] = top, to[1] = inverse;
    }
  }
  barrier();
  const float inverse = inverse_sum;
  for (int j = t; j < query.width; j += 256) scores[j] = j >= low && j < high ? scores[j] * inverse : 0.0f;
  barrier();
  for (int d = t; d < s.dim; d += 256) {
    context[place + d] = chain(query.end - query.start, scores, values + (i64)(d / 16) * query.capacity * 16 + d % 16);
  }
}

// The probabilities again from the stats, in `p`; `ds`, the gradient of the probabilities, becomes the gradient of the scores.
// Grid: (heads, query tiles).
KERNEL(256) attention_softmax_backward(const gnb_query_tile *tiles, gnb_attention_shape s, float *p, float *ds, const float *stats,
                                       const float *d_context, const float *context) {
  const gnb_query_tile &t = tiles[block_y()];
  const int head = block_x(), lane = thread_x() % 16;
  for (int first_row = 0; first_row < t.rows; first_row += 16) {
    const int i = least(first_row + thread_x() / 16, t.rows - 1);
    const bool writes = first_row + thread_x() / 16 < t.rows;
    const i64 at = t.scores + ((i64)head * t.rows + i) * t.width;
    const i64 column = ((i64)(t.row + i) * s.heads + head) * s.dim;
    int low, high;
    visible(t.position + i, t.start, s, low, high);
    const float *stat = stats + ((i64)(t.row + i) * s.heads + head) * 2;
    const float top = stat[0], inverse = stat[1];
    const float d = lane_dot(s.dim, d_context + column, context + column, lane);
    if (!writes) continue;
    for (int j = lane; j < t.width; j += 16) {
      const float score = shaped(p[at + j], s);
      float slope = s.scale;
      if (s.cap > 0.0f) {
        const float u = score / s.cap;
        slope = s.scale * (1.0f - u * u);
      }
      const float value = j >= low && j < high ? exponential(score - top) * inverse : 0.0f;
      p[at + j] = value;
      ds[at + j] = value * (ds[at + j] - d) * slope;
    }
  }
}

// Grid: (tiles of 64 columns, tasks of at most 64 keys, keys or values).
KERNEL_TOGETHER(256, 2) attention_key_gradients(const gnb_query_tile *tiles, const gnb_key_task *tasks, gnb_attention_shape s, const float *p, const float *ds,
                                    const float *q, const float *d_context, float *dk, float *dv) {
  enum { QUERIES = 32 };
  alignas(16) SHARED float left[QUERIES][64], right[QUERIES][64];
  const gnb_key_task &task = tasks[block_y()];
  const bool is_value = block_z() == 1;
  const float *scores = is_value ? p : ds, *rows = is_value ? d_context : q;
  float *target = (is_value ? dv : dk) + task.sums;
  const int t = thread_x(), first_column = block_x() * 64;
  const int key_group = t / 64 * 4 + warp_row(), column_group = t / 32 % 2 * 8 + warp_column();
  const int stride = s.heads * s.dim, per_group = s.heads / s.groups;
  float sums[4][4];
#pragma unroll
  for (int i = 0; i < 4; i++)
#pragma unroll
    for (int j = 0; j < 4; j++) {
      const int key = task.first + key_group * 4 + i, column = first_column + column_group * 4 + j;
      sums[i][j] = key < task.last && column < s.dim ? target[(i64)key * s.dim + column] : 0.0f;
    }
  // Tile after tile, head after head; the next ones come while these are added.
  const int first_head = task.group * per_group, last_head = first_head + per_group;
  int number = task.first_tile - 1, head = last_head - 1, low = 0, high = 0;
  auto advance = [&]() {
    if (++head < last_head) return true;
    head = first_head;
    while (++number < task.last_tile) {
      low = most(tiles[number].start, task.first), high = least(tiles[number].end, task.last);
      if (low < high) return true;
    }
    return false;
  };
  enum { EACH = QUERIES * 64 / 256 };
  float next_left[EACH], next_right[EACH];
  auto fetch = [&]() {
    const gnb_query_tile &tile = tiles[number];
    const float *from = scores + tile.scores + (i64)head * tile.rows * tile.width;
    const int key = task.first + t % 64, column = first_column + t % 64;
#pragma unroll
    for (int i = 0; i < EACH; i++) {
      const int query = i * 4 + t / 64;
      next_left[i] = query < tile.rows && key >= low && key < high ? from[query * tile.width + key - tile.start] : 0.0f;
      next_right[i] = query < tile.rows && column < s.dim ? rows[(i64)(tile.row + query) * stride + head * s.dim + column] : 0.0f;
    }
  };
  bool more = advance();
  if (more) fetch();
  while (more) {
    barrier();
#pragma unroll
    for (int i = 0; i < EACH; i++) left[i * 4 + t / 64][t % 64] = next_left[i], right[i * 4 + t / 64][t % 64] = next_right[i];
    barrier();
    const int queries = tiles[number].rows, first_key = task.first + key_group * 4, from = low, to = high;
    more = advance();
    if (more) fetch();
    auto add = [&](int i, float value, float4 row) {
      sums[i][0] = fused(value, row.x, sums[i][0]);
      sums[i][1] = fused(value, row.y, sums[i][1]);
      sums[i][2] = fused(value, row.z, sums[i][2]);
      sums[i][3] = fused(value, row.w, sums[i][3]);
    };
    if (first_key >= from && first_key + 4 <= to) {
#pragma unroll 4
      for (int query = 0; query < queries; query++) {
        const float4 values = load4(&left[query][key_group * 4]), row = load4(&right[query][column_group * 4]);
        add(0, values.x, row);
        add(1, values.y, row);
        add(2, values.z, row);
        add(3, values.w, row);
      }
    } else {
#pragma unroll
      for (int i = 0; i < 4; i++)
        if (first_key + i >= from && first_key + i < to)
          for (int query = 0; query < queries; query++) add(i, left[query][key_group * 4 + i], load4(&right[query][column_group * 4]));
    }
  }
#pragma unroll
  for (int i = 0; i < 4; i++)
#pragma unroll
    for (int j = 0; j < 4; j++) {
      const int key = task.first + key_group * 4 + i, column = first_column + column_group * 4 + j;
      if (key < task.last && column < s.dim) target[(i64)key * s.dim + column] = sums[i][j];
    }
}

// Adds the sums of one sequence to the rows of its keys: those of its parent, then its own. Grid: (256 of a row, rows, keys or values).
KERNEL(256) attention_add_sums(const float *dk_sums, const float *dv_sums, i64 sums, i64 group_stride, gnb_attention_shape s, int parent_row,
                               int parents, int row, float *dk, float *dv) {
  const int column = block_x() * 256 + thread_x(), key = block_y(), width = s.groups * s.dim;
  if (column >= width) return;
  const float *from = (block_z() ? dv_sums : dk_sums) + sums + column / s.dim * group_stride + (i64)key * s.dim + column % s.dim;
  float *to = (block_z() ? dv : dk) + (i64)(key < parents ? parent_row + key : row + key - parents) * width + column;
  *to = *to + *from;
}

// Writes the panels of sequences. Grid: (16 positions, key-value heads, sequences).
KERNEL(256) attention_panels(gnb_panel_sources sources, gnb_attention_shape s, const float *k, const float *v) {
  const gnb_panel_source &source = sources.all[block_z()];
  const int tile = source.first_tile + block_x(), head = block_y(), width = s.groups * s.dim, panels = (s.dim + 15) / 16;
  if (tile >= source.last_tile) return;
  float *keys = (float *)source.keys + (i64)head * source.capacity * s.dim + (i64)tile * s.dim * 16;
  float *values = (float *)source.values + (i64)head * source.capacity * 16 * panels;
  for (int i = thread_x(); i < 16 * 16 * panels; i += 256) {
    // Lanes of a value panel follow each other in memory, positions in a key panel do.
    const int d = i % (16 * panels), place = i / (16 * panels), position = tile * 16 + place, own = position - source.before;
    float key = 0.0f, value = 0.0f;
    if (own < 0) {
      if (!source.cache_keys) continue;
      const float *from = (const float *)source.cache_keys + (i64)head * source.cache_capacity * s.dim + (i64)tile * s.dim * 16;
      if (d < s.dim) key = from[d * 16 + place];
      value = ((const float *)source.cache_values)[((i64)head * panels + d / 16) * source.cache_capacity * 16 + (i64)position * 16 + d % 16];
    } else if (own < source.parents + source.rows && d < s.dim) {
      const int row = own < source.parents ? source.parent_row + own : source.row + own - source.parents;
      key = k[(i64)row * width + head * s.dim + d];
      value = v[(i64)row * width + head * s.dim + d];
    }
    if (d < s.dim) keys[d * 16 + place] = key;
    values[(i64)(d / 16) * source.capacity * 16 + (i64)position * 16 + d % 16] = value;
  }
}
