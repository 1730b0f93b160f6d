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

  /// A text of one line in Markdown: what would be read as markup is text.
  static func escaped(_ text: String) -> String {
    VisibleText.of(text).replacingOccurrences(of: "\n", with: " ").reduce(into: "") { result, character in
      if "\\`*_[]<>~&$|".contains(character) { result.append("\\") }
      result.append(character)
    }
  }

  /// A table as Markdown viewers know it.
  package var markdown: String {
    func cell(_ text: String) -> String { Self.escaped(text) }
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let rule = columns.map { $0.alignment == .right ? "---:" : "---" }
    var lines =
      [line(columns.map { cell($0.title) }), line(rule)] + rows.map { line($0.map { cell($0.text) }) }
    if omitted > 0 { lines += ["", omittedLine] }
    return lines.joined(separator: "\n")
  }

  /// CSV by RFC 4180, with LF at the end of each line. Numbers have full precision.
  private func delimited(_ separator: String) -> String {
    ([columns.map(\.title)] + rows.map { $0.map(\.precise) }).map { Self.record($0, separator) }.joined()
  }

  /// One line of CSV.
  static func record(_ fields: [String], _ separator: String) -> String {
    fields.map { text in
      let plain = !text.contains(separator) && !text.contains("\"") && !text.contains(where: \.isNewline)
      return plain ? text : "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }.joined(separator: separator) + "\n"
  }

  /// An array of objects, one for each row. Numbers have full precision; text that can be read as a number becomes one.
  private var json: JSONValue {
    .array(
      rows.map { row in
        .object(
          zip(columns, row).enumerated().map { i, pair in
            let title = pair.0.title.isEmpty ? "column \(i + 1)" : pair.0.title
            let read = pair.0.alignment == .right ? Double(pair.1.text).map(JSONValue.number) : nil
            return (title, pair.1.value ?? read ?? .string(pair.1.text))
          })
      })
  }

  /// A `<table>`; numbers are of class `n` and carry their full precision in `<data>`; shaded cells have their share as `--share`.
  package var html: String {
    func cell(_ tag: String, _ column: Int, _ cell: Cell, _ share: Double? = nil) -> String {
      let type = columns[column].alignment == .right ? " class=\"n\"" : ""
      let style = share.map { " style=\"--share:\(NumberFormat.fixed($0, 3))\"" } ?? ""
      let text = HTML.escaped(cell.text)
      let shown =
        cell.precise == cell.text ? text : "<data value=\"\(HTML.escaped(cell.precise))\">\(text)</data>"
      return "<\(tag)\(type)\(style)>\(shown)</\(tag)>"
    }
    var text = "<table\(shaded ? " class=\"shaded\"" : "")>\n<thead><tr>"
    text += columns.indices.map { cell("th", $0, Cell(columns[$0].title)) }.joined()
    text += "</tr></thead>\n<tbody>\n"
    for (i, row) in rows.enumerated() {
      let shares = shares(row)
      let cells = row.indices.map { cell("td", $0, row[$0], shares[$0]) }
      text += "<tr\(rules.contains(i) ? " class=\"rule\"" : "")>" + cells.joined() + "</tr>\n"
    }
    text += "</tbody>\n"
    if omitted > 0 { text += "<caption>\(omittedLine)</caption>\n" }
    return text + "</table>"
  }
}
