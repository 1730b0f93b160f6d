import Commands
import Foundation
import Testing

/// Stepping without a terminal: what the prompt does with lines.
@Suite struct StepperTests {
  private let recorder = Recorder()
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/tiny/gemma3")
    .path

  private func stepper(_ cells: [String]) throws -> Stepper {
    let text = "---\ngnb: 1\nseed: 7\n---\n" + cells.map { "```gnb\n\($0)\n```\n" }.joined()
    return try Stepper(NotebookReader.read(text: text, path: "a.gnb"), session: recorder.session)
  }

  private func enter(_ stepper: Stepper, _ lines: String...) { lines.forEach(stepper.enter) }
  private func value(_ name: String) -> String? { recorder.session.variables[name]?.text }
  private var errors: [String] {
    recorder.events.compactMap {
      if case .error(let diagnostic) = $0.kind { diagnostic.code.rawValue } else { nil }
    }
  }

  @Test func aPlaceThatThereIsNotIsAnErrorWhateverItsNumber() throws {
    let stepper = try stepper(["let a = 1"])
    enter(
      stepper, "goto -9223372036854775808", "goto 9223372036854775807", "goto 99999999999999999999", "goto 0",
      "back 9e18", "next")
    #expect(errors == ["G035", "G035", "G035", "G035", "G017"] && value("a") == "1")
  }

  @Test func enterRunsTheNextCellAndBackRestores() throws {
    let stepper = try stepper(["let a = 1", "let a = \"$a,2\"", "let a = \"$a,3\""])
    #expect(stepper.prompt == "gnb[1/3]> ")
    enter(stepper, "", " ", "next")
    #expect(value("a") == "1,2,3" && stepper.prompt == "gnb[end]> ")
    enter(stepper, "")
    #expect(errors.isEmpty, "Enter at the end does nothing")
    enter(stepper, "next")
    #expect(errors == ["G035"])
    enter(stepper, "back")
    #expect(value("a") == "1,2" && stepper.position == 2 && stepper.states == [.done, .done, .done])
    enter(stepper, "back 2")
    #expect(value("a") == nil && stepper.position == 0)
    enter(stepper, "back")
    #expect(errors == ["G035", "G035"] && stepper.position == 0)
  }

  @Test func typedLinesNeverChangeAReplay() throws {
    let stepper = try stepper(["let a = 1", "let b = \"$a\""])
    enter(stepper, "", "let a = 5", "set seed=99", "let c = $a")
    #expect(value("c") == "5" && recorder.session.settings.seed == 99 && stepper.hasScratch)
    enter(stepper, "")
    #expect(value("b") == "1" && value("c") == nil && recorder.session.settings.seed == 7)
    enter(stepper, "let a = 6", "back")
    #expect(value("a") == "1" && stepper.position == 2, "the first 'back' takes back what was typed")
    enter(stepper, "back")
    #expect(value("b") == nil && stepper.position == 1)
  }

  @Test func aFailedLineOrCellChangesNothing() throws {
    let stepper = try stepper(["let a = 1", "let b = 2\nreport"])
    enter(stepper, "", "")
    #expect(errors == ["G036"] && value("b") == nil && stepper.position == 1)
    enter(stepper, "let c = 3", "let d = 4; report")
    #expect(value("c") == "3" && value("d") == nil, "earlier lines stay")
    enter(stepper, "lora rnk=2", "ask \"")
    #expect(errors == ["G036", "G036", "G012", "G002"] && value("c") == "3")
  }

  @Test func gotoRestoresOrRuns() throws {
    let stepper = try stepper(["let a = 1", "let a = 2", "let a = 3", "let a = 4"])
    enter(stepper, "goto 3")
    #expect(value("a") == "2" && stepper.position == 2)
    enter(stepper, "goto 1")
    #expect(value("a") == nil && stepper.position == 0)
    let starts = recorder.events.count
    enter(stepper, "goto 3")
    #expect(value("a") == "2" && recorder.events.dropFirst(starts).count { $0.command.hasPrefix("let") } == 0)
    enter(stepper, "goto #nothing")
    #expect(errors == ["G035"] && stepper.position == 2)
    enter(stepper, "goto #4", "restart")
    #expect(errors.count == 1 && stepper.position == 0 && stepper.states.allSatisfy { $0 == .waiting })
  }

