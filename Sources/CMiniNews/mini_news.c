// Written by Sources/CMiniNews/generate; a test compares it with the folder.
#include "mini_news.h"
#pragma clang diagnostic ignored "-Wc23-extensions"


static const struct gnb_article articles[] = {
};
const size_t gnb_mini_news_count = sizeof articles / sizeof articles[0];
const struct gnb_article *gnb_mini_news_article(size_t index) {
  return index < gnb_mini_news_count ? &articles[index] : 0;
}
