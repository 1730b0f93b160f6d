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

/// A piece of output.
public enum Output: Sendable, Equatable {
  case line([Span])
  case table(Table)
  case chart(Chart)
  /// Text laid out for a width, such as help.
  case page(Page)
  /// Text that comes in pieces, with no line end of its own.
  case stream(String)

  public static func line(_ text: String) -> Output { .line([Span(text)]) }

  /// The output as lines of at most `width` columns, as far as it can be broken.
  ///
  /// - Parameter recorded: volatile values as notebooks write them.
  public func lines(width: Int, recorded: Bool = false) -> [[Span]] {
    switch self {
    case .line(let spans):
      DisplayWidth.wrap(recorded ? spans.map { Span($0.recorded, $0.style) } : spans, to: width)
    case .table(let table): table.lines(width: width)
    case .chart(let chart): chart.lines(width: width).map { [Span($0)] }
    case .page(let page): page.lines(width).map { [Span($0)] }
    case .stream(let text): DisplayWidth.wrap([Span(text)], to: width)
    }
  }
}

/// Text that lays itself out for any width.
public struct Page: Sendable, Equatable {
  public let lines: @Sendable (Int) -> [String]

  public init(_ lines: @escaping @Sendable (Int) -> [String]) { self.lines = lines }

  public static func == (a: Page, b: Page) -> Bool { a.lines(80) == b.lines(80) }
}

/// What a cell told, kept for the file, the exports and for looking again.
public struct Transcript: Sendable, Equatable {
  public var outputs: [Output] = []
  public var error: Diagnostic?

  public init() {}

  public mutating func add(_ event: Event) {
    switch event.kind {
    case .output(.stream(let text)):
      // What was streamed belongs together, however it came.
      if case .stream(let before)? = outputs.last {
        outputs[outputs.count - 1] = .stream(before + text)
      } else {
        outputs.append(.stream(text))
      }
    case .output(let output): outputs.append(output)
    case .error(let diagnostic): error = diagnostic
    default: break
    }
  }

  /// The lines of an `out` or `err` block, no trailing spaces.
  public func recorded(width: Int) -> [String] {
    var lines = outputs.flatMap { output -> [String] in
      var lines = output.lines(width: width, recorded: true).map { line in line.map(\.text).joined() }
      if case .stream = output, lines.last == "" { lines.removeLast() }
      return lines
    }
    lines += error?.recordedLines(width: width) ?? []
    return lines.map { line in
      var line = line
      while line.last?.isWhitespace == true { line.removeLast() }
      return line
    }
  }
}
