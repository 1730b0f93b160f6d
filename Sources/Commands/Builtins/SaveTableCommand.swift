import Foundation
import Gemma

/// save table.
enum SaveTableCommand {
  struct SaveTableArguments: Sendable {
    let path = Argument(required: "path", .path, "the file to write")
    let number = Argument(
      "number", .integer(1...1000), "which table, from 1, if a command showed several; by default the last")
    let overwrite = Overwriting.argument
  }

  static let saveTable = Command(
    "save table", .look, "write the last table that was shown, with all its rows, to a file",
    details:
      "Any command's table can be saved. The ending of the name chooses the format: \(Table.endings.map { "." + $0 }.joined(separator: " ")). "
      + Overwriting.rule,
    arguments: SaveTableArguments(),
    examples: ["save table report.csv", "save table accuracies.csv number=1"]
  ) { arguments, invocation in
    let session = invocation.session
    let listed = invocation.context.isTyped ? session.listed : nil
    let tables = listed.map { [$0] } ?? session.workspace.lastTables
    guard let last = tables.last else {
      throw GemmaError.missing(need: "a table that was shown", remedy: "report")
    }
    guard (arguments.number ?? 1) <= tables.count else {
      throw GemmaError.invalidValue(
        name: "number", expected: "from 1 to \(tables.count)", found: "\(arguments.number ?? 1)")
    }
    let table = arguments.number.map { tables[$0 - 1] } ?? last
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
