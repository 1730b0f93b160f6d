/// Replaces control characters in text from data, files and the network by visible signs. A terminal would obey them:
/// they could move the cursor, or hide or reorder text. Events contain only text that was treated in this way.
///
/// - C0 controls and DEL become their pictures, of one column each: ESC is ␛, CR is ␍.
/// - C1 controls, line and paragraph separators, and the marks that reorder text become `\u{9b}`.
public enum VisibleText {
  /// Visible text of several lines: tab and LF stay.
  public static func of(_ text: String) -> String { replacing(text) { $0 == "\n" || $0 == "\t" } }

  /// Visible text of one line, such as a cell of a table: tab and LF are replaced too.
  public static func line(_ text: String) -> String { replacing(text) { _ in false } }

  private static func replacing(_ text: String, keeping: (Unicode.Scalar) -> Bool) -> String {
    guard text.unicodeScalars.contains(where: { isObeyed($0) && !keeping($0) }) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if !isObeyed(scalar) || keeping(scalar) {
        result.append(scalar)
      } else if let picture = picture(scalar) {
        result.append(picture)
      } else {
        result += "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars
      }
    }
    return String(result)
  }

  private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  private static func picture(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    scalar.value < 0x20 ? Unicode.Scalar(0x2400 + scalar.value) : scalar.value == 0x7F ? "\u{2421}" : nil
  }
}

extension Output {
  /// A copy with visible text.
  var visible: Output {
    switch self {
    case .line(var spans):
      for i in spans.indices {
        spans[i].text = VisibleText.of(spans[i].text)
        spans[i].english = spans[i].english.map(VisibleText.of)
      }
      return .line(spans)
    case .stream(let text): return .stream(VisibleText.of(text))
    case .page(let page): return .page(Page { page.lines($0).map(VisibleText.line) })
    case .table(var table):
      for i in table.columns.indices {
        table.columns[i].title = VisibleText.line(table.columns[i].title)
        table.columns[i].longTitle = table.columns[i].longTitle.map(VisibleText.line)
      }
      table.rows = table.rows.map { $0.map { Table.Cell(VisibleText.line($0.text), $0.value) } }
      return .table(table)
    case .chart(var chart):
      chart.title = VisibleText.line(chart.title)
      switch chart.shape {
      case .bars(let bars):
        chart.shape = .bars(
          bars.map { Chart.Bar(VisibleText.line($0.name), $0.value, VisibleText.line($0.text)) })
      case .curve(let xLabel, let series):
        chart.shape = .curve(
          xLabel: VisibleText.line(xLabel),
          series.map { Chart.Series(VisibleText.line($0.name), x: $0.x, y: $0.y) })
      }
      return .chart(chart)
    }
  }
}
