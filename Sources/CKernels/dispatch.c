// Finds the kernels that this CPU can run, once at the start.
#include "kernels.h"
#include <string.h>

extern const struct gnb_kernels gnb_kernels_portable;
#if defined(__x86_64__)
extern const struct gnb_kernels gnb_kernels_avx2;
extern const struct gnb_kernels gnb_kernels_avx512;
#endif

#if defined(__aarch64__)
extern const struct gnb_kernels gnb_kernels_neon;
#endif

const struct gnb_kernels *gnb_kernels_named(const char *name) {
#if defined(__x86_64__)
  if (strcmp(name, "avx512") == 0)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
                   && __builtin_cpu_supports("avx512vl")
               ? &gnb_kernels_avx512
               : NULL;
  if (strcmp(name, "avx2") == 0)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &gnb_kernels_avx2 : NULL;
#endif
#if defined(__aarch64__)
  if (strcmp(name, "neon") == 0) return &gnb_kernels_neon;
#endif
  return strcmp(name, "portable") == 0 ? &gnb_kernels_portable : NULL;
}

const struct gnb_kernels *gnb_kernels_best(void) {
  const char *names[] = {"avx512", "avx2", "neon"};
  for (int i = 0; i < 3; i++)
    if (gnb_kernels_named(names[i])) return gnb_kernels_named(names[i]);
  return &gnb_kernels_portable;
}
