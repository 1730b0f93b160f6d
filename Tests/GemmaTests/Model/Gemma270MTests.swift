import Foundation
import Gemma
import Testing

/// The real model against the reference in float32. Skipped where `gnb pull gemma-3-270m` was never run.
@Suite(.enabled(if: Fixtures.gemma270m != nil, "needs the model: run `make demo` once"), .serialized)
struct Gemma270MTests {
  static let device = CPU(threads: 2)
  static let model = Result {
    try GemmaModel(ModelFile.open(path: Fixtures.gemma270m ?? ""), device: device)
  }
  let device = Self.device

  /// The adapter that any language can compute exactly: see Tests/Fixtures/gemma-3-270m/make.py.
  private func formulaAdapter(_ model: GemmaModel) -> Adapter {
    let adapter = Adapter(AdapterConfig(rank: 8, alpha: 16), model: model, device: device)
    for slot in adapter.slots {
      for i in 0..<8 {
        for j in 0..<slot.inputs {
          adapter.a(slot)[i * slot.inputs + j] = Float((31 * i + 17 * j) % 64 - 32) / 4096
        }
        // B is [outputs, rank], kept transposed here.
        for o in 0..<slot.outputs {
          adapter.b(slot)[i * slot.outputs + o] = Float((13 * o + 7 * i) % 32 - 16) / 4096
        }
      }
    }
    return adapter
  }

  private func checkText(_ entry: [String: Any], ids: [Int32], model: GemmaModel, adapter: Adapter?) throws {
    let expected = try Fixtures.json("gemma-3-270m/expected.json")
    let vocabulary = expected["vocabulary_ids"] as? [Int] ?? []
    let logits = try model.logits(of: ids, adapter: adapter, device: device)
    for place in ["middle", "last"] {
      let truth = entry[place] as? [String: Any] ?? [:]
      let row = logits.row(truth["position"] as? Int ?? 0)
      #expect(
        relativeError(vocabulary.map { Double(row[$0]) }, truth["logits"] as? [Double] ?? []) < 1e-5,
        "\(place)")
      let top = truth["top20_ids"] as? [Int] ?? []
      #expect(relativeError(top.map { Double(row[$0]) }, truth["top20_logits"] as? [Double] ?? []) < 1e-5)
    }
    let ours = try Generator(model: model, adapter: adapter, device: device).logProbabilities(ids)
    #expect(relativeError(ours, entry["logprobs"] as? [Double] ?? []) < 1e-5)
  }

  @Test(arguments: ["english", "japanese", "code", "mixed", "one_word", "long"])
  func tokensLogitsAndLogProbabilitiesAgree(_ name: String) throws {
    let model = try Self.model.get()
    let expected = try Fixtures.json("gemma-3-270m/expected.json")
    let entry = (expected["texts"] as? [String: Any])?[name] as? [String: Any] ?? [:]
    let ids = (entry["ids"] as? [Int] ?? []).map(Int32.init)
    #expect([model.tokenizer.bosID] + model.tokenizer.encode(entry["text"] as? String ?? "") == ids)
    try checkText(entry, ids: ids, model: model, adapter: nil)
  }

  private func examples() throws -> [TokenizedExample] {
    let expected = try Fixtures.json("gemma-3-270m/expected.json")
    return (expected["examples"] as? [[String: Any]] ?? []).map {
      TokenizedExample(
        ids: ($0["ids"] as? [Int] ?? []).map(Int32.init), promptCount: $0["prompt_length"] as? Int ?? 0)
    }
  }

  @Test func theAlpacaPromptGivesTheReferencesTokens() throws {
    let model = try Self.model.get()
    let expected = try Fixtures.json("gemma-3-270m/expected.json")
    let prompt = PromptTemplate.alpaca(
      instruction: expected["instruction"] as? String ?? "", maxInputTokens: nil)
    for (entry, truth) in zip(expected["examples"] as? [[String: Any]] ?? [], try examples()) {
      #expect(
        prompt.example(
          input: entry["input"] as? String ?? "", output: entry["output"] as? String ?? "",
          tokenizer: model.tokenizer) == truth)
    }
  }

  @Test func everyGradientAgreesWithPEFT() throws {
    let model = try Self.model.get()
    let expected = try Fixtures.json("gemma-3-270m/expected.json")
    let truth = expected["gradients"] as? [String: Any] ?? [:]
    let tensors = truth["tensors"] as? [String: [String: Any]] ?? [:]
    let adapter = formulaAdapter(model)
    let example = try examples()[truth["example"] as? Int ?? 0]
    try checkText(expected["lora"] as? [String: Any] ?? [:], ids: example.ids, model: model, adapter: adapter)
    let trainer = try Trainer(
      model: model, adapter: adapter, examples: [example], config: TrainingConfig(), device: device)
    let (loss, gradients) = try trainer.lossAndGradients([example])
    #expect(abs(loss - (truth["loss"] as? Double ?? 0)) < 1e-5 * loss)
    #expect(tensors.count == 252)
    for slot in adapter.slots {
      let rank = slot.rank
      for letter in ["A", "B"] {
        let n = rank * (letter == "A" ? slot.inputs : slot.outputs)
        let base = gradients.data + slot.offset + (letter == "A" ? 0 : rank * slot.inputs)
        // In PEFT's order: B is [outputs, rank].
        let values = (0..<n).map { i in
          Double(letter == "A" ? base[i] : base[i % rank * slot.outputs + i / rank])
        }
        let name = "model.layers.\(slot.layer).\(slot.projection.path).lora_\(letter).weight"
        let norm = tensors[name]?["norm"] as? Double ?? 0
        let ours = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(abs(ours - norm) < 1e-4 * norm, "\(name)")
        for (k, entry) in (tensors[name]?["entries"] as? [Double] ?? []).enumerated() {
          #expect(abs(values[k * (n - 1) / 7] - entry) < 1e-4 * norm, "\(name)")
        }
      }
    }
  }

  @Test func tenStepsAgreeWithPEFT() throws {
    let model = try Self.model.get()
    let training = try Fixtures.json("gemma-3-270m/expected.json")["training"] as? [String: Any] ?? [:]
    let all = try examples()
    var config = TrainingConfig()
    config.steps = 10
    config.batch = 2
    config.shuffle = false
    config.learningRate = training["learning_rate"] as? Double ?? 0
    config.warmup = training["warmup_steps"] as? Int ?? 0
    config.clip = training["clip"] as? Double ?? 0
    config.weightDecay = training["weight_decay"] as? Double ?? 0
    let order = (training["batches"] as? [[Int]] ?? []).flatMap { $0 }
    let trainer = try Trainer(
      model: model, adapter: formulaAdapter(model), examples: order.map { all[$0] }, config: config,
      device: device)
    let losses = training["losses"] as? [Double] ?? []
    let norms = training["grad_norms"] as? [Double] ?? []
    #expect(losses.count == 10)
    for (loss, norm) in zip(losses, norms) {
      let step = try trainer.step()
      #expect(abs(step.loss - loss) <= 1e-4 * loss, "step \(step.step)")
      #expect(abs(step.gradientNorm - norm) <= 1e-4 * norm, "step \(step.step)")
    }
  }
}

