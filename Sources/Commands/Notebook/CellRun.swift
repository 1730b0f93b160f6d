import Dispatch
import Gemma

/// The result of running a cell.
public struct CellRun: Sendable {
  public var transcript: Transcript
  /// The unexpected error of the cell; also set if `raises=` names an error and the cell had none.
  public var failure: Diagnostic?
  public var seconds: Double

  public init(transcript: Transcript, failure: Diagnostic?, seconds: Double) {
    self.transcript = transcript
    self.failure = failure
    self.seconds = seconds
  }

  public var wasInterrupted: Bool { failure?.code == .interrupted }
}

extension Interpreter {
  /// Runs a cell whose statements have been checked, and keeps its events.
  ///
  /// - Parameter isTyped: whether it was typed at a prompt, and is no cell of a notebook that is run.
  public func run(
    _ cell: Notebook.Cell, _ statements: [Statement], file: String?, isTyped: Bool = false
  ) -> CellRun {
    var transcript = Transcript()
    var context = session.context
    context.isTyped = isTyped
    var (hasTold, isNextCommand) = (false, false)
    context.rowLimit = cell.rows
    context.deadline = cell.timeout.map { .now() + .seconds($0) }
    context.sink = { [sink = session.context.sink] event in
      var event = event
      if case .error(var diagnostic) = event.kind, diagnostic.code == cell.raises {
        diagnostic.isExpected = true
        event = Event(.error(diagnostic), cell: event.cell, command: event.command)
      }
      switch event.kind {
      case .start: isNextCommand = hasTold
      case .output:
        // An empty line between what two commands tell.
        if isNextCommand {
          let gap = Event(.output(.line([])), cell: event.cell, command: event.command)
          transcript.add(gap)
          sink(gap)
        }
        (hasTold, isNextCommand) = (true, false)
      default: break
      }
      transcript.add(event)
      sink(event)
    }
    let started = Stopwatch()
    var failure =
      if let exercise = cell.exercise {
        runSolution(of: exercise, cell, statements, file: file, context: context)
      } else {
        run(
          statements, cell: cell.name, file: file, source: cell.source, firstLine: cell.firstLine,
          context: context)
      }
    switch (failure, cell.raises) {
    case (let found?, let code?) where found.code == code: failure = nil
    case (nil, let code?):
      var missing = Diagnostic(
        .notRaised, "this cell should fail with \(code.rawValue), but it ran",
        range: SourceRange(line: cell.firstLine, columns: 1..<2))
      missing.file = file
      missing.cell = cell.name
      context.sink(Event(.error(missing), cell: cell.name, command: cell.source))
      failure = missing
    default: break
    }
    return CellRun(transcript: transcript, failure: failure, seconds: started.seconds)
  }
}
