import Foundation
import Gemma

/// Goes through a notebook cell by cell, forwards and back. Without a notebook, typed lines become one.
///
/// There is a snapshot of the session before each cell. Snapshots share the frozen weights, so one takes as much memory
/// as the adapter. Lines typed between the cells of a notebook run on a copy, which the next cell discards.
public final class Stepper: Stepping {
  public private(set) var notebook: Notebook
  /// Whether there is no notebook file yet. Then every line becomes a cell.
  public let isSession: Bool
  public let session: Session
  private let table: CommandTable
  /// Index of the cell that `next` runs; cells before it are done or skipped.
  public private(set) var position = 0 {
    didSet { moves += 1 }
  }
  /// A counter that grows when another cell comes next, or when the next cell has changed.
  public private(set) var moves = 0
  var verbs: [String] { table.verbs }
  /// Set by `quit`.
  public internal(set) var isLeaving = false
  /// The state of each cell.
  public private(set) var states: [CellState] = []
  /// Shows text and cells while `run` and `goto` run them; nil if the prompt has shown them.
  public var show: (Replay.Step) -> Void = { _ in }
  /// Empties the screen.
  public var clear: () -> Void = {}
  private(set) var typed: [String] = []
  /// Lets the user edit a text. Returns the new text, or nil if it was not changed.
  public var editText: ((String) throws -> String?)?
  private(set) var runs: [Int: CellRun] = [:]
  private var before: [Int: Snapshot] = [:]
  private var scratch: (base: Snapshot, lines: [String])? {
    didSet { if scratch == nil { told = [:] } }
  }
  /// What the lines typed since the last cell told: of each field the last value.
  private(set) var told: [String: JSONValue] = [:]
  /// The value of `moves` at which an exercise's hint was given.
  var hintedAt: Int?
  /// The cells in the file; none for a session.
  private var savedSources: [String]

  /// - Parameter notebook: a notebook that has been checked; nil for a session, whose lines become a notebook.
  public convenience init(_ notebook: Notebook?, session: Session, table: CommandTable = .standard) throws {
    var own = Notebook(path: "")
    own.seed = session.settings.seed
    own.frontMatter = ["gnb: 1", "seed: \(session.settings.seed)"]
    try self.init(notebook ?? own, isSession: notebook == nil, session: session, table: table)
  }

  init(_ notebook: Notebook, isSession: Bool, session: Session, table: CommandTable) throws {
    self.table = table
    self.isSession = isSession
    self.notebook = notebook
    self.session = session
    savedSources = isSession ? [] : notebook.cells.map(\.source)
    _ = try Replay(self.notebook, session: session, table: table).check()
    states = self.notebook.cells.map { _ in .waiting }
    before[0] = snapshot()
    session.stepper = self
  }

  public var cells: [Notebook.Cell] { notebook.cells }
  var cellNames: [String] { cells.enumerated().map { $1.hasID ? $1.name : "\($0 + 1)" } }
  var interpreter: Interpreter { Interpreter(session, table) }
  /// Of the notebook's text.
  package var language: ReaderLanguage { ReaderLanguage(of: notebook) }
  public var isAtEnd: Bool { position >= states.count }
  /// Whether typed lines have changed the copy.
  public var hasScratch: Bool { scratch != nil }

  /// "gnb[3/9]> "; without a notebook "gnb[3]> ".
  public var prompt: String {
    isSession && isAtEnd
      ? "gnb[\(position + 1)]> " : isAtEnd ? "gnb[end]> " : "gnb[\(position + 1)/\(states.count)]> "
  }

  /// The cell that `next` runs, with the text before it; after the last cell only the text.
  public var upcoming: [Replay.Step] {
    let prose = notebook.prose(beforeCell: position)
    return (prose.allSatisfy(\.isEmpty) ? [] : [.prose(prose)]) + (isAtEnd ? [] : [.cell(cells[position])])
  }

  private func snapshot() -> Snapshot { session.snapshot }

  private func restore(_ snapshot: Snapshot) {
    session.restore(snapshot)
    scratch = nil
  }

  /// The results of the cells, without those of the lines typed between them.
  var committed: Snapshot { scratch?.base ?? snapshot() }

