// The data sets that come with gnb, compiled into the program so that it needs no file at run time.
#ifndef GNB_DATA_SETS_H
#define GNB_DATA_SETS_H
#include <stddef.h>

struct gnb_data_file {
  /// The data set's name.
  const char *set;
  /// Within the data set.
  const char *path;
  const unsigned char *bytes;
  size_t count;
};

/// Sorted by set, then path.
const struct gnb_data_file *gnb_data_file(size_t index);
extern const size_t gnb_data_file_count;
#endif
