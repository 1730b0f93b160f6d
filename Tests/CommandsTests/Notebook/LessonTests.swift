import Commands
import Foundation
import Testing

/// The lessons of notebooks/lessons and the quickstart, without running them: `make check` does that.
@Suite struct LessonTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("notebooks/lessons")

  private static func names(in folder: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter {
      $0.hasSuffix(".gnb")
    }.sorted()
  }
  static let names = names(in: folder)
  /// What is in two languages.
  static let both = names + ["quickstart.gnb"]

  private func lesson(_ name: String, japanese: Bool = false) throws -> Notebook {
    var folder = name == "quickstart.gnb" ? Self.folder.deletingLastPathComponent() : Self.folder
    if japanese { folder.appendPathComponent("ja") }
    return try NotebookReader.read(path: folder.appendingPathComponent(name).path)
  }

  private func prose(_ notebook: Notebook) -> [String] {
    (0...notebook.cells.count).flatMap(notebook.prose)
  }

  @Test func theLessonsAreThereInBothLanguages() {
    #expect(Self.names.count == 12 && Self.names(in: Self.folder.appendingPathComponent("ja")) == Self.names)
  }

  @Test(arguments: names) func aLessonAsksShowsAndEnds(_ name: String) throws {
    let notebook = try lesson(name)
    _ = try Replay(notebook, session: Recorder().session).check()
    #expect((2...4).contains(notebook.cells.count { $0.exercise != nil }), "two or three exercises")
    let text = prose(notebook)
    #expect(text.contains { $0.lowercased().contains("predict") })
    let end = try #require(text.lastIndex(of: "## Take home"))
    #expect(text[end...].count { $0.first?.isNumber == true } == 3)
    for cell in notebook.cells { if let exercise = cell.exercise { #expect(exercise.hint != nil) } }
  }

  @Test(arguments: both) func whatIsRecordedIsUpToDate(_ name: String) throws {
    for notebook in [try lesson(name), try lesson(name, japanese: true)] {
      #expect(notebook.cells.contains { $0.recording != nil })
      #expect(Check.outdated(notebook).map(\.message) == [])
      for cell in notebook.cells where cell.exercise != nil {
        #expect(cell.recording?.lines.contains { $0.contains("right") } == true, "\(cell.name)")
      }
    }
  }

  @Test(arguments: both) func theJapaneseLessonHasTheSameCellsAndOutputs(_ name: String) throws {
    let (english, japanese) = (try lesson(name), try lesson(name, japanese: true))
    #expect(english.inputHashes == japanese.inputHashes)
    #expect(english.cells.count == japanese.cells.count && english.seed == japanese.seed)
    for (a, b) in zip(english.cells, japanese.cells) {
      #expect(a.name == b.name && a.code == b.code && (a.exercise == nil) == (b.exercise == nil))
      #expect(
        a.recording?.lines == b.recording?.lines && a.recording?.numbers == b.recording?.numbers, "\(a.name)")
      #expect(a.recording?.inputHash == b.recording?.inputHash)
      if a.exercise == nil { #expect(a.source == b.source) }
    }
    let kana = /[\u{3041}-\u{30FF}]/
    #expect(prose(japanese).filter { $0.contains(kana) }.count >= 5)
    for cell in japanese.cells {
      if let exercise = cell.exercise { #expect(exercise.question.contains(kana)) }
    }
  }

  @Test(arguments: both) func everyCellHasNotesForTheSpeaker(_ name: String) throws {
    let (english, japanese) = (try lesson(name), try lesson(name, japanese: true))
    for position in 0...english.cells.count {
      let notes = ProseText.notes(english.prose(beforeCell: position))
      let twin = ProseText.notes(japanese.prose(beforeCell: position))
      #expect(!notes.isEmpty && notes.count == twin.count, "cell \(position + 1)")
      let words = ["Ask", "Expect", "After", "Wait", "Trouble", "Skip", "Say"]
      let japaneseWords = ["質問", "予想される答え", "結果が出たら", "待ち時間", "困ったとき", "省くなら", "話すこと"]
      for (note, translated) in zip(notes, twin) {
        let kind = words.firstIndex { note.hasPrefix($0 + ": ") }
        #expect(
          kind != nil && kind == japaneseWords.firstIndex { translated.hasPrefix($0 + ": ") }, "\(note)")
      }
    }
    for notebook in [english, japanese] {
      let notes = ProseText.notes(prose(notebook))
      for format in Export.Format.allCases {
        let exported = Export.text(notebook, to: format)
        #expect(!exported.contains("<!-- note:") && !notes.contains(where: exported.contains), "\(format)")
      }
    }
  }

  @Test(arguments: both) func wordsAroundALessonAreInItsLanguage(_ name: String) throws {
    for isJapanese in [false, true] {
      let notebook = try lesson(name, japanese: isJapanese)
      let language: ReaderLanguage = isJapanese ? .japanese : .english
      #expect(ReaderLanguage(of: notebook) == language)
      for cell in notebook.cells {
        guard let exercise = cell.exercise else { continue }
        #expect(exercise.language == language, "\(cell.name)")
        guard case .command(let accept, let near) = exercise.kind else { continue }
        for part in accept.parts + (near?.parts ?? []) {
          #expect(ReaderLanguage.names[part.field] != nil, "\(part.field) has a name for people")
        }
      }
    }
  }

  /// Lessons 2 to 8 and 10 take their data from a variable; lesson 9 is on English texts as it is.
  @Test(arguments: names.filter { ("02"..."10").contains(String($0.prefix(2))) && !$0.hasPrefix("09") })
  func aLessonRunsOnOtherData(_ name: String) throws {
    let notebook = try lesson(name)
    #expect(notebook.variables.assigned.contains("data") && notebook.variables.used.contains("data"))
    #expect(prose(notebook).contains { $0.contains("--set data=support-messages") })
    for cell in notebook.cells {
      for category in ["it-life-hack", "kaden-channel", "movie-enter", "sports-watch", "topic-news"] {
        let code = cell.code + (cell.exercise?.solution ?? "")
        #expect(!code.contains(category), "\(cell.name) is about \(category), which other data have not")
      }
    }
  }

  @Test(arguments: names) func everyExerciseKnowsRightNearlyAndWrong(_ name: String) throws {
    for cell in try lesson(name).cells {
      guard let exercise = cell.exercise else { continue }
      switch exercise.kind {
      case .number(let answer, let within, let near, _):
        let near = try #require(near, "\(cell.name) says what is nearly right")
        #expect(near > within)
        #expect(exercise.judge(exercise.solution).kind == .right)
        let sign = answer < 0 ? -1.0 : 1
        #expect(
          exercise.judge("\(100 * (answer + sign * (within + near) / 2))%").kind == .nearly, "\(cell.name)")
        #expect(exercise.judge("\(100 * (answer + sign * (10 * near + 1)))%").kind == .wrong, "\(cell.name)")
      case .word(let accepted, let near):
        for word in accepted { #expect(exercise.judge(word).kind == .right, "\(cell.name): \(word)") }
        #expect(!near.isEmpty)
        for word in near { #expect(exercise.judge(word).kind == .nearly, "\(cell.name): \(word)") }
        #expect(exercise.judge("something else").kind == .wrong)
      case .command(let accept, let near):
        let near = try #require(near, "\(cell.name) says what is nearly right")
        #expect(exercise.judge(fields(accept)).kind == .right, "\(cell.name)")
        #expect(exercise.judge(fields(near)).kind == .nearly, "\(cell.name)")
        #expect(
          exercise.judge(fields(accept, far: true)).kind == .wrong && exercise.judge([:]).kind == .wrong)
      }
    }
  }

  /// Fields that a condition just accepts, or that are far from it.
  private func fields(_ condition: Condition, far: Bool = false) -> [String: JSONValue] {
    var fields: [String: JSONValue] = [:]
    for part in condition.parts {
      guard let number = Double(part.value) else {
        fields[part.field] = .string((part.sign == "=") != far ? part.value : "something else")
        continue
      }
      let isUpper = part.sign.hasPrefix("<")
      let step = ["<", ">", "!="].contains(part.sign) ? 0.01 : 0
      fields[part.field] = .number(far ? (isUpper ? 1e9 : -1e9) : number + (isUpper ? -step : step))
    }
    return fields
  }
}
