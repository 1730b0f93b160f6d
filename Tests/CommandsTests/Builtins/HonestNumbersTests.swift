import Commands
import Foundation
import Gemma
import Testing

/// Evaluations know their articles, whatever data or split is loaded later.
@Suite struct HonestNumbersTests {
  private let session: EvaluationSession
  private let news = EvaluationSession.news
  private var recorder: Recorder { session.recorder }
  private var folder: String { session.folder }
  private var workspace: Workspace { session.workspace }

  init() throws { session = try EvaluationSession() }

  // MARK: Names

  @Test func defaultNamesSayPartAndStep() {
    _ = session.told(
      news
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
    _ = session.told(
      news
        + "train steps=2 batch=2\nsave adapter \(path)\nload adapter \(path)\nevaluate\ntrain steps=1 batch=2\nevaluate on=test\n"
        + "merge\nevaluate")
    #expect(
      workspace.evaluations.map(\.name) == ["adapter mine", "adapter mine, step 1, test", "merged"])
  }

  @Test func aNameGivenTwiceIsSaid() {
    #expect(!session.told(news + "evaluate limit=4 as=a").contains { $0.contains("takes the place") })
    let lines = session.told("evaluate on=test as=a")
    #expect(
      lines.contains {
        $0.hasPrefix("it takes the place of an earlier 'a' (") && $0.contains(" of 4 right, validation)")
      }, "\(lines)")
    #expect(workspace.evaluations.map(\.articles.count) == [8])
  }

  @Test func baselinesOfAnotherSplitGetNamesOfTheirOwn() {
    _ = session.told("load data mini-news; split train=20 validation=30; baseline; baseline")
    #expect(workspace.evaluations.map(\.name) == ["majority", "tf-idf"], "the same figures stand once")
    _ = session.told("split train=20 validation=30 seed=5; baseline")
    #expect(workspace.evaluations.map(\.name) == ["majority", "tf-idf", "majority (2)", "tf-idf (2)"])
  }

  @Test func aNewModelSaysWhatGoesWithTheOld() {
    let lines = session.told(news + "train steps=2 batch=2\nevaluate\nload model \(EvaluationSession.tiny)")
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
    let a = try session.write("a.csv", (0..<40).map(row))
    // Where the second file has another label, the same answer is right in one of the two only.
    let b = try session.write(
      "b.csv",
      (20..<60).reversed().map { n in
        n % 3 == 0 ? (row(n).0, row(n).1 == "even" ? "odd" : "even") : row(n)
      })
    _ = session.told("load data \(a); split train=10 validation=30 shuffle=false stratify=false; baseline")
    _ = session.told("load data \(b); split train=10 validation=30 seed=1; baseline")
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
    let lines = session.told("compare tf-idf \"tf-idf (2)\"")
    #expect(lines.contains("\(common.count) articles in common, of 30 of validation and 30 of validation"))
    let numbers = lines.dropFirst(2).prefix(4).compactMap {
      $0.split(separator: " ").last.flatMap { Int($0) }
    }
    #expect(numbers == counts, "\(lines)")
    let all = session.told("compare")
    #expect(all.contains { $0.hasPrefix("evaluation") && $0.hasSuffix("articles  part") })
    #expect(all.contains { $0.hasPrefix("2 tf-idf") && $0.hasSuffix("30  validation of a.csv") })
    #expect(all.contains { $0.hasPrefix("4 tf-idf (2)") && $0.hasSuffix("30  validation of b.csv") })
    let shared = all.drop { !$0.hasPrefix("articles in common with") }
    let row4 = try #require(shared.first { $0.hasPrefix("4 tf-idf (2)") })
    #expect(
      row4.split(separator: " ").suffix(3) == ["\(common.count)", "\(common.count)", "30"], "\(row4)")
  }

  @Test func aPairWithoutACommonArticleIsRefused() throws {
    _ = session.told(news + "evaluate\nevaluate on=test\nevaluate on=test limit=3 as=three")
    #expect(
      session.message("compare untrained \"untrained, test\"")
        == "compare: expected two evaluations with articles in common, found 'untrained' on 9 of validation and "
        + "'untrained, test' on 8 of test, which have none")
    let lines = session.told("compare")
    let shared = lines.drop { !$0.hasPrefix("articles in common with") }
    #expect(shared.first { $0.hasPrefix("2 untrained, test") }?.hasSuffix("  0") == true)
    #expect(shared.first { $0.hasPrefix("3 three") }?.split(separator: " ").suffix(2) == ["0", "3"])
    let p = lines.drop { !$0.hasPrefix("McNemar's p against") }
    #expect(p.first { $0.hasPrefix("2 untrained, test") }?.hasSuffix("–") == true, "\(p)")
    #expect(p.first { $0.hasPrefix("3 three") }?.split(separator: " ").suffix(2) == ["–", "1.000"])
  }

  @Test func howManyArticlesAreSharedIsSaid() {
    _ = session.told(news + "evaluate\nevaluate as=again")
    #expect(session.told("compare").contains("all are on the same 9 articles"))
    #expect(session.told("compare untrained again").contains("both are on the same 9 articles"))
    _ = session.told("evaluate limit=4 as=four")
    #expect(
      session.told("compare untrained four").contains(
        "4 articles in common, of 9 of validation and 4 of validation"))
    #expect(!session.told("compare").contains { $0.contains("on the same") })
  }

  @Test func duplicatesThatWereKeptArePairedWithDuplicates() throws {
    let rows = (0..<20).map { ("text \($0 / 2)", $0 / 2 % 2 == 0 ? "even" : "odd") }
    let path = try session.write("twice.csv", rows)
    _ = session.told(
      "load data \(path) duplicates=keep; split train=2 validation=18 shuffle=false stratify=false; baseline")
    #expect(session.told("compare majority tf-idf").contains("both are on the same 18 articles"))
  }

  @Test func afterAReturnTextsOfOtherDataAreFoundOnceTheyAreLoaded() throws {
    let path = try session.write("own.csv", (0..<12).map { ("text \($0)", $0 % 2 == 0 ? "a" : "b") })
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
    #expect(session.told("mistakes majority", by: later).contains { $0.hasSuffix(" of own.csv") })
    #expect(
      session.told("load data \(path); show mistake 1 majority", by: later).contains { $0.hasPrefix("text ") }
    )
  }

  // MARK: Words

  @Test func whatFiguresMeanIsSaidOnRequest() {
    _ = session.told(news)
    func added(_ source: String) -> [String] {
      let plain = session.told(source).count
      let explained = session.told(source + " explain=true")
      #expect(explained.count > plain)
      return Array(explained.suffix(explained.count - plain)).map { String($0.prefix { $0 != ":" }) }
    }
    #expect(added("evaluate as=a").prefix(2).contains("95% interval"))
    _ = session.told("evaluate as=b")
    #expect(added("compare") == ["95% interval", "McNemar's p"])
    #expect(added("compare a b") == ["McNemar's p"])
    #expect(session.told("train steps=2 batch=2 explain=true").last?.hasPrefix("Loss: ") == true)
    let trained = session.told("train steps=2 batch=5 eval_every=2 explain=true").suffix(3)
    #expect(trained.map { String($0.prefix { $0 != ":" }) } == ["Loss", "Validation loss", "Perplexity"])
    let seen = session.told("evaluate on=train explain=true").suffix(2)
    #expect(seen.map { String($0.prefix { $0 != ":" }) } == ["95% interval", "Trained on"])
    for word in ["interval", "mcnemar", "validation loss"] {
      #expect(!session.told("help \(word)").isEmpty)
    }
  }

  @Test func categoriesThatBeginAlikeAreToldAtTheFirstCommandThatCanKnow() throws {
    let path = try session.write(
      "alike.csv", (0..<12).map { ("text \($0)", $0 % 2 == 0 ? "movie one" : "movie two") })
    let warning = "warning: the categories 'movie one', 'movie two' begin with the same token"
    func count(_ lines: [String]) -> Int { lines.count { $0.hasPrefix(warning) } }
    #expect(count(session.told("load data \(path)")) == 0)
    #expect(count(session.told("load model \(EvaluationSession.tiny)")) == 1)
    #expect(count(session.told("prompt \"{input} {output}\"")) == 0, "once is enough")
    let other = Recorder()
    #expect(count(session.told("load model \(EvaluationSession.tiny)", by: other)) == 0)
    #expect(count(session.told("load data \(path)", by: other)) == 1)
  }
}
