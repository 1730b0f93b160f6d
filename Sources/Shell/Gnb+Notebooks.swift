import Commands
import Foundation
import Gemma

/// run, check, record and export: the actions on notebooks that need no prompt.
extension Gnb {
  /// Reads a notebook for a replay from its beginning, in an empty session.
  ///
  /// - Parameter verb: the name of the action, if the action takes no `--set` on the command line.
  /// - Returns: nil if the notebook cannot be replayed. The reason was printed then.
  private func open(_ path: String, for verb: String? = nil) -> Replay? {
    session.reset()
    do {
      let notebook = try NotebookReader.read(path: path)
      let replay = Replay(notebook, session: session)
      try override(notebook.variables)
      if let verb { try refuseOverrides(verb) }
      _ = try replay.check()
      return replay
    } catch {
      session.context.sink(Event(.error(Diagnostic(error)), cell: "", command: ""))
      return nil
    }
  }

  /// Whether --set changed a variable of a notebook whose text was written from recorded figures.
  private func hasOtherFigures(_ notebook: Notebook) -> Bool {
    !session.overrides.isEmpty && notebook.cells.contains { $0.recording != nil }
  }

  func replay(_ paths: [String]) throws -> Status {
    var status = Status.fine
    for path in paths {
      guard let replay = open(path) else { return .usage }
      let total = replay.notebook.cells.count
      var number = 0
      var failure: Diagnostic?
      if hasOtherFigures(replay.notebook) {
        painter.hint(ReaderLanguage(of: replay.notebook).figuresDiffer)
      }
      _ = try replay.run { step in
        switch step {
        case .prose(let lines): painter.prose(lines)
        case .cell(let cell):
          number += 1
          if let exercise = cell.exercise { painter.question(exercise) }
          painter.source(cell.code, prompt: "gnb[\(number)/\(total)]> ")
        }
      } after: { _, run in
        failure = failure ?? run.failure
        return run.failure == nil || arguments.keepGoing
      }
      if let failure {
        status = max(status, Self.status(of: failure, otherwise: .cellFailed))
        if status == .interrupted || !arguments.keepGoing { return status }
      }
    }
    return status
  }

  /// What --set changes cannot be part of a recording, except for what changes no result.
  private func refuseOverrides(_ verb: String) throws {
    for (name, _) in arguments.sets where !["threads", "kernels", "device"].contains(name) {
      throw Diagnostic(
        .invalidValue,
        "\(verb) takes the notebook as it is: --set \(name)=... would change its output",
        help: "change '\(name)' in the notebook itself")
    }
  }

  func record(_ paths: [String]) throws -> Status {
    var status = Status.fine
    painter.showsOutputs = false
    for path in paths {
      guard let replay = open(path, for: "record") else { return .usage }
      var failure: Diagnostic?
      let runs = try replay.run(before: announce(replay)) { _, run in
        failure = run.failure
        return failure == nil
      }
      if let failure {
        painter.say("\(path): not recorded, since a cell failed; the file is as it was")
        status = max(status, Self.status(of: failure, otherwise: .cellFailed))
        if status == .interrupted || !arguments.keepGoing { return status }
        continue
      }
      let recorded = replay.notebook.recorded(runs)
      let text = NotebookWriter.text(recorded)
      let isSame = try Data(contentsOf: URL(fileURLWithPath: path)) == Data(text.utf8)
      if !isSame { try NotebookWriter.write(recorded, to: path) }
      painter.report(
        good: true,
        "\(path): \(NumberFormat.count(runs.count, "cell")) recorded"
          + (isSame ? ", nothing has changed" : ""))
    }
    return status
  }

  func check(_ paths: [String]) throws -> Status {
    var status = Status.fine
    var suites: [(notebook: Notebook, cases: [(name: String, seconds: Double, failures: [Diagnostic])])] = []
    painter.showsOutputs = false
    for path in paths {
      guard let replay = open(path, for: "check") else { return .usage }
      let result = try check(replay)
      suites.append((replay.notebook, result.cases))
      status = max(status, result.status)
      if status == .interrupted { break }
      if status != .fine, !arguments.keepGoing { break }
    }
    if let junit = arguments.junit { try AtomicFile.write(Data(Check.junit(suites).utf8), to: junit) }
    return status
  }

  private func check(_ replay: Replay) throws -> (
    status: Status, cases: [(name: String, seconds: Double, failures: [Diagnostic])]
  ) {
    let notebook = replay.notebook
    var status = Status.fine
    var cases: [(name: String, seconds: Double, failures: [Diagnostic])] = []
    func tell(_ diagnostic: Diagnostic) {
      session.context.sink(Event(.error(diagnostic), cell: diagnostic.cell ?? "", command: ""))
      status = max(status, .differs)
    }
    // What is out of date is known without running anything.
    let outdated = Check.outdated(notebook)
    outdated.forEach(tell)
    if !outdated.isEmpty, !arguments.keepGoing, arguments.writeActual == nil {
      painter.report(good: false, "\(notebook.path): out of date; nothing was run")
      return (status, outdated.map { ($0.cell ?? "", 0, [$0]) })
    }
    let runs = try replay.run(before: announce(replay)) { cell, run in
      var failures = outdated.filter { $0.cell == cell.name }
      if let failure = run.failure {
        status = max(status, Self.status(of: failure, otherwise: .cellFailed))
        failures.append(failure)
      } else if let difference = Check.difference(cell, run, in: notebook) {
        tell(difference)
        failures.append(difference)
      }
      cases.append((cell.name, run.seconds, failures))
      return status == .fine || arguments.keepGoing || arguments.writeActual != nil && run.failure == nil
    }
    if let path = arguments.writeActual {
      try NotebookWriter.write(notebook.recorded(runs), to: path)
    }
    let wrong = cases.count { !$0.failures.isEmpty }
    painter.report(
      good: status == .fine,
      status == .fine
        ? "\(notebook.path): \(NumberFormat.count(runs.count, "cell")), every byte as recorded"
        : "\(notebook.path): \(wrong) of \(runs.count) cells run \(wrong == 1 ? "is" : "are") not as recorded"
    )
    return (status, cases)
  }

  /// Says which cell runs, on standard error.
  private func announce(_ replay: Replay) -> (Replay.Step) -> Void {
    let total = replay.notebook.cells.count
    var number = 0
    return { [painter] step in
      guard case .cell(let cell) = step else { return }
      number += 1
      painter.announce(
        "\(replay.notebook.path): cell \(number)/\(total)" + (cell.hasID ? " #\(cell.name)" : ""))
    }
  }

  func export(_ path: String) throws -> Status {
    guard let format = arguments.format else { return .usage }
    let notebook = try NotebookReader.read(path: path)
    _ = try Replay(notebook, session: session).check()
    let text = Export.text(notebook, to: format)
    let missing = notebook.cells.count { $0.recording == nil }
    if format == .colab {
      // The Colab export has no outputs.
    } else if missing == notebook.cells.count {
      painter.say("\(path): no outputs are recorded; 'gnb record \(path)' records them")
    } else if !Check.outdated(notebook).isEmpty {
      painter.say("\(path): some recorded outputs are out of date; 'gnb record \(path)' records them again")
    }
    let output = arguments.output ?? (path as NSString).deletingPathExtension + "." + format.ending
    if output == "-" {
      FileDescriptor.output.write(text)
    } else {
      try AtomicFile.write(Data(text.utf8), to: output)
      painter.report(good: true, "written: \(output)")
    }
    return .fine
  }
}
