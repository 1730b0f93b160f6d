import Foundation
import Gemma

/// next, run, back, goto, restart, skip, list, check, keep, edit, history, clear, save notebook, quit. These commands act on the notebook, and
/// work only at a prompt.
enum StepCommands {
  static let all: [Command] = [
    next, run, back, goto, restart, skip, list, check, keep, edit, history, clear, saveNotebook, quit, exit,
  ]

  private static func stepper(_ invocation: Invocation) throws -> any Stepping {
    guard let stepper = invocation.session.stepper else {
      throw Diagnostic(.promptOnly, "'\(invocation.command)' works at the prompt only")
    }
    return stepper
  }

  /// The arguments of commands with a count.
  struct CountArguments: Sendable {
    let count = Argument("count", .integer(1...100_000), 1, positional: true, "how many cells or lines")
  }

  static let next = Command(
    "next", .step, "run the next cell; Enter on an empty line does the same",
    details: "The effects of lines typed since the last cell are discarded first.", examples: ["next"]
  ) { invocation in _ = try stepper(invocation).next() }

  struct RunArguments: Sendable {
    let count = Argument("count", .integer(1...100_000), positional: true, "how many cells")
  }

  static let run = Command(
    "run", .step, "run the next cells; by default all that remain",
    details: "It stops at a cell that fails, and before a cell with 'pause'.",
    arguments: RunArguments(),
    examples: ["run", "run 3"]
  ) { arguments, invocation in try stepper(invocation).run(arguments.count) }

  static let back = Command(
    "back", .step, "undo the last cell, at once and without running anything",
    details: "If lines were typed since the last cell, the first 'back' undoes those lines.",
    arguments: CountArguments(), examples: ["back", "back 2"]
  ) { arguments, invocation in try stepper(invocation).back(arguments.count) }

  struct GotoArguments: Sendable {
    let cell = Argument(required: "cell", .cell, "the cell's number or id")
  }

  static let goto = Command(
    "goto", .step, "make a cell the next one to run",
    details: "If the state before that cell is known, it is restored. Otherwise the cells before it are run.",
    arguments: GotoArguments(),
    examples: ["goto 3", "goto train"]
  ) { arguments, invocation in try stepper(invocation).goto(arguments.cell) }

  static let restart = Command(
    "restart", .step, "begin the notebook again, with an empty session", examples: ["restart"]
  ) { invocation in try stepper(invocation).restart() }

  static let skip = Command("skip", .step, "go past the next cell without running it", examples: ["skip"]) {
    invocation in
    try stepper(invocation).skip()
  }

  static let list = Command(
    "list", .step, "list all cells: which were run, and which comes next", examples: ["list"]
  ) {
    invocation in
    // Only a 'save table' that is typed next means the list: a cell that saves a table means that of an earlier cell.
    let (session, list) = (invocation.session, CellList(stepper: try stepper(invocation)))
    let tables = session.workspace.lastTables
    invocation.tell(list)
    (session.workspace.lastTables, session.listed) = (tables, list.stepper.list)
  }

  struct CheckArguments: Sendable {
    let answer = Argument(
      "answer", .text, positional: true, "a number or a word; by default what the typed lines told")
  }

  static let check = Command(
    "check", .step, "judge an answer to the exercise that comes next",
    details:
      "At an exercise a typed number or word is judged without 'check', and so is a command's result. An empty line gives the "
      + "hint, another one a solution. The answer is right, nearly right, or not yet right; after a right one the next cell comes. "
      + "Commands typed at an exercise run on a copy of the session.",
    arguments: CheckArguments(), examples: ["check 1.61", "check"]
  ) { arguments, invocation in try stepper(invocation).check(arguments.answer) }

