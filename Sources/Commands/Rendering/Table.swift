/// Rows of text in columns, rendered for a width. Numbers right, words left; too wide a table narrows its flexible column.
public struct Table: Sendable, Equatable {
  public enum Alignment: Sendable, Equatable {
    case left, right
  }

  public struct Column: Sendable, Equatable {
    public var title: String
    public var alignment: Alignment
    /// May be cut with an ellipsis when the table is too wide.
    public var flexible: Bool

    public init(_ title: String, _ alignment: Alignment = .left, flexible: Bool = false) {
      self.title = title
      self.alignment = alignment
      self.flexible = flexible
    }
  }

  public var columns: [Column]
  public var rows: [[String]]
  /// Indices of rows that have a rule above them.
  public var rules: Set<Int>

  public init(_ columns: [Column], rows: [[String]] = [], rules: Set<Int> = []) {
    self.columns = columns
    self.rows = rows
    self.rules = rules
  }

  /// The lines of the table, none wider than `width` if the flexible columns can give way.
  public func lines(width: Int) -> [String] {
    var widths = columns.indices.map { i in
      max(DisplayWidth.of(columns[i].title), rows.map { DisplayWidth.of($0[i]) }.max() ?? 0)
    }
    let gap = 2
    while widths.reduce(0, +) + gap * (columns.count - 1) > width {
      // The widest flexible column gives way first.
      guard
        let widest = columns.indices.filter({ columns[$0].flexible && widths[$0] > 8 }).max(by: {
          widths[$0] < widths[$1]
        })
      else { break }
      widths[widest] -= 1
    }
    func line(_ cells: [String]) -> String {
      let padded = columns.indices.map { i in
        DisplayWidth.pad(
          DisplayWidth.truncate(cells[i], to: widths[i]), to: widths[i], right: columns[i].alignment == .right
        )
      }
      var text = padded.joined(separator: String(repeating: " ", count: gap))
      while text.hasSuffix(" ") { text.removeLast() }
      return text
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(
      separator: String(repeating: " ", count: gap))
    var lines: [String] = []
    if columns.contains(where: { !$0.title.isEmpty }) { lines += [line(columns.map(\.title)), rule] }
    for (i, row) in rows.enumerated() {
      if rules.contains(i) { lines.append(rule) }
      lines.append(line(row))
    }
    return lines
  }
}
