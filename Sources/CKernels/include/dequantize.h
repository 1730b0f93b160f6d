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
  GNB_Q2_K = 10,
  GNB_Q3_K = 11,
  GNB_Q4_K = 12,
  GNB_Q5_K = 13,
  GNB_Q6_K = 14,
  GNB_IQ4_NL = 20,
  GNB_IQ4_XS = 23,
  GNB_BF16 = 30,
  /// Not of GGUF: 64 values of bitsandbytes' NF4 as a float scale and 32 bytes, the even value in the high half.
  GNB_NF4 = 256,
};

/// The 16 values of NF4, ascending (Dettmers et al. 2023, "QLoRA", appendix E).
extern const float gnb_nf4[16];

/// n values from `source` (any alignment); n is a multiple of the type's block. 0 if the type is unknown.
int gnb_dequantize(int type, size_t n, const void *source, float *out);

/// The panel storage (kernels.h) that holds a type's values exactly in small integers, or -1.
int gnb_quantised_storage(int type);
/// The integers of group number `group` of a row (of the layouts in ggml's description), with their scale and minimum: value = q * scale - minimum, each
/// operation rounded; for NF4 q is a place in gnb_nf4. A group is as long as the storage's, at most 64.
void gnb_quants(int type, const unsigned char *row, size_t group, signed char *q, float *scale, float *minimum);

#endif
