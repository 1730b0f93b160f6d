/// A piece of output.
public enum Output: Sendable, Equatable {
  case line([Span])
  case table(Table)
  case chart(Chart)
  /// Text that is laid out for a width, such as help.
  case page(Page)
  /// A piece of a streamed text. It need not end with a line end.
  case stream(String)

  public static func line(_ text: String) -> Output { .line([Span(text)]) }
  public static func line(_ spans: Span...) -> Output { .line(spans) }

  /// The output as lines of at most `width` columns. A part that cannot be broken may be wider.
  ///
  /// - Parameter recorded: whether volatile values are written as in notebooks.
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
