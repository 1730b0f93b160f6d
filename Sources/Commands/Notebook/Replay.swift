import Gemma

/// Runs a notebook from its beginning: everything is checked first, then cells run in order.
public struct Replay {
  public let notebook: Notebook
  public let session: Session

  /// What is about to happen, for a painter that shows the notebook as it goes.
  public enum Step {
    case prose([String])
    case cell(Notebook.Cell)
  }

  public init(_ notebook: Notebook, session: Session) {
    self.notebook = notebook
    self.session = session
    if let seed = notebook.seed { session.settings.seed = seed }
    if let width = notebook.width { session.settings.width = width }
    session.expectedInputs = Dictionary(notebook.inputs, uniquingKeysWith: { _, last in last })
  }

  /// All mistakes that can be found without running.
  /// - Returns: the statements of each cell.
  public func check() throws -> [[Statement]] {
    var known = Set(session.variables.keys)
    return try notebook.cells.map { cell in
      do {
        let statements = try Parser.parse(cell.source)
        try Interpreter(session).check(statements, known: &known)
        return statements
      } catch {
        throw Diagnostic(error).located(file: notebook.path, source: cell.source, firstLine: cell.firstLine)
      }
    }
  }

  /// - Parameters:
  ///   - keepGoing: goes on after a cell that failed.
  ///   - onStep: sees prose and cells before they run.
  /// - Returns: the diagnostics of cells that failed and were not meant to.
  public func run(keepGoing: Bool, onStep: (Step) -> Void) throws -> [Diagnostic] {
    let checked = try check()
    var failures: [Diagnostic] = []
    var number = 0
    for part in notebook.parts {
      switch part {
      case .prose(let lines): onStep(.prose(lines))
      case .cell(let cell):
        onStep(.cell(cell))
        let failure = Interpreter(session).run(
          checked[number], cell: cell.name, file: notebook.path, source: cell.source,
          firstLine: cell.firstLine)
        number += 1
        if let failure, failure.code == .interrupted { return failures + [failure] }
        switch (failure, cell.raises) {
        case (nil, nil): break
        case (let failure?, let code?) where failure.code == code: break
        case (let failure?, _): failures.append(failure)
        case (nil, let code?):
          var missing = Diagnostic(
            .notRaised, "this cell should fail with \(code.rawValue), but it ran",
            range: SourceRange(line: cell.firstLine, columns: 1..<2))
          missing.file = notebook.path
          session.sink(Event(.error(missing), cell: cell.name, command: cell.source))
          failures.append(missing)
        }
        if !failures.isEmpty, !keepGoing { return failures }
      }
    }
    return failures
  }
}

extension Replay {
  /// Names that the notebook's `let`s set: what --set may override.
  public var assignedNames: Set<String> {
    var names: Set<String> = []
    func collect(_ statements: [Statement]) {
      for statement in statements {
        switch statement {
        case .assignment(let name, _, _): names.insert(name)
        case .loop(_, _, let body, _): collect(body)
        case .command: break
        }
      }
    }
    for cell in notebook.cells { if let statements = try? Parser.parse(cell.source) { collect(statements) } }
    return names
  }
}
