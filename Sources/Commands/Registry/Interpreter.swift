import Gemma

/// Checks and runs statements.
public struct Interpreter {
  public let session: Session
  public let table: CommandTable

  public init(_ session: Session, _ table: CommandTable) {
    self.session = session
    self.table = table
  }

  /// Whether these statements are stepping commands, which act on the notebook as a whole.
  func areSteps(_ statements: [Statement]) -> Bool {
    !statements.isEmpty
      && statements.allSatisfy {
        guard case .command(let line) = $0 else { return false }
        return (try? table.find(line))?.command.isStepping ?? false
      }
  }

  /// Finds every mistake that can be found without running: commands, arguments, types, variables.
  ///
  /// - Parameter known: the variables defined so far. Those that the statements set are added.
  public func check(_ statements: [Statement], known: inout Set<String>) throws {
    for statement in statements {
      switch statement {
      case .assignment(let name, let value, _):
        try checkVariables(value, known)
        known.insert(name)
      case .loop(let variable, let values, let body, let range):
        try checkVariables(values, known)
        if case .list = values.kind {
        } else if case .variable = values.kind {
        } else {
          throw Diagnostic(.wrongType, "'for' takes a list [a, b]", range: values.range.joined(range))
        }
        let isNew = known.insert(variable).inserted
        try check(body, known: &known)
        if isNew { known.remove(variable) }
      case .command(var line):
        if let timed = line.timed { line = timed }
        for expression in line.words + line.named.map(\.value) { try checkVariables(expression, known) }
        let (command, _) = try table.bind(line) { expression in
          expression.mentionsVariable ? nil : try evaluate(expression)
        }
        guard !command.isStepping else {
          throw Diagnostic(
            .promptOnly, "'\(command.name)' must be the only command of a line, and works at the prompt only",
            range: line.range)
        }
      }
    }
  }

  private func checkVariables(_ expression: Expression, _ known: Set<String>) throws {
    func check(_ name: String) throws {
      guard known.contains(name) else {
        throw Diagnostic(
          .unknownVariable, "there is no variable '$\(name)'", range: expression.range,
          help: Suggestion.nearest(name, in: known.sorted()).map { "did you mean '$\($0)'?" }
            ?? "set it first: let \(name) = ...")
      }
    }
    switch expression.kind {
    case .word: return
    case .variable(let name): try check(name)
    case .string(let parts): for case .variable(let name) in parts { try check(name) }
    case .list(let items): for item in items { try checkVariables(item, known) }
    }
  }

  func evaluate(_ expression: Expression) throws -> Value {
    func lookUp(_ name: String) throws -> Value {
      guard let value = session.variables[name] else {
        throw Diagnostic(.unknownVariable, "there is no variable '$\(name)'", range: expression.range)
      }
      return value
    }
    switch expression.kind {
    case .word(let word): return Value(word: word)
    case .variable(let name): return try lookUp(name)
    case .string(let parts):
      return .string(
        try parts.map { part in
          switch part {
          case .text(let text): text
          case .variable(let name): try lookUp(name).text
          }
        }.joined())
    case .list(let items): return .list(try items.map(evaluate))
    }
  }

  /// Runs statements in order, and sends events.
  ///
  /// - Parameter context: nil means the session's own.
  /// - Returns: the diagnostic that stopped it, or nil.
  public func run(
    _ statements: [Statement], cell: String, file: String?, source: String, firstLine: Int = 1,
    context: RunContext? = nil
  ) -> Diagnostic? {
    let context = context ?? session.context
    do {
      for statement in statements { try run(statement, cell: cell, context) }
      return nil
    } catch let failure as Failure {
      var diagnostic = failure.diagnostic
      if diagnostic.code == .interrupted, context.isOverdue {
        diagnostic = Diagnostic(
          .timedOut, "the cell took longer than its timeout", range: diagnostic.range,
          help: "give the cell more seconds: timeout=S")
      }
      diagnostic = diagnostic.located(
        file: file, cell: file == nil ? nil : cell, source: source, firstLine: firstLine)
      context.sink(Event(.error(diagnostic), cell: cell, command: failure.command))
      context.sink(Event(.end(ok: false), cell: cell, command: failure.command))
      return diagnostic
    } catch {
      return Diagnostic(error)
    }
  }

  private struct Failure: Error {
    var diagnostic: Diagnostic
    var command: String
  }

  private func run(_ statement: Statement, cell: String, _ context: RunContext) throws {
    switch statement {
    case .assignment(let name, let value, let range):
      do { session.variables[name] = try session.overrides[name] ?? evaluate(value) } catch {
        throw Failure(diagnostic: placed(error, range), command: "let \(name)")
      }
    case .loop(let variable, let values, let body, let range):
      let before = session.variables[variable]
      defer { session.variables[variable] = before }
      let list: Value
      do { list = try evaluate(values) } catch {
        throw Failure(diagnostic: placed(error, range), command: "for")
      }
      guard case .list(let items) = list else {
        throw Failure(
          diagnostic: Diagnostic(.wrongType, "'for' takes a list, not \(list.source)", range: values.range),
          command: "for")
      }
      for item in items {
        session.variables[variable] = item
        for statement in body { try run(statement, cell: cell, context) }
      }
    case .command(let line) where line.timed != nil:
      let started = Stopwatch()
      if let timed = line.timed { try run(.command(timed), cell: cell, context) }
      let spans = [Span("took "), Span(NumberFormat.duration(started.seconds), volatile: .time)]
      context.sink(Event(.output(.line(spans)), cell: cell, command: line.source))
    case .command(let line):
      context.sink(Event(.start, cell: cell, command: line.source))
      let before = session.workspace
      do {
        let (command, arguments) = try table.bind(line, value: evaluate)
        try command.run(
          arguments,
          Invocation(session: session, table: table, context: context, cell: cell, command: line.source))
        session.workspace.origins.note(command.name, command.line(arguments))
        try session.settle()
      } catch {
        if let failure = error as? GPUFailure {
          session.workspace = before
          session.note(failure)
        }
        throw Failure(diagnostic: placed(error, line.range), command: line.source)
      }
      context.sink(Event(.end(ok: true), cell: cell, command: line.source))
    }
  }

  private func placed(_ error: any Error, _ range: SourceRange) -> Diagnostic {
    var diagnostic = Diagnostic(error)
    diagnostic.range = diagnostic.range ?? range
    return diagnostic
  }
}
