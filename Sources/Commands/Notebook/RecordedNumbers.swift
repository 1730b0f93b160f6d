import Foundation

/// The tables and charts behind a recorded output, with their numbers at full precision: a comment of JSON below the output's block,
/// which Markdown viewers do not show. Exports draw from it, and `check` compares it.
public struct RecordedNumbers: Sendable, Equatable {
  static let opening = "<!-- numbers"
  static let closing = "-->"

  /// A table or a chart.
  struct Item: Sendable, Equatable {
    /// Which of the block's lines show it, from 0.
    var lines: Range<Int>
    var output: Output
  }

  /// Between the opening and the closing line, as they are in the file.
  let lines: [String]
  let items: [Item]

  public static func == (a: RecordedNumbers, b: RecordedNumbers) -> Bool { a.lines == b.lines }

  /// What a comment says.
  ///
  /// - Throws: `malformed` for what is no JSON, or does not fit an output of `count` lines.
  init(lines: [String], count: Int) throws {
    self.lines = lines
    let text = lines.joined(separator: "\n")
    let stored = try JSONDecoder().decode([Stored].self, from: Data(text.utf8))
    items = try stored.map { try $0.item() }
    var end = 0
    for item in items {
      guard item.lines.lowerBound >= end, item.lines.upperBound <= count else { throw Malformed() }
      end = item.lines.upperBound
    }
  }

  /// The numbers of the tables and charts that a run showed at `width`; nil if it showed none. Texts are shortened as they were shown.
  init?(_ transcript: Transcript, width: Int) {
    var texts: [String] = []
    var first = 1
    for block in transcript.blocks(width: width) {
      let place = JSONValue.array([.int(first), .int(first + block.lines.count - 1)])
      first += block.lines.count
      switch block.output {
      case .table(let table)? where !block.lines.isEmpty:
        texts.append(Self.text(table.narrowed(to: width), place))
      case .chart(let chart)? where !block.lines.isEmpty: texts.append(Self.text(chart, place))
      default: continue
      }
    }
    guard !texts.isEmpty else { return nil }
    // A comment ends at its first "-->". In this JSON the sign can be in strings only, where it is escaped.
    let text = "[" + texts.joined(separator: ",\n") + "]"
    let lines = text.replacingOccurrences(of: ">", with: "\\u003e").components(separatedBy: "\n")
    guard let made = try? RecordedNumbers(lines: lines, count: first - 1) else { return nil }
    self = made
  }

  struct Malformed: Error {}

  // MARK: Writing

  /// Some fields on the first line, then an array with a line for each of its elements.
  private static func text(_ fields: [(name: String, value: JSONValue)], _ name: String, _ rows: [String])
    -> String
  {
    let head = JSONValue.object(fields + [(name, .array([]))]).text.dropLast("]}".count)
    return rows.isEmpty ? head + "]}" : head + "\n" + rows.joined(separator: ",\n") + "]}"
  }

  private static func text(_ table: Table, _ place: JSONValue) -> String {
    func ints(_ name: String, _ values: [Int]) -> [(name: String, value: JSONValue)] {
      values.isEmpty ? [] : [(name, .array(values.map(JSONValue.int)))]
    }
    let right = table.columns.indices.filter { table.columns[$0].alignment == .right }
    return text(
      [("lines", place), ("table", .strings(table.columns.map(\.title)))] + ints("right", right)
        + ints("rules", table.rules.sorted()) + (table.shaded ? [("shaded", .bool(true))] : [])
        + (table.omitted > 0 ? [("omitted", .int(table.omitted))] : []), "rows",
      table.rows.map { row in
        JSONValue.array(
          zip(table.columns, row).map { column, cell in
            guard let value = cell.value else { return .string(cell.text) }
            // A number without its text, or a text without its number, where one follows from the other.
            guard column.alignment == .right, Table.Cell(inNumbers: cell.text) == cell else {
              return .array([value, .string(cell.text)])
            }
            return value.text == cell.text ? value : .string(cell.text)
          }
        ).text
      })
  }

