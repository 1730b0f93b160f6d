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
  public static func line(_ spans: Span...) -> Output { .line(spans) }

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
