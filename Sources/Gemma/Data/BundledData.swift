import CDataSets

/// The data sets that come with gnb, written for it and compiled in.
package enum BundledData: String, CaseIterable {
  /// 300 short articles in Japanese, 60 in each of five categories.
  case miniNews = "mini-news"
  /// 300 short messages to a shop's support in English, 75 in each of four categories.
  case supportMessages = "support-messages"
  /// 200 instructions in English and Japanese, answered as a butler would.
  case butlerRows = "butler-rows"
  /// 160 of the support messages with 40 copies among them, and a ticket's number that begins with a letter of the category: for the
  /// lesson on leaks.
  case leakyMessages = "leaky-messages"

  /// The files of the set, sorted by path.
  package var files: [(path: String, bytes: UnsafeRawBufferPointer)] {
    (0..<gnb_data_file_count).compactMap { index in
      guard let file = gnb_data_file(index)?.pointee, let set = file.set, let path = file.path,
        String(cString: set) == rawValue
      else { return nil }
      return (String(cString: path), UnsafeRawBufferPointer(start: file.bytes, count: file.count))
    }
  }
}

extension Dataset {
  /// 300 short articles written for gnb, in the layout of the Livedoor corpus.
  public static func miniNews(
    categories: [String]? = nil, options: DataOptions = DataOptions()
  ) throws -> Dataset {
    try select(
      [miniNewsContent.get()], categories: categories, name: BundledData.miniNews.rawValue, options: options)
  }

  /// Read once: a notebook may load them in every cell.
  private static let miniNewsContent = Result {
    try TextFolders(files: BundledData.miniNews.files, name: BundledData.miniNews.rawValue).content
  }

  /// A data set that comes with gnb; nil for another name.
  public static func bundled(
    _ name: String, categories: [String]? = nil, options: DataOptions = DataOptions()
  ) throws -> Dataset? {
    guard let set = BundledData(rawValue: name) else { return nil }
    if set == .miniNews { return try miniNews(categories: categories, options: options) }
    return try select(
      [DataFile.bundled(set, options: options)], categories: categories, name: name, options: options)
  }
}
