import Foundation
import Gemma
import Testing

/// Adapters of every kind, against PEFT and against the slow twin.
@Suite struct AdapterTests {
  static let kinds = ["rslora", "patterns", "layers", "dora"]
  let device = CPU(threads: 2)
  private let scratch = FileManager.default.temporaryDirectory.appendingPathComponent(
    "gnb-adapters-\(UUID().uuidString)"
  ).path

  private func load(_ kind: String) throws -> (model: GemmaModel, adapter: Adapter, expected: [String: Any]) {
    let model = try Fixtures.model("gemma2", device: device)
    let folder = Fixtures.folder + "/tiny/adapters/" + kind
    return (
      model, try Adapter.load(path: folder + "/adapter", model: model, device: device),
      try Fixtures.json("tiny/adapters/\(kind)/expected.json")
    )
  }

  @Test(arguments: kinds) func logitsGradientsAndTrainingAgreeWithPEFT(_ kind: String) throws {
    let (model, adapter, expected) = try load(kind)
    let ids = try Fixtures.ids(expected["input_ids"])[0]
    let logits = try model.logits(of: ids, adapter: adapter, device: device)
    let ours = stride(from: 0, to: logits.rows, by: 7).flatMap { row in
      (0..<logits.columns).map { Double(logits.row(row)[$0]) }
    }
    let truth = (expected["logits_first_all"] as? [[Double]] ?? []).flatMap { $0 }
    #expect(relativeError(ours, truth) < 1e-5)

    let training = expected["training"] as? [String: Any] ?? [:]
    let examples = try Fixtures.examples(expected)
    let trainer = try Trainer(
      model: model, adapter: adapter, examples: examples, config: TrainingConfig(training), device: device)
    let (loss, gradients) = try trainer.lossAndGradients(examples)
    #expect(abs(loss - (expected["loss_response"] as? Double ?? 0)) < 1e-5 * loss)
    try expectGradients(
      gradients, of: adapter, model: model, folder: Fixtures.folder + "/tiny/adapters/" + kind,
      file: "gradients_response", device)
    try expectSteps(trainer, training)
  }

  @Test(arguments: kinds) func whatIsSavedIsLoadedAgain(_ kind: String) throws {
    let (model, adapter, _) = try load(kind)
    try adapter.save(path: scratch + "/a", baseModel: "tiny \"2\"")
    let again = try Adapter.load(path: scratch + "/a", model: model, device: device)
    #expect(again.config == adapter.config && again.slots == adapter.slots)
    #expect(bits(again.parameters.values) == bits(adapter.parameters.values))
  }

  @Test func patternsGiveModulesTheirOwnRankAndAlpha() throws {
    let (_, adapter, _) = try load("patterns")
    func slot(_ layer: Int, _ projection: Projection) -> Adapter.Slot? {
      adapter.slots.first { $0.layer == layer && $0.projection == projection }
    }
    #expect(adapter.slots.count == 9)
    #expect(slot(1, .down)?.rank == 2 && slot(0, .down)?.rank == 6 && slot(0, .value)?.rank == 4)
    #expect(slot(0, .query)?.scale == 4 && slot(2, .value)?.scale == 0.75 && slot(0, .value)?.scale == 2)
    #expect(slot(1, .down)?.scale == 4)
  }

  /// A fresh adapter whose B is not zero, so that everything has a gradient.
  private func moved(_ config: AdapterConfig, _ model: GemmaModel) -> Adapter {
    let adapter = Adapter(config, model: model, device: device)
    let random = Philox(seed: 4, purpose: .test)
    for slot in adapter.slots {
      for i in 0..<slot.rank * slot.outputs {
        adapter.b(slot)[i] = 0.2 * (random.uniform(at: UInt64(slot.offset + i)) - 0.5)
      }
      if let magnitude = adapter.magnitude(slot) {
        for o in 0..<slot.outputs { magnitude[o] *= 1 + 0.01 * Float(o % 5) }
      }
    }
    adapter.parametersChanged()
    return adapter
  }

