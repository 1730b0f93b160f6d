// Stored tensors as floats: the formats of GGUF files, with ggml's own order of operations, so that values agree
// with the gguf package's to the bit.
#ifndef GNB_DEQUANTIZE_H
#define GNB_DEQUANTIZE_H
#include <stddef.h>

/// Numbers as in GGUF files.
enum gnb_type {
  GNB_F32 = 0,
  GNB_F16 = 1,
  GNB_Q4_0 = 2,
  GNB_Q4_1 = 3,
  GNB_Q5_0 = 6,
  GNB_Q5_1 = 7,
  GNB_Q8_0 = 8,
  GNB_Q4_K = 12,
  GNB_Q5_K = 13,
  GNB_Q6_K = 14,
  GNB_BF16 = 30,
};

/// n values from `source` (any alignment); n is a multiple of the type's block. 0 if the type is unknown.
int gnb_dequantize(int type, size_t n, const void *source, float *out);

/// The panel storage (kernels.h) that holds a type's values exactly in small integers, or -1.
int gnb_quantised_storage(int type);
/// The integers of group number `group` of a row (of the layouts in ggml's description), with their scale and minimum: value = q * scale - minimum, each
/// operation rounded. A group is as long as the storage's.
void gnb_quants(int type, const unsigned char *row, size_t group, signed char *q, float *scale, float *minimum);

#endif
