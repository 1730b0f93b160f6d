import Foundation

extension Table {
  /// The title of the first column of a confusion matrix.
  static let confusionTitle = "truth ↓ prediction →"

  /// The endings of file names, one for each format that a table can be written in.
  package static let endings = ["csv", "tsv", "json", "md", "html"]

  package func text(ending: String) -> String? {
    switch ending {
    case "csv": delimited(",")
    case "tsv": delimited("\t")
    case "json": json.text + "\n"
    case "md": markdown + "\n"
    case "html": html + "\n"
    default: nil
    }
  }

  /// A table as Markdown viewers know it.
  package var markdown: String {
    func cell(_ text: String) -> String {
      VisibleText.of(text).replacingOccurrences(of: "\n", with: " ")
        .replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "|", with: "\\|")
    }
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let rule = columns.map { $0.alignment == .right ? "---:" : "---" }
    var lines = [line(columns.map { cell($0.title) }), line(rule)] + rows.map { line($0.map(cell)) }
    if omitted > 0 { lines += ["", omittedLine] }
    return lines.joined(separator: "\n")
  }

  /// Programs get the digit 0 in place of the dot.
  private static func withZeros(_ row: [String]) -> [String] { row.map { $0 == zero ? "0" : $0 } }

  /// CSV by RFC 4180, with LF at the end of each line.
  private func delimited(_ separator: String) -> String {
    func cell(_ text: String) -> String {
      let plain = !text.contains(separator) && !text.contains("\"") && !text.contains(where: \.isNewline)
      return plain ? text : "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
    return ([columns.map(\.title)] + rows.map(Self.withZeros)).map {
      $0.map(cell).joined(separator: separator) + "\n"
    }.joined()
  }

  /// An array of objects, one for each row. Text that can be read as a number becomes a number.
  private var json: JSONValue {
    .array(
      rows.map(Self.withZeros).map { row in
        .object(
          zip(columns, row).enumerated().map { i, pair in
            let title = pair.0.title.isEmpty ? "column \(i + 1)" : pair.0.title
            guard pair.0.alignment == .right, let number = Double(pair.1) else {
              return (title, .string(pair.1))
            }
            return (title, Int(pair.1).map(JSONValue.int) ?? .number(number))
          })
      })
  }

  /// A `<table>`; numbers are of class `n`, shaded cells have their share as `--share`.
  package var html: String {
    func cell(_ tag: String, _ column: Int, _ text: String, _ share: Double? = nil) -> String {
      let type = columns[column].alignment == .right ? " class=\"n\"" : ""
      let style = share.map { " style=\"--share:\(NumberFormat.fixed($0, 3))\"" } ?? ""
      return "<\(tag)\(type)\(style)>\(HTML.escaped(text))</\(tag)>"
    }
    var text = "<table\(shaded ? " class=\"shaded\"" : "")>\n<thead><tr>"
    text += columns.indices.map { cell("th", $0, columns[$0].title) }.joined()
    text += "</tr></thead>\n<tbody>\n"
    for (i, row) in rows.enumerated() {
      let sum = shaded ? row.compactMap(Double.init).reduce(0, +) : 0
      let cells = row.enumerated().map { column, value in
        let share = sum > 0 && columns[column].alignment == .right ? (Double(value) ?? 0) / sum : nil
        return cell("td", column, value, share)
      }
      text += "<tr\(rules.contains(i) ? " class=\"rule\"" : "")>" + cells.joined() + "</tr>\n"
    }
    text += "</tbody>\n"
    if omitted > 0 { text += "<caption>\(omittedLine)</caption>\n" }
    return text + "</table>"
  }
}
