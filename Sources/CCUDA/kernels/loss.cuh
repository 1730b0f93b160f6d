// The cross-entropy loss over slices of the vocabulary.
#pragma once
#include "numbers.cuh"

// For each row and slice: the largest logit and the sum of exp(logit - largest); and the target's logit of each row. Grid: (16 rows,
// slices). logits [rows, columns] begin at the token `first`; the results are [rows, all slices] from the slice `number` on.
KERNEL(256) loss_sums(const float *logits, int rows, int columns, int slice, int first, int number, int slices, const int *targets,
                      float *maxima, float *sums, float *chosen) {
  const int lane = thread_x() % 16, wanted = block_x() * 16 + thread_x() / 16, row = least(wanted, rows - 1);
  const int begin = block_y() * slice, n = least(slice, columns - begin);
  const float *x = logits + (i64)row * columns + begin;
  float best = -__builtin_inff();
  for (int j = lane; j < n; j += 16) best = x[j] > best ? x[j] : best;
  const float top = lane_max(best);
  float sum = 0.0f;
  for (int j = lane; j < (n + 15) / 16 * 16; j += 16) sum = sum + exponential((j < n ? x[j] : -__builtin_inff()) - top);
  sum = lane_sum(sum);
  if (lane != 0 || wanted >= rows) return;
  const i64 at = (i64)row * slices + number + block_y();
  maxima[at] = top, sums[at] = sum;
  const int target = targets[row] - first - begin;
  if (target >= 0 && target < n) chosen[row] = x[target];
}

// Capped logits become the gradients of factors[row] * -log p(target). cap 0: none.
KERNEL(256) loss_gradients(i64 count, float *logits, int columns, int first, const int *targets, const float *log_sums,
                           const float *factors, float cap) {
  const i64 i = (i64)block_x() * 256 + thread_x();
  if (i >= count) return;
  const int row = (int)(i / columns), column = (int)(i % columns);
  const float logit = logits[i];
  float p = exponential(logit - log_sums[row]);
  if (targets[row] - first == column) p = p - 1.0f;
  if (cap > 0.0f) {
    const float t = logit / cap;
    logits[i] = p * (1.0f - t * t) * factors[row];
  } else {
    logits[i] = p * factors[row];
  }
}

// Adds the shares of some slices [slices, count] to y, slice by slice.
KERNEL(256) add_shares(i64 count, int slices, const float *shares, float *y) {
  const i64 i = (i64)block_x() * 256 + thread_x();
  if (i >= count) return;
  float sum = y[i];
  for (int slice = 0; slice < slices; slice++) sum = sum + shares[slice * count + i];
  y[i] = sum;
}