  /// Marks the cells before `position` as run, because the session has their results.
  func resume(at position: Int, states: [CellState]) {
    guard states.count == self.states.count, (0...states.count).contains(position) else { return }
    self.states = states
    self.position = position
    before[position] = snapshot()
  }

  /// The unsaved work, with the command that saves it.
  public var unsaved: [(what: String, remedy: String)] {
    var parts: [(what: String, remedy: String)] = []
    let workspace = session.workspace
    let hasWork = !isSession || workspace.model != nil || workspace.data != nil
    if hasWork, hasChangedCells {
      parts.append(
        isSession
          ? (NumberFormat.count(cells.count, "cell"), "save notebook NAME.gnb")
          : ("the changed notebook", "save notebook"))
    }
    if let adapter = workspace.adapter, !workspace.steps.isEmpty, adapter !== session.savedAdapter {
      parts.append(
        ("the adapter after \(NumberFormat.count(workspace.steps.count, "step"))", "save adapter NAME"))
    }
    return parts
  }

  /// What the cell before the next one told; nothing if it was not run here.
  public var lastTranscript: Transcript { runs[position - 1]?.transcript ?? Transcript() }

  func clearScreen() { clear() }

  /// Whether the cells are other ones than in the file.
  public var hasChangedCells: Bool { cells.map(\.source) != savedSources }

  func hasSaved() { savedSources = cells.map(\.source) }

  /// Stays at the prompt although `quit` was typed.
  public func stay() { isLeaving = false }

  func tell(_ text: String, _ style: Span.Style = .faint) {
    session.context.sink(Event(.output(.line([Span(text, style)])), cell: "", command: ""))
  }

  // MARK: Typed lines

  /// Runs a complete line or text from the prompt. An empty one is `next`.
  public func enter(_ text: String) {
    do {
      var text = text
      let isEmpty = text.allSatisfy(\.isWhitespace)
      if !isEmpty { typed.append(text) }
      if answered(text) { return }
      if isEmpty {
        guard !isAtEnd else {
          if !isSession { tell(language.wasLastCell) }
          return
        }
        text = "next"
      }
      text = asked(Self.withoutIDSign(text))
      let statements = try Parser.parse(text)
      guard !statements.isEmpty else { return }
      if interpreter.areSteps(statements) {
        _ = interpreter.run(statements, cell: "", file: nil, source: text)
        return
      }
      var known = Set(session.variables.keys)
      try interpreter.check(statements, known: &known)
      if isSession { runLine(text, statements) } else { runScratch(text, statements) }
    } catch {
      session.context.sink(
        Event(.error(Diagnostic(error).located(file: nil, source: text)), cell: "", command: text))
    }
  }

  /// Removes the sign of a cell's id, because '#' begins a comment: "goto #train" is "goto train".
  private static func withoutIDSign(_ text: String) -> String {
    let words = text.split(separator: " ", maxSplits: 1)
    guard words.count == 2, ["goto", "edit"].contains(words[0]), words[1].hasPrefix("#") else { return text }
    return words[0] + " " + words[1].dropFirst()
  }

  /// "?", "?train" and "train?" ask for help, as in IPython.
  private func asked(_ text: String) -> String {
    let (line, signs) = (text.trimmingCharacters(in: .whitespacesAndNewlines), "?？")
    let topic = line.trimmingCharacters(in: CharacterSet(charactersIn: signs + " "))
    guard topic != line, !topic.contains("\n") else { return text }
    if topic.isEmpty { return "help" }
    guard !topic.contains("\"") else { return text }
    // A line that ends so may be a question to the model.
    let isTopic = !topic.contains(" ") || (try? Help(table).topic(topic)) != nil
    return line.first.map(signs.contains) == true || isTopic ? "help \(topic)" : text
  }

  /// Runs a line of a session. It becomes a cell if it succeeds.
  private func runLine(_ text: String, _ statements: [Statement]) {
    let kept = (notebook, states, runs, before)
    // If the new line succeeds, it replaces the cells that 'back' has undone.
    if !isAtEnd {
      notebook.removeCells(from: position)
      states.removeSubrange(position...)
    }
    forget(from: position)
    let start = snapshot()
    notebook.insert(source: text, at: position)
    states.append(.waiting)
    let run = interpreter.run(cells[position], statements, file: nil, isTyped: true)
    if let failure = run.failure, isUndone(failure) {
      restore(start)
      (notebook, states, runs, before) = kept
      if failure.code == .interrupted {
        tell("went back to before this line")
      } else if statements.count > 1 {
        tell("the whole line was undone")
      }
      return
    }
    finish(run, statements)
  }

