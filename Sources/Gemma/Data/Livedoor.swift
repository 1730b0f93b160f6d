import CMiniNews
import Foundation

/// The layout of the Livedoor news corpus: text/CATEGORY/CATEGORY-NUMBER.txt, each with its address, its date, its title
/// and then the body. Licence and read-me files are no samples.
package enum Livedoor {
  package static let allCategories = [
    "dokujo-tsushin", "it-life-hack", "kaden-channel", "livedoor-homme", "movie-enter", "peachy", "smax",
    "sports-watch", "topic-news",
  ]
  /// The five of the demo.
  package static let demoCategories = [
    "it-life-hack", "kaden-channel", "movie-enter", "sports-watch", "topic-news",
  ]

  private static func isArticle(_ name: String) -> Bool {
    name.hasSuffix(".txt") && !["LICENSE.txt", "README.txt", "CHANGES.txt"].contains(name)
  }

  /// - Parameter path: named in errors.
  static func sample(category: String, file: String, bytes: some Collection<UInt8>, path: String) throws
    -> Sample
  {
    var text = try utf8Text(bytes, path: path).replacingOccurrences(of: "\r\n", with: "\n")
    if !text.contains("\n") { text = text.replacingOccurrences(of: "\r", with: "\n") }
    let lines = text.split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false)
    guard lines.count >= 3 else {
      throw GemmaError.malformed(
        path: path, location: "line \(lines.count)", expected: "address, date, title and body",
        found: "\(lines.count) lines")
    }
    let title = lines[2].trimmingCharacters(in: .whitespacesAndNewlines)
    let body = lines.count > 3 ? String(lines[3]) : ""
    return Sample(
      id: file, title: title, text: (title + "\n" + body).trimmingCharacters(in: .whitespacesAndNewlines),
      category: category)
  }

  /// From an archive of that layout, at any depth.
  static func archive(_ path: String) throws -> (samples: [Sample], licenceFiles: [LeftOut]) {
    var samples: [Sample] = []
    var licenceFiles: [LeftOut] = []
    try TarGzip(path: path).forEachFile { name, data in
      let parts = name.split(separator: "/").map(String.init)
      // Files directly under text/ are about the corpus, not of it.
      guard parts.count >= 2, parts[parts.count - 2] != "text" else { return }
      let (category, file) = (parts[parts.count - 2], parts[parts.count - 1])
      if isArticle(file) {
        samples.append(try sample(category: category, file: file, bytes: data, path: path + ":" + name))
      } else {
        licenceFiles.append(LeftOut(id: file, category: category, isDuplicate: false))
      }
    }
    return (samples, licenceFiles)
  }

  /// From a folder that holds the category folders, or holds `text` which does.
  static func folder(_ path: String) throws -> (samples: [Sample], licenceFiles: [LeftOut]) {
    let manager = FileManager.default
    func contents(_ folder: String) throws -> [String] {
      do { return try manager.contentsOfDirectory(atPath: folder).sorted() } catch {
        throw GemmaError.inputOutput(path: folder, reason: error.localizedDescription)
      }
    }
    let root = manager.fileExists(atPath: path + "/text") ? path + "/text" : path
    var samples: [Sample] = []
    var licenceFiles: [LeftOut] = []
    for category in try contents(root) {
      var isFolder: ObjCBool = false
      let folder = root + "/" + category
      guard manager.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else { continue }
      for name in try contents(folder) {
        guard isArticle(name) else {
          licenceFiles.append(LeftOut(id: name, category: category, isDuplicate: false))
          continue
        }
        let path = folder + "/" + name
        samples.append(
          try MappedFile(path: path).withBytes {
            try sample(category: category, file: name, bytes: $0, path: path)
          })
      }
    }
    return (samples, licenceFiles)
  }
}

extension Dataset {
  /// The data set that comes with gnb: 300 short articles written for it, 60 in each of the five categories.
  public static func miniNews(categories: [String]? = nil) throws -> Dataset {
    try select(miniNewsSamples.get(), categories: categories, name: "mini-news")
  }

  /// Read once: a notebook may load them in every cell.
  private static let miniNewsSamples = Result {
    try MiniNews.articles.map {
      try Livedoor.sample(
        category: $0.category, file: $0.file, bytes: $0.bytes, path: "mini-news/" + $0.file)
    }
  }
}

/// The compiled-in articles.
package enum MiniNews {
  package static var articles: [(category: String, file: String, bytes: UnsafeBufferPointer<UInt8>)] {
    (0..<gnb_mini_news_count).compactMap { index in
      guard let article = gnb_mini_news_article(index)?.pointee, let category = article.category,
        let file = article.file
      else { return nil }
      return (
        String(cString: category), String(cString: file),
        UnsafeBufferPointer(start: article.bytes, count: article.count)
      )
    }
  }
}