  private static func text(_ chart: Chart, _ place: JSONValue) -> String {
    switch chart.shape {
    case .bars(let bars):
      return text(
        [("lines", place), ("bars", .string(chart.title))]
          + (chart.full.map { [("full", .number($0))] } ?? []), "rows",
        bars.map { JSONValue.array([.string($0.name), .number($0.value), .string($0.text)]).text })
    case .curve(let xLabel, let series):
      return text(
        [("lines", place), ("curve", .string(chart.title)), ("x", .string(xLabel))], "series",
        series.map { series in
          let isCounted = series.x == Array(series.x.indices.map { $0 + 1 })
          let head =
            [("name", JSONValue.string(series.name))]
            + (isCounted ? [] : [("x", .array(series.x.map(JSONValue.int)))])
          let values = series.y.map { JSONValue.number($0).text }
          // A few on a line: a diff then shows which changed.
          let rows = stride(from: 0, to: values.count, by: 6).map {
            values[$0..<min($0 + 6, values.count)].joined(separator: ",")
          }
          return text(head, "y", rows)
        })
    }
  }

  // MARK: Reading

  private struct Stored: Decodable {
    var lines: [Int]
    var table: [String]?
    var right: [Int]?
    var rules: [Int]?
    var shaded: Bool?
    var omitted: Int?
    var rows: [[JSONValue]]?
    var bars: String?
    var full: Double?
    var curve: String?
    var x: String?
    var series: [Series]?

    struct Series: Decodable {
      var name: String
      var x: [Int]?
      var y: [Double?]
    }

    func item() throws -> Item {
      guard lines.count == 2, lines[0] >= 1, lines[0] <= lines[1] else { throw Malformed() }
      return Item(lines: lines[0] - 1..<lines[1], output: try output().visible)
    }

    private func output() throws -> Output {
      if let titles = table, let rows {
        let right = Set(right ?? [])
        guard !titles.isEmpty, rows.allSatisfy({ $0.count == titles.count }) else { throw Malformed() }
        let columns = titles.enumerated().map { Table.Column($1, right.contains($0) ? .right : .left) }
        let cells = rows.map { zip(columns, $0).map { cell($1, isNumber: $0.alignment == .right) } }
        return .table(
          Table(
            columns, rows: cells, rules: Set(rules ?? []), shaded: shaded ?? false,
            omitted: omitted ?? 0))
      }
      if let bars, let rows {
        return .chart(
          Chart(
            title: bars,
            .bars(
              try rows.map { row in
                guard row.count == 3, case .string(let name) = row[0], case .string(let text) = row[2] else {
                  throw Malformed()
                }
                return Chart.Bar(name, Table.Cell("", row[1]).number ?? .nan, text)
              }), full: full))
      }
      guard let curve, let series else { throw Malformed() }
      let made = try series.map { series in
        let values = series.y.map { $0 ?? .nan }
        guard let x = series.x else { return Chart.Series(series.name, values) }
        let isRising = zip(x, x.dropFirst()).allSatisfy { $0 < $1 }
        guard x.count == values.count, isRising, x.allSatisfy({ (0...1_000_000_000).contains($0) }) else {
          throw Malformed()
        }
        return Chart.Series(series.name, x: x, y: values)
      }
      return .chart(Chart(title: curve, .curve(xLabel: x ?? "", made)))
    }

    private func cell(_ value: JSONValue, isNumber: Bool) -> Table.Cell {
      switch value {
      case .string(let text): return isNumber ? Table.Cell(inNumbers: text) : Table.Cell(text)
      case .array(let pair) where pair.count == 2:
        if case .string(let text) = pair[1] { return Table.Cell(text, pair[0]) }
      default: break
      }
      return Table.Cell(value.text, value)
    }
  }

  // MARK: Comparing

  /// Each number with the names of its place: row and column, or curve and step.
  var named: [String] {
    items.flatMap { item -> [String] in
      switch item.output {
      case .table(let table):
        return table.rows.flatMap { row in
          zip(table.columns, row).dropFirst().map { column, cell in
            "\(row.first?.text ?? ""), \(column.title): \(cell.precise)"
          }
        }
      case .chart(let chart):
        switch chart.shape {
        case .bars(let bars): return bars.map { "\($0.name): \(JSONValue.number($0.value).text)" }
        case .curve(let xLabel, let series):
          return series.flatMap { series in
            zip(series.x, series.y).map { x, y in
              (series.name.isEmpty ? "" : series.name + ", ") + "\(xLabel) \(x): \(JSONValue.number(y).text)"
            }
          }
        }
      default: return []
      }
    }
  }
}