  /// Goes past an exercise that was answered. What the lines typed for it did is discarded.
  func pass() {
    if let scratch { restore(scratch.base) }
    forget(from: position)
    states[position] = .done
    position += 1
    before[position] = snapshot()
  }

  private func runScratch(_ text: String, _ statements: [Statement]) {
    let base = scratch?.base ?? snapshot()
    let start = snapshot()
    let lines = scratch?.lines ?? []
    let cell = Notebook.Cell(name: "scratch", source: text, firstLine: 1)
    let fields = ToldFields()
    let context = session.context
    session.context = fields.collecting(context)
    let run = interpreter.run(cell, statements, file: nil, isTyped: true)
    session.context = context
    if run.failure == nil {
      scratch = (base, lines + [text])
      told.merge(fields.values) { $1 }
      judgeTold()
    } else {
      restore(start)
      if !lines.isEmpty { scratch = (base, lines) }
    }
  }

  // MARK: Steps

  private func forget(from index: Int) {
    runs = runs.filter { $0.key < index }
    before = before.filter { $0.key <= index }
    for i in states.indices where i >= index { states[i] = .waiting }
  }

  /// Undoes a line that fails. The state after a first interruption is kept, and the cell is marked.
  private func isUndone(_ failure: Diagnostic) -> Bool {
    failure.code != .interrupted || session.context.interruption() == .undo
  }

  private func finish(_ run: CellRun, _ statements: [Statement]) {
    let cell = cells[position]
    session.listed = nil
    forget(from: position)
    runs[position] = run
    states[position] = run.wasInterrupted ? .interrupted : .done
    position += 1
    before[position] = snapshot()
    if let failure = run.failure, run.wasInterrupted { tellRest(of: cell, statements, after: failure) }
  }

  /// Shows which lines of an interrupted cell were not run, and how to continue.
  private func tellRest(of cell: Notebook.Cell, _ statements: [Statement], after failure: Diagnostic) {
    var rest: [String] = []
    if let place = failure.range {
      let line = place.line - cell.firstLine + 1
      func isLater(_ range: SourceRange) -> Bool {
        (range.line, range.columns.lowerBound) > (line, place.columns.lowerBound)
      }
      rest = statements.filter { isLater($0.range) }.map(\.summary)
      if case .loop? = statements.last(where: { !isLater($0.range) }) {
        rest.insert("the rest of the loop", at: 0)
      }
    }
    if !rest.isEmpty { tell(language.wasNotRun(rest)) }
    tell(
      isSession && isAtEnd
        ? "type on; 'back' returns to before the interrupted line"
        : language.goesOnAfterInterruption(next: isAtEnd ? nil : position + 1))
  }

  /// Runs the next cell. The effects of lines typed since the last cell are discarded.
  ///
  /// - Returns: whether it ran without an unexpected error.
  func next() throws -> Bool {
    guard !isAtEnd else {
      throw GemmaError.invalidValue(name: "next", expected: "a cell to run", found: "the end of the notebook")
    }
    if let scratch { restore(scratch.base) }
    let start = snapshot()
    let cell = cells[position]
    let file = isSession ? nil : notebook.path
    var known = Set(session.variables.keys)
    let statements = try interpreter.statements(of: cell, known: &known, file: file)
    let run = interpreter.run(cell, statements, file: file)
    if let failure = run.failure, isUndone(failure) {
      restore(start)
      if failure.code == .interrupted { tell(language.wentBack) }
      return false
    }
    finish(run, statements)
    return run.failure == nil
  }

  /// Runs `count` cells, or all that remain. It stops at a cell that fails or is interrupted, and before one with
  /// `pause`.
  func run(_ count: Int?) throws {
    var left = count ?? states.count - position
    guard left > 0, !isAtEnd else {
      _ = try next()
      return
    }
    var isFirst = true
    while left > 0, !isAtEnd {
      if !isFirst {
        if cells[position].exercise != nil, count == nil { return tell(language.stopsAtExercise) }
        if cells[position].pauses, count == nil {
          return tell(language.stopsAtPause(cells[position].name))
        }
        upcoming.forEach(show)
      }
      guard try next() else { return }
      isFirst = false
      left -= 1
    }
  }

