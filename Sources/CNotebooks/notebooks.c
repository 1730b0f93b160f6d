// Written by Sources/CNotebooks/generate; a test compares it with the folder.
#include "notebooks.h"
#pragma clang diagnostic ignored "-Wc23-extensions"

#ifndef GNB_VERSION
#define GNB_VERSION "development"
#endif
const char *gnb_version(void) { return GNB_VERSION; }

static const unsigned char f0[] = {
#embed "../../notebooks/quickstart.gnb"
};
static const unsigned char f1[] = {
#embed "../../notebooks/lessons/rank-sweep.gnb"
};

static const struct gnb_notebook files[] = {
    {"quickstart.gnb", f0, sizeof f0},
    {"lessons/rank-sweep.gnb", f1, sizeof f1},
};
const size_t gnb_notebook_count = sizeof files / sizeof files[0];
const struct gnb_notebook *gnb_notebook(size_t index) {
  return index < gnb_notebook_count ? &files[index] : 0;
}
