import Commands
import Foundation
import Gemma
import Testing

/// What `gnb --last` brings back.
@Suite struct LastSessionTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "gnb-\(UUID().uuidString)"
  )
  .path
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/tiny/gemma3")
    .path
  private let training = [
    "let articles = 6", "load model \(tiny)",
    "load data mini-news categories=[movie-enter, sports-watch]\nsplit train=$articles validation=4",
    "prompt \"{input} => {output}\" max_input_tokens=19",
    "lora rank=2 dropout=0.1 seed=5; train steps=3 batch=2 lr=1e-2",
    "evaluate", "evaluate on=train limit=3",
  ]

  /// A session with these lines, kept after each.
  private func session(_ lines: [String]) throws -> (recorder: Recorder, stepper: Stepper) {
    let recorder = Recorder(cache: folder)
    let stepper = try Stepper(nil, session: recorder.session)
    let keeper = SessionKeeper(stepper)
    for line in lines {
      stepper.enter(line)
      try keeper.keep()
    }
    return (recorder, stepper)
  }

  private func last() throws -> (recorder: Recorder, stepper: Stepper, told: [String]) {
    let recorder = Recorder(cache: folder)
    var told: [String] = []
    let stepper = try LastSession(in: recorder.session.cache).restore(recorder.session) { told.append($0) }
    return (recorder, stepper, told)
  }

  private func results(_ recorder: Recorder) -> [String] {
    recorder.events.compactMap { event in
      if case .result(let fields, _) = event.kind { JSONValue.object(fields).text } else { nil }
    }
  }

  @Test func aLoadedClassifierComesBack() throws {
    _ = try session(training + ["save classifier \(folder)-classifier"])
    let first = try session(["load classifier \(folder)-classifier", "ask 角度"])
    let (recorder, stepper, told) = try last()
    stepper.enter("ask 角度")
    #expect(results(recorder).last == results(first.recorder).last)
    #expect(told.last?.contains("the prompt, ") == true, "\(told)")
    #expect(recorder.session.workspace.classifier == first.recorder.session.workspace.classifier)
  }

  @Test func theAdapterComesBackToTheLastBitAndGoesOnTheSame() throws {
    let first = try session(training)
    let (recorder, stepper, told) = try last()
    let (a, b) = (first.recorder.session.workspace, recorder.session.workspace)
    #expect(try a.needAdapter().parameters.values == b.needAdapter().parameters.values)
    #expect(a.steps == b.steps && a.evaluations.map(\.name) == ["step 3", "step 3, train"])
    #expect(b.evaluations.map(\.predictions) == a.evaluations.map(\.predictions))
    #expect(b.presentEvaluations == a.presentEvaluations && a.presentEvaluations.count == 2)
    #expect(told.last?.hasSuffix("the adapter after 3 steps, 2 evaluations") == true, "\(told)")
    #expect(stepper.prompt == "gnb[8]> " && stepper.states.allSatisfy { $0 == .done })
    // What comes after is the same as if nobody had left; the dropout draws with the adapter's settings.
    for stepper in [first.stepper, stepper] {
      stepper.enter("train steps=2 batch=2 lr=1e-2")
      stepper.enter("evaluate as=after")
    }
    #expect(results(recorder).count == 2 && results(recorder) == Array(results(first.recorder).suffix(2)))
    stepper.enter("goto 3")
    #expect(stepper.position == 2 && recorder.session.workspace.data == nil, "earlier places are run to")
  }

  @Test func theValidationLossesComeBackForThePlot() throws {
    let lines = training.dropLast(2) + ["train steps=4 batch=2 eval_every=2", "plot loss"]
    let first = try session(Array(lines)).recorder.session.workspace.looks
    #expect(first.map(\.step) == [5, 7])
    #expect(try last().recorder.session.workspace.looks == first)
  }

  @Test func whatWasWrittenInAnInstructionTaskComesBack() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let data = folder + "/a.jsonl"
    let rows = (0..<8).map { #"{"prompt": "say \#($0)", "completion": "it \#($0)"}"# }
    try rows.joined(separator: "\n").write(toFile: data, atomically: true, encoding: .utf8)
    let first = try session([
      "load model \(Self.tiny)", "load data \(data)\nsplit train=4 validation=4",
      "prompt \"{instruction}={output}\"",
      "evaluate write=2 max_tokens=3",
    ])
    let (recorder, stepper, told) = try last()
    let written = first.recorder.session.workspace.answers
    #expect(written.count == 1 && written[0].written.count == 2)
    #expect(
      recorder.session.workspace.answers == written && told.last?.hasSuffix("1 evaluation") == true, "\(told)"
    )
    stepper.enter("evaluate write=2 max_tokens=3 as=again")
    #expect(recorder.lines().contains { $0.hasPrefix("1 before") })
    stepper.enter("load data mini-news")
    #expect(recorder.session.workspace.answers.isEmpty, "other data, other rows")
  }

  @Test func whatHasLoadedNothingLeavesTheOneBeforeAlone() throws {
    #expect(throws: GemmaError.self) { try last() }
    _ = try session(["load data mini-news", "split train=10 validation=5"])
    _ = try session(["let a = 1", "help"])
    #expect(try last().stepper.cells.map(\.source) == ["load data mini-news", "split train=10 validation=5"])
    let kept = try FileManager.default.contentsOfDirectory(atPath: folder + "/last")
    #expect(kept == ["session.json"])
  }

  @Test func withoutItsFilesTheCellsAreThereAndNothingIsRun() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let data = folder + "/a.csv"
    let rows = (1...8).map { "text \($0),\($0 % 2 == 0 ? "even" : "odd")\n" }.joined()
    try ("text,label\n" + rows).write(toFile: data, atomically: true, encoding: .utf8)
    _ = try session(["load data \(data)", "split train=4 validation=2", "baseline"])
    #expect(try last().recorder.session.workspace.evaluations.count == 2)
    try FileManager.default.removeItem(atPath: data)
    let (recorder, stepper, told) = try last()
    #expect(told.count == 2 && told[0].contains("a.csv"), "\(told)")
    #expect(stepper.position == 0 && stepper.cells.count == 3 && recorder.session.workspace.data == nil)
  }

  @Test func aChangedModelIsNotTakenForTheSameOne() throws {
    let files = FileManager.default
    try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let copy = folder + "/model"
    try files.copyItem(atPath: Self.tiny, toPath: copy)
    _ = try session(["load model \(copy)", "lora rank=2"])
    #expect(try last().recorder.session.workspace.adapter != nil)
    let config = copy + "/config.json"
    try (String(contentsOfFile: config, encoding: .utf8) + "\n").write(
      toFile: config, atomically: true, encoding: .utf8)
    let (recorder, stepper, told) = try last()
    #expect(told.first?.contains("\(copy) has changed") == true, "\(told)")
    #expect(stepper.position == 0 && recorder.session.workspace.model == nil)
  }

  @Test func aNotebookChangedSinceIsSaid() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = folder + "/a.gnb"
    let text = "---\ngnb: 1\n---\n\n```gnb\nload data mini-news\n```\n"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let recorder = Recorder(cache: folder)
    let stepper = try Stepper(NotebookReader.read(path: path), session: recorder.session)
    stepper.enter("next")
    try SessionKeeper(stepper).keep()
    #expect(try last().told.count == 1)
    try (text + "\nmore\n").write(toFile: path, atomically: true, encoding: .utf8)
    let told = try last().told
    #expect(told.count == 2 && told[0].contains("a.gnb has changed since then"), "\(told)")
  }

  @Test func afterAMergeTheCellsAreRunAgain() throws {
    _ = try session(training + ["merge"])
    let (_, stepper, told) = try last()
    #expect(stepper.position == 0 && stepper.cells.count == 8 && told.count == 2, "\(told)")
  }

  @Test func onlyTheNewestAdapterIsKept() throws {
    _ = try session(training + ["train steps=1 batch=2"])
    let kept = try FileManager.default.contentsOfDirectory(atPath: folder + "/last")
    #expect(kept.count { $0.hasPrefix("adapter-") } == 1, "\(kept)")
  }
}
