import Commands
import Foundation
import Gemma

/// The program: arguments in, an exit status out.
struct Gnb {
  /// The exit statuses of the program (see README). When several apply, the program exits with the largest.
  enum Status: Int32, Comparable {
    case fine = 0
    case differs = 1
    case usage = 2
    case cellFailed = 3
    case hashDiffers = 4
    case interrupted = 130

    static func < (a: Status, b: Status) -> Bool { a.rawValue < b.rawValue }
  }

  static let version = Tour.version

  let arguments: Arguments
  let session: Session
  let painter: TerminalPainter
  private let json: FileHandle?

  static func main(_ words: [String]) -> Int32 {
    Interrupts.install()
    let arguments: Arguments
    do { arguments = try Arguments(words) } catch {
      let message = (error as? Arguments.UsageError)?.message ?? "\(error)"
      FileDescriptor.error.write("gnb: \(VisibleText.of(message))\n\(Arguments.hint(for: words))\n")
      return Status.usage.rawValue
    }
    do {
      return try Gnb(arguments).run().rawValue
    } catch {
      for line in Diagnostic(error).lines(width: terminalColumns() ?? 100) {
        FileDescriptor.error.write(line + "\n")
      }
      return status(of: Diagnostic(error), otherwise: .usage).rawValue
    }
  }

  static func status(of diagnostic: Diagnostic, otherwise: Status) -> Status {
    switch diagnostic.code {
    case .interrupted: .interrupted
    case .hashMismatch: .hashDiffers
    default: otherwise
    }
  }

  private init(_ arguments: Arguments) throws {
    self.arguments = arguments
    let environment = ProcessInfo.processInfo.environment
    let isTerminal = (output: isatty(1) == 1, error: isatty(2) == 1)
    let dumb = environment["TERM"] == "dumb"
    let noColor = !(environment["NO_COLOR"] ?? "").isEmpty
    let color: Bool
    switch arguments.color {
    case .always: color = true
    case .never: color = false
    case .auto: color = isTerminal.output && !dumb && !noColor
    }
    switch arguments.json {
    case nil: json = nil
    case "-": json = FileHandle.standardOutput
    case let path?:
      guard FileManager.default.createFile(atPath: path, contents: nil),
        let handle = FileHandle(forWritingAtPath: path)
      else { throw GemmaError.inputOutput(path: path, reason: "cannot be written") }
      json = handle
    }
    let cores = max(1, min(256, ProcessInfo.processInfo.activeProcessorCount))
    let settings = Settings(threads: arguments.threads ?? cores)
    let session = Session(
      cache: Cache(path: arguments.cacheDirectory), settings: settings,
      context: RunContext(sink: { _ in }))
    self.session = session
    // A screen reader reads lines; what is redrawn or hinted at would only confuse it.
    let accessible = !(environment["ACCESSIBLE"] ?? "").isEmpty
    let painter = TerminalPainter(
      color: color, redraws: isTerminal.error && !dumb && !accessible, quiet: arguments.quiet,
      showsResults: arguments.json != "-", hints: !accessible, columns: Self.terminalColumns,
      chartRows: {
        // Lines of JSON would come between the chart's.
        isTerminal.output && isTerminal.error && arguments.json != "-" ? Self.terminalSize()?.rows : nil
      },
      width: {
        // A terminal is never written beyond its edge; a file has a width of its own.
        let limit = isTerminal.output ? Self.terminalColumns() ?? 80 : 80
        return session.settings.width.map { isTerminal.output ? min($0, limit) : $0 } ?? min(limit, 120)
      })
    painter.hasLargeType = isTerminal.output && isTerminal.error && LargeType.isKnown(environment)
    self.painter = painter
    let json = self.json
    session.context.interruption = {
      switch Interrupts.number {
      case 0: .none
      case 1: .stop
      default: .undo
      }
    }
    session.context.sink = { event in
      painter.paint(event)
      if let json, let line = event.json {
        do { try json.write(contentsOf: Data((line.text + "\n").utf8)) } catch { exit(141) }
      }
    }
  }

  /// Columns of the terminal that standard output or error is.
  static func terminalColumns() -> Int? { terminalSize().map { max(20, $0.columns) } }