extension Gemma270MTests {
  @Test func theRealModelGivesTheSameBitsOnEveryKernelSetCachedOrNotBatchedOrAlone() throws {
    let file = try ModelFile.open(path: Fixtures.gemma270m ?? "")
    let texts = ["The capital", "吾輩は猫", "a b c d e"]
    var reference: [[UInt32]]?
    for kernels in Kernels.available {
      for threads in [1, 2] {
        let device = CPU(threads: threads, kernels: kernels)
        let model = try GemmaModel(file, device: device)
        let ids = texts.map { [model.tokenizer.bosID] + model.tokenizer.encode($0) }
        let alone = try ids.map { ids in
          let logits = try model.logits(of: ids, adapter: nil, device: device)
          return bits(Array(UnsafeBufferPointer(start: logits.row(logits.rows - 1), count: logits.columns)))
        }
        if let reference { #expect(alone == reference, "\(kernels.name), \(threads) threads") }
        reference = alone
        guard kernels.name == Kernels.best.name else { continue }
        // Token by token through the cache, all three sequences side by side.
        let generator = Generator(model: model, adapter: nil, device: device)
        let together = try generator.generate(ids, maxTokens: 3, stops: [])
        for (i, prompt) in ids.enumerated() {
          #expect(try generator.generate([prompt], maxTokens: 3, stops: [])[0] == together[i])
          // Each token is the one that a pass without cache would choose.
          var sequence = prompt
          for token in together[i].ids {
            let logits = try model.logits(of: sequence, adapter: nil, device: device)
            let row = logits.row(logits.rows - 1)
            #expect((0..<logits.columns).allSatisfy { row[$0] <= row[Int(token)] })
            sequence.append(token)
          }
        }
      }
    }
  }
}
