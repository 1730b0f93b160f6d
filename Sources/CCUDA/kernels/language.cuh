// What the kernels need of CUDA C++, without NVIDIA's headers. Compiled for the host (Tests/CUDAStandIn), the same names run the
// kernels on this computer's processor, one block after the other.
#pragma once
#include "../include/kernel_arguments.h"

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

#if defined(__CUDA__)
#define KERNEL(threads) extern "C" __attribute__((global, launch_bounds(threads))) void
// At least `blocks` blocks at a time on a processor: it limits the registers of a thread.
#define KERNEL_TOGETHER(threads, blocks) extern "C" __attribute__((global, launch_bounds(threads, blocks))) void
#define DEVICE __attribute__((device, always_inline)) static inline
#define SHARED __attribute__((shared))
#define CONSTANT __attribute__((device)) static const

DEVICE int thread_x() { return __nvvm_read_ptx_sreg_tid_x(); }
DEVICE int block_x() { return __nvvm_read_ptx_sreg_ctaid_x(); }
DEVICE int block_y() { return __nvvm_read_ptx_sreg_ctaid_y(); }
DEVICE int block_z() { return __nvvm_read_ptx_sreg_ctaid_z(); }
DEVICE int threads_x() { return __nvvm_read_ptx_sreg_ntid_x(); }
DEVICE int blocks_x() { return __nvvm_read_ptx_sreg_nctaid_x(); }
DEVICE void barrier() { __syncthreads(); }
// The value of the lane `distance` above in the same 16 lanes.
DEVICE float lane_above(float value, int distance) {
  return __nvvm_shfl_sync_down_f32(0xffffffffu, value, distance, (16 << 8) | 31);
}
// The value of the first of the 16 lanes.
DEVICE float first_lane(float value) { return __nvvm_shfl_sync_idx_f32(0xffffffffu, value, 0, (16 << 8) | 31); }
#define DYNAMIC_SHARED(TYPE, NAME) extern SHARED TYPE NAME[]
// Brings 32 bytes from memory into the second-level cache. Nobody waits for them.
DEVICE void prefetch_sector(const void *p) { __asm__ volatile("prefetch.global.L2 [%0];" ::"l"(p)); }
// Square root and division as IEEE 754 rounds them: no approximation, no flush of denormals.
DEVICE float root(float x) { return __nvvm_sqrt_rn_f(x); }
#else
#include "host_language.h"
#endif

// What is read before this is read together: the compiler moves no read behind it.
DEVICE void read_before() { __asm__ volatile("" ::: "memory"); }

DEVICE float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
DEVICE int least(int a, int b) { return a < b ? a : b; }
DEVICE int most(int a, int b) { return a > b ? a : b; }

struct alignas(16) float4 {
  float x, y, z, w;
};
DEVICE float4 load4(const float *p) { return *(const float4 *)p; }
DEVICE void store4(float *p, float4 v) { *(float4 *)p = v; }
struct alignas(8) float2 {
  float x, y;
};
// Whether float4 can be read there, in rows `stride` floats apart.
DEVICE bool is_aligned(const float *p, i64 stride) { return ((u64)p & 15) == 0 && (stride & 3) == 0; }
