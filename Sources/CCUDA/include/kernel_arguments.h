// Arguments of the kernels that are more than one number: shared by the kernels and by Swift. Addresses are those of the GPU.
#ifndef GNB_KERNEL_ARGUMENTS_H
#define GNB_KERNEL_ARGUMENTS_H

/// c[m, n] (+)= a[m, k] b[k, n]. Strides are distances of rows (of b's panels, if it has panels) in floats.
struct gnb_product {
  unsigned long long a, b, c;
  long long a_stride, b_stride, c_stride;
  int m, n, k, adds;
};

/// How far the next problem's a, b and c are, in floats.
struct gnb_next_product {
  long long a, b, c;
};

/// The sizes of attention in one layer. window 0: none; cap 0: none.
struct gnb_attention_shape {
  int heads, groups, dim, window;
  float scale, cap;
};

/// The panels of one sequence's keys and values, and the same with the two exchanged, for the backward pass.
struct gnb_panels {
  unsigned long long keys, values, swapped_keys, swapped_values;
  int capacity, unused;
};

/// Some queries of a sequence, and the keys start..<end that they see. The tile's scores begin at `scores`, head after head [rows, width].
struct gnb_query_tile {
  long long scores;
  int sequence, row, rows, position, start, end, width, unused;
};

/// Keys of one sequence and one key-value head whose gradients are added up together, over the tiles first_tile..<last_tile.
struct gnb_key_task {
  long long sums;
  int first, last, first_tile, last_tile, group, unused;
};

/// What the panels of one sequence are made from: `before` positions of a cache, the rows of a parent, its own rows, then zeros.
/// cache_keys 0: the first positions are in the panels already, or there are none.
struct gnb_panel_source {
  unsigned long long keys, values, cache_keys, cache_values;
  int capacity, cache_capacity, before, parent_row, parents, row, rows, first_tile, last_tile, unused;
};

/// As many as come as an argument of a kernel.
enum { GNB_SEQUENCES = 32 };
struct gnb_panel_sources {
  struct gnb_panel_source all[GNB_SEQUENCES];
};

/// One query of a sequence, and the keys start..<end that it sees.
struct gnb_query {
  unsigned long long keys, values;
  int capacity, row, position, start, end, width;
};
struct gnb_queries {
  struct gnb_query all[GNB_SEQUENCES];
};

/// y[rows, n] = x W^T for a few rows of x [rows, k] and up to three W of the same storage. A W takes `blocks` blocks. `processors` is the
/// GPU's number of them; `zero` is 0.
struct gnb_few_rows {
  unsigned long long x;
  long long x_stride;
  int k, processors, zero, unused;
  struct gnb_few_outputs {
    unsigned long long panels, y;
    long long panel_bytes, y_stride;
    int n, blocks;
  } of[3];
};

/// The numbers of one update of AdamW.
struct gnb_adamw_numbers {
  float beta1, beta2, epsilon, decay, step_size, inverse_root, gradient_scale;
};

/// Small arrays that come as arguments of a kernel.
enum { GNB_WORDS = 960 };
struct gnb_words {
  unsigned words[GNB_WORDS];
};
#endif
