// A stand-in for NVIDIA's driver. It runs the kernels of Sources/CCUDA on this computer's processor, so that tests can hold their bits
// without a GPU. The file's name says what else it is: libcuda-none (no devices), -old (an old driver), -small (64 MB of memory),
// -lost (the GPU fails after 100 launches).
#include "../../Sources/CCUDA/kernels/kernels.cu"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

// ---- fibers

HostThread host_thread;

namespace {
enum State { NEW, READY, IN_BARRIER, IN_EXCHANGE, DONE };
enum { LIMIT = 1024, STACK = 64 << 10 };

struct Fiber {
  void *stack_pointer;
  char *stack;
};
Fiber fibers[LIMIT];
Fiber scheduler;
int fiber_of[LIMIT], state[LIMIT], parity[LIMIT];
float slots[2][LIMIT];
int next_thread, current_fiber;
void (*body)(const char *);
const char *body_arguments;

extern "C" void host_switch(void **from, void *to);
#if defined(__x86_64__)
__asm__(".text\n.globl host_switch\nhost_switch:\n"
        "pushq %rbp\npushq %rbx\npushq %r12\npushq %r13\npushq %r14\npushq %r15\n"
        "movq %rsp, (%rdi)\nmovq %rsi, %rsp\n"
        "popq %r15\npopq %r14\npopq %r13\npopq %r12\npopq %rbx\npopq %rbp\nretq\n");
#elif defined(__aarch64__)
__asm__(".text\n.globl host_switch\nhost_switch:\n"
        "sub sp, sp, #160\nstp x19, x20, [sp]\nstp x21, x22, [sp, #16]\nstp x23, x24, [sp, #32]\nstp x25, x26, [sp, #48]\n"
        "stp x27, x28, [sp, #64]\nstp x29, x30, [sp, #80]\nstp d8, d9, [sp, #96]\nstp d10, d11, [sp, #112]\n"
        "stp d12, d13, [sp, #128]\nstp d14, d15, [sp, #144]\nmov x9, sp\nstr x9, [x0]\nmov sp, x1\n"
        "ldp x19, x20, [sp]\nldp x21, x22, [sp, #16]\nldp x23, x24, [sp, #32]\nldp x25, x26, [sp, #48]\n"
        "ldp x27, x28, [sp, #64]\nldp x29, x30, [sp, #80]\nldp d8, d9, [sp, #96]\nldp d10, d11, [sp, #112]\n"
        "ldp d12, d13, [sp, #128]\nldp d14, d15, [sp, #144]\nadd sp, sp, #160\nret\n");
#endif

// A fiber runs threads one after the other. If one has to wait, the next threads get another fiber.
void fiber_main() {
  for (;;) {
    while (next_thread < host_thread.threads) {
      const int thread = next_thread++;
      host_thread.thread = thread;
      fiber_of[thread] = current_fiber;
      state[thread] = READY;
      body(body_arguments);
      state[thread] = DONE;
      // The fiber that waited is no longer needed for new threads if there are none.
    }
    host_switch(&fibers[current_fiber].stack_pointer, scheduler.stack_pointer);
  }
}

void prepare(Fiber &fiber) {
  if (!fiber.stack) fiber.stack = (char *)aligned_alloc(64, STACK);
  void **top = (void **)(fiber.stack + STACK - 64);
#if defined(__x86_64__)
  *--top = nullptr; // keeps the stack aligned as after a call
  *--top = (void *)fiber_main;
  for (int i = 0; i < 6; i++) *--top = nullptr;
#else
  top -= 20;
  memset(top, 0, 160);
  top[11] = (void *)fiber_main;
#endif
  fiber.stack_pointer = top;
}

void resume(int fiber, int thread) {
  current_fiber = fiber;
  host_thread.thread = thread;
  host_switch(&scheduler.stack_pointer, fibers[fiber].stack_pointer);
}

void wait_for_others(State kind) {
  const int thread = host_thread.thread;
  state[thread] = kind;
  host_switch(&fibers[current_fiber].stack_pointer, scheduler.stack_pointer);
}

void run_block() {
  const int threads = host_thread.threads;
  int used = 0;
  next_thread = 0;
  for (int i = 0; i < threads; i++) state[i] = NEW, parity[i] = 0;
  while (next_thread < threads) {
    prepare(fibers[used]);
    resume(used++, 0);
  }
  for (;;) {
    bool all_done = true, all_wait = true;
    for (int i = 0; i < threads; i++) {
      all_done = all_done && state[i] == DONE;
      all_wait = all_wait && (state[i] == DONE || state[i] == IN_BARRIER);
    }
    if (all_done) return;
    if (all_wait)
      for (int i = 0; i < threads; i++)
        if (state[i] == IN_BARRIER) state[i] = READY;
    for (int warp = 0; warp < threads; warp += 32) {
      bool exchange = true;
      for (int i = warp; i < warp + 32 && i < threads; i++) exchange = exchange && (state[i] == DONE || state[i] == IN_EXCHANGE);
      if (exchange)
        for (int i = warp; i < warp + 32 && i < threads; i++)
          if (state[i] == IN_EXCHANGE) state[i] = READY;
    }
    bool progress = false;
    for (int i = 0; i < threads; i++)
      if (state[i] == READY) {
        resume(fiber_of[i], i);
        progress = true;
      }
    if (!progress) abort(); // the threads wait for each other in different places
  }
}
} // namespace

void host_barrier() { wait_for_others(IN_BARRIER); }
float host_exchange(float value, int lane) {
  const int thread = host_thread.thread, side = parity[thread] ^= 1;
  slots[side][thread] = value;
  wait_for_others(IN_EXCHANGE);
  return slots[side][thread / 16 * 16 + lane];
}

