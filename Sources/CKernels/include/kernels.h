#ifndef GNB_KERNELS_H
#define GNB_KERNELS_H
int gnb_kernels_version(void);
#endif