  @Test func runStopsAtAPauseAndAtAFailure() throws {
    let text =
      "---\ngnb: 1\n---\n```gnb\nlet a = 1\n```\n```gnb pause\nlet a = 2\n```\n```gnb\nreport\n```\n```gnb\nlet a = 3\n```\n"
    let stepper = try Stepper(NotebookReader.read(text: text, path: "a.gnb"), session: recorder.session)
    enter(stepper, "run")
    #expect(stepper.position == 1)
    enter(stepper, "run")
    #expect(stepper.position == 2 && errors == ["G036"])
    enter(stepper, "skip", "run 1")
    #expect(stepper.position == 4 && value("a") == "3" && stepper.states[2] == .skipped)
  }

  @Test func keepMakesTheLastLinesCells() throws {
    let stepper = try stepper(["let a = 1", "let z = $a"])
    enter(stepper, "", "let trial = 1", "let a = 5", "let b = \"$a\"", "keep 2")
    #expect(stepper.cells.map(\.source) == ["let a = 1", "let a = 5", "let b = \"$a\"", "let z = $a"])
    #expect(value("b") == "5" && value("trial") == nil && stepper.position == 3)
    enter(stepper, "keep")
    #expect(errors == ["G035"])
    enter(stepper, "")
    #expect(value("z") == "5")
  }

  @Test func withoutANotebookEveryLineThatWorksIsACell() throws {
    let stepper = try Stepper(nil, session: recorder.session)
    #expect(stepper.prompt == "gnb[1]> ")
    enter(stepper, "let a = 1", "report", "", "let a = 2")
    #expect(stepper.cells.map(\.source) == ["let a = 1", "let a = 2"] && stepper.prompt == "gnb[3]> ")
    enter(stepper, "back", "let a = 3")
    #expect(stepper.cells.map(\.source) == ["let a = 1", "let a = 3"] && value("a") == "3")
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-\(UUID().uuidString).gnb")
      .path
    enter(stepper, "save notebook \(path)")
    let notebook = try NotebookReader.read(path: path)
    #expect(notebook.cells.map(\.source) == ["let a = 1", "let a = 3"] && notebook.seed == 3407)
    enter(stepper, "save notebook \(path)")
    #expect(errors == ["G036", "G035"], "another file of that name is not replaced without being told")
    enter(stepper, "save notebook \(path) overwrite=true", "quit")
    #expect(errors.count == 2 && stepper.isLeaving)
  }

  @Test func afterBackALineThatFailsKeepsTheCellsGoneBackFrom() throws {
    let stepper = try Stepper(nil, session: recorder.session)
    enter(stepper, "let a = 1", "let a = 2", "let a = 3", "back 2", "report", "let b = 1; report")
    #expect(errors == ["G036", "G036"] && value("a") == "1" && value("b") == nil)
    #expect(stepper.cells.map(\.source) == ["let a = 1", "let a = 2", "let a = 3"])
    #expect(stepper.prompt == "gnb[2/3]> ")
    enter(stepper, "run")
    #expect(value("a") == "3")
    enter(stepper, "back 2", "let a = 9")
    #expect(stepper.cells.map(\.source) == ["let a = 1", "let a = 9"], "a line that works takes their place")
  }

