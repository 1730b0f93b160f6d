/// What a reader sees that differs from run to run: shown live, written «so» into notebooks, and kept apart in JSON.
public enum Volatile: String, Sendable, CaseIterable {
  case time, rate, memory, path, host, threads, kernel
}

/// Text with meaning: the painter decides how it looks.
public struct Span: Sendable, Equatable {
  public enum Style: Sendable, Equatable {
    case plain, strong, faint, good, bad
    /// A cell of a matrix, from 0 (nothing) to 1 (all): the darker, the more.
    case shade(Double)
  }

  public var text: String
  public var style: Style
  /// Set where the text is of a volatile kind.
  public var volatile: Volatile?

  public init(_ text: String, _ style: Style = .plain) {
    self.text = text
    self.style = style
  }

  public init(_ text: String, volatile: Volatile) {
    self.text = text
    style = .plain
    self.volatile = volatile
  }

  /// As a notebook records it.
  public var recorded: String { volatile.map { "«\($0.rawValue)»" } ?? text }
}
