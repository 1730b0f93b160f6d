import Commands
import Foundation
import Gemma
import Testing

/// Evaluations know their articles, and adapters what they were trained on.
@Suite struct HonestNumbersTests {
  private let recorder = Recorder()
  private let folder = NSTemporaryDirectory() + "gnb-honest-\(UUID().uuidString)"
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/tiny/gemma3")
    .path
  private static let news = """
    load model \(tiny)
    load data mini-news categories=[movie-enter, sports-watch]
    split train=10 validation=9 test=8
    prompt "{input} => {output}" max_input_tokens=19
    lora rank=2

    """

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  private var workspace: Workspace { recorder.session.workspace }

  /// The lines that a source adds.
  private func told(_ source: String, by recorder: Recorder? = nil) -> [String] {
    let recorder = recorder ?? self.recorder
    let before = recorder.lines(width: 400).count
    let failure = recorder.run(source)
    #expect(failure == nil, "\(failure?.message ?? "")")
    return Array(recorder.lines(width: 400).dropFirst(before))
  }

  private func message(_ source: String) -> String? { recorder.run(source)?.message }

  /// The accuracy lines that a source adds.
  private func accuracies(_ source: String, by recorder: Recorder? = nil) -> [String] {
    told(source, by: recorder).filter { $0.contains(": accuracy ") }
  }

  private func write(_ name: String, _ rows: [(String, String)]) throws -> String {
    let path = folder + "/" + name
    try Data(("text,label\n" + rows.map { "\($0.0),\($0.1)\n" }.joined()).utf8).write(
      to: URL(fileURLWithPath: path))
    return path
  }

  // MARK: Names

