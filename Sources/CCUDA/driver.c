#include "cuda_driver.h"
#include <dlfcn.h>

#pragma clang diagnostic ignored "-Wc23-extensions"
const char gnb_cuda_ptx[] = {
#embed "kernels.ptx"
    , 0};

const char *gnb_cuda_open(const char *path, struct gnb_cuda_driver *driver) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) return dlerror();
  const struct {
    const char *name;
    void **place;
  } functions[] = {
      {"cuInit", (void **)&driver->init},
      {"cuDriverGetVersion", (void **)&driver->driver_version},
      {"cuDeviceGetCount", (void **)&driver->device_count},
      {"cuDeviceGet", (void **)&driver->device},
      {"cuDeviceGetName", (void **)&driver->device_name},
      {"cuDeviceGetAttribute", (void **)&driver->device_attribute},
      {"cuDeviceTotalMem_v2", (void **)&driver->device_memory},
      {"cuDevicePrimaryCtxRetain", (void **)&driver->retain_context},
      {"cuDevicePrimaryCtxRelease_v2", (void **)&driver->release_context},
      {"cuCtxSetCurrent", (void **)&driver->set_context},
      {"cuModuleLoadData", (void **)&driver->load_module},
      {"cuModuleGetFunction", (void **)&driver->module_function},
      {"cuMemAlloc_v2", (void **)&driver->allocate},
      {"cuMemFree_v2", (void **)&driver->free},
      {"cuMemGetInfo_v2", (void **)&driver->memory_info},
      {"cuMemcpyHtoD_v2", (void **)&driver->copy_to_device},
      {"cuMemcpyDtoH_v2", (void **)&driver->copy_to_host},
      {"cuMemcpyDtoDAsync_v2", (void **)&driver->copy_on_device},
      {"cuMemsetD32Async", (void **)&driver->fill_words},
      {"cuLaunchKernel", (void **)&driver->launch},
      {"cuCtxSynchronize", (void **)&driver->synchronize},
      {"cuGetErrorString", (void **)&driver->error_text},
  };
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
    *functions[i].place = dlsym(library, functions[i].name);
    if (!*functions[i].place) return functions[i].name;
  }
  return NULL;
}

int gnb_cuda_launch(const struct gnb_cuda_driver *driver, gnb_cuda_handle function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                    unsigned threads, unsigned shared_bytes, const void *arguments, size_t bytes) {
  // The names are CU_LAUNCH_PARAM_BUFFER_POINTER, CU_LAUNCH_PARAM_BUFFER_SIZE and CU_LAUNCH_PARAM_END.
  void *extra[] = {(void *)1, (void *)arguments, (void *)2, &bytes, (void *)0};
  return driver->launch(function, grid_x, grid_y, grid_z, threads, 1, 1, shared_bytes, NULL, NULL, extra);
}

int gnb_cuda_load_kernels(const struct gnb_cuda_driver *driver, gnb_cuda_handle *module) {
  return driver->load_module(module, gnb_cuda_ptx);
}