  static func terminalSize() -> (columns: Int, rows: Int)? {
    var size = winsize()
    for descriptor in [Int32(1), 2] where ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 {
      return (Int(size.ws_col), Int(size.ws_row))
    }
    return nil
  }

  private func run() throws -> Status {
    switch arguments.action {
    case .version:
      FileDescriptor.output.write("gnb \(Self.version)\n")
      return .fine
    case .help(let words):
      let help = Help(.standard)
      let width = painter.width()
      let lines =
        words.isEmpty
        ? help.overview(width: width) : try help.topic(words.joined(separator: " ")).lines(width)
      let all = (words.isEmpty ? Arguments.usage.components(separatedBy: "\n") + [""] : []) + lines
      if !painter.hints || !Pager.show(all) {
        FileDescriptor.output.write(all.joined(separator: "\n") + "\n")
      }
      return .fine
    case .usage(let verb):
      for form in Arguments.forms where form.verb == verb {
        FileDescriptor.output.write(Arguments.usage(of: form) + "\n")
      }
      return .fine
    case .commands(let text):
      return script(text, name: "-c")
    case .run(let paths): return try replay(paths)
    case .check(let paths): return try check(paths)
    case .record(let paths): return try record(paths)
    case .export(let path): return try export(path)
    case .predict(let folder, let file): return try predict(folder, file)
    case .tour(let lesson): return try tour(lesson)
    case .doctor: return try doctor()
    case .notes(let path): return try notes(path)
    case .document(let document):
      FileDescriptor.output.write(document.text)
      return .fine
    case .open(let path):
      let notebook = try NotebookReader.read(path: path)
      try override(notebook.variables)
      _ = Replay(notebook, session: session)
      var repl = Repl(stepper: try Stepper(notebook, session: session), painter: painter)
      if arguments.presents { repl.place = presentedPlace(path) }
      return repl.run(presents: arguments.presents)
    case .last:
      let last = try LastSession(in: session.cache)
      let stepper = try last.restore(session) { painter.notice($0) }
      return Repl(stepper: stepper, painter: painter).run(presents: false)
    case .interactive:
      guard isatty(0) == 1 else {
        return script(
          String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self), name: "input")
      }
      try override(nil)
      return Repl(stepper: try Stepper(nil, session: session), painter: painter).run(presents: false)
    }
  }

  /// Applies --set: a variable of the notebook or script, or a setting. At a prompt, any variable.
  ///
  /// - Parameter names: nil at a prompt.
  func override(_ names: VariableNames?) throws {
    for (name, text) in arguments.sets {
      let value = Value(word: text)
      if let names, names.assigned.contains(name) {
        session.overrides[name] = value
      } else if Settings.names.contains(name) {
        // As if typed, but it leaves no event: options are not part of what is replayed.
        var silent = session.context
        silent.sink = { _ in }
        let line = "set \(name)=\(value.source)"
        if let failure = Interpreter(session, .standard).run(
          try Parser.parse(line), cell: "", file: "--set", source: line, context: silent)
        {
          throw failure
        }
      } else if names?.used.contains(name) ?? true {
        session.variables[name] = value
      } else {
        let known = (names?.all ?? []).sorted() + Settings.names
        throw Diagnostic(
          .unknownVariable, "--set \(name): there is no 'let \(name)' and no use of $\(name)",
          help: Suggestion.nearest(name, in: known).map { "did you mean \($0)?" }
            ?? "there are: " + known.joined(separator: ", "))
      }
    }
  }

  /// Commands from -c or a pipe: all checked, then run up to the first that fails.
  func script(_ text: String, name: String) -> Status {
    do {
      let statements = try Parser.parse(text)
      try override(VariableNames(statements))
      var known = Set(session.variables.keys)
      try Interpreter(session, .standard).check(statements, known: &known)
      let failure = Interpreter(session, .standard).run(statements, cell: "1", file: name, source: text)
      return failure.map { Self.status(of: $0, otherwise: .cellFailed) } ?? .fine
    } catch {
      let diagnostic = Diagnostic(error).located(file: name, source: text)
      session.context.sink(Event(.error(diagnostic), cell: "1", command: ""))
      return .usage
    }
  }
}
