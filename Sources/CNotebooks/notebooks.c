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
#embed "../../notebooks/ja/quickstart.gnb"
};
static const unsigned char f2[] = {
#embed "../../notebooks/lessons/01-what-the-model-sees.gnb"
};
static const unsigned char f3[] = {
#embed "../../notebooks/lessons/02-loss-by-hand.gnb"
};
static const unsigned char f4[] = {
#embed "../../notebooks/lessons/03-examples-or-training.gnb"
};
static const unsigned char f5[] = {
#embed "../../notebooks/lessons/04-lora-drawn.gnb"
};
static const unsigned char f6[] = {
#embed "../../notebooks/lessons/05-learning-rate.gnb"
};
static const unsigned char f7[] = {
#embed "../../notebooks/lessons/06-overfit-on-purpose.gnb"
};
static const unsigned char f8[] = {
#embed "../../notebooks/lessons/07-how-sure-are-we.gnb"
};
static const unsigned char f9[] = {
#embed "../../notebooks/lessons/08-baseline-first.gnb"
};
static const unsigned char f10[] = {
#embed "../../notebooks/lessons/09-leaks.gnb"
};
static const unsigned char f11[] = {
#embed "../../notebooks/lessons/10-four-bits.gnb"
};
static const unsigned char f12[] = {
#embed "../../notebooks/lessons/11-the-same-bytes.gnb"
};
static const unsigned char f13[] = {
#embed "../../notebooks/lessons/12-your-own-csv.gnb"
};
static const unsigned char f14[] = {
#embed "../../notebooks/lessons/README.md"
};
static const unsigned char f15[] = {
#embed "../../notebooks/lessons/ja/01-what-the-model-sees.gnb"
};
static const unsigned char f16[] = {
#embed "../../notebooks/lessons/ja/02-loss-by-hand.gnb"
};
static const unsigned char f17[] = {
#embed "../../notebooks/lessons/ja/03-examples-or-training.gnb"
};
static const unsigned char f18[] = {
#embed "../../notebooks/lessons/ja/04-lora-drawn.gnb"
};
static const unsigned char f19[] = {
#embed "../../notebooks/lessons/ja/05-learning-rate.gnb"
};
static const unsigned char f20[] = {
#embed "../../notebooks/lessons/ja/06-overfit-on-purpose.gnb"
};
static const unsigned char f21[] = {
#embed "../../notebooks/lessons/ja/07-how-sure-are-we.gnb"
};
static const unsigned char f22[] = {
#embed "../../notebooks/lessons/ja/08-baseline-first.gnb"
};
static const unsigned char f23[] = {
#embed "../../notebooks/lessons/ja/09-leaks.gnb"
};
static const unsigned char f24[] = {
#embed "../../notebooks/lessons/ja/10-four-bits.gnb"
};
static const unsigned char f25[] = {
#embed "../../notebooks/lessons/ja/11-the-same-bytes.gnb"
};
static const unsigned char f26[] = {
#embed "../../notebooks/lessons/ja/12-your-own-csv.gnb"
};

static const struct gnb_notebook files[] = {
    {"quickstart.gnb", f0, sizeof f0},
    {"ja/quickstart.gnb", f1, sizeof f1},
    {"lessons/01-what-the-model-sees.gnb", f2, sizeof f2},
    {"lessons/02-loss-by-hand.gnb", f3, sizeof f3},
    {"lessons/03-examples-or-training.gnb", f4, sizeof f4},
    {"lessons/04-lora-drawn.gnb", f5, sizeof f5},
    {"lessons/05-learning-rate.gnb", f6, sizeof f6},
    {"lessons/06-overfit-on-purpose.gnb", f7, sizeof f7},
    {"lessons/07-how-sure-are-we.gnb", f8, sizeof f8},
    {"lessons/08-baseline-first.gnb", f9, sizeof f9},
    {"lessons/09-leaks.gnb", f10, sizeof f10},
    {"lessons/10-four-bits.gnb", f11, sizeof f11},
    {"lessons/11-the-same-bytes.gnb", f12, sizeof f12},
    {"lessons/12-your-own-csv.gnb", f13, sizeof f13},
    {"lessons/README.md", f14, sizeof f14},
    {"lessons/ja/01-what-the-model-sees.gnb", f15, sizeof f15},
    {"lessons/ja/02-loss-by-hand.gnb", f16, sizeof f16},
    {"lessons/ja/03-examples-or-training.gnb", f17, sizeof f17},
    {"lessons/ja/04-lora-drawn.gnb", f18, sizeof f18},
    {"lessons/ja/05-learning-rate.gnb", f19, sizeof f19},
    {"lessons/ja/06-overfit-on-purpose.gnb", f20, sizeof f20},
    {"lessons/ja/07-how-sure-are-we.gnb", f21, sizeof f21},
    {"lessons/ja/08-baseline-first.gnb", f22, sizeof f22},
    {"lessons/ja/09-leaks.gnb", f23, sizeof f23},
    {"lessons/ja/10-four-bits.gnb", f24, sizeof f24},
    {"lessons/ja/11-the-same-bytes.gnb", f25, sizeof f25},
    {"lessons/ja/12-your-own-csv.gnb", f26, sizeof f26},
};
const size_t gnb_notebook_count = sizeof files / sizeof files[0];
const struct gnb_notebook *gnb_notebook(size_t index) {
  return index < gnb_notebook_count ? &files[index] : 0;
}
