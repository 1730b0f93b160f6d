// The kernels for any machine, compiled without instruction-set extensions.
#include "kernels.h"
#define KERNELS gnb_kernels_portable
#define KERNELS_NAME "portable"
#define ROWS 6
#define PANELS 1
#define SINGLE 1
#include "kernels_body.h"
