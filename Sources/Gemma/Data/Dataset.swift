/// Texts with categories, or instructions with answers.
public struct Dataset: Sendable, Equatable {
  /// The kind of task.
  public enum Task: String, Sendable {
    /// Few distinct answers.
    case classification
    /// An instruction in each row, and an answer in free words.
    case instruction
  }

  public let name: String
  /// Of a table, in the file's order; of folders and archives by category and id.
  public let samples: [Sample]
  /// The categories, sorted.
  public let categories: [String]
  /// Files and rows that are not samples.
  public let leftOut: [LeftOut]
  /// The files that it was read from; empty for samples made by a program.
  public let sources: [DataSource]
  public let task: Task
  /// Samples that are kept although an equal one is there.
  public let keptDuplicates: Int
  /// Samples left out since an equal one is in an earlier part's own file.
  public let leaks: Int
  /// Over ids, categories and texts, so that a folder and an archive of the same articles agree.
  public let sha256: String

  /// - Parameters:
  ///   - licenceFiles: those that lie among the samples.
  ///   - task: nil follows from the data.
  ///   - keepsOrder: leaves samples as they are given; otherwise they are sorted by category and id.
  /// - Throws: `invalidValue` if nothing is left, or one category only.
  public init(
    name: String, samples: [Sample], licenceFiles: [LeftOut] = [], sources: [DataSource] = [],
    keepsOrder: Bool = false, keepsDuplicates: Bool = false, task: Task? = nil
  ) throws {
    let ordered = keepsOrder ? samples : samples.sorted { ($0.category, $0.id) < ($1.category, $1.id) }
    var seen: [String: Part?] = [:]
    var kept: [Sample] = []
    var leftOut: [LeftOut] = []
    var (keptDuplicates, leaks) = (0, 0)
    for sample in ordered {
      let first = seen[sample.content]
      if first == nil { seen[sample.content] = .some(sample.part) }
      // A text in the files of two parts would be measured although it was trained on.
      let isLeak = first.map { $0 != sample.part } ?? false
      if isLeak { leaks += 1 }
      if first == nil || keepsDuplicates && !isLeak {
        if first != nil { keptDuplicates += 1 }
        kept.append(sample)
      } else {
        leftOut.append(LeftOut(id: sample.id, category: sample.category, isDuplicate: true))
      }
    }
    let categories = Set(kept.map(\.category)).sorted()
    guard !kept.isEmpty else {
      throw GemmaError.invalidValue(name: "data set \(name)", expected: "at least one text", found: "none")
    }
    self.task =
      task
      ?? Self.task(
        answers: categories.count, rows: kept.count, hasRequests: kept.allSatisfy { $0.request != nil })
    guard categories.count > 1 || self.task == .instruction else {
      throw GemmaError.invalidValue(
        name: "data set \(name)", expected: "at least two categories", found: "only \(categories[0])")
    }
    var hash = SHA256()
    for sample in kept {
      hash.update("\(sample.category)\u{0}\(sample.id)\u{0}\(sample.text)\u{0}")
      if let request = sample.request { hash.update("\(request.instruction)\u{0}\(request.input)\u{0}") }
    }
    self.name = name
    self.samples = kept
    self.categories = categories
    self.leftOut = leftOut + licenceFiles.filter { categories.contains($0.category) }
    self.sources = sources
    (self.keptDuplicates, self.leaks) = (keptDuplicates, leaks)
    sha256 = hash.finish()
  }

  /// What the number of different answers says. Rows without an instruction of their own are labelled, and their labels may be as many
  /// as in a small file; only texts of which more than half have an answer of their own are no categories.
  private static func task(answers: Int, rows: Int, hasRequests: Bool) -> Task {
    let isFew = answers * 2 <= rows
    if hasRequests { return isFew && answers <= mostCategories ? .classification : .instruction }
    return isFew || answers <= mostCategories ? .classification : .instruction
  }

  /// More different answers are not taken for categories, unless the user says so.
  static let mostCategories = 50

  /// Texts left out because an equal one was there.
  public var duplicates: Int { leftOut.count(where: \.isDuplicate) }

  /// Rows that cannot be used.
  public var rejects: [Reject] { sources.flatMap(\.rejects) }

  /// Samples of each category, in the order of `categories`.
  public var counts: [Int] {
    let counts = Dictionary(samples.map { ($0.category, 1) }, uniquingKeysWith: +)
    return categories.map { counts[$0, default: 0] }
  }

  /// Whether a file of its own was given for the part.
  public func hasFile(for part: Part) -> Bool { sources.contains { $0.part == part } }

  /// The samples of that part's own file.
  public func samples(of part: Part) -> [Int] { samples.indices.filter { samples[$0].part == part } }
}

extension Dataset {
  /// Loads what is at `path`: a folder, an archive, a file, or standard input.
  ///
  /// - Parameter categories: keeps only these; nil keeps all, but of the full Livedoor corpus the demo's five.
  public static func load(
    path: String, categories: [String]? = nil, options: DataOptions = DataOptions()
  ) throws -> Dataset {
    let content = try DataFile.read(path: path, options: options)
    let name = path == "-" ? "standard input" : lastComponent(path)
    return try select([content], categories: categories, name: name, options: options)
  }

  /// Loads a file for each part.
  /// - Throws: also `invalidValue` where no file is for training.
  public static func load(
    parts: [(part: Part, path: String)], categories: [String]? = nil, options: DataOptions = DataOptions()
  ) throws -> Dataset {
    let contents = try parts.map { try DataFile.read(path: $0.path, options: options, part: $0.part) }
    let name = parts.map { lastComponent($0.path) }.joined(separator: ", ")
    return try select(contents, categories: categories, name: name, options: options)
  }

  private static func lastComponent(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Keeps the categories asked for.
  /// - Throws: `invalidValue` listing what is there, if one is not.
  static func select(
    _ contents: [DataFile.Content], categories: [String]?, name: String, options: DataOptions = DataOptions()
  ) throws -> Dataset {
    var samples = contents.flatMap(\.samples)
    let there = Set(samples.map(\.category))
    var wanted = categories
    if wanted == nil, there.isSuperset(of: Livedoor.allCategories) { wanted = Livedoor.demoCategories }
    if let wanted {
      if let unknown = wanted.first(where: { !there.contains($0) }) {
        throw GemmaError.invalidValue(
          name: "categories", expected: "of \(there.sorted().prefix(50).joined(separator: ", "))",
          found: unknown)
      }
      samples.removeAll { !wanted.contains($0.category) }
    }
    return try Dataset(
      name: name, samples: samples, licenceFiles: contents.flatMap(\.licenceFiles),
      sources: contents.map(\.source), keepsOrder: true, keepsDuplicates: options.keepsDuplicates,
      task: options.task)
  }
}