  @Test(arguments: [
    AdapterConfig(rank: 3, dora: true), AdapterConfig(rank: 3, dropout: 0.3),
    AdapterConfig(rank: 3, dora: true, dropout: 0.5, rankPattern: [.init("up_proj", 5)]),
  ])
  func gradientsAgreeWithFiniteDifferencesInDouble(_ config: AdapterConfig) throws {
    let model = try Fixtures.model("gemma2", device: device)
    let adapter = moved(config, model)
    let shared: [Int32] = [2, 40, 41, 42, 43]
    let examples = [
      TokenizedExample(ids: shared + [50, 51, 52, 53, 54, 55], promptCount: 8),
      TokenizedExample(ids: shared + [60, 61, 62, 63], promptCount: 7),
    ]
    var training = TrainingConfig()
    training.seed = 99
    let trainer = try Trainer(
      model: model, adapter: adapter, examples: examples, config: training, device: device)
    let (loss, gradients) = try trainer.lossAndGradients(examples)
    // A layer that is run again leaves out the same inputs.
    trainer.tapeBytes = 0
    #expect(bits(try trainer.lossAndGradients(examples).gradients.values) == bits(gradients.values))
    var slow = try SlowDecoder(model.file)
    slow.use(adapter)
    if config.dropout > 0 { slow.dropout = (config.dropout, training.seed) }
    #expect(abs(loss - slow.loss(examples, lossOn: .response)) < 1e-5 * loss)
    let scale = Double(gradients.values.map(abs).max() ?? 1)
    for (number, slot) in adapter.slots.enumerated() where number % 2 == 0 {
      let key = "layers.\(slot.layer).\(slot.projection.path)"
      let part = number / 2 % (config.dora ? 3 : 2)
      let start = [0, slot.rank * slot.inputs, slot.rank * (slot.inputs + slot.outputs)][part]
      let index = (number * 7) % (part == 0 ? slot.rank * slot.inputs : slot.outputs)
      func lossMoved(_ by: Double) -> Double {
        var copy = slow
        switch part {
        case 0: copy.lora[key]?.a[index] += by
        case 1: copy.lora[key]?.b[index] += by
        default: copy.lora[key]?.magnitude?[index] += by
        }
        return copy.loss(examples, lossOn: .response)
      }
      let difference = (lossMoved(1e-5) - lossMoved(-1e-5)) / 2e-5
      let ours = Double(gradients.data[slot.offset + start + index])
      #expect(abs(ours - difference) < 1e-4 * max(abs(difference), 0.01 * scale), "\(key) part \(part)")
    }
  }

  @Test func aFreshDoRAAdapterLeavesTheModelAsItWas() throws {
    let model = try Fixtures.model("gemma3", device: device)
    let adapter = Adapter(AdapterConfig(rank: 4, dora: true), model: model, device: device)
    let ids: [Int32] = [2, 5, 77, 130, 9]
    let plain = try model.logits(of: ids, adapter: nil, device: device).values.map(Double.init)
    let tuned = try model.logits(of: ids, adapter: adapter, device: device).values.map(Double.init)
    #expect(relativeError(tuned, plain) < 1e-5)
  }

  @Test func randomNumbersInBulkAreTheSameAsOneByOne() {
    let random = Philox(seed: 1 << 40 | 7, purpose: .dropout, substream: 9)
    let columns = 203
    for row in [UInt64(0), 5, 1 << 41] {
      let found = DropoutProbe.kept(columns: columns, rate: 0.25, seed: 1 << 40 | 7, slot: 9, row: row)
      let stretch = UInt64((columns + 3) / 4 * 4)
      #expect(found == (0..<columns).map { random.bits(at: row * stretch + UInt64($0)) >= 1 << 30 })
    }
  }

  @Test func noiseOnTheEmbeddingsFollowsTheExampleAndNothingElse() throws {
    let model = try Fixtures.model("gemma2", device: device)
    let adapter = moved(AdapterConfig(rank: 3), model)
    let examples = try Fixtures.examples(Fixtures.json("tiny/gemma2/expected.json"))
    func loss(_ alpha: Double, place: Int, batch: Int = 8) throws -> Double {
      var config = TrainingConfig()
      config.neftuneAlpha = alpha
      config.batch = batch
      return try Trainer(model: model, adapter: adapter, examples: examples, config: config, device: device)
        .lossAndGradients(examples, firstPlace: place).loss
    }
    let plain = try loss(0, place: 0)
    #expect(try loss(5, place: 0) == loss(5, place: 0) && loss(5, place: 0) != plain)
    #expect(try loss(5, place: 0) != loss(5, place: 2))
    #expect(try loss(5, place: 0, batch: 1) == loss(5, place: 0))
    #expect(try loss(0, place: 2) == plain)
  }

  @Test(arguments: [
    (#""peft_type": "LORA""#, #""peft_type": "IA3""#),
    (#""modules_to_save": null"#, #""modules_to_save": ["lm_head"]"#),
    (#""bias": "none""#, #""bias": "all""#), (#""r": 4"#, #""r": 0"#),
    (#""use_qalora": false"#, #""use_qalora": true"#),
    (#""layer_replication": null"#, #""layer_replication": [[0, 2]]"#), (#""q_proj": 16"#, #""q_[proj": 16"#),
  ])
  func whatGnbCannotDoIsRefused(_ from: String, _ to: String) throws {
    let model = try Fixtures.model("gemma2", device: device)
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    let path = scratch + "/adapter"
    try FileManager.default.copyItem(
      atPath: Fixtures.folder + "/tiny/adapters/patterns/adapter", toPath: path)
    let config = try String(contentsOfFile: path + "/adapter_config.json", encoding: .utf8)
    #expect(config.contains(from))
    try config.replacingOccurrences(of: from, with: to)
      .write(toFile: path + "/adapter_config.json", atomically: true, encoding: .utf8)
    #expect(throws: GemmaError.self) { try Adapter.load(path: path, model: model, device: device) }
  }
}
