import Commands
import Foundation
import Gemma

/// tour, doctor and notes: what a workshop needs beside notebooks.
extension Gnb {
  private static func language(_ given: Tour.Language?, _ state: TourState) -> Tour.Language {
    if let known = given ?? state.language { return known }
    let environment = ProcessInfo.processInfo.environment
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    return locale?.hasPrefix("ja") == true ? .japanese : .english
  }

  func tour(_ reference: String?) throws -> Status {
    var state = TourState.read()
    let language = Self.language(arguments.language, state)
    let tour = Tour.compiledIn
    if let reference { return try open(try tour.lesson(reference), in: language) }
    if arguments.language != nil {
      state.language = language
      try state.write()
    }
    let words = language.words
    show([.table(tour.list(state, language: language))])
    if (try? session.cache.model("gemma-3-270m")) == nil {
      painter.hint(words.modelIsMissing)
    }
    if state.speed == nil {
      painter.hint(words.doctorMeasures)
    }
    // Where the participant was, or what comes after it.
    let last = state.last.flatMap { name in tour.lessons.first { $0.name == name } }
    let isDone = last.flatMap { state.lessons[$0.name]?.isFinished } ?? false
    guard let next = isDone ? last.flatMap(tour.lesson(after:)) : last ?? tour.lessons.first else {
      painter.hint(words.wasLastLesson)
      return .fine
    }
    guard isatty(0) == 1, isatty(1) == 1 else {
      painter.hint(words.comesNext(next.reference, isOpen: last != nil && !isDone))
      return .fine
    }
    while true {
      FileDescriptor.output.write(words.asksForLesson(next.reference))
      guard let line = readLine() else {
        FileDescriptor.output.write("\n")
        return .fine
      }
      let word = line.trimmingCharacters(in: .whitespaces)
      do {
        let chosen = word.isEmpty ? next : try tour.lesson(word)
        return try open(chosen, in: language)
      } catch let error as GemmaError { painter.notice(Diagnostic(error).message) }
    }
  }

  private func open(_ lesson: Tour.Lesson, in language: Tour.Language) throws -> Status {
    let open = try OpenLesson(lesson, in: language, session: session) { notebook in
      try override(notebook.variables)
    } tell: {
      painter.notice($0)
    }
    var repl = Repl(stepper: open.stepper, painter: painter)
    repl.keeper = open.keeper
    repl.moved = { try open.note() }
    // A lesson goes on where it was left. A finished one begins anew; who has changed its cells is told.
    repl.losesNothing = { !open.isFinished || !open.stepper.hasChangedCells }
    repl.bringsBack = nil
    if arguments.presents { repl.place = presentedPlace("tour/\(lesson.name)") }
    let status = repl.run(presents: arguments.presents)
    let words = open.stepper.language
    if open.isFinished {
      let next = Tour.compiledIn.lesson(after: lesson)
      painter.hint(
        words.isDone(lesson.reference, next: next.map { ($0.reference, $0.title(in: language)) }))
    } else {
      painter.hint(words.goesOn(lesson.reference))
    }
    return status
  }

  func doctor() throws -> Status {
    let environment = ProcessInfo.processInfo.environment
    let locale =
      ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    let isUTF8 = locale.uppercased().contains("UTF-8") || locale.uppercased().contains("UTF8")
    let term = environment["TERM"] ?? ""
    let colors =
      term.isEmpty || term == "dumb"
      ? 1 : environment["COLORTERM"] == "truecolor" ? 16_777_216 : term.contains("256") ? 256 : 8
    let terminal = Doctor.Terminal(
      columns: isatty(1) == 1 ? Self.terminalColumns() : nil, isUTF8: isUTF8 || isatty(1) != 1,
      colors: colors,
      redraws: term != "dumb")
    let model = arguments.sets.last { $0.name == "model" }?.value
    let doctor = try Doctor(session, version: Self.version, terminal: terminal, model: model) {
      painter.announce($0)
    }
    show(doctor.outputs)
    session.context.sink(
      Event(.result(fields: doctor.fields, volatile: doctor.volatile), cell: "", command: "doctor"))
    if let speed = doctor.speed, model == nil {
      var state = TourState.read()
      state.speed = speed
      try state.write()
    }
    return doctor.isFit ? .fine : .differs
  }

  private func show(_ outputs: [Output]) {
    for output in outputs { session.context.sink(Event(.output(output), cell: "", command: "")) }
  }

  // MARK: Notes

  /// Writes where the presentation is, for `gnb notes`.
  func presentedPlace(_ notebook: String) -> (Int, Bool) -> Void {
    let path = SpeakerNotes.path(of: notebook)
    let began = Date().timeIntervalSince1970
    return { position, hasEnded in
      // Notes are an extra: a presentation goes on without.
      try? SpeakerNotes.write(.init(position: position, began: began, hasEnded: hasEnded), to: path)
    }
  }

  func notes(_ name: String) throws -> Status {
    let notebook: Notebook
    if name.hasSuffix(".gnb") {
      notebook = try NotebookReader.read(path: name)
    } else {
      let lesson = try Tour.compiledIn.lesson(name)
      notebook = try lesson.notebook(in: Self.language(arguments.language, TourState.read()))
    }
    let path = SpeakerNotes.path(of: notebook.path)
    let follows = isatty(1) == 1 && painter.hints
    let words = ReaderLanguage(of: notebook)
    var shown: SpeakerNotes.Place?
    var minute = -1
    if !follows {
      // All notes in order, for a file or a printer.
      for position in 0...notebook.cells.count {
        let notes = ProseText.notes(notebook.prose(beforeCell: position))
        guard !notes.isEmpty else { continue }
        let place = words.cell(position + 1, of: notebook.cells.count)
        show([.line(Span(place, .strong))] + notes.map { .line("  " + $0) })
      }
      return .fine
    }
    while !Interrupts.isSet {
      let place = SpeakerNotes.read(path)
      let minutes = place.map { Int((Date().timeIntervalSince1970 - $0.began) / 60) } ?? 0
      if place != shown || minutes != minute || minute < 0 {
        (shown, minute) = (place, minutes)
        painter.clear()
        let size = Self.terminalSize()
        show(
          SpeakerNotes.lines(
            notebook, at: place?.position ?? 0, minutes: max(0, minutes), width: size?.columns ?? 80,
            rows: size.map { $0.rows - 3 } ?? .max))
        show([
          .line(""),
          .line(
            Span(
              place == nil || place?.hasEnded == true
                ? words.isWaiting(for: "gnb \(name.hasSuffix(".gnb") ? name : "tour " + name) --present")
                : words.leaves, .faint)),
        ])
      }
      usleep(200_000)
    }
    return .fine
  }
}
