import Commands
import Foundation
import Testing

/// show next, show loss, and prompts with examples, on a tiny model.
@Suite struct NextTokenTests {
  private func result(_ source: String, _ session: EvaluationSession) throws -> [String: Any] {
    let before = session.recorder.events.count
    _ = session.told(source)
    let json = session.recorder.events.dropFirst(before).compactMap { event -> String? in
      if case .result = event.kind { event.json?.text } else { nil }
    }
    let text = try #require(json.last)
    return try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func theProbabilitiesOfAllTokensAddUpToOne() throws {
    let session = try EvaluationSession()
    _ = session.told("load model \(EvaluationSession.tiny)")
    let next = try result("show next \"the sea\" top=1000", session)
    let values = try #require(next["probabilities"] as? [Double])
    #expect(abs(values.reduce(0, +) - 1) < 1e-6 || values.count == 1000)
    #expect(values == values.sorted(by: >) && values.count > 100)
    // The first is what greedy writing takes, and its p is that of 'score'.
    let written = try result("generate \"the sea\" max_tokens=1", session)
    #expect((written["ids"] as? [Int])?.first == (next["ids"] as? [Int])?.first)
  }

  @Test func pIsWhatScoreSaysOfTheSameToken() throws {
    let session = try EvaluationSession()
    _ = session.told("load model \(EvaluationSession.tiny)")
    let scored = try result("score \"the sea\"", session)
    let (ids, logs) = (try #require(scored["ids"] as? [Int]), try #require(scored["logprobs"] as? [Double]))
    let next = try result("show next \"\" top=1000", session)
    let place = try #require((next["ids"] as? [Int])?.firstIndex(of: ids[1]))
    let p = try #require(next["probabilities"] as? [Double])[place]
    #expect(abs(log(p) - logs[0]) < 1e-4)
  }

  @Test func aSpaceAndALineEndAreSeen() throws {
    let session = try EvaluationSession()
    _ = session.told("load model \(EvaluationSession.tiny)")
    let lines = session.told("show next \"the sea\" top=1000")
    #expect(lines.contains { $0.hasPrefix("␣") } && lines.contains { $0.hasPrefix("⏎") })
    #expect(lines.contains("likeliest next tokens") && lines.contains { $0.contains("% ┤") })
  }

  @Test func theLossIsTheOneThatTrainSees() throws {
    let session = try EvaluationSession()
    _ = session.told(EvaluationSession.news)
    let shown = try result("show loss 1", session)
    let loss = try #require(shown["loss"] as? Double)
    let logs = try #require(shown["logprobs"] as? [Double])
    #expect(abs(loss + logs.reduce(0, +) / Double(logs.count)) < 1e-12)
    #expect((shown["pieces"] as? [String])?.last == "<eos>")
    _ = session.told("train steps=1 batch=1 lr=0 shuffle=false")
    #expect(abs(try #require(session.workspace.steps.first).loss - loss) < 1e-5)
    #expect(session.message("show loss 99")?.contains("from 1 to 10") == true)
  }

  @Test func examplesComeFromTheTrainingPartOneOfEachCategoryInTurn() throws {
    let session = try EvaluationSession()
    _ = session.told(EvaluationSession.news)
    let alone = try result("show prompt 1 on=validation", session)["text"] as? String ?? "-"
    let told = session.told("prompt \"{input} => {output}\" max_input_tokens=19 examples=3")
    #expect(told.first == "prompt custom, articles cut to 19 tokens, after 3 training examples")
    let text = try #require(try result("show prompt 1 on=validation", session)["text"] as? String)
    #expect(text.hasSuffix(alone))
    let answers = text.components(separatedBy: "\n\n").compactMap { part in
      ["movie-enter", "sports-watch"].first { part.hasSuffix(" => \($0)") }
    }
    #expect(answers == ["movie-enter", "sports-watch", "movie-enter"], "\(text)")
    // Another draw brings other examples: none of the part that is measured.
    _ = session.told("split train=10 validation=9 seed=3")
    let samples = try #require(session.workspace.data).samples
    let training = try #require(session.workspace.split).train.map { samples[$0].text.prefix(4) }
    let first = try #require(try result("show prompt 2 on=validation", session)["text"] as? String).prefix(4)
    #expect(training.contains(first))
  }

  @Test func evaluateAndAskSeeTheExamplesAndTrainRefusesThem() throws {
    let session = try EvaluationSession()
    _ = session.told(EvaluationSession.news)
    let plain = try result("ask 角度", session)["probabilities"] as? [Double]
    _ = session.told(
      "evaluate as=zero\nprompt \"{input} => {output}\" max_input_tokens=8 examples=1\nevaluate as=few")
    #expect(try result("ask 角度", session)["probabilities"] as? [Double] != plain)
    let few = try #require(session.workspace.evaluations.first { $0.name == "few" })
    let zero = try #require(session.workspace.evaluations.first { $0.name == "zero" })
    #expect(few.probabilities != zero.probabilities && few.probabilities.count == 9)
    #expect(session.message("train steps=1")?.contains("no examples for 'train'") == true)
    #expect(session.message("save classifier \(session.folder)/c")?.contains("no examples") == true)
    _ = session.told("prompt \"{input} => {output}\" max_input_tokens=19\ntrain steps=1")
  }

  @Test func moreExamplesThanTrainingArticlesAreRefused() throws {
    let session = try EvaluationSession()
    _ = session.told(EvaluationSession.news)
    #expect(
      session.message("prompt alpaca examples=11")
        == "examples: expected at most the 10 training articles, found 11")
    let recorder = Recorder()
    #expect(recorder.run("load data mini-news; prompt alpaca examples=2")?.code == .missingStep)
  }

  @Test func theColabExportHasTheSameInPython() throws {
    let text = """
      ---
      gnb: 1
      ---
      ```gnb
      load model; load data mini-news; split train=10 validation=5
      prompt alpaca examples=5
      show next "the sea" top=3
      show loss 2
      prompt alpaca
      ```

      """
    let python = Export.text(try NotebookReader.read(text: text, path: "a.gnb"), to: .colab)
    for words in ["shots = 5", "def few(articles, count):", "torch.topk", "log_softmax", "shots = 0"] {
      #expect(python.contains(words), "\(words)")
    }
  }

  @Test func fewerBitsRoundMore() throws {
    let session = try EvaluationSession()
    _ = session.told("load model \(EvaluationSession.tiny)/../gemma2-64")
    let told = try result("show rounding", session)
    let (bits, errors) = (try #require(told["bits"] as? [Double]), try #require(told["errors"] as? [Double]))
    #expect(errors[0] == 0 && errors == errors.sorted() && errors[3] > errors[2])
    #expect(bits == [32, 16, 9, 4.5])
    #expect(session.message("show rounding layer=99")?.contains("from 0 to") == true)
  }
}
