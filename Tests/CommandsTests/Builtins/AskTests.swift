import Commands
import Foundation
import Gemma
import Testing

@Suite struct AskTests {
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/tiny").path

  /// The JSON of each `generate` that a session with a tiny model ran, and all that was shown.
  private func generate(_ lines: String, model: String = "gemma2") throws -> (
    results: [[String: Any]], lines: [String]
  ) {
    let recorder = Recorder()
    let diagnostic = recorder.run("load model \(Self.tiny)/\(model)\n" + lines)
    #expect(diagnostic == nil, "\(diagnostic?.message ?? "")")
    let results = recorder.events.compactMap { event -> [String: Any]? in
      guard event.command.hasPrefix("generate"), case .result = event.kind, let json = event.json else {
        return nil
      }
      return try? JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any]
    }
    return (results, recorder.lines())
  }

  @Test func theLineUnderTheTextSaysWhyItEnded() throws {
    let (results, lines) = try generate("generate \"the sea\" max_tokens=6")
    #expect(results[0]["stopped"] as? String == "length" && (results[0]["ids"] as? [Int])?.count == 6)
    #expect(lines.last == "6 tokens in «time», cut off at max_tokens=6")
  }

  @Test func askShowsTheQuestionAndEveryCategoryOfAHundredPercent() throws {
    let recorder = Recorder()
    #expect(
      recorder.run(
        "load model \(Self.tiny)/gemma3; load data mini-news; prompt \"{input} => {output}\" max_input_tokens=19\nask \"角度\\nの話\""
      )
        == nil)
    let shown = recorder.events.filter { $0.command.hasPrefix("ask") }.compactMap { event -> Output? in
      if case .output(let output) = event.kind { output } else { nil }
    }
    #expect(shown.first?.lines(width: 80).texts == ["“角度 の話”"])
    guard case .chart(let chart)? = shown.last, case .bars(let bars) = chart.shape else {
      Issue.record("no bars")
      return
    }
    #expect(bars.count == (try recorder.session.workspace.needData().categories.count))
    #expect(chart.full == 1 && abs(bars.reduce(0) { $0 + $1.value } - 1) < 1e-9)
  }

  @Test func aStopTextEndsTheAnswerAndIsNotShown() throws {
    let whole = try generate("generate \"the sea\" max_tokens=20 temperature=5 seed=3").results[0]
    let text = try #require(whole["text"] as? String)
    // The first character that did not come before in the text.
    let stop = try #require(text.dropFirst(4).first { !text.prefix(4).contains($0) && $0.isLetter })
    let (results, lines) = try generate(
      "generate \"the sea\" max_tokens=20 temperature=5 seed=3 stop=[\"###\", \"\(stop)\"]")
    #expect(results[0]["stopped"] as? String == "stop")
    #expect(results[0]["text"] as? String == String(text.prefix { $0 != stop }))
    #expect(lines.last?.hasSuffix("in «time», ended at a stop text") == true, "\(lines)")
  }

  @Test func theSeedIsTheSessionsUnlessGiven() throws {
    let line = "generate \"the sea\" max_tokens=16 temperature=5"
    let results = try generate("\(line)\n\(line)\nset seed=5\n\(line)\n\(line) seed=3407").results
    let texts = results.map { $0["text"] as? String }
    #expect(texts[0] == texts[1] && texts[0] == texts[3] && texts[0] != texts[2])
  }

  @Test func whatHasNoUseWithoutADrawIsSaid() throws {
    let (results, lines) = try generate(
      "generate the max_tokens=3\ngenerate the max_tokens=3 top_p=0.9 seed=2")
    #expect(results[0]["text"] as? String == results[1]["text"] as? String)
    #expect(lines.contains("temperature=0 draws nothing, so these have no effect: top_p, seed"), "\(lines)")
  }

  @Test func anAnswerCanBeInterrupted() throws {
    let recorder = Recorder()
    #expect(recorder.run("load model \(Self.tiny)/gemma2") == nil)
    recorder.session.context.interruption = { .stop }
    #expect(recorder.run("generate \"the sea\"") == nil)
    #expect(recorder.lines().last == "1 token in «time», interrupted")
  }

  @Test func aChatIsAnotherPromptAndTakesASystemsText() throws {
    let line = "generate the max_tokens=8 temperature=5"
    let results = try generate(
      "\(line)\n\(line) chat=true\n\(line) chat=true system=\"a sea\"\ngenerate \" the \\n\" max_tokens=8 "
        + "temperature=5 chat=true"
    ).results.map { $0["ids"] as? [Int] }
    #expect(
      Set(results).count == 3 && results[1] == results[3], "the prompt is trimmed as Gemma's template does")
  }

  @Test(arguments: [
    ("system=\"be brief\"", "G035"), ("stop=[\"a\", \"\"]", "G035"), ("temperature=6", "G017"),
    ("top_p=1.5", "G017"), ("top_k=-1", "G017"), ("repetition_penalty=0", "G017"), ("min_p=2", "G017"),
    ("chat=perhaps", "G015"), ("max_tokens=8000", "G035"),
  ])
  func whatCannotBeIsRefused(_ argument: String, _ code: String) {
    let diagnostic = Recorder().run("load model \(Self.tiny)/gemma2\ngenerate the \(argument)")
    #expect(diagnostic?.code.rawValue == code, "\(diagnostic?.message ?? "nothing")")
  }
}
