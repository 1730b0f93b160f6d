import Commands
import Foundation

/// The prompt: reads cells, hands them to the stepper, and never leaves on a mistake.
struct Repl {
  let stepper: Stepper
  let painter: TerminalPainter
  /// Keeps the session after each cell; by default for `gnb --last`.
  var keeper: SessionKeeper?
  /// Whether leaving loses nothing that anybody misses, so that it need not be said.
  var losesNothing: () -> Bool = { false }
  /// What brings the session back after it was left; nil where nothing does.
  var bringsBack: String? = "gnb --last"
  /// Called after each cell.
  var moved: () throws -> Void = {}
  /// Called with the number of the cell that an audience sees, and whether the presentation has ended.
  var place: (Int, Bool) -> Void = { _, _ in }

  private var session: Session { stepper.session }
  private var language: ReaderLanguage { stepper.language }

  func run(presents: Bool) -> Gnb.Status {
    let isTerminal = isatty(0) == 1
    if isTerminal { stepper.editText = Editor.edit }
    greet()
    stepper.clear = { painter.clear() }
    painter.pagesHelp = isTerminal
    stepper.show = { step in
      switch step {
      case .prose(let lines): painter.prose(lines)
      case .cell(let cell): painter.upcoming(cell)
      }
    }
    let editor = isTerminal && isatty(1) == 1 ? makeEditor() : nil
    Interrupts.isAtPrompt = isTerminal
    Interrupts.isWorking = !isTerminal
    var shown = -1
    var hintedAtScratch = false
    // With --present, the output of a cell stays on the screen until the presenter presses Enter.
    var holds = false
    // The pages of its output that were not shown yet, where it is taller than the screen.
    var pages: [String] = []
    var pageCount = 0
    func turnPage() {
      painter.present(page: pages.removeFirst())
      painter.hint(
        pages.isEmpty
          ? stepper.isAtEnd ? language.showsRest : language.showsNextCell
          : language.showsMore(pageCount - pages.count, of: pageCount))
    }
    let keeper = keeper ?? (isTerminal ? SessionKeeper(stepper) : nil)
    defer { place(stepper.position, true) }
    var kept = stepper.moves
    // Whether it was just said what leaving would lose.
    var hasAsked = !isTerminal
    while true {
      if stepper.isLeaving {
        guard !hasAsked, !losesNothing(), !stepper.unsaved.isEmpty else { break }
        stepper.stay()
        hasAsked = true
        ask()
      }
      if stepper.moves != shown, !holds {
        shown = stepper.moves
        place(stepper.position, false)
        show(presents: presents)
      }
      guard let text = read(editor, showsPrompt: isTerminal) else {
        guard !hasAsked, !losesNothing(), !stepper.unsaved.isEmpty else { break }
        hasAsked = true
        ask()
        continue
      }
      if holds, text.allSatisfy(\.isWhitespace) {
        if pages.isEmpty { holds = false } else { turnPage() }
        continue
      }
      Interrupts.clear()
      Interrupts.isWorking = true
      let position = stepper.position
      stepper.enter(text)
      if !stepper.isLeaving { hasAsked = !isTerminal }
      if stepper.moves != kept, let keeper {
        kept = stepper.moves
        do {
          try keeper.keep()
          try moved()
        } catch {
          painter.say("this session is not kept for 'gnb --last': \(Diagnostic(error).message)")
        }
      }
      Interrupts.isWorking = false
      Interrupts.clear()
      if presents, stepper.moves != shown {
        // Three lines are for the hint and the prompt.
        pages = []
        if stepper.position > position, let rows = Gnb.terminalSize()?.rows, painter.height + 3 > rows {
          // Its beginning has left the screen.
          pages = painter.pages(stepper.lastTranscript, rows: rows - 3)
        }
        pageCount = pages.count
        holds = !stepper.isAtEnd || pageCount > 0
        if pageCount > 0 { turnPage() } else if holds { painter.hint(language.showsNextCell) }
      }
      if stepper.hasScratch, !hintedAtScratch, !stepper.isAtExercise {
        hintedAtScratch = true
        painter.hint(language.ranOnCopy)
      }
    }
    return .fine
  }

  /// Says what leaving would lose.
  private func ask() {
    painter.notice(language.isNotSaved(stepper.unsaved.map { "\($0.what) ('\($0.remedy)')" }))
    painter.notice(language.leaves(bringingBack: bringsBack))
  }

  private func greet() {
    if stepper.isSession {
      painter.hint("gnb \(Gnb.version): 'help' lists the commands, Tab completes, Ctrl-D leaves")
    } else {
      painter.hint(language.greeting)
      // Its text was written from the figures that it has recorded.
      if !session.overrides.isEmpty, stepper.cells.contains(where: { $0.recording != nil }) {
        painter.hint(language.figuresDiffer)
      }
      let outdated = Check.outdated(stepper.notebook).count
      if outdated > 0 {
        painter.hint(
          "\(outdated) recorded \(outdated == 1 ? "output is" : "outputs are") out of date: see 'list'")
      }
    }
  }

  private func makeEditor() -> LineEditor? {
    let editor = LineEditor(
      history: History.standardPath, columns: { Gnb.terminalColumns() ?? 80 },
      complete: { [session] in Completion($0, session: session, table: .standard) })
    editor?.isComplete = Self.isComplete
    return editor
  }

  /// Whether Enter ends the cell: not while a bracket or a block of text is open.
  private static func isComplete(_ text: String) -> Bool {
    do {
      _ = try Parser.parse(text)
      return true
    } catch {
      // An empty line at the end gives up, and shows the mistake.
      return !Diagnostic(error).isIncomplete || text.hasSuffix("\n\n")
    }
  }

  /// The next cell of a notebook with the text above it.
  private func show(presents: Bool) {
    guard !stepper.isSession else { return }
    if presents, !stepper.isAtEnd {
      let title = stepper.notebook.title.map { "  " + $0 } ?? ""
      painter.present(stepper.upcoming, place: "\(stepper.position + 1)/\(stepper.cells.count)\(title)")
    } else {
      if case .cell? = stepper.upcoming.first { painter.prose([""]) }
      stepper.upcoming.forEach(stepper.show)
    }
  }

  /// A cell; nil at the end of input.
  private func read(_ editor: LineEditor?, showsPrompt: Bool) -> String? {
    if let editor {
      while true {
        switch editor.read(prompt: stepper.prompt, color: painter.color) {
        case .text(let text): return text
        case .interrupted: continue
        case .end: return nil
        }
      }
    }
    var text = ""
    while true {
      if showsPrompt { FileDescriptor.output.write(text.isEmpty ? stepper.prompt : "   ... ") }
      guard let line = readLine(strippingNewline: true) else { return text.isEmpty ? nil : text }
      text += text.isEmpty ? line : "\n" + line
      if Self.isComplete(text) { return text }
    }
  }
}
