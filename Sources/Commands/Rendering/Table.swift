/// Rows of text in columns, laid out for a width. Numbers are on the right of their column, words on the left. If the
/// table is too wide, the columns of words get narrower. If it still does not fit, each row becomes a block of lines.
///
/// As lines: titles, a rule, the rows with light rules between groups, and a heavy rule at the end, by which the end is
/// recognised when a recording is read back.
public struct Table: Sendable, Equatable {
  public enum Alignment: Sendable, Equatable {
    case left, right
  }

  public struct Column: Sendable, Equatable {
    public var title: String
    public var alignment: Alignment
    /// Whether this column gets narrower first when the table is too wide.
    public var flexible: Bool
    /// A title that says more, taken where the whole table then fits.
    public var longTitle: String?

    public init(
      _ title: String, _ alignment: Alignment = .left, flexible: Bool = false, longTitle: String? = nil
    ) {
      self.title = title
      self.longTitle = longTitle
      self.alignment = alignment
      self.flexible = flexible
    }
  }

  public var columns: [Column]
  public var rows: [[Cell]]
  /// Indices of rows that have a rule above them.
  public var rules: Set<Int>
  /// Whether numbers are shaded by their share of their row's sum, as in a confusion matrix.
  public var shaded: Bool
  /// Number of rows left out at the end.
  public private(set) var omitted = 0

  public init(
    _ columns: [Column], rows: [[Cell]], rules: Set<Int> = [], shaded: Bool = false, omitted: Int = 0
  ) {
    self.columns = columns
    self.rows = rows
    self.rules = rules
    self.shaded = shaded
    self.omitted = omitted
  }

  /// A table of words and whole numbers.
  public init(
    _ columns: [Column], rows: [[String]] = [], rules: Set<Int> = [], shaded: Bool = false, omitted: Int = 0
  ) {
    let cells = rows.map { row in
      zip(columns, row).map { $0.alignment == .right ? Cell(inNumbers: $1) : Cell($1) }
    }
    self.init(columns, rows: cells, rules: rules, shaded: shaded, omitted: omitted)
  }

  /// A copy with at most `count` rows. It shows how many rows are missing.
  public func limited(to count: Int) -> Table {
    guard rows.count > count else { return self }
    return Table(
      columns, rows: Array(rows.prefix(count)), rules: rules.filter { $0 < count }, shaded: shaded,
      omitted: omitted + rows.count - count)
  }

  /// "… 3 more rows"; `RecordedOutput` reads it back.
  var omittedLine: String { "… " + NumberFormat.count(omitted, "more row") }

  static let gap = 2
  /// The sign for a zero in a table of counts, so that the other counts are easier to see.
  package static let zero = "·"
  static let light: Character = "─"
  static let heavy: Character = "━"

  /// The lines of the table, none wider than `width`.
  public func lines(width: Int) -> [[Span]] {
    if let long = fittingLongTitles(in: width) { return long.lines(width: width) }
    guard let widths = columnWidths(in: width) else { return blocks(width: width) }
    let gap = String(repeating: " ", count: Self.gap)
    func line(_ cells: [String], _ style: (Int) -> Span.Style) -> [Span] {
      var spans: [Span] = []
      for i in columns.indices {
        if i > 0 { spans.append(Span(gap)) }
        let text = DisplayWidth.truncate(cells[i], to: widths[i])
        spans.append(
          Span(DisplayWidth.pad(text, to: widths[i], right: columns[i].alignment == .right), style(i)))
      }
      return Self.trimmed(spans)
    }
    func rule(_ sign: Character) -> [Span] {
      [Span(widths.map { String(repeating: sign, count: $0) }.joined(separator: gap), .faint)]
    }
    var lines = [line(columns.map(\.title)) { _ in .strong }, rule(Self.light)]
    for (i, row) in rows.enumerated() {
      if rules.contains(i) { lines.append(rule(Self.light)) }
      let shares = shares(row)
      lines.append(line(row.map(\.text)) { shares[$0].map(Span.Style.shade) ?? .plain })
    }
    lines.append(rule(Self.heavy))
    if omitted > 0 { lines.append([Span(omittedLine, .faint)]) }
    return lines
  }

