import Foundation

/// A folder of .txt files for each category, in a folder or an archive: plain texts, or the layout of the Livedoor news corpus.
struct TextFolders {
  private let path: String
  private let options: DataOptions
  private let part: Part?
  private var files: [(category: String, name: String, text: String)] = []
  private var licenceFiles: [LeftOut] = []
  private var rejects: [Reject] = []

  private static func isArticle(_ name: String) -> Bool {
    name.hasSuffix(".txt") && !["LICENSE.txt", "README.txt", "CHANGES.txt"].contains(name)
  }

  /// From an archive, the folders of the categories at any depth.
  init(archive bytes: UnsafeRawBufferPointer, path: String, options: DataOptions, part: Part?) throws {
    (self.path, self.options, self.part) = (path, options, part)
    try TarGzip(path: path).forEachFile(bytes) { name, data in
      let parts = name.split(separator: "/").map(String.init)
      // Files directly under text/ are about the corpus, not of it.
      let isAlone = parts.count < 2 || parts[parts.count - 2] == "text"
      guard !parts.isEmpty, !isAlone || !options.needsLabels else { return }
      try data.withUnsafeBytes {
        try add(
          $0, category: isAlone ? "" : parts[parts.count - 2], name: parts[parts.count - 1],
          path: path + ":" + name)
      }
    }
  }

  /// From a folder that holds the category folders, or holds `text` which does.
  init(folder path: String, options: DataOptions, part: Part?) throws {
    (self.path, self.options, self.part) = (path, options, part)
    let manager = FileManager.default
    func contents(_ folder: String) throws -> [String] {
      do { return try manager.contentsOfDirectory(atPath: folder).sorted() } catch {
        throw GemmaError.inputOutput(path: folder, reason: error.localizedDescription)
      }
    }
    let root = manager.fileExists(atPath: path + "/text") ? path + "/text" : path
    for category in try contents(root) {
      var isFolder: ObjCBool = false
      let folder = root + "/" + category
      guard manager.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
        if !options.needsLabels, Self.isArticle(category) {
          try MappedFile(path: folder).withBytes { try add($0, category: "", name: category, path: folder) }
        }
        continue
      }
      for name in try contents(folder) {
        guard Self.isArticle(name) else {
          licenceFiles.append(LeftOut(id: name, category: category, isDuplicate: false))
          continue
        }
        let file = folder + "/" + name
        try MappedFile(path: file).withBytes { try add($0, category: category, name: name, path: file) }
      }
    }
  }

  /// From files in memory, CATEGORY/NAME each.
  init(files: [(path: String, bytes: UnsafeRawBufferPointer)], name: String) throws {
    (path, options, part) = (name, DataOptions(), nil)
    for file in files {
      let parts = file.path.split(separator: "/").map(String.init)
      try add(file.bytes, category: parts[0], name: parts[parts.count - 1], path: name + "/" + file.path)
    }
  }

  private mutating func add(
    _ bytes: UnsafeRawBufferPointer, category: String, name: String, path: String
  ) throws {
    try options.check()
    guard Self.isArticle(name) else {
      licenceFiles.append(LeftOut(id: name, category: category, isDuplicate: false))
      return
    }
    guard let encoding = options.encoding ?? TextEncoding.detect(bytes) else {
      return try reject(
        path, category, name, "text in UTF-8, UTF-16, Shift_JIS or EUC-JP", "bytes of another encoding")
    }
    let text = try encoding.withUTF8(bytes, path: path) { String(validating: $0, as: UTF8.self) }
    guard let text else {
      return try reject(path, category, name, encoding.rawValue, "bytes of another encoding")
    }
    guard text.utf8.count <= RecordTable.longestText else {
      return try reject(
        path, category, name, "at most \(RecordTable.longestText) bytes", "\(text.utf8.count)")
    }
    files.append((category, name, Self.lineFeeds(text)))
  }

  private mutating func reject(
    _ path: String, _ category: String, _ name: String, _ expected: String, _ found: String,
    excerpt: String = ""
  ) throws {
    let reject = Reject(
      path: path, place: Self.id(category, name), column: nil, expected: expected, found: found,
      excerpt: String(excerpt.prefix(80)), id: Self.id(category, name))
    if options.isStrict { throw reject.error }
    rejects.append(reject)
  }

  /// A text in no category's folder has its own name only.
  private static func id(_ category: String, _ name: String) -> String {
    category.isEmpty ? name : category + "/" + name
  }

  private static func lineFeeds(_ text: String) -> String {
    let text = text.replacingOccurrences(of: "\r\n", with: "\n")
    return text.contains("\n") ? text : text.replacingOccurrences(of: "\r", with: "\n")
  }

  /// Livedoor's layout if most files begin with an address.
  var content: DataFile.Content {
    get throws {
      let addresses = files.count { $0.text.hasPrefix("http://") || $0.text.hasPrefix("https://") }
      let isLivedoor = addresses * 2 > files.count
      var rest = self
      var samples: [Sample] = []
      for file in files {
        if isLivedoor {
          guard let (title, text) = Livedoor.article(file.text) else {
            try rest.reject(
              path, file.category, file.name, "address, date, title and body",
              "\(file.text.split(separator: "\n", omittingEmptySubsequences: false).count) lines",
              excerpt: file.text)
            continue
          }
          samples.append(
            Sample(id: file.name, title: title, text: text, category: file.category, part: part))
          continue
        }
        let text = file.text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else {
          try rest.reject(path, file.category, file.name, "a text", "nothing")
          continue
        }
        samples.append(
          Sample(
            id: Self.id(file.category, file.name), title: "", text: text, category: file.category, part: part)
        )
      }
      if samples.isEmpty, let error = rest.rejects.first?.error { throw error }
      let source = DataSource(
        path: path, part: part, format: isLivedoor ? .livedoor : .folders, encoding: nil, columns: [],
        roles: [], rejects: rest.rejects, trimmedLabels: 0, hasRepeatedIDs: false)
      // Nothing depends on a folder's or an archive's order.
      return (
        samples.sorted { ($0.category, $0.id) < ($1.category, $1.id) }, licenceFiles, source
      )
    }
  }
}
