import Commands
import Foundation
import Gemma
import Testing

/// The lessons inside the program, and a participant's place in them.
@Suite struct TourTests {
  private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "gnb-\(UUID().uuidString)"
  ).path
  private var path: String { folder + "/state/tour.json" }

  private func notebook(_ title: String, _ cells: [String], prose: String = "Text.") -> String {
    "---\ngnb: 1\ntitle: \(title)\nseed: 7\n---\n"
      + cells.map { "\(prose)\n\n```gnb\n\($0)\n```\n" }.joined(separator: "\n")
  }

  private func tour(cells: [String] = ["load data mini-news", "split train=10 validation=5", "show split"])
    -> Tour
  {
    Tour(files: [
      ("lessons/02-loss.gnb", notebook("Loss", cells)),
      ("lessons/ja/02-loss.gnb", notebook("損失", cells, prose: "これは本文です。")),
      ("lessons/11-bytes.gnb", notebook("Bytes", ["load data mini-news"])),
      ("lessons/own.gnb", notebook("Own", ["load data mini-news"])),
      ("quickstart.gnb", notebook("Start", ["load data mini-news"])),
      (
        "lessons/README.md",
        "| lesson | minutes |\n| --- | --- |\n| 2 | 5 min 20 s |\n| [own](own.gnb) | 40 s |\n"
      ),
    ])
  }

  @Test func theLessonsInsideAreThoseOfTheFolder() throws {
    let notebooks = root.appendingPathComponent("notebooks")
    let lessons = try FileManager.default.contentsOfDirectory(atPath: notebooks.path + "/lessons")
      .filter { $0.hasSuffix(".gnb") }
    let names = Set(lessons.map { String($0.dropLast(4)) } + ["quickstart"])
    #expect(Set(Tour.compiledIn.lessons.map(\.name)) == names, "run Sources/CNotebooks/generate")
    for lesson in Tour.compiledIn.lessons {
      for language in Tour.Language.allCases {
        let folder =
          notebooks.path + (lesson.name == "quickstart" ? "" : "/lessons")
          + (language == .japanese ? "/ja/" : "/")
        let read = try NotebookReader.read(path: folder + lesson.name + ".gnb")
        let inside = try lesson.notebook(in: language)
        #expect(inside.cells.map(\.source) == read.cells.map(\.source) && inside.title == read.title)
        #expect(inside.inputHashes == read.inputHashes, "run Sources/CNotebooks/generate, and build again")
      }
    }
  }

  @Test func lessonsAreInOrderAndFoundByNumberAndName() throws {
    let tour = tour()
    #expect(tour.lessons.map(\.reference) == ["0", "2", "11", "own"])
    for word in ["2", "02", "02-loss", "02-loss.gnb", "loss"] {
      #expect(try tour.lesson(word).name == "02-loss", "\(word)")
    }
    let own = try tour.lesson("own")
    #expect(try tour.lesson("0").name == "quickstart")
    #expect(own.number == nil)
    #expect(tour.lesson(after: try tour.lesson("2"))?.name == "11-bytes")
    #expect(tour.lesson(after: try tour.lesson("own")) == nil)
    do {
      _ = try tour.lesson("3")
      Issue.record("there is no lesson 3")
    } catch { #expect("\(Diagnostic(error).message)".contains("0, 2, 11, own")) }
  }

  @Test func aLanguageThatALessonLacksIsEnglish() throws {
    let tour = tour()
    #expect(try tour.lesson("2").notebook(in: .japanese).title == "損失")
    #expect(try tour.lesson("11").notebook(in: .japanese).title == "Bytes")
  }

  @Test func timesComeFromTheTableAndScaleWithTheSpeed() throws {
    let tour = tour()
    #expect(tour.times.seconds(try tour.lesson("2")) == 320)
    #expect(tour.times.seconds(try tour.lesson("own")) == 40)
    #expect(tour.times.seconds(try tour.lesson("11")) == nil)
    let reference = MeasuredSpeed.reference
    let half = MeasuredSpeed(training: reference.training / 2, reading: reference.reading / 2, threads: 1)
    #expect(abs(half.factor - 2) < 1e-9)
    #expect(tour.times.text(try tour.lesson("2"), at: reference) == "5 min")
    #expect(tour.times.text(try tour.lesson("2"), at: half) == "11 min")
    #expect(tour.times.text(try tour.lesson("2"), at: half, in: .japanese) == "11 分")
    #expect(tour.times.text(try tour.lesson("2"), at: nil) == nil)
  }

  @Test func aPlaceOutlivesTheSession() throws {
    let (recorder, lesson) = (Recorder(cache: folder + "/cache"), try tour().lesson("2"))
    let first = try OpenLesson(lesson, in: .english, session: recorder.session, path: path) { _ in }
    for _ in 0..<2 {
      first.stepper.enter("")
      try first.keeper.keep()
      try first.note()
    }
    let state = TourState.read(path: path)
    #expect(
      state.last == "02-loss" && state.lessons["02-loss"]?.cells == 2 && state.lessons["02-loss"]?.of == 3)
    let list = tour().list(state, language: .english).rows.map { $0.map(\.text) }
    #expect(list[1] == ["→", "2", "Loss", "2 of 3 cells"], "\(list)")
    #expect(
      tour().list(state, language: .japanese).rows[1].map(\.text) == ["→", "2", "損失", "セル 2 / 3"], "\(list)")

    var told: [String] = []
    let later = Recorder(cache: folder + "/cache")
    let second = try OpenLesson(lesson, in: .japanese, session: later.session, path: path) { told.append($0) }
    #expect(second.stepper.position == 2 && later.session.workspace.split != nil, "\(told)")
    #expect(told.contains { $0.hasPrefix("セル 2 の後から続けます") }, "\(told)")
    #expect(second.stepper.notebook.title == "損失", "the text is in the language asked for")
    second.stepper.enter("")
    try second.note()
    #expect(second.isFinished && TourState.read(path: path).lessons["02-loss"]?.isFinished == true)
    // What is finished begins anew.
    let third = try OpenLesson(
      lesson, in: .english, session: Recorder(cache: folder + "/cache").session, path: path
    ) { _ in }
    #expect(third.stepper.position == 0)
  }

  @Test func whatAParticipantKeptStays() throws {
    let (recorder, lesson) = (Recorder(cache: folder + "/cache"), try tour().lesson("2"))
    let first = try OpenLesson(lesson, in: .english, session: recorder.session, path: path) { _ in }
    for line in ["", "show data", "keep"] { first.stepper.enter(line) }
    try first.keeper.keep()
    try first.note()
    let second = try OpenLesson(
      lesson, in: .english, session: Recorder(cache: folder + "/cache").session, path: path
    ) { _ in }
    #expect(second.stepper.position == 2 && second.stepper.cells.map(\.source)[1] == "show data")
  }

  @Test func aChangedLessonBeginsAnew() throws {
    let recorder = Recorder(cache: folder + "/cache")
    let first = try OpenLesson(try tour().lesson("2"), in: .english, session: recorder.session, path: path) {
      _ in
    }
    first.stepper.enter("")
    try first.keeper.keep()
    try first.note()
    var told: [String] = []
    let other = tour(cells: ["load data mini-news", "split train=20 validation=5", "show split"])
    let second = try OpenLesson(
      try other.lesson("2"), in: .english, session: Recorder(cache: folder + "/cache").session, path: path
    ) { told.append($0) }
    #expect(second.stepper.position == 0 && told.contains { $0.contains("has changed") }, "\(told)")
  }

  @Test func aBrokenStateIsAnEmptyOne() throws {
    #expect(TourState.read(path: path) == TourState())
    var state = TourState()
    state.language = .japanese
    state.speed = .reference
    try state.write(path: path)
    #expect(TourState.read(path: path) == state)
    try Data("{\"lessons\":3".utf8).write(to: URL(fileURLWithPath: path))
    #expect(TourState.read(path: path) == TourState())
  }

  @Test func aTourLessonIsSavedUnderANameOnly() throws {
    let recorder = Recorder(cache: folder + "/cache")
    let open = try OpenLesson(try tour().lesson("2"), in: .english, session: recorder.session, path: path) {
      _ in
    }
    open.stepper.enter("save notebook")
    let message = recorder.events.lazy.compactMap {
      if case .error(let found) = $0.kind { found.message } else { nil }
    }.first
    #expect(message?.contains("a name for the file") == true, "\(String(describing: message))")
  }
}
