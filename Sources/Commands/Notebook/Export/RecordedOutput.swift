import Foundation

/// A recorded output as what it was: tables, charts, and text. They come from the recording's numbers; in a notebook recorded without,
/// tables are read back by their rules, and bars by their axis.
public enum RecordedOutput {
  public struct Block: Sendable {
    public var output: Output
    /// As recorded.
    public var lines: [String]
  }

  public static func blocks(_ recording: Notebook.Recording) -> [Block] {
    guard let numbers = recording.numbers else { return blocks(recording.lines) }
    var blocks: [Block] = []
    var at = 0
    func addText(to end: Int) {
      guard at < end else { return }
      let lines = Array(recording.lines[at..<end])
      blocks.append(Block(output: .line(lines.joined(separator: "\n")), lines: lines))
    }
    for item in numbers.items {
      addText(to: item.lines.lowerBound)
      blocks.append(Block(output: item.output, lines: Array(recording.lines[item.lines])))
      at = item.lines.upperBound
    }
    addText(to: recording.lines.count)
    return blocks
  }

  public static func blocks(_ lines: [String]) -> [Block] {
    var blocks: [Block] = []
    var text: [String] = []
    func flush() {
      if !text.isEmpty { blocks.append(Block(output: .line(text.joined(separator: "\n")), lines: text)) }
      text = []
    }
    var at = 0
    while at < lines.count {
      if let (table, end) = table(lines, at) {
        flush()
        blocks.append(Block(output: .table(table), lines: Array(lines[at..<end])))
        at = end
      } else if let (chart, end) = chart(lines, at) {
        flush()
        blocks.append(Block(output: .chart(chart), lines: Array(lines[at..<end])))
        at = end
      } else {
        text.append(lines[at])
        at += 1
      }
    }
    flush()
    return blocks
  }

  // MARK: Tables

  /// The columns under a rule, as ranges of display columns; nil if the line is no rule.
  private static func columns(_ line: String, of sign: Character) -> [Range<Int>]? {
    guard line.first == sign, line.allSatisfy({ $0 == sign || $0 == " " }) else { return nil }
    var ranges: [Range<Int>] = []
    var start: Int?
    for (i, character) in (line + " ").enumerated() {
      if character == sign {
        start = start ?? i
      } else if let begin = start {
        ranges.append(begin..<i)
        start = nil
      }
    }
    return ranges
  }

  /// The text in each of these ranges of display columns.
  private static func cells(_ line: String, _ columns: [Range<Int>]) -> [String] {
    var cells = [String](repeating: "", count: columns.count)
    var position = 0
    for character in line {
      if let i = columns.firstIndex(where: { $0.contains(position) }) { cells[i].append(character) }
      position += DisplayWidth.of(character)
    }
    return cells
  }

  private static func table(_ lines: [String], _ at: Int) -> (Table, end: Int)? {
    guard at + 1 < lines.count, let columns = columns(lines[at + 1], of: Table.light) else { return nil }
    let closing = lines[at + 1].replacingOccurrences(of: String(Table.light), with: String(Table.heavy))
    guard let end = lines[(at + 2)...].firstIndex(of: closing) else { return nil }
    var rows: [[String]] = []
    var rules: Set<Int> = []
    for line in lines[(at + 2)..<end] {
      if line == lines[at + 1] { rules.insert(rows.count) } else { rows.append(cells(line, columns)) }
    }
    let titles = cells(lines[at], columns)
    func trimmed(_ cell: String) -> String { cell.trimmingCharacters(in: .whitespaces) }
    let made = columns.indices.map { i -> Table.Column in
      // A column of numbers ends where its rule ends, on every line.
      let isRight = ([titles] + rows).allSatisfy { cells in
        trimmed(cells[i]).isEmpty || DisplayWidth.of(cells[i]) == columns[i].count && cells[i].last != " "
      }
      return .init(trimmed(titles[i]), isRight && i > 0 ? .right : .left)
    }
    var omitted = 0
    var after = end + 1
    if after < lines.count, lines[after].hasPrefix("… "),
      lines[after].hasSuffix(" more rows") || lines[after].hasSuffix(" more row"),
      let count = Int(lines[after].split(separator: " ")[1])
    {
      omitted = count
      after += 1
    }
    let table = Table(
      made, rows: rows.map { $0.map(trimmed) }, rules: rules,
      shaded: made[0].title.hasPrefix(Table.confusionTitle.prefix(7)), omitted: omitted)
    return (table, after)
  }

  // MARK: Charts

  private static func chart(_ lines: [String], _ at: Int) -> (Chart, end: Int)? {
    // The title, then lines with an axis.
    func parts(_ line: String) -> (label: String, drawing: String)? {
      guard let axis = line.firstIndex(of: Chart.axis) else { return nil }
      let drawing = line[line.index(after: axis)...]
      guard
        drawing.unicodeScalars.allSatisfy({
          (0x2580...0x258F).contains($0.value) || (0x2800...0x28FF).contains($0.value)
        })
      else { return nil }
      return (String(line[..<axis]), String(drawing))
    }
    guard parts(lines[at]) == nil else { return nil }
    let rows = lines[(at + 1)...].prefix { parts($0) != nil }.compactMap(parts)
    guard !rows.isEmpty else { return nil }
    let end = at + 1 + rows.count
    // A curve stays as it is drawn: dots are no numbers.
    if end < lines.count, lines[end].trimmingCharacters(in: .whitespaces).hasPrefix("└─") { return nil }
    let bars = rows.map { row -> Chart.Bar in
      var label = row.label
      while label.hasSuffix(" ") { label.removeLast() }
      let gap = label.range(of: "  ", options: .backwards)
      let text = gap.map { String(label[$0.upperBound...]) } ?? label
      let name = gap.map { String(label[..<$0.lowerBound]).trimmingCharacters(in: .whitespaces) } ?? ""
      let number = text.replacingOccurrences(of: "%", with: "").replacingOccurrences(of: ",", with: "")
      return Chart.Bar(name, Double(number) ?? 0, text)
    }
    return (Chart(title: lines[at], .bars(bars)), end)
  }
}
