// NVIDIA's driver interface, as far as gnb uses it: names, types and numbers as in its public documentation. The library is opened at
// run time, so that neither building nor running gnb needs it.
#ifndef GNB_CUDA_DRIVER_H
#define GNB_CUDA_DRIVER_H
#include "kernel_arguments.h"
#include <stddef.h>
#include <stdint.h>

typedef uint64_t gnb_cuda_address;
typedef void *gnb_cuda_handle;

/// Codes of the driver's errors that gnb tells apart.
enum {
  GNB_CUDA_OUT_OF_MEMORY = 2,
  GNB_CUDA_NO_DEVICE = 100,
  GNB_CUDA_OLD_DRIVER_FOR_PTX = 222,
};

/// Attributes of a device.
enum { GNB_CUDA_MULTIPROCESSORS = 16, GNB_CUDA_MAJOR = 75, GNB_CUDA_MINOR = 76 };

/// The functions of an opened library.
struct gnb_cuda_driver {
  int (*init)(unsigned flags);
  int (*driver_version)(int *version);
  int (*device_count)(int *count);
  int (*device)(int *device, int ordinal);
  int (*device_name)(char *name, int length, int device);
  int (*device_attribute)(int *value, int attribute, int device);
  int (*device_memory)(size_t *bytes, int device);
  int (*retain_context)(gnb_cuda_handle *context, int device);
  int (*release_context)(int device);
  int (*set_context)(gnb_cuda_handle context);
  int (*load_module)(gnb_cuda_handle *module, const void *image);
  int (*module_function)(gnb_cuda_handle *function, gnb_cuda_handle module, const char *name);
  int (*allocate)(gnb_cuda_address *address, size_t bytes);
  int (*free)(gnb_cuda_address address);
  int (*memory_info)(size_t *free, size_t *total);
  int (*copy_to_device)(gnb_cuda_address target, const void *source, size_t bytes);
  int (*copy_to_host)(void *target, gnb_cuda_address source, size_t bytes);
  int (*copy_on_device)(gnb_cuda_address target, gnb_cuda_address source, size_t bytes, gnb_cuda_handle stream);
  int (*fill_words)(gnb_cuda_address target, unsigned value, size_t count, gnb_cuda_handle stream);
  int (*launch)(gnb_cuda_handle function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y,
                unsigned block_z, unsigned shared_bytes, gnb_cuda_handle stream, void **arguments, void **extra);
  int (*synchronize)(void);
  int (*error_text)(int code, const char **text);
};

/// Opens the library at `path`. Returns NULL, or what failed: the linker's words, or the name of a missing function.
const char *gnb_cuda_open(const char *path, struct gnb_cuda_driver *driver);

/// Launches a kernel with arguments packed in one buffer, each at a multiple of its size, on the default stream.
int gnb_cuda_launch(const struct gnb_cuda_driver *driver, gnb_cuda_handle function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                    unsigned threads, unsigned shared_bytes, const void *arguments, size_t bytes);

/// Loads `gnb_cuda_ptx`.
int gnb_cuda_load_kernels(const struct gnb_cuda_driver *driver, gnb_cuda_handle *module);

/// The kernels in PTX, for compute capability 7.5 and up.
extern const char gnb_cuda_ptx[];
#endif
