import Gemma

/// A `.gnb` file: Markdown with runnable `gnb` blocks.
public struct Notebook: Sendable {
  /// A runnable block.
  public struct Cell: Sendable {
    /// The `#id`, or else the number, from 1.
    public var name: String
    /// Whether the name is an `#id` from the file.
    public var hasID = false
    public var source: String
    /// File line of the block's first source line, from 1.
    public var firstLine: Int
    /// The line that opens the block, and the one that closes it.
    public var opening = "```gnb"
    public var closing = "```"
    /// The code this cell must fail with.
    public var raises: Diagnostic.Code?
    /// The largest number of rows to show of a table.
    public var rows: Int?
    /// `run` stops before this cell.
    public var pauses = false
    /// What the source is, if the block is an exercise.
    public var exercise: Exercise?
    /// Seconds after which the cell is stopped.
    public var timeout: Int?
    /// The `out` or `err` block after the cell, if there is one.
    public var recording: Recording?

    public init(name: String, source: String, firstLine: Int) {
      self.name = name
      self.source = source
      self.firstLine = firstLine
    }
  }

  /// A recorded output.
  public struct Recording: Sendable, Equatable {
    public var lines: [String]
    /// The `in=` attribute of the block.
    public var inputHash: String?
    /// Whether the block is an `err` block, not an `out` block.
    public var isError: Bool
    /// File line of the first recorded line.
    public var firstLine: Int
    /// Of its tables and charts; nil where there are none, and in notebooks that were recorded without.
    public var numbers: RecordedNumbers?

    public init(
      lines: [String], inputHash: String?, isError: Bool, firstLine: Int = 0, numbers: RecordedNumbers? = nil
    ) {
      self.numbers = numbers
      self.lines = lines
      self.inputHash = inputHash
      self.isError = isError
      self.firstLine = firstLine
    }
  }

  /// The parts of the file in order.
  public enum Part: Sendable {
    case prose([String])
    case cell(Cell)
  }

  public var path: String
  /// The lines between the `---`, as written.
  public var frontMatter: [String] = ["gnb: 1"]
  public var title: String?
  public var seed: UInt64?
  public var width: Int?
  /// Names of input files, each with the sha256 it must have.
  public var inputs: [(name: String, sha256: String)] = []
  public var parts: [Part] = []

  public init(path: String) { self.path = path }

  /// The width, in columns, of recorded tables.
  public var recordedWidth: Int { width ?? 80 }

  public var cells: [Cell] {
    parts.compactMap { if case .cell(let cell) = $0 { cell } else { nil } }
  }

  /// The index of a cell in `parts`; for the number after the last cell, the end of `parts`.
  private func part(ofCell index: Int) -> Int {
    parts.indices.filter {
      if case .cell = parts[$0] { true } else { false }
    }.dropFirst(index).first
      ?? parts.endIndex
  }

  /// The text between the cell before and this one; after the last cell for `cells.count`.
  public func prose(beforeCell index: Int) -> [String] {
    let start = index == 0 ? 0 : part(ofCell: index - 1) + 1
    return parts[start..<max(start, part(ofCell: index))].flatMap { part -> [String] in
      if case .prose(let lines) = part { lines } else { [] }
    }
  }

  public mutating func update(cell index: Int, _ change: (inout Cell) -> Void) {
    let part = part(ofCell: index)
    guard part < parts.count, case .cell(var cell) = parts[part] else { return }
    change(&cell)
    parts[part] = .cell(cell)
  }

  /// Inserts a cell before cell `index`, after the text there.
  public mutating func insert(source: String, at index: Int) {
    let cell = Cell(name: "", source: source, firstLine: 1)
    // Cells are set off by an empty line.
    let part = part(ofCell: index)
    parts.insert(contentsOf: [.cell(cell), .prose([""])], at: part)
    renumber()
  }

  public mutating func removeCells(from index: Int) {
    parts.removeSubrange(part(ofCell: index)...)
    renumber()
  }

  private mutating func renumber() {
    for (number, cell) in cells.enumerated() where !cell.hasID {
      update(cell: number) { $0.name = "\(number + 1)" }
    }
  }

  /// The `in=` of each cell: the first digits of a SHA-256 over seed, width, inputs, this cell and all earlier cells.
  /// If it has not changed, the output has not changed.
  public var inputHashes: [String] {
    var state = "gnb 1\nseed \(seed.map(String.init) ?? "-")\nwidth \(recordedWidth)\n"
    for input in inputs { state += "input \(input.name.utf8.count) \(input.name) \(input.sha256)\n" }
    return cells.map { cell in
      // An exercise runs on a copy: no later output depends on it, and none on how it is put into words.
      if let exercise = cell.exercise {
        var text = state + "rows \(cell.rows.map(String.init) ?? "-")\n" + exercise.identity
        return String(text.withUTF8 { SHA256.hexDigest(UnsafeRawBufferPointer($0)) }.prefix(8))
      }
      var text =
        state + "raises \(cell.raises?.rawValue ?? "-") rows \(cell.rows.map(String.init) ?? "-")\n"
        + cell.source
      state = text.withUTF8 { SHA256.hexDigest(UnsafeRawBufferPointer($0)) } + "\n"
      return String(state.prefix(8))
    }
  }

  /// The cell with this number (from 1) or `#id`.
  public func cellIndex(_ reference: String) -> Int? {
    let name = reference.hasPrefix("#") ? String(reference.dropFirst()) : reference
    if let index = cells.firstIndex(where: { $0.hasID && $0.name == name }) { return index }
    return Int(name).flatMap { (1...max(cells.count, 1)).contains($0) && !cells.isEmpty ? $0 - 1 : nil }
  }
}
