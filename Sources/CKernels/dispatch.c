#include "kernels.h"
int gnb_kernels_version(void) { return 1; }
