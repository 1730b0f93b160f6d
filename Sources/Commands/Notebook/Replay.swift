import Gemma

/// Runs a notebook from its beginning. All cells are checked before the first one runs.
public struct Replay {
  public let notebook: Notebook
  public let session: Session
  private let interpreter: Interpreter

  /// The text or cell that comes next, so that a painter can show it.
  public enum Step {
    case prose([String])
    case cell(Notebook.Cell)
  }

  public init(_ notebook: Notebook, session: Session, table: CommandTable = .standard) {
    self.notebook = notebook
    self.session = session
    interpreter = Interpreter(session, table)
    if let seed = notebook.seed { session.settings.seed = seed }
    if let width = notebook.width { session.settings.width = width }
    session.expectedInputs = Dictionary(notebook.inputs, uniquingKeysWith: { _, last in last })
  }

  /// Calls `Notebook.check` with the session's present variables.
  public func check() throws -> [[Statement]] {
    try notebook.check(interpreter, known: Set(session.variables.keys))
  }

  /// - Parameters:
  ///   - before: called with text and cells before they run.
  ///   - after: called with the result of each cell; false ends the replay. An interruption always ends it.
  /// - Returns: the runs in the order of the cells; fewer than there are cells if the replay ended early.
  public func run(before: (Step) -> Void = { _ in }, after: (Notebook.Cell, CellRun) -> Bool) throws
    -> [CellRun]
  {
    let checked = try check()
    var runs: [CellRun] = []
    for part in notebook.parts {
      switch part {
      case .prose(let lines): before(.prose(lines))
      case .cell(let cell):
        before(.cell(cell))
        let run = interpreter.run(cell, checked[runs.count], file: notebook.path)
        runs.append(run)
        guard after(cell, run), !run.wasInterrupted else { return runs }
      }
    }
    return runs
  }
}

extension Interpreter {
  /// The cell's statements, checked. An error has its place in the file.
  func statements(of cell: Notebook.Cell, known: inout Set<String>, file: String?) throws -> [Statement] {
    do {
      let statements = try Parser.parse(cell.code)
      // What an exercise sets is gone after it.
      var own = known
      try check(statements, known: &own)
      if cell.exercise == nil { known = own }
      return statements
    } catch {
      throw Diagnostic(error).located(
        file: file, cell: cell.name, source: cell.code, firstLine: cell.codeLine)
    }
  }
}

extension Notebook {
  /// Finds all mistakes that can be found without running.
  ///
  /// - Parameter known: the variables that exist before the first cell.
  /// - Returns: the statements of each cell.
  func check(_ interpreter: Interpreter, known: Set<String>) throws -> [[Statement]] {
    var known = known
    return try cells.map { try interpreter.statements(of: $0, known: &known, file: path) }
  }

  /// The variables of all cells.
  public var variables: VariableNames {
    VariableNames(cells.flatMap { (try? Parser.parse($0.code)) ?? [] })
  }
}

/// The variables in a source. `--set` may give them values.
public struct VariableNames: Sendable, Equatable {
  /// Variables that a `let` sets.
  public private(set) var assigned: Set<String> = []
  /// Variables that a line uses, without the variable of a loop around it.
  public private(set) var used: Set<String> = []

  public var all: Set<String> { assigned.union(used) }

  public init(_ statements: [Statement]) {
    for statement in statements {
      switch statement {
      case .assignment(let name, let value, _):
        use(value)
        assigned.insert(name)
      case .loop(let variable, let values, let body, _):
        use(values)
        let inner = VariableNames(body)
        assigned.formUnion(inner.assigned)
        used.formUnion(inner.used.subtracting([variable]))
      case .command(let line): for value in line.words + line.named.map(\.value) { use(value) }
      }
    }
  }

  private mutating func use(_ expression: Expression) {
    switch expression.kind {
    case .word: break
    case .variable(let name): used.insert(name)
    case .string(let parts): for case .variable(let name) in parts { used.insert(name) }
    case .list(let items): for item in items { use(item) }
    }
  }
}
