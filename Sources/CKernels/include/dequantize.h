// Conversion of stored tensors to floats. The formats of GGUF files use ggml's order of operations, so that values have the same
// bits as those of the gguf package.
#ifndef GNB_DEQUANTIZE_H
#define GNB_DEQUANTIZE_H
#include <stddef.h>
#include <stdint.h>
#include "stored_types.h"

/// The 16 values of NF4, ascending (Dettmers et al. 2023, "QLoRA", appendix E).
extern const float gnb_nf4[16];

/// Reads n values from `source` (any alignment); n is a multiple of the type's block. Returns 0 for a type that is not read.
int gnb_dequantize(int type, size_t n, const void *source, float *out);

/// The integers of group number `group` of a row (of the layouts in ggml's description), with their scale and minimum: value = q * scale - minimum, each
/// operation rounded; for NF4 q is a place in gnb_nf4. A group is as long as the storage's, at most 64.
void gnb_quants(int type, const unsigned char *row, size_t group, signed char *q, float *scale, float *minimum);

/// The parts of a group's scale as the file has them, for the types that panels keep in the file's own bits: the scale is the half d, or d
/// times `scale` if the block has several groups; likewise the minimum.
struct gnb_scale_parts {
  uint16_t d, dmin;
  signed char scale, minimum;
};
struct gnb_scale_parts gnb_scale_parts(int type, const unsigned char *row, size_t group);

#endif
