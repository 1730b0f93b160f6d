import Gemma

extension Notebook.Cell {
  /// The commands that run: all of the source, or an exercise's command.
  public var code: String {
    guard let exercise else { return source }
    return exercise.isCommand ? exercise.solution : ""
  }

  /// File line of the first of them.
  var codeLine: Int { firstLine + (exercise?.solutionLine ?? 0) }

  /// What a reader sees before it runs: the commands, or the question.
  public var shown: String { exercise?.question ?? source }
}

extension Exercise {
  /// A recording of the solution for a reader: its verdict, which is recorded in English, in the language of the question.
  func translated(_ recording: Notebook.Recording) -> Notebook.Recording {
    guard language != .english, case .command(let accept, _) = kind, let last = recording.lines.last,
      let line = accept.translated(last, into: language)
    else { return recording }
    var recording = recording
    recording.lines[recording.lines.count - 1] = line
    return recording
  }
}

/// The last value of each field that commands told.
final class ToldFields {
  private(set) var values: [String: JSONValue] = [:]

  /// A context that also collects here what is told.
  func collecting(_ context: RunContext) -> RunContext {
    var context = context
    context.sink = { [self, sink = context.sink] event in
      if case .result(let fields, _) = event.kind {
        for (name, value) in fields { values[name] = value }
      }
      sink(event)
    }
    return context
  }
}

extension Interpreter {
  /// Runs an exercise's solution on a copy of the session, and judges it: cells after the exercise do not depend on it.
  ///
  /// - Returns: the diagnostic that stopped it, or that the solution is not right.
  func runSolution(
    of exercise: Exercise, _ cell: Notebook.Cell, _ statements: [Statement], file: String?,
    context: RunContext
  ) -> Diagnostic? {
    let before = session.snapshot
    defer { session.restore(before) }
    let told = ToldFields()
    if let failure = run(
      statements, cell: cell.name, file: file, source: cell.code, firstLine: cell.codeLine,
      context: told.collecting(context))
    {
      return failure
    }
    func judged(_ language: ReaderLanguage) -> Verdict {
      exercise.isCommand
        ? exercise.judge(told.values, in: language) : exercise.judge(exercise.solution, in: language)
    }
    let verdict = judged(.english)
    tell(
      Judged(
        verdict: judged(exercise.language), answer: exercise.isCommand ? "" : exercise.solution,
        recorded: verdict), cell: cell.name, command: "check", context)
    // With other data, as --set gives it, a solution may be wrong.
    guard verdict.kind != .right, session.overrides.isEmpty else { return nil }
    var failure = Diagnostic(
      .notSolved, "this exercise's solution is not right: \(verdict.words)",
      range: SourceRange(line: cell.codeLine, columns: 1..<2))
    failure.file = file
    failure.cell = cell.name
    context.sink(Event(.error(failure), cell: cell.name, command: "check"))
    return failure
  }

  /// Tells a result that no command of the table made.
  func tell(_ result: some CommandResult, cell: String, command: String, _ context: RunContext) {
    func send(_ kind: Event.Kind) { context.sink(Event(kind, cell: cell, command: command)) }
    send(.start)
    for output in result.outputs { send(.output(output)) }
    send(.result(fields: result.fields, volatile: result.volatile))
    send(.end(ok: true))
  }
}
