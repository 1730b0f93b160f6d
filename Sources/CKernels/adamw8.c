// AdamW with its two moments in 8 bits each (Dettmers et al. 2022, "8-bit optimizers via block-wise quantization"), in bitsandbytes'
// order of operations.
#pragma STDC FP_CONTRACT OFF
#include "quantise.h"
#include <math.h>

// The index of the nearest of 256 ascending values; of two equally near ones, the lower.
static uint8_t nearest_place(float value, const float *map) {
  int low = 0, high = 255;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (value > (map[middle] + map[middle + 1]) / 2) low = middle + 1; else high = middle;
  }
  return (uint8_t)low;
}

// Stores a block of values as indices and their largest magnitude.
static float encode(size_t count, const float *x, const float *map, uint8_t *places) {
  float most = 0;
  for (size_t i = 0; i < count; i++) most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
  for (size_t i = 0; i < count; i++) places[i] = nearest_place(most > 0 ? x[i] / most : 0, map);
  return most;
}

void gnb_adamw8(size_t n, float *parameter, const float *gradient, const struct gnb_moments *moments, float beta1, float beta2,
                float epsilon, float decay_factor, float step_size, float inverse_root_correction, float gradient_scale) {
  float signed_map[256], unsigned_map[256];
  gnb_dynamic_map(signed_map);
  gnb_unsigned_dynamic_map(unsigned_map);
  for (size_t first = 0; first < n; first += 256) {
    const size_t count = n - first < 256 ? n - first : 256, block = first / 256;
    float m[256], v[256];
    for (size_t i = 0; i < count; i++) {
      const float g = gradient[first + i] * gradient_scale;
      m[i] = beta1 * (signed_map[moments->m[first + i]] * moments->m_scale[block]) + (1.0f - beta1) * g;
      v[i] = beta2 * (unsigned_map[moments->v[first + i]] * moments->v_scale[block]) + (1.0f - beta2) * g * g;
      const float step = step_size * m[i] / (sqrtf(v[i]) * inverse_root_correction + epsilon);
      parameter[first + i] = parameter[first + i] * decay_factor - step;
    }
    moments->m_scale[block] = encode(count, m, signed_map, moments->m + first);
    moments->v_scale[block] = encode(count, v, unsigned_map, moments->v + first);
  }
}
