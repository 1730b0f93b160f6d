import Commands
import Foundation
import Gemma
import Testing

/// Adapters know what they were trained on.
@Suite struct SeenTextsTests {
  private let session: EvaluationSession
  private let news = EvaluationSession.news
  private var recorder: Recorder { session.recorder }
  private var folder: String { session.folder }
  private var workspace: Workspace { session.workspace }

  init() throws { session = try EvaluationSession() }

  @Test func anEvaluationSaysHowManyOfItsArticlesWereTrainedOn() throws {
    let before = session.accuracies(news + "evaluate\nevaluate on=train")
    #expect(before.allSatisfy { $0.hasSuffix("constrained)") }, "nothing is said where nothing was seen")
    _ = session.told("train steps=2 batch=3 lr=1e-5")
    // Two steps of three take six of the ten articles.
    let lines = session.accuracies("evaluate on=train\nevaluate on=train limit=3\nevaluate")
    #expect(lines[0].hasSuffix("constrained), 6 of 10 were trained on"), "\(lines)")
    #expect(lines[2].hasSuffix("constrained)"), "\(lines)")
    let (data, split) = (try workspace.needData(), try workspace.needSplit())
    let used =
      BatcherProbe.examples(step: 0, count: 10, size: 3, seed: recorder.session.settings.seed)
      + BatcherProbe.examples(step: 1, count: 10, size: 3, seed: recorder.session.settings.seed)
    var seen = SeenTexts()
    seen.add(used.map { data.samples[split.train[$0]] })
    #expect(workspace.seen == seen, "those that the steps took, and no others")
    let among = used.count { $0 < 3 }
    #expect(among == 0 || lines[1].hasSuffix(", \(among) of 3 were trained on"), "\(lines)")
    // Other data and another split do not lose it.
    _ = session.told("split train=10 validation=90 seed=77")
    let again = try workspace.needSplit().validation.count { seen.contains(data.samples[$0]) }
    _ = session.told("load data support-messages; load data mini-news categories=[movie-enter, sports-watch]")
    _ = session.told(
      "split train=10 validation=90 seed=77; prompt \"{input} => {output}\" max_input_tokens=19")
    let line = session.accuracies("evaluate as=anew")
    #expect(
      again > 0 && line[0].hasSuffix("constrained), \(again) of 90 were trained on"), "\(again) \(line)")
    #expect(
      session.told("compare").contains { $0.hasPrefix("6 anew") && $0.hasSuffix("validation, \(again) seen") }
    )
    // A fresh adapter has seen nothing.
    #expect(
      session.accuracies("lora rank=2\nevaluate on=train")[0].hasSuffix("constrained)")
        && workspace.seen.isEmpty)
  }

  @Test func theFieldIsThereOnlyWhereSomethingWasSeen() {
    _ = session.told(news + "train steps=2 batch=5\nevaluate on=train\nevaluate")
    let fields = recorder.events.compactMap { event -> [String]? in
      if case .result(let fields, _) = event.kind { fields.map(\.name) } else { nil }
    }.suffix(2)
    #expect(fields.first?.last == "trained_on" && fields.last?.last == "predictions")
  }

  @Test func theFolderOfAnAdapterSaysWhatItWasTrainedOn() throws {
    let path = folder + "/mine"
    _ = session.told(news + "train steps=2 batch=5 lr=1e-5\nsave adapter \(path)")
    let seen = workspace.seen
    #expect(try AdapterNotes(folder: path).seenTexts() == seen && seen.hashes.count == 10)
    let other = Recorder()
    let lines = session.told(news + "load adapter \(path)", by: other)
    #expect(lines.contains("it was trained on 10 texts, which 'evaluate' will point out"))
    #expect(
      session.accuracies("evaluate on=train", by: other)[0].hasSuffix(
        "constrained), 10 of 10 were trained on"))
    // Training goes on: both are known, and saved again.
    _ = session.told(
      "split train=10 validation=9 seed=9; train steps=2 batch=5; save adapter \(path)", by: other)
    #expect(other.session.workspace.seen.hashes.isSuperset(of: seen.hashes))
    #expect(try AdapterNotes(folder: path).seenTexts() == other.session.workspace.seen)
    _ = session.told("lora rank=2; save adapter \(path)", by: other)
    #expect(
      try AdapterNotes(folder: path).seenTexts().isEmpty, "a fresh adapter in the same place has seen nothing"
    )
  }

  @Test func aMergedModelHasSeenWhatItsAdapterSaw() {
    _ = session.told(news + "train steps=2 batch=3\nmerge\nlora rank=1")
    #expect(workspace.seen.hashes.count == 6)
    #expect(session.accuracies("evaluate on=train")[0].hasSuffix(", 6 of 10 were trained on"))
    _ = session.told("train steps=4 batch=3\nlora rank=1")
    #expect(workspace.seen.hashes.count == 6, "what the adapter saw after that goes with it")
  }

  @Test func aCheckpointCarriesIt() throws {
    let path = folder + "/run.ckpt"
    _ = session.told(news + "train steps=1 batch=2\nsplit train=10 validation=9 seed=5")
    let first = workspace.seen
    #expect(first.hashes.count == 2)
    var polls = 0
    recorder.session.context.interruption = { [unowned recorder] in
      polls = recorder.events.count { if case .progress(let p) = $0.kind { p.done == 2 } else { false } }
      return polls > 0 ? .stop : .none
    }
    // Stopped after the second of three steps.
    #expect(recorder.run("train steps=3 batch=2 checkpoint=\(path)")?.code == .interrupted)
    recorder.session.context.interruption = { .none }
    let kept = workspace.seen
    #expect(kept.hashes.isSuperset(of: first.hashes) && kept.hashes.count >= 4)
    let other = Recorder()
    _ = session.told(news + "split train=10 validation=9 seed=5\ntrain resume=\(path)", by: other)
    let seen = other.session.workspace.seen
    #expect(seen.hashes.isSuperset(of: kept.hashes) && seen.hashes.count > kept.hashes.count)
    #expect(seen.hashes.isSuperset(of: first.hashes), "also what came before the run of the checkpoint")
  }

  @Test func aTrainingThatIsUndoneAddsNothing() throws {
    _ = session.told(news)
    recorder.session.context.interruption = { [unowned recorder] in
      recorder.events.contains { if case .progress = $0.kind { true } else { false } } ? .undo : .none
    }
    #expect(recorder.run("train steps=50 batch=2")?.code == .interrupted)
    #expect(workspace.seen.isEmpty)
    recorder.session.context.interruption = { .none }
    #expect(recorder.run("train steps=5 batch=2 epochs=1")?.code == .invalidValue)
    #expect(workspace.seen.isEmpty)
  }

  @Test func theAdapterThatEarlyStoppingBringsBackKnowsItsOwnStepsOnly() throws {
    _ = session.told(news + "train steps=5 batch=1 lr=9 warmup=0 clip=0 spike=0 eval_every=1 patience=2")
    let best = try #require(workspace.looks.min { $0.loss < $1.loss })
    #expect(workspace.looks.count > best.step && workspace.seen.hashes.count == best.step)
  }

  @Test func backAndLastBringItBack() throws {
    let recorder = Recorder(cache: folder)
    let stepper = try Stepper(nil, session: recorder.session)
    let keeper = SessionKeeper(stepper)
    for line in [news, "train steps=2 batch=3", "evaluate on=train", "lora rank=1"] {
      stepper.enter(line)
    }
    #expect(recorder.session.workspace.seen.isEmpty)
    stepper.enter("back")
    let seen = recorder.session.workspace.seen
    #expect(seen.hashes.count == 6)
    try keeper.keep()
    let later = Recorder(cache: folder)
    _ = try LastSession(in: later.session.cache).restore(later.session) { _ in }
    #expect(later.session.workspace.seen == seen)
    #expect(session.accuracies("evaluate on=train", by: later)[0].hasSuffix(", 6 of 10 were trained on"))
    // Evaluations come back with their articles, and those with their texts.
    #expect(session.told("compare 1 2", by: later).contains("both are on the same 10 articles"))
    #expect(later.session.workspace.evaluations[0].articles.allSatisfy { $0.text != nil })
  }

  @Test func aTrainingThatDivergesKeepsWhatItLearntAndSaysSo() {
    _ = session.told(news)
    #expect(recorder.run("train steps=9 batch=1 lr=1e-5 spike=0.01")?.code == .diverged)
    #expect(workspace.steps.count == 5 && workspace.seen.hashes.count == 5)
  }

  @Test func aValidationLossOnSeenArticlesIsPointedOut() throws {
    _ = session.told(news + "train steps=4 batch=5")
    let data = try workspace.needData()
    _ = session.told("split train=10 validation=30 seed=8")
    let known = try workspace.needSplit().validation.count { workspace.seen.contains(data.samples[$0]) }
    let lines = session.told("train steps=1 batch=2 eval_every=1")
    #expect(
      known > 0
        && lines.contains(
          "note: \(known) of the 30 validation articles were trained on before, which makes the validation loss too low"
        ),
      "\(lines)")
  }
}
