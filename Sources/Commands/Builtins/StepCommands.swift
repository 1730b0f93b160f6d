import Foundation
import Gemma

/// next, run, back, goto, restart, skip, list, keep, edit, save notebook, quit: they act on the notebook, and only at a prompt.
enum StepCommands {
  static let all: [Command] = [
    next, run, back, goto, restart, skip, list, keep, edit, saveNotebook, quit, exit,
  ]

  private static func stepper(_ invocation: Invocation) throws -> any Stepping {
    guard let stepper = invocation.session.stepper else {
      throw Diagnostic(.promptOnly, "'\(invocation.command)' works at the prompt only")
    }
    return stepper
  }

  /// Of commands that do something so many times.
  struct CountArguments: Sendable {
    let count = Argument("count", .integer(1...100_000), 1, positional: true, "how many")
  }

  static let next = Command(
    "next", .step, "run the next cell; so does Enter on an empty line",
    details: "What was typed since the last cell is discarded first.", examples: ["next"]
  ) { invocation in _ = try stepper(invocation).next() }

  struct RunArguments: Sendable {
    let count = Argument("count", .integer(1...100_000), positional: true, "how many cells")
  }

  static let run = Command(
    "run", .step, "run the next cells, all that are left by default",
    details: "Stops at a cell that fails, and before one that has 'pause'.",
    arguments: RunArguments(),
    examples: ["run", "run 3"]
  ) { arguments, invocation in try stepper(invocation).run(arguments.count) }

  static let back = Command(
    "back", .step, "go back to before the last cell, at once and without running anything",
    details: "After lines typed between cells it first goes back to before those.",
    arguments: CountArguments(), examples: ["back", "back 2"]
  ) { arguments, invocation in try stepper(invocation).back(arguments.count) }

  struct GotoArguments: Sendable {
    let cell = Argument(required: "cell", .cell, "its number, or its id")
  }

  static let goto = Command(
    "goto", .step, "go to just before a cell",
    details: "A place that was reached before is restored; otherwise the cells up to there are run.",
    arguments: GotoArguments(),
    examples: ["goto 3", "goto train"]
  ) { arguments, invocation in try stepper(invocation).goto(arguments.cell) }

  static let restart = Command(
    "restart", .step, "begin again with an empty session", examples: ["restart"]
  ) { invocation in try stepper(invocation).restart() }

  static let skip = Command("skip", .step, "pass over the next cell", examples: ["skip"]) { invocation in
    try stepper(invocation).skip()
  }

  static let list = Command("list", .step, "all cells, where we are, and what was run", examples: ["list"]) {
    invocation in
    invocation.tell(CellList(stepper: try stepper(invocation)))
  }

  static let keep = Command(
    "keep", .step, "make the line typed last a cell of the notebook",
    details:
      "It is put before the next cell, and run from the state after the last one, as a replay will do. "
      + "'save notebook' writes it to the file.",
    arguments: CountArguments(), examples: ["keep", "keep 2"]
  ) { arguments, invocation in
    let stepper = try stepper(invocation)
    try stepper.keep(arguments.count)
    invocation.print("cell \(stepper.position) of \(stepper.states.count)")
  }

  struct EditArguments: Sendable {
    let cell = Argument("cell", .cell, positional: true, "its number, or its id")
  }

  static let edit = Command(
    "edit", .step, "change a cell in $VISUAL or $EDITOR, by default the next",
    details: "If the cell was run already, this goes back to before it.",
    arguments: EditArguments(),
    examples: ["edit", "edit 3"]
  ) { arguments, invocation in
    let changed = try stepper(invocation).edit(arguments.cell)
    invocation.print(changed ? "changed; 'save notebook' writes it to the file" : "not changed")
  }

  static let quit = leave("quit")
  static let exit = leave("exit")

  private static func leave(_ name: String) -> Command {
    Command(name, .step, "leave; so does Ctrl-D on an empty line", examples: [name]) { invocation in
      try stepper(invocation).isLeaving = true
    }
  }

  struct SaveNotebookArguments: Sendable {
    let path = Argument("path", .path, positional: true, "the .gnb file")
    let overwrite = Argument("overwrite", .bool, false, "replace another file of that name")
  }

  static let saveNotebook = Command(
    "save notebook", .step, "write the notebook with the outputs of the cells that were run",
    details: "Without a path, to the file it was read from. A session becomes a notebook, a line a cell.",
    arguments: SaveNotebookArguments(), examples: ["save notebook lesson.gnb"]
  ) { arguments, invocation in
    let stepper = try stepper(invocation)
    let path = try stepper.save(
      to: arguments.path,
      overwriting: arguments.overwrite)
    invocation.tell(SavedNotebook(cells: stepper.states.count, path: path))
  }
}

/// What `list` lists.
struct CellList: CommandResult {
  let stepper: any Stepping

  var outputs: [Output] { [.table(stepper.list)] }
  var fields: [(name: String, value: JSONValue)] {
    [
      ("position", .int(stepper.position + 1)), ("states", .strings(stepper.states.map(\.rawValue))),
    ]
  }
}

/// What `save notebook` wrote.
struct SavedNotebook: CommandResult {
  let cells: Int
  let path: String

  var outputs: [Output] {
    [.line(Span(NumberFormat.count(cells, "cell") + " written to "), Span(path, volatile: .path))]
  }

  var fields: [(name: String, value: JSONValue)] { [("cells", .int(cells))] }
  var volatile: [(name: String, value: JSONValue)] { [("path", .string(path))] }
}
