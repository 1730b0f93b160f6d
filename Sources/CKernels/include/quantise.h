// Conversion of floats to stored types, for `precision=` and `save model`. Each is one plain loop that does not depend on the
// instruction set.
#ifndef GNB_QUANTISE_H
#define GNB_QUANTISE_H
#include <stddef.h>
#include <stdint.h>

/// Converts n floats to a type of dequantize.h; n is a multiple of its block. Returns 0 for a type that is not written.
/// 16-bit types round to nearest, ties to even. Q4_0 and Q8_0 are ggml's reference quantisation to the bit; for the K types the
/// layout is ggml's and the search for scales is ours.
int gnb_quantise(int type, size_t n, const float *x, uint8_t *out);

/// The largest magnitude of each block of 64.
void gnb_absmax(size_t blocks, const float *x, float *absmax);
/// bitsandbytes' double quantisation of n block maxima: absmax becomes what its 8 bits decode to, in groups of 256.
/// `places` [n], `group_absmax` [ceil(n/256)] and `offset` (the mean) are what bitsandbytes stores.
void gnb_nest_absmax(size_t n, float *absmax, float offset, uint8_t *places, float *group_absmax);
/// NF4 as in bitsandbytes: x / the largest magnitude `absmax` of its block, rounded to the nearest of 16 values. The result is a
/// block of GNB_NF4: the scale from `scales`, then 32 bytes.
void gnb_quantise_nf4(size_t blocks, const float *x, const float *absmax, const float *scales, uint8_t *out);
/// The values of the 256 codes in double quantisation, ascending (Dettmers et al. 2022, "8-bit optimizers").
void gnb_dynamic_map(float *map);
/// The values for numbers that are never negative.
void gnb_unsigned_dynamic_map(float *map);

/// Adam's moments in 8 bits: codes of the two maps, and a scale for each 256.
struct gnb_moments {
  uint8_t *m, *v;
  float *m_scale, *v_scale;
};
/// The same update as gnb_kernels.adamw. n starts at the beginning of a block of 256.
void gnb_adamw8(size_t n, float *parameter, const float *gradient, const struct gnb_moments *moments, float beta1, float beta2,
                float epsilon, float decay_factor, float step_size, float inverse_root_correction, float gradient_scale);
#endif