  static let keep = Command(
    "keep", .step, "make the last typed line a cell of the notebook",
    details:
      "The new cell comes before the next cell. It runs from the state after the last cell, as it will in a replay. "
      + "'save notebook' writes it to the file.",
    arguments: CountArguments(), examples: ["keep", "keep 2"]
  ) { arguments, invocation in
    let stepper = try stepper(invocation)
    try stepper.keep(arguments.count)
    invocation.print("cell \(stepper.position) of \(stepper.states.count)")
  }

  struct EditArguments: Sendable {
    let cell = Argument("cell", .cell, positional: true, "the cell's number or id; by default the next cell")
  }

  static let edit = Command(
    "edit", .step, "change a cell in the editor $VISUAL or $EDITOR",
    details: "If the cell was run before, the session first goes back to the state before it.",
    arguments: EditArguments(),
    examples: ["edit", "edit 3"]
  ) { arguments, invocation in
    let changed = try stepper(invocation).edit(arguments.cell)
    invocation.print(changed ? "changed; 'save notebook' writes it to the file" : "not changed")
  }

  struct HistoryArguments: Sendable {
    let count = Argument("count", .integer(1...100_000), 20, positional: true, "how many lines")
  }

  static let history = Command(
    "history", .step, "what was typed in this session, the newest last",
    details: "Up and Ctrl-R find the lines of earlier sessions too.",
    arguments: HistoryArguments(), examples: ["history", "history 100"]
  ) { arguments, invocation in
    let lines = try stepper(invocation).typed
    let first = max(0, lines.count - arguments.count)
    for (i, line) in lines.enumerated().dropFirst(first) {
      let number = DisplayWidth.pad("\(i + 1)", to: "\(lines.count)".count, right: true)
      let rows = line.split(separator: "\n", omittingEmptySubsequences: false)
      for (k, row) in rows.enumerated() {
        let margin = k == 0 ? number : String(repeating: " ", count: number.count)
        invocation.print(Span(margin + "  ", .faint), Span(String(row)))
      }
    }
  }

  static let clear = Command("clear", .step, "an empty screen", examples: ["clear"]) { invocation in
    try stepper(invocation).clearScreen()
  }

  static let quit = leave("quit")
  static let exit = leave("exit")

  private static func leave(_ name: String) -> Command {
    Command(name, .step, "leave gnb; Ctrl-D on an empty line does the same", examples: [name]) { invocation in
      try stepper(invocation).isLeaving = true
    }
  }

  struct SaveNotebookArguments: Sendable {
    let path = Argument("path", .path, positional: true, "the .gnb file")
    let overwrite = Overwriting.argument
  }

  static let saveNotebook = Command(
    "save notebook", .step, "write the notebook with the outputs of the cells that were run",
    details:
      "Without a path, it writes to the file that the notebook was read from. A session becomes a notebook with "
      + "one cell for each line. " + Overwriting.rule + " The notebook's own file is always replaced.",
    arguments: SaveNotebookArguments(), examples: ["save notebook lesson.gnb"]
  ) { arguments, invocation in
    let stepper = try stepper(invocation)
    let path = try stepper.save(
      to: arguments.path,
      overwriting: arguments.overwrite)
    invocation.tell(SavedNotebook(cells: stepper.states.count, path: path))
  }
}

/// The result of `list`.
struct CellList: CommandResult {
  let stepper: any Stepping

  var outputs: [Output] { [.table(stepper.list)] }
  var fields: [(name: String, value: JSONValue)] {
    [
      ("position", .int(stepper.position + 1)), ("states", .strings(stepper.states.map(\.rawValue))),
    ]
  }
}

/// The result of `save notebook`.
struct SavedNotebook: CommandResult {
  let cells: Int
  let path: String

  var outputs: [Output] {
    [.line(Span(NumberFormat.count(cells, "cell") + " written to "), Span(path, volatile: .path))]
  }

  var fields: [(name: String, value: JSONValue)] { [("cells", .int(cells))] }
  var volatile: [(name: String, value: JSONValue)] { [("path", .string(path))] }
}