  /// For each cell of a shaded table its share of its row's sum; nil for titles, empty rows and zeros shown as marks.
  func shares(_ row: [Cell]) -> [Double?] {
    let numbers = zip(columns, row).map { column, cell in
      shaded && column.alignment == .right && cell.text != Self.zero ? cell.number : nil
    }
    let sum = numbers.compactMap { $0 }.reduce(0, +)
    return numbers.map { number in sum > 0 ? number.map { $0 / sum } : nil }
  }

  /// With words as short as they are shown at this width. Numbers are never cut.
  func narrowed(to width: Int) -> Table {
    if let long = fittingLongTitles(in: width) { return long }
    guard let widths = columnWidths(in: width) else { return self }
    var copy = self
    for (i, width) in widths.enumerated() {
      copy.columns[i].title = DisplayWidth.truncate(columns[i].title, to: width)
      for j in rows.indices { copy.rows[j][i].text = DisplayWidth.truncate(rows[j][i].text, to: width) }
    }
    return copy
  }

  /// With the long titles in place of the short ones; nil if there are none.
  private var withLongTitles: Table? {
    guard columns.contains(where: { $0.longTitle != nil }) else { return nil }
    var long = self
    for i in columns.indices {
      long.columns[i].title = columns[i].longTitle ?? columns[i].title
      long.columns[i].longTitle = nil
    }
    return long
  }

  /// With the long titles, if the whole table then fits.
  private func fittingLongTitles(in width: Int) -> Table? {
    withLongTitles.flatMap {
      $0.naturalWidths.reduce(0, +) + Self.gap * (columns.count - 1) <= width ? $0 : nil
    }
  }

  /// The width of each column if none gets narrower.
  private var naturalWidths: [Int] {
    columns.indices.map { i in
      max(1, DisplayWidth.of(columns[i].title), rows.map { DisplayWidth.of($0[i].text) }.max() ?? 0)
    }
  }

  /// The width of each column; nil if the table cannot fit.
  private func columnWidths(in width: Int) -> [Int]? {
    var widths = naturalWidths
    var excess = widths.reduce(0, +) + Self.gap * (columns.count - 1) - width
    // Flexible columns get narrower first, then all columns of words. Columns of numbers keep their width.
    for narrow in [
      columns.indices.filter { columns[$0].flexible },
      columns.indices.filter { columns[$0].alignment == .left },
    ] {
      while excess > 0 {
        guard let widest = narrow.filter({ widths[$0] > 8 }).max(by: { widths[$0] < widths[$1] }) else {
          break
        }
        widths[widest] -= 1
        excess -= 1
      }
    }
    return excess > 0 ? nil : widths
  }

  /// A block of "title  value" lines for each row.
  private func blocks(width: Int) -> [[Span]] {
    let names = columns.map { DisplayWidth.of($0.title) }.max() ?? 0
    var lines: [[Span]] = []
    for (i, row) in rows.enumerated() {
      if i > 0 { lines.append([]) }
      for (column, cell) in zip(columns, row) {
        let room = max(8, width - names - Self.gap)
        for (k, part) in DisplayWidth.wrap(cell.text, to: room).enumerated() {
          lines.append([
            Span(DisplayWidth.pad(k == 0 ? column.title : "", to: names + Self.gap), .strong), Span(part),
          ])
        }
      }
    }
    if omitted > 0 { lines.append([Span(omittedLine, .faint)]) }
    return lines
  }

  private static func trimmed(_ spans: [Span]) -> [Span] {
    var spans = spans
    while var last = spans.last {
      if case .shade = last.style { break }
      while last.text.hasSuffix(" ") { last.text.removeLast() }
      spans.removeLast()
      if !last.text.isEmpty {
        spans.append(last)
        break
      }
    }
    return spans
  }
}
