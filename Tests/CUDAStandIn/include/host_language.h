// The language of the kernels on this computer's processor. A block's threads are fibers of one system thread: each runs until it
// waits for the others.
#pragma once
#define KERNEL(threads) extern "C" void
#define KERNEL_TOGETHER(threads, blocks) extern "C" void
#define DEVICE static inline
#define SHARED static
#define CONSTANT static const
#define DYNAMIC_SHARED(TYPE, NAME) alignas(16) static TYPE NAME[16384]

struct HostThread {
  int thread, block[3], threads, blocks;
};
extern HostThread host_thread;
void host_barrier();
float host_exchange(float value, int lane);

DEVICE int thread_x() { return host_thread.thread; }
DEVICE int block_x() { return host_thread.block[0]; }
DEVICE int block_y() { return host_thread.block[1]; }
DEVICE int block_z() { return host_thread.block[2]; }
DEVICE int threads_x() { return host_thread.threads; }
DEVICE int blocks_x() { return host_thread.blocks; }
DEVICE void barrier() { host_barrier(); }
DEVICE float lane_above(float value, int distance) {
  const int lane = thread_x() % 16 + distance;
  return host_exchange(value, lane < 16 ? lane : thread_x() % 16);
}
DEVICE float first_lane(float value) { return host_exchange(value, 0); }
DEVICE void prefetch_sector(const void *) {}
DEVICE float root(float x) { return __builtin_sqrtf(x); }