  /// Restores the state before the last `count` cells.
  func back(_ count: Int) throws {
    if count == 1, let scratch, !isSession {
      restore(scratch.base)
      return tell(language.linesAreUndone)
    }
    guard position >= count else {
      throw GemmaError.invalidValue(name: "back", expected: "at most \(position) cells", found: "\(count)")
    }
    try move(to: position - count)
  }

  private func move(to target: Int) throws {
    guard let snapshot = before[target] else {
      throw GemmaError.missing(
        need: "the state at that place, which 'gnb --last' does not bring back", remedy: "restart, then goto")
    }
    restore(snapshot)
    position = target
  }

  /// Makes a cell the next one. The state before it is restored if it is known; otherwise the cells before it are run.
  func goto(_ reference: String) throws {
    guard let target = notebook.cellIndex(reference) else {
      let names = cells.enumerated().map { $1.hasID ? "#\($1.name)" : "\($0 + 1)" }
      throw GemmaError.invalidValue(
        name: "cell",
        expected: cells.isEmpty ? "a cell; there is none yet" : "one of \(names.joined(separator: " "))",
        found: reference)
    }
    if let scratch { restore(scratch.base) }
    if before[target] != nil { return try move(to: target) }
    // Start from the last snapshot that exists.
    if let nearest = before.keys.filter({ $0 < target }).max(), nearest > position || target < position {
      try move(to: nearest)
    }
    try run(target - position)
  }

  /// Forgets everything except the notebook.
  func restart() throws {
    forget(from: 0)
    try move(to: 0)
  }

  /// Skips the next cell.
  func skip() throws {
    guard !isAtEnd else {
      throw GemmaError.invalidValue(
        name: "skip", expected: "a cell to skip", found: "the end of the notebook")
    }
    if let scratch { restore(scratch.base) }
    forget(from: position)
    states[position] = .skipped
    position += 1
    before[position] = snapshot()
  }

  /// Makes the last typed lines cells of the notebook. They are run again if other lines were typed before them.
  func keep(_ count: Int) throws {
    guard !isSession else {
      throw GemmaError.invalidValue(
        name: "keep", expected: "a notebook", found: "a session, where every line is a cell")
    }
    guard let scratch, scratch.lines.count >= count else {
      throw GemmaError.invalidValue(
        name: "keep", expected: "at most the \(scratch?.lines.count ?? 0) lines typed since the last cell",
        found: "\(count)")
    }
    restore(scratch.base)
    forget(from: position)
    for line in scratch.lines.suffix(count) {
      notebook.insert(source: line, at: position)
      states.insert(.waiting, at: position)
      guard try next() else { return }
    }
  }

  /// Lets the user edit a cell. Snapshots after it are discarded.
  ///
  /// - Returns: whether it was changed.
  func edit(_ reference: String?) throws -> Bool {
    let index =
      try reference.map { reference in
        guard let index = notebook.cellIndex(reference) else {
          throw GemmaError.invalidValue(
            name: "cell", expected: "a number from 1 to \(states.count) or an #id", found: reference)
        }
        return index
      } ?? position
    guard cells.indices.contains(index), cells[index].exercise == nil else {
      throw GemmaError.invalidValue(
        name: "edit", expected: "a cell of commands",
        found: cells.indices.contains(index) ? "an exercise" : "the end of the notebook")
    }
    guard let editText else {
      throw GemmaError.missing(need: "a terminal to edit on", remedy: "change the file itself")
    }
    guard var text = try editText(cells[index].source), text != cells[index].source else { return false }
    while text.hasSuffix("\n") { text.removeLast() }
    var changed = notebook
    changed.update(cell: index) { $0.source = text }
    // The new cell is checked together with all later cells before any snapshot is discarded.
    _ = try changed.check(interpreter, known: Set((before[0]?.variables ?? [:]).keys))
    notebook = changed
    if index <= position { try move(to: index) }
    forget(from: index)
    moves += 1
    return true
  }
}
