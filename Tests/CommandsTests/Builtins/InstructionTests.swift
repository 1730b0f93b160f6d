import Commands
import Foundation
import Gemma
import Testing

/// The commands where answers are free words.
@Suite struct InstructionTests {
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/tiny").path

  /// Twelve instructions, each with its own answer; short, since the tiny model has room for 128 tokens.
  private static let rows = (0..<12).map { i in
    #"{"instruction": "say \#(i)", "input": "\#(i % 2 == 0 ? "he \(i)" : "")", "output": "it \#(i)", "subject": "s\#(i)"}"#
  }.joined(separator: "\n")
  /// Twelve with two answers, and no instruction twice.
  private static let labelled = (0..<12).map { i in
    #"{"instruction": "is \#(i) even?", "input": "\#(i)", "output": "\#(i % 2 == 0 ? "yes" : "no")"}"#
  }.joined(separator: "\n")

  private func with(_ text: String, _ name: String = "a.jsonl", _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-\(UUID().uuidString)")
      .path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
    try body("\"\(folder)/\(name)\"")
  }

  private func result(_ recorder: Recorder, _ command: String, last: Bool = true) -> [String: Any] {
    let found = recorder.events.filter { event in
      if case .result = event.kind { event.command.hasPrefix(command) } else { false }
    }
    let json = (last ? found.last : found.first)?.json?.text ?? "{}"
    return (try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]) ?? [:]
  }

  private static let short = "prompt \"{instruction} {input}={output}\""

  @Test func theTaskIsShownAndCanBeSaid() throws {
    try with(Self.rows) { path in
      let recorder = Recorder()
      #expect(recorder.run("load data \(path)\nshow data\nshow session") == nil)
      let lines = recorder.lines(width: 100)
      #expect(lines.count { $0 == "task: instruction, with answers in free words" } == 2, "\(lines)")
      #expect(lines.contains { $0.hasPrefix("task") && $0.hasSuffix("instruction") })
      #expect(result(recorder, "load data")["task"] as? String == "instruction")
      let other = Recorder()
      #expect(other.run("load data \(path) task=classification") == nil)
      #expect(
        other.lines().contains {
          $0.hasPrefix("task: classification, into 12 categories, each row with its own")
        })
    }
    let bundled = Recorder()
    #expect(bundled.run("load data butler-rows\nload data mini-news") == nil)
    #expect(bundled.lines().count { $0.hasPrefix("task:") } == 1)
  }

  @Test func evaluateMeasuresWritesAndShowsWhatWasWrittenBefore() throws {
    try with(Self.rows) { path in
      let recorder = Recorder()
      let start =
        "load model \(Self.tiny)/gemma2\nload data \(path)\nsplit train=6 validation=6\n\(Self.short)\nlora rank=4 seed=1\n"
      #expect(
        recorder.run(
          start + "evaluate write=2 max_tokens=4\ntrain steps=6 lr=0.05 warmup=1 batch=3 eval_every=3\n")
          == nil)
      let untrained = result(recorder, "evaluate")
      #expect(untrained["name"] as? String == "untrained" && untrained["rows"] as? Int == 6)
      let first = try #require((untrained["written"] as? [[String: Any]])?.first)
      #expect(first["before"] == nil && (first["prompt"] as? String)?.hasPrefix("say ") == true)
      let validation = try #require(result(recorder, "train")["validation"] as? [[String: Any]])
      #expect(
        validation.count == 2 && validation[1]["tokens_right"] != nil && validation[1]["accuracy"] == nil)
      #expect(
        recorder.run(
          "evaluate write=2 max_tokens=4\nevaluate on=train write=0 as=seen\ncompare\ncompare untrained \"step 6\"\nplot loss"
        )
          == nil)
      let trained = result(recorder, "evaluate", last: false)
      #expect(trained.isEmpty == false)
      let after = recorder.events.compactMap { event -> [String: Any]? in
        guard event.command.hasPrefix("evaluate"), case .result = event.kind, let json = event.json else {
          return nil
        }
        return try? JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [String: Any]
      }
      #expect(after.count == 3 && after[1]["name"] as? String == "step 6")
      let written = try #require(after[1]["written"] as? [[String: Any]])
      #expect(written.count == 2 && written[0]["before"] as? String == first["written"] as? String)
      // The loss of train's last look is that of the evaluation: the same rows, the same adapter.
      let loss = try #require(after[1]["loss"] as? Double)
      #expect(loss == validation[1]["loss"] as? Double && loss < (untrained["loss"] as? Double ?? 0))
      #expect(after[1]["tokens_right"] as? Double == validation[1]["tokens_right"] as? Double)
      #expect(
        abs((after[1]["perplexity"] as? Double ?? 0) - Foundation.exp(loss)) < 1e-9 * Foundation.exp(loss))
      #expect(after[2]["exact_match"] is NSNull && after[2]["part"] as? String == "train")
      let lines = recorder.lines(width: 90)
      for piece in [
        "untrained: loss ", "1 before", "1 after", "1 expected", "6 of the rows are in both", "3 seen",
      ] {
        #expect(lines.contains { $0.contains(piece) }, "\(piece) in \(lines.joined(separator: "\n"))")
      }
      #expect(lines.contains { $0.hasPrefix("step 3: validation loss") && $0.contains("tokens right") })
      #expect(lines.contains { $0.hasPrefix("note: not all of these are on the same rows") })
    }
  }

  @Test func classificationCommandsSayWhatToUseInstead() throws {
    try with(Self.rows) { path in
      for (command, instead) in [
        ("report", "compare"), ("confusion", "compare"), ("mistakes", "evaluate"), ("baseline", "evaluate"),
        ("plot accuracy", "plot loss"), ("evaluate method=constrained", "no categories"),
      ] {
        let recorder = Recorder()
        let diagnostic = recorder.run("load model \(Self.tiny)/gemma2\nload data \(path)\nsplit\n\(command)")
        let message = try #require(diagnostic?.message)
        #expect(message.contains("instruction task") && message.contains(instead), "\(command): \(message)")
      }
      let recorder = Recorder()
      let message = try #require(recorder.run("load data \(path)\nprompt instruction=\"Do it.\"")?.message)
      #expect(message.contains("each row has its own"))
    }
    let recorder = Recorder()
    let message = recorder.run(
      "load model \(Self.tiny)/gemma2\nload data mini-news\nsplit\nevaluate write=3")?.message
    #expect(message?.contains("write: expected an instruction task") == true, "\(message ?? "")")
  }

  @Test func askWritesTheAnswerToAnInstruction() throws {
    try with(Self.rows) { path in
      let recorder = Recorder()
      let start = "load model \(Self.tiny)/gemma2\nload data \(path)\n\(Self.short)\n"
      #expect(recorder.run(start + "ask \"say 4\" input=\"he 4\" max_tokens=5") == nil)
      let asked = result(recorder, "ask")
      #expect((asked["ids"] as? [Int])?.count == 5 && asked["stopped"] as? String == "length")
      let plain = Recorder()
      #expect(plain.run(start + "generate \"say 4 he 4=\" max_tokens=5") == nil)
      #expect(asked["ids"] as? [Int] == result(plain, "generate")["ids"] as? [Int])
      #expect(recorder.lines().last == "5 tokens in «time», cut off at max_tokens=5")
    }
  }

  @Test func fewAnswersToManyInstructionsAreAClassification() throws {
    try with(Self.labelled) { path in
      let recorder = Recorder()
      #expect(
        recorder.run(
          "load model \(Self.tiny)/gemma2\nload data \(path)\nsplit train=6 validation=6\n\(Self.short)\nevaluate\nask \"is 4 even?\" input=4\nshow prompt 1"
        ) == nil)
      #expect(
        recorder.lines().contains {
          $0.hasPrefix("task: classification, into 2 categories, each row with its own")
        })
      #expect((result(recorder, "evaluate")["predictions"] as? [Any])?.count == 6)
      #expect((result(recorder, "ask")["probabilities"] as? [Double])?.count == 2)
      #expect((result(recorder, "show prompt")["text"] as? String)?.hasPrefix("is ") == true)
      let diagnostic = recorder.run("ask \"is 4 even?\" max_tokens=3")
      #expect(diagnostic?.message.contains("one of the categories") == true)
    }
  }

  @Test func oneInstructionForAllRowsIsTheInstruction() throws {
    let rows = (0..<8).map {
      #"{"instruction": "even?", "input": "n \#($0)", "output": "\#($0 % 2 == 0 ? "yes" : "no")"}"#
    }
    try with(rows.joined(separator: "\n")) { path in
      let recorder = Recorder()
      #expect(
        recorder.run(
          "load model \(Self.tiny)/gemma2\nload data \(path)\n\(Self.short)\nshow prompt 1\nask \"n 9\"")
          == nil)
      #expect(recorder.lines().contains("task: classification, into 2 categories"))
      #expect(result(recorder, "show prompt")["text"] as? String == "even? n 0=")
      #expect(recorder.run("ask \"n 9\" input=x")?.message.contains("one instruction for all rows") == true)
    }
  }

  @Test func aTemplateSeesEveryColumnAndAskTakesThem() throws {
    let csv =
      "subject,body,kind\n" + (0..<8).map { "s\($0),text \($0),\($0 % 2 == 0 ? "a" : "b")\n" }.joined()
    try with(csv, "a.csv") { path in
      let recorder = Recorder()
      let start = "load model \(Self.tiny)/gemma2\nload data \(path)\n"
      #expect(
        recorder.run(
          start
            + "prompt \"{subject}: {body} => {output}\"\nshow prompt 3\nask \"text 9\" columns=[\"subject: s9\"]"
        )
          == nil)
      #expect(result(recorder, "show prompt")["text"] as? String == "s2: text 2 => ")
      #expect(recorder.run("ask \"text 9\"")?.message.contains("\"subject: ...\"") == true)
      let unknown = recorder.run("prompt \"{topic}: {body}\"")?.message
      #expect(unknown?.contains("{subject}, {body}") == true && unknown?.contains("{topic}") == true)
      #expect(
        recorder.run("prompt \"{body} {kind}: {output}\"")?.message.contains("does not show the answer")
          == true)
    }
  }

  @Test func conversationsAreShownWholeByGemmaChatOnly() throws {
    let rows = (0..<3).map {
      #"{"messages": [{"role": "user", "content": "a \#($0)"}, {"role": "assistant", "content": "b \#($0)"}, "#
        + #"{"role": "user", "content": "c"}, {"role": "assistant", "content": "d \#($0)"}]}"#
    }
    try with(rows.joined(separator: "\n")) { path in
      let recorder = Recorder()
      #expect(
        recorder.run(
          "load model \(Self.tiny)/gemma2\nload data \(path)\nprompt gemma-chat\nshow prompt 1\nprompt alpaca"
        ) == nil)
      let lines = recorder.lines(width: 200)
      #expect(lines.contains("these are conversations: 'prompt gemma-chat' shows them whole"))
      #expect(
        result(recorder, "show prompt")["text"] as? String
          == "<start_of_turn>user\na 0<end_of_turn>\n<start_of_turn>model\nb 0<end_of_turn>\n<start_of_turn>user\nc<end_of_turn>\n<start_of_turn>model\n"
      )
      #expect(lines.contains { $0.contains("tokens in 2 turns") })
      #expect(lines.count { $0.hasPrefix("note: this prompt has room for one question") } == 1)
    }
  }
}