// ---- kernels by name

namespace {
template <class T> T argument(const char *&at) {
  u64 place = (u64)at;
  place = (place + alignof(T) - 1) / alignof(T) * alignof(T);
  at = (const char *)place + sizeof(T);
  T value;
  memcpy(&value, (const void *)place, sizeof(T));
  return value;
}
template <class F> struct Call;
template <class... A> struct Call<void (*)(A...)> {
  // Braces fix the order in which the arguments are read.
  struct Arguments {
    void (*kernel)(A...);
    Arguments(void (*kernel)(A...), A... values) { kernel(values...); }
  };
  static void run(void (*kernel)(A...), const char *at) { (void)Arguments{kernel, argument<A>(at)...}; }
};
template <auto KERNEL_FUNCTION> void call(const char *arguments) {
  Call<decltype(KERNEL_FUNCTION)>::run(KERNEL_FUNCTION, arguments);
}
struct Entry {
  const char *name;
  void (*run)(const char *);
};
const Entry entries[] = {
#define GNB_KERNEL(NAME) {#NAME, call<&NAME>},
#include "../../Sources/CCUDA/kernel_names.h"
#undef GNB_KERNEL
};

bool is_named(const char *part) {
  Dl_info info;
  return dladdr((const void *)&host_thread, &info) && info.dli_fname && strstr(info.dli_fname, part);
}
size_t used_bytes, launches;
size_t total_bytes() { return is_named("libcuda-small") ? 64u << 20 : (size_t)8 << 30; }
bool is_lost() { return launches > 100 && is_named("libcuda-lost"); }
enum { OUT_OF_MEMORY = 2, NOT_FOUND = 500, LOST = 700 };
} // namespace

// ---- the driver

extern "C" {
int cuInit(unsigned) { return is_named("libcuda-none") ? 100 : 0; }
int cuDriverGetVersion(int *version) {
  *version = is_named("libcuda-old") ? 9000 : 12040;
  return 0;
}
int cuDeviceGetCount(int *count) {
  *count = 1;
  return 0;
}
int cuDeviceGet(int *device, int) {
  *device = 0;
  return 0;
}
int cuDeviceGetName(char *name, int length, int) {
  strncpy(name, "stand-in", (size_t)length);
  return 0;
}
int cuDeviceGetAttribute(int *value, int attribute, int) {
  *value = attribute == 16 ? 2 : attribute == 75 ? 7 : 5;
  return 0;
}
int cuDeviceTotalMem_v2(size_t *bytes, int) {
  *bytes = total_bytes();
  return 0;
}
int cuDevicePrimaryCtxRetain(void **context, int) {
  *context = &host_thread;
  return 0;
}
int cuDevicePrimaryCtxRelease_v2(int) { return 0; }
int cuCtxSetCurrent(void *) { return 0; }
int cuModuleLoadData(void **module, const void *) {
  *module = &host_thread;
  return is_named("libcuda-old") ? 222 : 0;
}
int cuModuleGetFunction(void **function, void *, const char *name) {
  for (const Entry &entry : entries)
    if (!strcmp(entry.name, name)) {
      *function = (void *)entry.run;
      return 0;
    }
  return NOT_FOUND;
}
int cuMemAlloc_v2(u64 *address, size_t bytes) {
  if (is_lost()) return LOST;
  if (used_bytes + bytes > total_bytes()) return OUT_OF_MEMORY;
  size_t *memory = (size_t *)aligned_alloc(256, (bytes + 511) / 256 * 256);
  *memory = bytes;
  used_bytes += bytes;
  *address = (u64)memory + 256;
  // Contents are arbitrary: NaN shows what reads them.
  memset((void *)*address, 0xff, bytes);
  return 0;
}
int cuMemFree_v2(u64 address) {
  size_t *memory = (size_t *)(address - 256);
  used_bytes -= *memory;
  free(memory);
  return 0;
}
int cuMemGetInfo_v2(size_t *free, size_t *total) {
  *total = total_bytes();
  *free = *total - used_bytes;
  return 0;
}
int cuMemcpyHtoD_v2(u64 target, const void *source, size_t bytes) {
  if (is_lost()) return LOST;
  memcpy((void *)target, source, bytes);
  return 0;
}
int cuMemcpyDtoH_v2(void *target, u64 source, size_t bytes) {
  if (is_lost()) return LOST;
  memcpy(target, (const void *)source, bytes);
  return 0;
}
int cuMemcpyDtoDAsync_v2(u64 target, u64 source, size_t bytes, void *) {
  memcpy((void *)target, (const void *)source, bytes);
  return 0;
}
int cuMemsetD32Async(u64 target, unsigned value, size_t count, void *) {
  for (size_t i = 0; i < count; i++) ((unsigned *)target)[i] = value;
  return 0;
}
int cuLaunchKernel(void *function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned threads, unsigned, unsigned, unsigned,
                   void *, void **, void **extra) {
  launches++;
  if (is_lost()) return LOST;
  body = (void (*)(const char *))function;
  body_arguments = (const char *)extra[1];
  host_thread.threads = (int)threads;
  host_thread.blocks = (int)grid_x;
  for (unsigned z = 0; z < grid_z; z++)
    for (unsigned y = 0; y < grid_y; y++)
      for (unsigned x = 0; x < grid_x; x++) {
        host_thread.block[0] = (int)x, host_thread.block[1] = (int)y, host_thread.block[2] = (int)z;
        run_block();
      }
  return 0;
}
int cuCtxSynchronize() { return is_lost() ? LOST : 0; }
int cuGetErrorString(int code, const char **text) {
  *text = code == OUT_OF_MEMORY ? "out of memory" : code == LOST ? "an illegal memory access was encountered" : "unknown error";
  return 0;
}
}
