import Foundation

/// One text and its category.
public struct Sample: Sendable, Equatable {
  /// Unique in its data set; for Livedoor the file's name without folder.
  public let id: String
  public let title: String
  /// What goes into the prompt.
  public let text: String
  public let category: String

  public init(id: String, title: String, text: String, category: String) {
    self.id = id
    self.title = title
    self.text = text
    self.category = category
  }
}

/// A file of a category that a data set leaves out. It still takes part in scikit-learn's draw.
public struct LeftOut: Sendable, Equatable {
  public let id: String
  public let category: String
  /// Whether an equal text was there; otherwise it is a licence or read-me file.
  public let isDuplicate: Bool

  package init(id: String, category: String, isDuplicate: Bool) {
    (self.id, self.category, self.isDuplicate) = (id, category, isDuplicate)
  }
}

/// Texts with categories, sorted by category and id: nothing depends on a folder's or an archive's order.
public struct Dataset: Sendable, Equatable {
  public let name: String
  public let samples: [Sample]
  /// Sorted.
  public let categories: [String]
  /// What was there and is no sample.
  public let leftOut: [LeftOut]
  /// Over ids, categories and texts, so that a folder and an archive of the same articles agree.
  public let sha256: String

  /// - Parameter licenceFiles: those that lie among the samples.
  /// - Throws: `invalidValue` if nothing is left, or one category only.
  public init(name: String, samples: [Sample], licenceFiles: [LeftOut] = []) throws {
    var seen: Set<String> = []
    var kept: [Sample] = []
    var leftOut: [LeftOut] = []
    for sample in samples.sorted(by: { ($0.category, $0.id) < ($1.category, $1.id) }) {
      if seen.insert(sample.category + "\u{0}" + sample.text).inserted {
        kept.append(sample)
      } else {
        leftOut.append(LeftOut(id: sample.id, category: sample.category, isDuplicate: true))
      }
    }
    let categories = Set(kept.map(\.category)).sorted()
    guard !kept.isEmpty else {
      throw GemmaError.invalidValue(name: "data set \(name)", expected: "at least one text", found: "none")
    }
    guard categories.count > 1 else {
      throw GemmaError.invalidValue(
        name: "data set \(name)", expected: "at least two categories", found: "only \(categories[0])")
    }
    var hash = SHA256()
    for sample in kept { hash.update("\(sample.category)\u{0}\(sample.id)\u{0}\(sample.text)\u{0}") }
    self.name = name
    self.samples = kept
    self.categories = categories
    self.leftOut = leftOut + licenceFiles.filter { categories.contains($0.category) }
    sha256 = hash.finish()
  }

  /// Texts left out because an equal one was there.
  public var duplicates: Int { leftOut.count(where: \.isDuplicate) }

  /// Samples of each category, in the order of `categories`.
  public var counts: [Int] { categories.map { category in samples.count { $0.category == category } } }

  /// Loads what is at `path`: a folder or archive in the Livedoor layout, or one of the files that `DataFile` reads.
  ///
  /// - Parameter categories: keeps only these; nil keeps all, but of the full Livedoor corpus the demo's five.
  public static func load(path: String, categories: [String]? = nil) throws -> Dataset {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw GemmaError.fileNotFound(path: path)
    }
    let name = URL(fileURLWithPath: path).lastPathComponent
    let (samples, licenceFiles) =
      try isFolder.boolValue ? Livedoor.folder(path) : DataFile.samples(path: path)
    return try select(samples, licenceFiles: licenceFiles, categories: categories, name: name)
  }

  /// Keeps the categories asked for.
  /// - Throws: `invalidValue` listing what is there, if one is not.
  static func select(
    _ samples: [Sample], licenceFiles: [LeftOut] = [], categories: [String]?, name: String
  ) throws -> Dataset {
    let there = Set(samples.map(\.category))
    var wanted = categories
    if wanted == nil, there.isSuperset(of: Livedoor.allCategories) { wanted = Livedoor.demoCategories }
    guard let wanted else {
      return try Dataset(name: name, samples: samples, licenceFiles: licenceFiles)
    }
    if let unknown = wanted.first(where: { !there.contains($0) }) {
      throw GemmaError.invalidValue(
        name: "categories", expected: "of \(there.sorted().joined(separator: ", "))", found: unknown)
    }
    return try Dataset(
      name: name, samples: samples.filter { wanted.contains($0.category) }, licenceFiles: licenceFiles)
  }
}
