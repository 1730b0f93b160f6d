// The notebooks of the tour, compiled into the program, and the program's version. Sources/CNotebooks/generate writes the table.
#pragma once
#include <stddef.h>

struct gnb_notebook {
  /// Below notebooks/, such as "lessons/ja/01-tokens.gnb".
  const char *path;
  const unsigned char *bytes;
  size_t count;
};

extern const size_t gnb_notebook_count;
/// Null outside the count.
const struct gnb_notebook *gnb_notebook(size_t index);
/// As Packaging/version says it; "development" for a build without it.
const char *gnb_version(void);
