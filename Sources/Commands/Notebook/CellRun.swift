import Dispatch
import Gemma

/// What came of running a cell.
public struct CellRun: Sendable {
  public var transcript: Transcript
  /// What went wrong and was not meant to: an error, or none where `raises=` wanted one.
  public var failure: Diagnostic?
  public var seconds: Double

  public var wasInterrupted: Bool { failure?.code == .interrupted }
}

extension Session {
  /// Runs a cell whose statements have been checked, and keeps what it tells.
  public func run(_ cell: Notebook.Cell, _ statements: [Statement], file: String?) -> CellRun {
    var transcript = Transcript()
    let sink = self.sink
    self.sink = { event in
      var event = event
      if case .error(var diagnostic) = event.kind, diagnostic.code == cell.raises {
        diagnostic.isExpected = true
        event.kind = .error(diagnostic)
      }
      transcript.add(event)
      sink(event)
    }
    rowLimit = cell.rows
    deadline = cell.timeout.map { .now() + .seconds($0) }
    defer {
      self.sink = sink
      rowLimit = nil
      deadline = nil
    }
    let started = Stopwatch()
    var failure = Interpreter(self).run(
      statements, cell: cell.name, file: file, source: cell.source, firstLine: cell.firstLine)
    switch (failure, cell.raises) {
    case (let found?, let code?) where found.code == code: failure = nil
    case (nil, let code?):
      var missing = Diagnostic(
        .notRaised, "this cell should fail with \(code.rawValue), but it ran",
        range: SourceRange(line: cell.firstLine, columns: 1..<2))
      missing.file = file
      missing.cell = cell.name
      self.sink(Event(.error(missing), cell: cell.name, command: cell.source))
      failure = missing
    default: break
    }
    return CellRun(transcript: transcript, failure: failure, seconds: started.seconds)
  }
}
