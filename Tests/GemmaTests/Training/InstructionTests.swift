import Foundation
import Gemma
import Testing

/// Instructions and conversations are learnt as PEFT learns them: Tests/Fixtures/instructions.
@Suite struct InstructionTests {
  let device = CPU(threads: 2)

  /// A tiny model with room for long prompts; no weight depends on it.
  private func model(_ name: String) throws -> GemmaModel {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-\(UUID().uuidString)")
      .path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.copyItem(atPath: Fixtures.folder + "/tiny/" + name, toPath: folder)
    let path = folder + "/config.json"
    let config = try String(contentsOfFile: path, encoding: .utf8)
    let longer = config.replacing(
      "\"max_position_embeddings\": 128", with: "\"max_position_embeddings\": 8192")
    #expect(longer != config)
    try longer.write(toFile: path, atomically: true, encoding: .utf8)
    return try GemmaModel(ModelFile.open(path: folder), device: device)
  }

  private func samples(_ name: String) throws -> [Sample] {
    if name == "alpaca" { return try #require(try Dataset.bundled("butler-rows")).samples }
    return try Dataset.load(path: Fixtures.folder + "/instructions/chats.jsonl").samples
  }

  private func prompt(_ name: String) -> PromptTemplate {
    name == "alpaca"
      ? .alpaca(instruction: "", maxInputTokens: nil) : .gemmaChat(instruction: "", maxInputTokens: nil)
  }

  private func expected(_ name: String) throws -> [String: Any] {
    try #require(try Fixtures.json("instructions/expected.json")[name] as? [String: Any])
  }

  @Test(arguments: ["alpaca", "chat"]) func tokensAndWhichAreLearntAreTheReferences(_ name: String) throws {
    let expected = try expected(name)
    let tokenizer = try model(expected["model"] as? String ?? "").tokenizer
    let ids = try Fixtures.ids(expected["ids"])
    let learnt = try #require(expected["learnt"] as? [[[Int]]])
    #expect(ids.count == (name == "alpaca" ? 8 : 6))
    for (number, sample) in try samples(name).prefix(ids.count).enumerated() {
      let example = prompt(name).example(sample, tokenizer: tokenizer)
      #expect(example.ids == ids[number], "row \(number + 1)")
      #expect(example.learnt == learnt[number].map { $0[0]..<$0[1] }, "row \(number + 1)")
      let start = learnt[number].last?[0] ?? 0
      #expect(prompt(name).promptTokens(sample, tokenizer: tokenizer) == Array(ids[number].prefix(start)))
    }
    // Without an input and with one; and more than one turn to learn.
    #expect(name == "alpaca" || learnt.contains { $0.count > 1 })
    let kinds = Set(try samples(name).prefix(8).map { $0.request?.input.isEmpty })
    #expect(name == "chat" || kinds.count == 2)
  }

  @Test(arguments: ["alpaca", "chat"]) func tenStepsAndWhatIsWrittenThenArePEFTs(_ name: String) throws {
    let expected = try expected(name)
    func value(_ key: String) throws -> Int { try #require(expected[key] as? Int) }
    let folder = try #require(expected["model"] as? String)
    let model = try model(folder)
    let samples = try samples(name)
    var config = TrainingConfig(expected)
    config.batch = try value("batch")
    let evaluator = { (adapter: Adapter) in
      InstructionEvaluator(model: model, adapter: adapter, prompt: prompt(name), device: device)
    }
    let adapter = try Adapter.load(
      path: Fixtures.folder + "/tiny/\(folder)/adapter", model: model, device: device)
    let trainer = try Trainer(
      model: model, adapter: adapter,
      examples: evaluator(adapter).examples(Array(samples.prefix(value("examples")))),
      config: config, device: device)
    let losses = try #require(expected["losses"] as? [Double])
    #expect(losses.count == 10 && trainer.config.steps == 10)
    for (loss, norm) in zip(losses, try #require(expected["grad_norms"] as? [Double])) {
      let step = try trainer.step()
      #expect(abs(step.loss - loss) <= 1e-4 * loss, "step \(step.step): \(step.loss), not \(loss)")
      #expect(
        abs(step.gradientNorm - norm) <= 1e-4 * norm, "step \(step.step): \(step.gradientNorm), not \(norm)")
    }
    let heldOut = try #require(expected["held_out"] as? [String: Any])
    let first = name == "alpaca" ? 40 : 0
    let rows = Array(samples[first..<first + (try #require(heldOut["count"] as? Int))])
    let loss = try model.answerLoss(of: evaluator(adapter).examples(rows), adapter: adapter, device: device)
    let reference = try #require(heldOut["loss"] as? Double)
    #expect(abs(loss.loss - reference) <= 1e-4 * reference)
    #expect(loss.tokens == heldOut["tokens"] as? Int && loss.right == heldOut["right"] as? Int, "\(loss)")
    let generator = Generator(model: model, adapter: adapter, device: device)
    let prompts = rows.map { prompt(name).promptTokens($0, tokenizer: model.tokenizer) }
    var penalised = Sampler()
    penalised.repetitionPenalty = try #require(heldOut["penalty"] as? Double)
    for (key, sampler) in [("written", nil), ("penalised", penalised)] {
      let answers = try generator.generate(
        prompts, sampler: sampler, maxTokens: 24, stops: model.tokenizer.stopIDs)
      #expect(try answers.map(\.ids) == Fixtures.ids(heldOut[key]), "\(key)")
    }
  }

  @Test func aConversationsLossIsThatOfItsAnswersOneByOne() throws {
    let model = try model("gemma3")
    let sample = try #require(try samples("chat").first)
    let whole = prompt("chat").example(sample, tokenizer: model.tokenizer)
    #expect(whole.learnt.count == 2 && whole.learntCount == whole.learnt.reduce(0) { $0 + $1.count })
    let parts = whole.learnt.map {
      TokenizedExample(ids: Array(whole.ids.prefix($0.upperBound)), promptCount: $0.lowerBound)
    }
    func loss(_ examples: [TokenizedExample]) throws -> AnswerLoss {
      try model.answerLoss(of: examples, adapter: nil, device: device)
    }
    let (together, apart) = (try loss([whole]), try parts.map { try loss([$0]) })
    #expect(together.tokens == whole.learntCount && together.right == apart.reduce(0) { $0 + $1.right })
    let sum = apart.reduce(0) { $0 + $1.loss * Double($1.tokens) }
    #expect(abs(together.loss * Double(together.tokens) - sum) <= 1e-6 * sum)
    #expect(try loss([whole]).loss == model.loss(of: [whole], adapter: nil, device: device))
  }

  @Test func anAnswerIsExactIfItEndsAsExpected() throws {
    let model = try model("gemma2")
    let adapter = try Adapter.load(
      path: Fixtures.folder + "/tiny/gemma2/adapter", model: model, device: device)
    let prompt = PromptTemplate.alpaca(instruction: "", maxInputTokens: nil)
    let evaluator = InstructionEvaluator(model: model, adapter: adapter, prompt: prompt, device: device)
    func row(_ answer: String) -> Sample {
      Sample(
        id: "1", title: "", text: "a", category: answer,
        request: Sample(instruction: "a", input: "").request)
    }
    // It is taught one answer until it writes it.
    var config = TrainingConfig()
    (config.steps, config.batch, config.learningRate) = (80, 1, 5e-2)
    let trainer = try Trainer(
      model: model, adapter: adapter, examples: evaluator.examples([row("the sea")]), config: config,
      device: device)
    for _ in 0..<80 { _ = try trainer.step() }
    let rows = [(index: 7, sample: row(" the sea\n")), (index: 8, sample: row("the"))]
    let written = try evaluator.write(rows, maxTokens: 20)
    #expect(written.map(\.text) == ["the sea", "the sea"] && written.map(\.sample) == [7, 8])
    #expect(written.map(\.isExact) == [true, false])
    // Cut off before its end it is not exact, and asked to stop it stops.
    #expect(try evaluator.write([(index: 0, sample: row("t"))], maxTokens: 1)[0].isExact == false)
    #expect(throws: GemmaError.interrupted) { try evaluator.write(rows, maxTokens: 20) { _ in false } }
    #expect(throws: GemmaError.interrupted) {
      try model.answerLoss(of: evaluator.examples([row("the")]), adapter: adapter, device: device) { _ in
        false
      }
    }
  }
}