  @Test func defaultNamesSayPartAndStep() {
    _ = told(
      Self.news
        + "evaluate\nevaluate on=train\ntrain steps=2 batch=2\nevaluate on=test limit=2\nevaluate on=test\nevaluate"
    )
    #expect(
      workspace.evaluations.map(\.name) == [
        "untrained", "untrained, train", "step 2, test", "step 2, test (2)", "step 2",
      ])
    #expect(workspace.evaluations.map(\.part) == [.validation, .train, .test, .test, .validation])
  }

  @Test func aLoadedAdapterIsNotCalledUntrained() throws {
    let path = folder + "/mine"
    _ = told(
      Self.news
        + "train steps=2 batch=2\nsave adapter \(path)\nload adapter \(path)\nevaluate\ntrain steps=1 batch=2\nevaluate on=test\n"
        + "merge\nevaluate")
    #expect(
      workspace.evaluations.map(\.name) == ["adapter mine", "adapter mine, step 1, test", "merged"])
  }

  @Test func aNameGivenTwiceIsSaid() {
    #expect(!told(Self.news + "evaluate limit=4 as=a").contains { $0.contains("takes the place") })
    let lines = told("evaluate on=test as=a")
    #expect(
      lines.contains {
        $0.hasPrefix("it takes the place of an earlier 'a' (") && $0.contains(" of 4 right, validation)")
      }, "\(lines)")
    #expect(workspace.evaluations.map(\.articles.count) == [8])
  }

  @Test func baselinesOfAnotherSplitGetNamesOfTheirOwn() {
    _ = told("load data mini-news; split train=20 validation=30; baseline; baseline")
    #expect(workspace.evaluations.map(\.name) == ["majority", "tf-idf"], "the same figures stand once")
    _ = told("split train=20 validation=30 seed=5; baseline")
    #expect(workspace.evaluations.map(\.name) == ["majority", "tf-idf", "majority (2)", "tf-idf (2)"])
  }

  @Test func aNewModelSaysWhatGoesWithTheOld() {
    let lines = told(Self.news + "train steps=2 batch=2\nevaluate\nload model \(Self.tiny)")
    #expect(
      lines.last == "gone with the model before: its adapter after 2 steps and 1 evaluation", "\(lines)")
  }

  // MARK: Other data

  /// Two files whose rows of the same number are different, and that share some texts. TF-IDF answers them.
  @Test func pairsAreMadeByTextsNotByPlaces() throws {
    let words = ["sun", "sea", "sand", "snow", "ice", "frost"]
    func row(_ n: Int) -> (String, String) {
      ("\(words[n % 6]) \(words[n * n % 6]) number \(n)", n * n % 7 < 3 ? "even" : "odd")
    }
    let a = try write("a.csv", (0..<40).map(row))
    // Where the second file has another label, the same answer is right in one of the two only.
    let b = try write(
      "b.csv",
      (20..<60).reversed().map { n in
        n % 3 == 0 ? (row(n).0, row(n).1 == "even" ? "odd" : "even") : row(n)
      })
    _ = told("load data \(a); split train=10 validation=30 shuffle=false stratify=false; baseline")
    _ = told("load data \(b); split train=10 validation=30 seed=1; baseline")
    #expect(workspace.evaluations.map(\.data) == ["a.csv", "a.csv", "b.csv", "b.csv"], "nothing is lost")
    let (first, second) = (workspace.evaluations[1], workspace.evaluations[3])
    // Counted anew, by the texts themselves.
    func right(_ e: Workspace.Evaluation) -> [String: Bool] {
      Dictionary(
        uniqueKeysWithValues: e.articles.indices.map {
          (e.articles[$0].text ?? "", e.truth[$0] == e.predictions[$0])
        })
    }
    let (r1, r2) = (right(first), right(second))
    let common = r1.keys.filter { r2[$0] != nil }
    #expect(common.count > 5 && common.count < 30)
    let counts = [(true, true), (true, false), (false, true), (false, false)].map { x, y in
      common.count { r1[$0] == x && r2[$0] == y }
    }
    #expect(counts.count { $0 > 0 } > 2, "\(counts)")
    let lines = told("compare tf-idf \"tf-idf (2)\"")
    #expect(lines.contains("\(common.count) articles in common, of 30 of validation and 30 of validation"))
    let numbers = lines.dropFirst(2).prefix(4).compactMap {
      $0.split(separator: " ").last.flatMap { Int($0) }
    }
    #expect(numbers == counts, "\(lines)")
    let all = told("compare")
    #expect(all.contains { $0.hasPrefix("evaluation") && $0.hasSuffix("articles  part") })
    #expect(all.contains { $0.hasPrefix("2 tf-idf") && $0.hasSuffix("30  validation of a.csv") })
    #expect(all.contains { $0.hasPrefix("4 tf-idf (2)") && $0.hasSuffix("30  validation of b.csv") })
    let shared = all.drop { !$0.hasPrefix("articles in common with") }
    let row4 = try #require(shared.first { $0.hasPrefix("4 tf-idf (2)") })
    #expect(
      row4.split(separator: " ").suffix(3) == ["\(common.count)", "\(common.count)", "30"], "\(row4)")
  }

  @Test func aPairWithoutACommonArticleIsRefused() throws {
    _ = told(Self.news + "evaluate\nevaluate on=test\nevaluate on=test limit=3 as=three")
    #expect(
      message("compare untrained \"untrained, test\"")
        == "compare: expected two evaluations with articles in common, found 'untrained' on 9 of validation and "
        + "'untrained, test' on 8 of test, which have none")
    let lines = told("compare")
    let shared = lines.drop { !$0.hasPrefix("articles in common with") }
    #expect(shared.first { $0.hasPrefix("2 untrained, test") }?.hasSuffix("  0") == true)
    #expect(shared.first { $0.hasPrefix("3 three") }?.split(separator: " ").suffix(2) == ["0", "3"])
    let p = lines.drop { !$0.hasPrefix("McNemar's p against") }
    #expect(p.first { $0.hasPrefix("2 untrained, test") }?.hasSuffix("–") == true, "\(p)")
    #expect(p.first { $0.hasPrefix("3 three") }?.split(separator: " ").suffix(2) == ["–", "1.000"])
  }

  @Test func howManyArticlesAreSharedIsSaid() {
    _ = told(Self.news + "evaluate\nevaluate as=again")
    #expect(told("compare").contains("all are on the same 9 articles"))
    #expect(told("compare untrained again").contains("both are on the same 9 articles"))
    _ = told("evaluate limit=4 as=four")
    #expect(
      told("compare untrained four").contains("4 articles in common, of 9 of validation and 4 of validation"))
    #expect(!told("compare").contains { $0.contains("on the same") })
  }

  @Test func duplicatesThatWereKeptArePairedWithDuplicates() throws {
    let rows = (0..<20).map { ("text \($0 / 2)", $0 / 2 % 2 == 0 ? "even" : "odd") }
    let path = try write("twice.csv", rows)
    _ = told(
      "load data \(path) duplicates=keep; split train=2 validation=18 shuffle=false stratify=false; baseline")
    #expect(told("compare majority tf-idf").contains("both are on the same 18 articles"))
  }

  // MARK: What was trained on

  @Test func anEvaluationSaysHowManyOfItsArticlesWereTrainedOn() throws {
    let before = accuracies(Self.news + "evaluate\nevaluate on=train")
    #expect(before.allSatisfy { $0.hasSuffix("constrained)") }, "nothing is said where nothing was seen")
    _ = told("train steps=2 batch=3 lr=1e-5")
    // Two steps of three take six of the ten articles.
    let lines = accuracies("evaluate on=train\nevaluate on=train limit=3\nevaluate")
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
    _ = told("split train=10 validation=90 seed=77")
    let again = try workspace.needSplit().validation.count { seen.contains(data.samples[$0]) }
    _ = told("load data support-messages; load data mini-news categories=[movie-enter, sports-watch]")
    _ = told("split train=10 validation=90 seed=77; prompt \"{input} => {output}\" max_input_tokens=19")
    let line = accuracies("evaluate as=anew")
    #expect(
      again > 0 && line[0].hasSuffix("constrained), \(again) of 90 were trained on"), "\(again) \(line)")
    #expect(
      told("compare").contains { $0.hasPrefix("6 anew") && $0.hasSuffix("validation, \(again) seen") })
    // A fresh adapter has seen nothing.
    #expect(
      accuracies("lora rank=2\nevaluate on=train")[0].hasSuffix("constrained)") && workspace.seen.isEmpty)
  }

  @Test func theFieldIsThereOnlyWhereSomethingWasSeen() {
    _ = told(Self.news + "train steps=2 batch=5\nevaluate on=train\nevaluate")
    let fields = recorder.events.compactMap { event -> [String]? in
      if case .result(let fields, _) = event.kind { fields.map(\.name) } else { nil }
    }.suffix(2)
    #expect(fields.first?.last == "trained_on" && fields.last?.last == "predictions")
  }

  @Test func theFolderOfAnAdapterSaysWhatItWasTrainedOn() throws {
    let path = folder + "/mine"
    _ = told(Self.news + "train steps=2 batch=5 lr=1e-5\nsave adapter \(path)")
    let seen = workspace.seen
    #expect(try AdapterNotes(folder: path).seenTexts() == seen && seen.hashes.count == 10)
    let other = Recorder()
    let lines = told(Self.news + "load adapter \(path)", by: other)
    #expect(lines.contains("it was trained on 10 texts, which 'evaluate' will point out"))
    #expect(accuracies("evaluate on=train", by: other)[0].hasSuffix("constrained), 10 of 10 were trained on"))
    // Training goes on: both are known, and saved again.
    _ = told("split train=10 validation=9 seed=9; train steps=2 batch=5; save adapter \(path)", by: other)
    #expect(other.session.workspace.seen.hashes.isSuperset(of: seen.hashes))
    #expect(try AdapterNotes(folder: path).seenTexts() == other.session.workspace.seen)
    _ = told("lora rank=2; save adapter \(path)", by: other)
    #expect(
      try AdapterNotes(folder: path).seenTexts().isEmpty, "a fresh adapter in the same place has seen nothing"
    )
  }

  @Test func aMergedModelHasSeenWhatItsAdapterSaw() {
    _ = told(Self.news + "train steps=2 batch=3\nmerge\nlora rank=1")
    #expect(workspace.seen.hashes.count == 6)
    #expect(accuracies("evaluate on=train")[0].hasSuffix(", 6 of 10 were trained on"))
    _ = told("train steps=4 batch=3\nlora rank=1")
    #expect(workspace.seen.hashes.count == 6, "what the adapter saw after that goes with it")
  }

  @Test func aCheckpointCarriesIt() throws {
    let path = folder + "/run.ckpt"
    _ = told(Self.news + "train steps=1 batch=2\nsplit train=10 validation=9 seed=5")
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
    _ = told(Self.news + "split train=10 validation=9 seed=5\ntrain resume=\(path)", by: other)
    let seen = other.session.workspace.seen
    #expect(seen.hashes.isSuperset(of: kept.hashes) && seen.hashes.count > kept.hashes.count)
    #expect(seen.hashes.isSuperset(of: first.hashes), "also what came before the run of the checkpoint")
  }

  @Test func aTrainingThatIsUndoneAddsNothing() throws {
    _ = told(Self.news)
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
    _ = told(Self.news + "train steps=5 batch=1 lr=9 warmup=0 clip=0 spike=0 eval_every=1 patience=2")
    let best = try #require(workspace.looks.min { $0.loss < $1.loss })
    #expect(workspace.looks.count > best.step && workspace.seen.hashes.count == best.step)
  }

  @Test func backAndLastBringItBack() throws {
    let recorder = Recorder(cache: folder)
    let stepper = try Stepper(nil, session: recorder.session)
    let keeper = SessionKeeper(stepper)
    for line in [Self.news, "train steps=2 batch=3", "evaluate on=train", "lora rank=1"] {
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
    #expect(accuracies("evaluate on=train", by: later)[0].hasSuffix(", 6 of 10 were trained on"))
    // Evaluations come back with their articles, and those with their texts.
    #expect(told("compare 1 2", by: later).contains("both are on the same 10 articles"))
    #expect(later.session.workspace.evaluations[0].articles.allSatisfy { $0.text != nil })
  }

  @Test func aTrainingThatDivergesKeepsWhatItLearntAndSaysSo() {
    _ = told(Self.news)
    #expect(recorder.run("train steps=9 batch=1 lr=1e-5 spike=0.01")?.code == .diverged)
    #expect(workspace.steps.count == 5 && workspace.seen.hashes.count == 5)
  }

  @Test func afterAReturnTextsOfOtherDataAreFoundOnceTheyAreLoaded() throws {
    let path = try write("own.csv", (0..<12).map { ("text \($0)", $0 % 2 == 0 ? "a" : "b") })
    let recorder = Recorder(cache: folder)
    let stepper = try Stepper(nil, session: recorder.session)
    let keeper = SessionKeeper(stepper)
    for line in ["load data \(path); split train=4 validation=8; baseline", "load data mini-news"] {
      stepper.enter(line)
    }
    try keeper.keep()
    let later = Recorder(cache: folder)
    _ = try LastSession(in: later.session.cache).restore(later.session) { _ in }
    #expect(later.session.workspace.evaluations.map(\.name) == ["majority", "tf-idf"])
    let failure = later.run("show mistake 1 majority")
    #expect(
      failure?.message.hasSuffix("which is in other data than those loaded") == true
        && failure?.help == "load data own.csv", "\(failure?.message ?? "")")
    #expect(told("mistakes majority", by: later).contains { $0.hasSuffix(" of own.csv") })
    #expect(told("load data \(path); show mistake 1 majority", by: later).contains { $0.hasPrefix("text ") })
  }

  @Test func aValidationLossOnSeenArticlesIsPointedOut() throws {
    _ = told(Self.news + "train steps=4 batch=5")
    let data = try workspace.needData()
    _ = told("split train=10 validation=30 seed=8")
    let known = try workspace.needSplit().validation.count { workspace.seen.contains(data.samples[$0]) }
    let lines = told("train steps=1 batch=2 eval_every=1")
    #expect(
      known > 0
        && lines.contains(
          "note: \(known) of the 30 validation articles were trained on before, which makes the validation loss too low"
        ),
      "\(lines)")
  }

  // MARK: Words

  @Test func whatFiguresMeanIsSaidOnRequest() {
    _ = told(Self.news)
    func added(_ source: String) -> [String] {
      let plain = told(source).count
      let explained = told(source + " explain=true")
      #expect(explained.count > plain)
      return Array(explained.suffix(explained.count - plain)).map { String($0.prefix { $0 != ":" }) }
    }
    #expect(added("evaluate as=a").prefix(2).contains("95% interval"))
    _ = told("evaluate as=b")
    #expect(added("compare") == ["95% interval", "McNemar's p"])
    #expect(added("compare a b") == ["McNemar's p"])
    #expect(told("train steps=2 batch=2 explain=true").last?.hasPrefix("Loss: ") == true)
    let trained = told("train steps=2 batch=5 eval_every=2 explain=true").suffix(3)
    #expect(trained.map { String($0.prefix { $0 != ":" }) } == ["Loss", "Validation loss", "Perplexity"])
    let seen = told("evaluate on=train explain=true").suffix(2)
    #expect(seen.map { String($0.prefix { $0 != ":" }) } == ["95% interval", "Trained on"])
    for word in ["interval", "mcnemar", "validation loss"] {
      #expect(!told("help \(word)").isEmpty)
    }
  }

  @Test func categoriesThatBeginAlikeAreToldAtTheFirstCommandThatCanKnow() throws {
    let path = try write(
      "alike.csv", (0..<12).map { ("text \($0)", $0 % 2 == 0 ? "movie one" : "movie two") })
    let warning = "warning: the categories 'movie one', 'movie two' begin with the same token"
    func count(_ lines: [String]) -> Int { lines.count { $0.hasPrefix(warning) } }
    #expect(count(told("load data \(path)")) == 0)
    #expect(count(told("load model \(Self.tiny)")) == 1)
    #expect(count(told("prompt \"{input} {output}\"")) == 0, "once is enough")
    let other = Recorder()
    #expect(count(told("load model \(Self.tiny)", by: other)) == 0)
    #expect(count(told("load data \(path)", by: other)) == 1)
  }
}
