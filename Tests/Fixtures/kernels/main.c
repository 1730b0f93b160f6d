// Prints both digests of every kernel set of the machine it runs on. `make neon` runs it as an AArch64 program.
#include "kernels.h"
#include <stdio.h>

int main(void) {
  static const char *names[] = {"portable", "avx2", "avx512", "neon"};
  for (int i = 0; i < 4; i++) {
    const struct gnb_kernels *kernels = gnb_kernels_named(names[i]);
    if (!kernels) continue;
    printf("%s %016llx", names[i], (unsigned long long)gnb_kernels_digest(kernels));
    printf(" %016llx\n", (unsigned long long)gnb_own_bits_digest(kernels));
  }
  return 0;
}
