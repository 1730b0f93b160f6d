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
#embed "../../notebooks/lessons/01-what-the-model-sees.gnb"
};
static const unsigned char f2[] = {
#embed "../../notebooks/lessons/02-loss-by-hand.gnb"
};
static const unsigned char f3[] = {
#embed "../../notebooks/lessons/03-examples-or-training.gnb"
};
static const unsigned char f4[] = {
#embed "../../notebooks/lessons/05-learning-rate.gnb"
};
static const unsigned char f5[] = {
#embed "../../notebooks/lessons/06-overfit-on-purpose.gnb"
};
static const unsigned char f6[] = {
#embed "../../notebooks/lessons/09-leaks.gnb"
};
static const unsigned char f7[] = {
#embed "../../notebooks/lessons/11-the-same-bytes.gnb"
};
static const unsigned char f8[] = {
#embed "../../notebooks/lessons/12-your-own-csv.gnb"
};
static const unsigned char f9[] = {
#embed "../../notebooks/lessons/README.md"
};
static const unsigned char f10[] = {
#embed "../../notebooks/lessons/ja/01-what-the-model-sees.gnb"
};
static const unsigned char f11[] = {
#embed "../../notebooks/lessons/ja/02-loss-by-hand.gnb"
};
static const unsigned char f12[] = {
#embed "../../notebooks/lessons/ja/03-examples-or-training.gnb"
};
static const unsigned char f13[] = {
#embed "../../notebooks/lessons/ja/05-learning-rate.gnb"
};
static const unsigned char f14[] = {
#embed "../../notebooks/lessons/ja/06-overfit-on-purpose.gnb"
};
static const unsigned char f15[] = {
#embed "../../notebooks/lessons/ja/09-leaks.gnb"
};
static const unsigned char f16[] = {
#embed "../../notebooks/lessons/ja/11-the-same-bytes.gnb"
};
static const unsigned char f17[] = {
#embed "../../notebooks/lessons/ja/12-your-own-csv.gnb"
};

static const struct gnb_notebook files[] = {
    {"quickstart.gnb", f0, sizeof f0},
    {"lessons/01-what-the-model-sees.gnb", f1, sizeof f1},
    {"lessons/02-loss-by-hand.gnb", f2, sizeof f2},
    {"lessons/03-examples-or-training.gnb", f3, sizeof f3},
    {"lessons/05-learning-rate.gnb", f4, sizeof f4},
    {"lessons/06-overfit-on-purpose.gnb", f5, sizeof f5},
    {"lessons/09-leaks.gnb", f6, sizeof f6},
    {"lessons/11-the-same-bytes.gnb", f7, sizeof f7},
    {"lessons/12-your-own-csv.gnb", f8, sizeof f8},
    {"lessons/README.md", f9, sizeof f9},
    {"lessons/ja/01-what-the-model-sees.gnb", f10, sizeof f10},
    {"lessons/ja/02-loss-by-hand.gnb", f11, sizeof f11},
    {"lessons/ja/03-examples-or-training.gnb", f12, sizeof f12},
    {"lessons/ja/05-learning-rate.gnb", f13, sizeof f13},
    {"lessons/ja/06-overfit-on-purpose.gnb", f14, sizeof f14},
    {"lessons/ja/09-leaks.gnb", f15, sizeof f15},
    {"lessons/ja/11-the-same-bytes.gnb", f16, sizeof f16},
    {"lessons/ja/12-your-own-csv.gnb", f17, sizeof f17},
};
const size_t gnb_notebook_count = sizeof files / sizeof files[0];
const struct gnb_notebook *gnb_notebook(size_t index) {
  return index < gnb_notebook_count ? &files[index] : 0;
}
