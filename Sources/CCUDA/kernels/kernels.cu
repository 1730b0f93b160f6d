// All operations of the GPU in one module. `make ptx` compiles it to Sources/CCUDA/kernels.ptx.
#include "attention.cuh"
#include "loss.cuh"
#include "products.cuh"
#include "rows.cuh"
#include "training.cuh"
