// The articles of mini-news, compiled into the program so that it needs no file at run time.
#ifndef GNB_MINI_NEWS_H
#define GNB_MINI_NEWS_H
#include <stddef.h>

struct gnb_article {
  const char *category;
  const char *file;
  const unsigned char *bytes;
  size_t count;
};

/// Sorted by category, then file.
const struct gnb_article *gnb_mini_news_article(size_t index);
extern const size_t gnb_mini_news_count;
#endif
