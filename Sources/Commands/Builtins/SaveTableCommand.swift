import Foundation
import Gemma

/// save table.
enum SaveTableCommand {
  struct SaveTableArguments: Sendable {
    let path = Argument(required: "path", .path, "the file to write")
    let overwrite = Overwriting.argument
  }

  static let saveTable = Command(
    "save table", .look, "write the last table that was shown, with all its rows, to a file",
    details:
      "The ending of the name chooses the format: \(Table.endings.map { "." + $0 }.joined(separator: " ")). "
      + Overwriting.rule,
    arguments: SaveTableArguments(),
    examples: ["save table report.csv"]
  ) { arguments, invocation in
    guard let table = invocation.session.workspace.lastTable else {
      throw GemmaError.missing(need: "a table that was shown", remedy: "report")
    }
    let path = arguments.path
    guard let text = table.text(ending: (path as NSString).pathExtension.lowercased()) else {
      throw GemmaError.invalidValue(
        name: "path",
        expected: "a name that ends in \(Table.endings.map { "." + $0 }.joined(separator: " "))",
        found: arguments.path)
    }
    try Overwriting.check(path, overwrite: arguments.overwrite, invocation)
    try AtomicFile.write(Data(text.utf8), to: path)
    invocation.tell(SavedTable(rows: table.rows.count, path: path))
  }
}

/// The result of `save table`.
struct SavedTable: CommandResult {
  let rows: Int
  let path: String

  var outputs: [Output] {
    [.line(Span(NumberFormat.count(rows, "row") + " written to "), Span(path, volatile: .path))]
  }
  var fields: [(name: String, value: JSONValue)] { [("rows", .int(rows))] }
  var volatile: [(name: String, value: JSONValue)] { [("path", .string(path))] }
}
