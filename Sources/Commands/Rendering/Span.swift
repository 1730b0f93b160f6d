/// Values that differ from run to run. They are shown live, written as «time» and the like into notebooks, and separate
/// in JSON.
public enum Volatile: String, Sendable, CaseIterable {
  case time, rate, memory, path, host, threads, kernel

  /// What a reader of the mark should know.
  var meaning: String {
    switch self {
    case .time: "how long it took"
    case .rate: "how many a second"
    case .memory: "bytes in use"
    case .path: "where a file is"
    case .host: "the machine's name"
    case .threads: "how many threads"
    case .kernel: "which kernel set"
    }
  }
}

/// Text with a meaning. The painter chooses its colour and weight.
public struct Span: Sendable, Equatable {
  public enum Style: Sendable, Equatable {
    case plain, strong, faint, good, bad
    /// A cell of a matrix, from 0 (light) to 1 (dark).
    case shade(Double)
  }

  public var text: String
  public var style: Style
  /// The kind of volatile value; nil for other text.
  public var volatile: Volatile?
  /// The English words that a recording has in place of a reader's own language; nil for the same text.
  public var english: String?

  public init(_ text: String, _ style: Style = .plain) {
    self.text = text
    self.style = style
  }

  public init(_ text: String, volatile: Volatile) {
    self.text = text
    style = .plain
    self.volatile = volatile
  }

  /// The text for a notebook's recording.
  public var recorded: String { volatile.map { "«\($0.rawValue)»" } ?? english ?? text }
}