  @Test func theCellAfterAnInterruptionSaysWhatWasNotRun() throws {
    let stepper = try stepper([
      "load data mini-news\nsplit train=6 validation=4", "baseline\nshow split; report", "report",
    ])
    enter(stepper, "next")
    var asked = 0
    recorder.session.context.interruption = {
      asked += 1
      return .stop
    }
    enter(stepper, "next")
    #expect(asked > 0 && errors == ["G037"] && stepper.states == [.done, .interrupted, .waiting])
    let told = recorder.events.compactMap { event -> String? in
      guard case .output(.line(let spans)) = event.kind else { return nil }
      return spans.map(\.text).joined()
    }
    #expect(
      told.suffix(2) == [
        "not run in this cell: show split; report",
        "'next' runs cell 3; 'back' returns to before the interrupted cell",
      ])
  }

  @Test(arguments: [
    ("?", "help"), ("?train", "help train"), ("train?", "help train"), ("load model?", "help load model"),
    ("help？", "help help"), ("perplexity ?", "help perplexity"), ("? loss", "help loss"),
    ("ask What is this?", "ask What is this?"), ("ask \"a?\"", "ask \"a?\""), ("trian?", "help trian"),
  ])
  func aQuestionMarkAsksForHelp(_ line: String, _ meant: String) throws {
    let stepper = try Stepper(nil, session: recorder.session)
    enter(stepper, line)
    #expect(recorder.events.map(\.command).last == meant)
  }

  @Test func historyAndClearAreThere() throws {
    let stepper = try stepper(["let a = 1"])
    var cleared = 0
    stepper.clear = { cleared += 1 }
    enter(stepper, "", "let b = 2", "bogus", "let 名 = [1,\n2]", "clear", "history 3")
    #expect(cleared == 1)
    #expect(recorder.lines().prefix(4) == ["3  let 名 = [1,", "   2]", "4  clear", "5  history 3"])
  }

  @Test func whatIsThereIsReplacedAtAPromptOnlyWithAWord() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-\(UUID().uuidString)")
      .path
    let session = try Stepper(nil, session: recorder.session)
    let line = "save table \(folder).csv"
    enter(
      session, "load model \(Self.tiny)", "lora rank=2", "load data mini-news", line,
      "save adapter \(folder)-adapter", "save model \(folder)-model")
    #expect(errors.isEmpty)
    enter(session, line, "save adapter \(folder)-adapter", "save model \(folder)-model")
    #expect(errors == ["G035", "G035", "G035"])
    for save in [line, "save adapter \(folder)-adapter", "save model \(folder)-model"] {
      enter(session, save + " overwrite=true")
    }
    #expect(errors.count == 3)
    // A notebook that is run writes what it wrote before.
    let text = "---\ngnb: 1\n---\n```gnb\nload data mini-news\n\(line)\n```\n"
    let runs = try Replay(NotebookReader.read(text: text, path: "a.gnb"), session: Recorder().session).run {
      $1.failure == nil
    }
    #expect(runs.count == 1 && runs[0].failure == nil)
    let stepper = try Stepper(NotebookReader.read(text: text, path: "a.gnb"), session: Recorder().session)
    enter(stepper, "")
    #expect(stepper.states == [.done])
  }

  @Test func anEmptyLineStandsBetweenWhatTwoCommandsTell() throws {
    let stepper = try stepper(["load data mini-news; split train=10 validation=5\nlet a = 1\ntime show data"])
    enter(stepper, "")
    let lines = try #require(stepper.document.cells[0].recording?.lines)
    let parts = lines.split(separator: "", omittingEmptySubsequences: false).map(Array.init)
    #expect(parts.count == 3 && parts.allSatisfy { !$0.isEmpty }, "\(lines)")
    #expect(parts[1].first?.hasPrefix("category") == true && parts[2].last == "took «time»")
    #expect(lines == recorder.lines(), "on the screen as in the file")
  }

  @Test func whatLeavingWouldLoseIsNamed() throws {
    let stepper = try Stepper(nil, session: recorder.session)
    enter(stepper, "let a = 1", "help")
    #expect(stepper.unsaved.isEmpty, "nothing was loaded or made")
    enter(stepper, "load data mini-news")
    #expect(stepper.unsaved.map(\.what) == ["3 cells"])
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-\(UUID().uuidString)").path
    enter(stepper, "save notebook \(path).gnb")
    #expect(stepper.unsaved.isEmpty)
    enter(
      stepper, "load model \(Self.tiny)", "split train=6 validation=4",
      "prompt \"{input} => {output}\" max_input_tokens=19", "lora rank=2; train steps=1 batch=2",
      "save notebook \(path).gnb overwrite=true")
    #expect(stepper.unsaved.map(\.what) == ["the adapter after 1 step"])
    enter(stepper, "save adapter \(path)", "save notebook \(path).gnb overwrite=true")
    #expect(stepper.unsaved.isEmpty && errors.isEmpty)
    enter(stepper, "train steps=1 batch=2")
    #expect(stepper.unsaved.map(\.what) == ["9 cells", "the adapter after 2 steps"])
  }

  @Test func aSavedNotebookHasTheOutputsThatAReplayGives() throws {
    let stepper = try stepper(["let a = 1", "show session", "show session"])
    enter(stepper, "run 2")
    let document = stepper.document
    #expect(document.cells.map { $0.recording == nil } == [true, false, true])
    #expect(Check.outdated(document).isEmpty)
    enter(stepper, "restart", "", "skip", "")
    #expect(
      stepper.document.cells.allSatisfy { $0.recording == nil },
      "after a skipped cell a replay would not tell the same")
  }

  @Test func editingIsCheckedBeforeAnythingIsGivenUp() throws {
    let stepper = try stepper(["let a = 1", "let b = $a", "let c = $b"])
    enter(stepper, "run")
    var text = ""
    stepper.editText = { _ in text }
    text = "let x = 1"
    enter(stepper, "let d = 1", "edit 1")
    #expect(errors == ["G018"] && stepper.position == 3 && value("c") == "1" && stepper.hasScratch)
    text = "let a = 8"
    enter(stepper, "edit 1", "run")
    #expect(value("c") == "8" && stepper.cells[0].source == "let a = 8")
    enter(stepper, "back", "edit 3")
    #expect(stepper.position == 2)
  }

  @Test func steppingIsForThePromptOnly() throws {
    #expect(recorder.run("back")?.code == .promptOnly)
    #expect(throws: Diagnostic.self) { try stepper(["next"]) }
  }

  @Test func backAfterTrainingRestoresAdapterOptimizerAndRandomState() throws {
    let steps = "train steps=2 batch=2 lr=1e-2"
    let stepper = try stepper([
      "load model \(Self.tiny)",
      "load data mini-news categories=[movie-enter, sports-watch]\nsplit train=6 validation=4",
      "prompt \"{input} => {output}\" max_input_tokens=19\nlora rank=2", steps, steps, "evaluate as=x",
    ])
    enter(stepper, "run")
    func told() -> [String] {
      recorder.events.compactMap { event in
        if case .result(let fields, _) = event.kind { JSONValue.object(fields).text } else { nil }
      }
    }
    let first = told().suffix(3)
    #expect(first.count == 3)
    // The same again, after detours that draw random numbers and change the adapter.
    enter(stepper, "back 2", "train steps=3 lr=1e-1", "lora rank=3", "back", "run")
    #expect(Array(told().suffix(2)) == Array(first.suffix(2)))
    enter(stepper, "goto 4", "run")
    #expect(Array(told().suffix(3)) == Array(first))
    #expect(errors.isEmpty)
  }

  @Test func anInterruptedCellIsKeptOnceAndUndoneTwice() throws {
    let stepper = try stepper(["load data mini-news", "split train=6 validation=4", "baseline"])
    enter(stepper, "run 2")
    recorder.session.context.interruption = { .undo }
    enter(stepper, "")
    recorder.session.context.interruption = { .none }
    // Too quick to be interrupted, or undone: never half done.
    #expect(stepper.position == 3 || stepper.position == 2 && recorder.session.workspace.evaluations.isEmpty)
  }
}
