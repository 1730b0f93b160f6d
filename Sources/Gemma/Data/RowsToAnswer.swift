import Foundation

/// Rows that want an answer, in the file's order. Rows that cannot be used keep their place, and duplicates theirs: every row gets a line
/// of the result.
public struct RowsToAnswer: Sendable {
  public struct Row: Sendable {
    public let id: String
    /// Nil if the row cannot be used.
    public let sample: Sample?
    /// Why it cannot.
    public let reject: Reject?

    public init(sample: Sample) { (id, self.sample, reject) = (sample.id, sample, nil) }

    /// A row that cannot be used.
    public init(unusable id: String, place: String, expected: String, found: String) {
      self.init(
        id: id,
        reject: Reject(
          path: "", place: place, column: nil, expected: expected, found: found, excerpt: "", id: id))
    }

    init(id: String, reject: Reject) { (self.id, sample, self.reject) = (id, nil, reject) }

    /// A copy under another id.
    func named(_ id: String) -> Row {
      if let reject { return Row(id: id, reject: reject) }
      return Row(id: id, sample: sample)
    }

    private init(id: String, sample: Sample?) { (self.id, self.sample, reject) = (id, sample, nil) }
  }

  public let rows: [Row]
  public let source: DataSource

  /// - Parameter path: a set that comes with gnb, a file, a folder, an archive, or "-" for standard input.
  /// - Throws: what reading data throws: for a file of another kind, and where no row at all can be used.
  public init(path: String, options: DataOptions) throws {
    var options = options
    options.needsLabels = false
    if let set = BundledData(rawValue: path) {
      let content =
        set == .miniNews
        ? try TextFolders(files: set.files, name: path).content : try DataFile.bundled(set, options: options)
      self.init(content)
    } else {
      self.init(try DataFile.read(path: path, options: options))
    }
  }

  /// One record of JSON on a line of its own, as it comes through a pipe.
  /// - Parameter number: of the line, for the id of a record without one.
  public init(jsonLine bytes: [UInt8], number: Int, options: DataOptions) throws {
    var options = options
    options.needsLabels = false
    let content = try bytes.withUnsafeBytes {
      try DataFile.records($0, name: "line.jsonl", path: "line \(number)", options: options, part: nil)
    }
    let read = RowsToAnswer(content)
    source = read.source
    let hasIDs = source.roles.contains { $0.name == "id" }
    rows = read.rows.map { hasIDs ? $0 : $0.named("line-\(number)") }
  }

  private init(_ content: DataFile.Content) {
    source = content.source
    var rows: [Row] = []
    var taken = 0
    func take(_ end: Int) {
      rows += content.samples[taken..<end].map(Row.init(sample:))
      taken = end
    }
    for reject in content.source.rejects {
      take(max(taken, min(reject.samplesBefore, content.samples.count)))
      rows.append(Row(id: reject.id ?? reject.place, reject: reject))
    }
    take(content.samples.count)
    self.rows = rows
  }

  /// Over everything that decides the answers: ids, texts, columns, and which rows cannot be used.
  public var sha256: String {
    var hash = SHA256()
    for row in rows {
      hash.update(row.id + "\u{0}")
      guard let sample = row.sample else {
        hash.update("\u{1}")
        continue
      }
      hash.update(sample.text + "\u{0}" + sample.category + "\u{0}")
      if let request = sample.request { hash.update(request.instruction + "\u{0}" + request.input + "\u{0}") }
      for turn in sample.request?.turns ?? [] {
        hash.update(turn.role.rawValue + "\u{0}" + turn.content + "\u{0}")
      }
      for column in sample.columns { hash.update(column.name + "\u{0}" + column.value + "\u{0}") }
    }
    return hash.finish()
  }
}
