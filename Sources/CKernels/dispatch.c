// Which kernels this CPU can run. Chosen once, at start.
#include "kernels.h"
#include <string.h>

extern const struct gnb_kernels gnb_kernels_portable;
#if defined(__x86_64__)
extern const struct gnb_kernels gnb_kernels_avx2;
#endif

const struct gnb_kernels *gnb_kernels_named(const char *name) {
#if defined(__x86_64__)
  if (strcmp(name, "avx2") == 0)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &gnb_kernels_avx2 : NULL;
#endif
  return strcmp(name, "portable") == 0 ? &gnb_kernels_portable : NULL;
}

const struct gnb_kernels *gnb_kernels_best(void) {
  const struct gnb_kernels *fast = gnb_kernels_named("avx2");
  return fast ? fast : &gnb_kernels_portable;
}
