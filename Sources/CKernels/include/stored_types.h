// The table of all types of stored numbers: the names in GGUF and safetensors files, the block, the panel storage, and the
// function that writes the type. Readers, writers, messages and README's table of files use this table.
#ifndef GNB_STORED_TYPES_H
#define GNB_STORED_TYPES_H
#include <stddef.h>
#include <stdint.h>

/// GNB_PANEL_... of kernels.h for types that gnb reads; GNB_NOT_READ for types that gnb knows by name only.
#define GNB_NOT_READ -1

// identifier, number (below 256 GGUF's own), name, values a block, bytes a block, panel storage, quantise function or 0
#define GNB_STORED_TYPES(ROW) \
  ROW(F32, 0, "F32", 1, 4, GNB_PANEL_F32, put_f32) \
  ROW(F16, 1, "F16", 1, 2, GNB_PANEL_F16, put_f16) \
  ROW(Q4_0, 2, "Q4_0", 32, 18, GNB_PANEL_Q4_0, put_q4_0) \
  ROW(Q4_1, 3, "Q4_1", 32, 20, GNB_PANEL_Q8_MIN, 0) \
  ROW(Q4_2, 4, "Q4_2", 16, 10, GNB_NOT_READ, 0) \
  ROW(Q4_3, 5, "Q4_3", 16, 12, GNB_NOT_READ, 0) \
  ROW(Q5_0, 6, "Q5_0", 32, 22, GNB_PANEL_Q8, put_q5_0) \
  ROW(Q5_1, 7, "Q5_1", 32, 24, GNB_PANEL_Q8_MIN, 0) \
  ROW(Q8_0, 8, "Q8_0", 32, 34, GNB_PANEL_Q8, put_q8_0) \
  ROW(Q8_1, 9, "Q8_1", 32, 36, GNB_NOT_READ, 0) \
  ROW(Q2_K, 10, "Q2_K", 256, 84, GNB_PANEL_Q8_16_MIN, 0) \
  ROW(Q3_K, 11, "Q3_K", 256, 110, GNB_PANEL_Q8_16, 0) \
  ROW(Q4_K, 12, "Q4_K", 256, 144, GNB_PANEL_Q4_K, put_q4_k) \
  ROW(Q5_K, 13, "Q5_K", 256, 176, GNB_PANEL_Q5_K, 0) \
  ROW(Q6_K, 14, "Q6_K", 256, 210, GNB_PANEL_Q6_K, put_q6_k) \
  ROW(Q8_K, 15, "Q8_K", 256, 292, GNB_NOT_READ, 0) \
  ROW(IQ2_XXS, 16, "IQ2_XXS", 256, 66, GNB_NOT_READ, 0) \
  ROW(IQ2_XS, 17, "IQ2_XS", 256, 74, GNB_NOT_READ, 0) \
  ROW(IQ3_XXS, 18, "IQ3_XXS", 256, 98, GNB_NOT_READ, 0) \
  ROW(IQ1_S, 19, "IQ1_S", 256, 50, GNB_NOT_READ, 0) \
  ROW(IQ4_NL, 20, "IQ4_NL", 32, 18, GNB_PANEL_Q8, 0) \
  ROW(IQ3_S, 21, "IQ3_S", 256, 110, GNB_NOT_READ, 0) \
  ROW(IQ2_S, 22, "IQ2_S", 256, 82, GNB_NOT_READ, 0) \
  ROW(IQ4_XS, 23, "IQ4_XS", 256, 136, GNB_PANEL_Q8, 0) \
  ROW(I8, 24, "I8", 1, 1, GNB_NOT_READ, 0) \
  ROW(I16, 25, "I16", 1, 2, GNB_NOT_READ, 0) \
  ROW(I32, 26, "I32", 1, 4, GNB_NOT_READ, 0) \
  ROW(I64, 27, "I64", 1, 8, GNB_NOT_READ, 0) \
  ROW(F64, 28, "F64", 1, 8, GNB_PANEL_F32, 0) \
  ROW(IQ1_M, 29, "IQ1_M", 256, 56, GNB_NOT_READ, 0) \
  ROW(BF16, 30, "BF16", 1, 2, GNB_PANEL_BF16, put_bf16) \
  ROW(Q4_0_4_4, 31, "Q4_0_4_4", 32, 18, GNB_NOT_READ, 0) \
  ROW(Q4_0_4_8, 32, "Q4_0_4_8", 32, 18, GNB_NOT_READ, 0) \
  ROW(Q4_0_8_8, 33, "Q4_0_8_8", 32, 18, GNB_NOT_READ, 0) \
  ROW(TQ1_0, 34, "TQ1_0", 256, 54, GNB_NOT_READ, 0) \
  ROW(TQ2_0, 35, "TQ2_0", 256, 66, GNB_NOT_READ, 0) \
  ROW(IQ4_NL_4_4, 36, "IQ4_NL_4_4", 32, 18, GNB_NOT_READ, 0) \
  ROW(IQ4_NL_4_8, 37, "IQ4_NL_4_8", 32, 18, GNB_NOT_READ, 0) \
  ROW(IQ4_NL_8_8, 38, "IQ4_NL_8_8", 32, 18, GNB_NOT_READ, 0) \
  ROW(MXFP4, 39, "MXFP4", 32, 17, GNB_NOT_READ, 0) \
  ROW(NVFP4, 40, "NVFP4", 64, 36, GNB_NOT_READ, 0) \
  /* Not of GGUF: 64 values of bitsandbytes' NF4 as a float scale and 32 bytes, the even value in the high half. */ \
  ROW(NF4, 256, "NF4", 64, 36, GNB_PANEL_NF4, 0) \
  /* Not of GGUF: other types of safetensors files. */ \
  ROW(U8, 257, "U8", 1, 1, GNB_NOT_READ, 0) \
  ROW(BOOL, 258, "BOOL", 1, 1, GNB_NOT_READ, 0) \
  ROW(U16, 259, "U16", 1, 2, GNB_NOT_READ, 0) \
  ROW(U32, 260, "U32", 1, 4, GNB_NOT_READ, 0) \
  ROW(U64, 261, "U64", 1, 8, GNB_NOT_READ, 0) \
  ROW(F8_E4M3, 262, "F8_E4M3", 1, 1, GNB_NOT_READ, 0) \
  ROW(F8_E5M2, 263, "F8_E5M2", 1, 1, GNB_NOT_READ, 0) \
  ROW(F8_E8M0, 264, "F8_E8M0", 1, 1, GNB_NOT_READ, 0) \
  ROW(F4, 265, "F4", 2, 1, GNB_NOT_READ, 0) \
  ROW(C64, 266, "C64", 1, 8, GNB_NOT_READ, 0)

/// Numbers below 256 are those of GGUF files.
enum gnb_type {
#define GNB_ROW(identifier, number, name, values, bytes, storage, put) GNB_##identifier = number,
  GNB_STORED_TYPES(GNB_ROW)
#undef GNB_ROW
  GNB_TYPES
};

struct gnb_stored_type {
  /// The usual name, as in safetensors files; NULL for a number without a type.
  const char *name;
  /// Number of values in a block, and bytes of a block.
  int values, bytes;
  /// enum gnb_panel: the storage that holds the values exactly and in the fewest bytes, or GNB_NOT_READ.
  int storage;
  /// Writes n values, a multiple of the block, from floats; NULL for a type that is not written.
  void (*put)(size_t n, const float *x, uint8_t *out);
};

/// The row for a number; a row without a name if the number has no type.
const struct gnb_stored_type *gnb_stored_type(int number);
#endif
