import Foundation
import Gemma
import Testing

/// The constrained classifier reads only the labels' rows of the head: they must be the file's, however it is stored.
func expectHeadRowsAreTheFiles(_ model: GemmaModel, device: CPU) throws {
  let view = try model.file.tensor(.embedding(model.config))
  let width = view.shape[1]
  var values = [Float](repeating: 0, count: view.shape[0] * width)
  view.type.dequantize(from: try #require(view.bytes.baseAddress), into: &values, count: values.count)
  let wanted = [0, 5, 16, 33, view.shape[0] - 1]
  let rows = device.rows(model.head, wanted)
  for (i, index) in wanted.enumerated() {
    let found = Array(UnsafeBufferPointer(start: rows.row(i), count: width))
    #expect(bits(found) == bits(Array(values[index * width..<(index + 1) * width])), "row \(index)")
  }
}

/// Gradients against a file of the reference's, which names them as PEFT names its parameters.
func expectGradients(
  _ gradients: Matrix, of adapter: Adapter, model: GemmaModel, folder: String, file: String,
  _ device: Device
) throws {
  let reference = try Adapter.load(
    path: folder + "/adapter", weights: folder + "/\(file).safetensors", model: model, device: device)
  for slot in adapter.slots {
    let range = slot.offset..<slot.offset + slot.parameterCount
    #expect(
      relativeError(
        range.map { Double(gradients.data[$0]) }, range.map { Double(reference.parameters.data[$0]) }) < 1e-4,
      "layer \(slot.layer) \(slot.projection)")
  }
}

/// Ten steps against the reference's losses and gradient norms.
func expectSteps(_ trainer: Trainer, _ training: [String: Any]) throws {
  let losses = training["losses"] as? [Double] ?? []
  let norms = training["grad_norms"] as? [Double] ?? []
  #expect(losses.count == 10)
  for (loss, norm) in zip(losses, norms) {
    let step = try trainer.step()
    #expect(abs(step.loss - loss) <= 1e-4 * abs(loss), "step \(step.step)")
    #expect(abs(step.gradientNorm - norm) <= 1e-3 * norm, "step \(step.step)")
  }
}

/// The engine against the reference (transformers and PEFT, float32) on tiny random models, and against its slow twin.
@Suite struct DecoderTests {
  static let models = ["gemma2", "gemma3"]
  let device = CPU(threads: 2)

  private func logits(_ model: GemmaModel, _ ids: [Int32], adapter: Adapter?) throws -> [[Double]] {
    let values = try model.logits(of: ids, adapter: adapter, device: device)
    return (0..<values.rows).map { row in (0..<values.columns).map { Double(values.row(row)[$0]) } }
  }

  @Test(arguments: models) func logitsAgreeWithTheReference(_ name: String) throws {
    let model = try Fixtures.model(name, device: device)
    let expected = try Fixtures.json("tiny/\(name)/expected.json")
    let ids = try Fixtures.ids(expected["input_ids"])
    let ours = try logits(model, ids[0], adapter: nil)
    let truth = expected["logits_first_all"] as? [[Double]] ?? []
    #expect(ours.count == truth.count)
    #expect(relativeError(ours.flatMap { $0 }, truth.flatMap { $0 }) < 1e-5)
    let last = try logits(model, ids[1], adapter: nil).last ?? []
    #expect(relativeError(last, expected["logits_second_last"] as? [Double] ?? []) < 1e-5)

    let adapter = try Adapter.load(
      path: Fixtures.folder + "/tiny/\(name)/adapter", model: model, device: device)
    let tuned = expected["adapter"] as? [String: Any] ?? [:]
    let withAdapter = try logits(model, ids[0], adapter: adapter)
    #expect(
      relativeError(
        withAdapter.flatMap { $0 }, (tuned["logits_first_all"] as? [[Double]] ?? []).flatMap { $0 }) < 1e-5)
  }

  @Test(arguments: models, [WeightPrecision.auto, .f32])
  func rowsOfTheHeadAreTheFiles(_ name: String, _ precision: WeightPrecision) throws {
    let file = try ModelFile.open(path: Fixtures.folder + "/tiny/" + name)
    try expectHeadRowsAreTheFiles(GemmaModel(file, precision: precision, device: device), device: device)
  }

  @Test(arguments: models) func theSlowTwinAgreesWithTheEngine(_ name: String) throws {
    let model = try Fixtures.model(name, device: device)
    var slow = try SlowDecoder(model.file)
    let ids = try Fixtures.ids(Fixtures.json("tiny/\(name)/expected.json")["input_ids"])[1]
    #expect(
      relativeError(try logits(model, ids, adapter: nil).flatMap { $0 }, slow.logits(ids).flatMap { $0 })
        < 1e-5)
    let adapter = try Adapter.load(
      path: Fixtures.folder + "/tiny/\(name)/adapter", model: model, device: device)
    slow.use(adapter)
    #expect(
      relativeError(try logits(model, ids, adapter: adapter).flatMap { $0 }, slow.logits(ids).flatMap { $0 })
        < 1e-5)
  }

  @Test(arguments: models, [TrainingConfig.LossOn.response, .all])
  func lossAndEveryGradientAgreeWithPEFT(_ name: String, _ lossOn: TrainingConfig.LossOn) throws {
    let model = try Fixtures.model(name, device: device)
    let expected = try Fixtures.json("tiny/\(name)/expected.json")
    let folder = Fixtures.folder + "/tiny/\(name)"
    let adapter = try Adapter.load(path: folder + "/adapter", model: model, device: device)
    var config = TrainingConfig()
    config.lossOn = lossOn
    let trainer = try Trainer(
      model: model, adapter: adapter, examples: try Fixtures.examples(expected), config: config,
      device: device)
    let (loss, gradients) = try trainer.lossAndGradients(try Fixtures.examples(expected))
    let truth = (expected["adapter"] as? [String: Any])?["loss_\(lossOn.rawValue)"] as? Double ?? 0
    #expect(abs(loss - truth) < 1e-5 * truth)
    // The gradients are stored as PEFT names its parameters, so they load as an adapter does.
    try expectGradients(
      gradients, of: adapter, model: model, folder: folder, file: "gradients_\(lossOn.rawValue)",
      device)
  }

  @Test(arguments: models) func tenStepsAgreeWithPEFT(_ name: String) throws {
    let model = try Fixtures.model(name, device: device)
    let expected = try Fixtures.json("tiny/\(name)/expected.json")
    let training = expected["training"] as? [String: Any] ?? [:]
    let adapter = try Adapter.load(
      path: Fixtures.folder + "/tiny/\(name)/adapter", model: model, device: device)
    let config = TrainingConfig(training)
    let trainer = try Trainer(
      model: model, adapter: adapter, examples: try Fixtures.examples(expected), config: config,
      device: device)
    try expectSteps(trainer, training)
  }

  @Test(arguments: models) func layersThatAreRunAgainGiveTheSameGradients(_ name: String) throws {
    let model = try Fixtures.model(name, device: device)
    let expected = try Fixtures.json("tiny/\(name)/expected.json")
    let adapter = try Adapter.load(
      path: Fixtures.folder + "/tiny/\(name)/adapter", model: model, device: device)
    let examples = try Fixtures.examples(expected)
    var found: [[UInt32]] = []
    // Everything kept, only the last layer or two, nothing but inputs.
    for bytes in [1 << 30, 100_000, 0] {
      let trainer = try Trainer(
        model: model, adapter: adapter, examples: examples, config: TrainingConfig(), device: device)
      trainer.tapeBytes = bytes
      found.append(bits(try trainer.lossAndGradients(examples).gradients.values))
    }
    #expect(found[0].contains { $0 != 0 } && found[0] == found[1] && found[0] == found[2])
  }

  @Test(arguments: models) func joinedPassesGiveTheSameGradients(_ name: String) throws {
    let model = try Fixtures.model(name, device: device)
    let shared: [Int32] = [2, 40, 41, 42, 43]
    let examples = (0..<6).map { i in
      TokenizedExample(
        ids: shared + [50, 51, 52, 53, 54, 55].map { $0 + Int32(7 * i) }, promptCount: 8 - i % 2)
    }
    for (lossOn, dropout) in [(TrainingConfig.LossOn.response, 0.0), (.all, 0), (.response, 0.3)] {
      var config = TrainingConfig()
      (config.lossOn, config.batch, config.accumulate) = (lossOn, 2, 3)
      var adapterConfig = AdapterConfig(rank: 4)
      adapterConfig.dropout = dropout
      var found: [[UInt32]] = []
      // Three passes of two sequences, two and one, all in one.
      for rows in [0, 40, 1000] {
        let adapter = Adapter(adapterConfig, model: model, device: device)
        // B is zero at first; then A would have no gradient.
        adapter.parameters.set((0..<adapter.parameterCount).map { Float($0 % 17 - 8) / 64 })
        adapter.parametersChanged()
        let trainer = try Trainer(
          model: model, adapter: adapter, examples: examples, config: config, device: device)
        trainer.passRows = rows
        let (loss, gradients) = try trainer.lossAndGradients(examples)
        found.append([Float(loss).bitPattern] + bits(gradients.values))
      }
      #expect(found[0].contains { $0 != 0 } && found[0] == found[1] && found[0] == found[2])
    }
  }

  @Test(arguments: models) func gradientsAgreeWithFiniteDifferencesInDouble(_ name: String) throws {
    let model = try Fixtures.model(name, device: device)
    // Two sequences with a common beginning, longer than the window of 8, so that sharing and windows take part.
    let shared: [Int32] = [2, 40, 41, 42, 43]
    let examples = [
      TokenizedExample(ids: shared + [50, 51, 52, 53, 54, 55], promptCount: 8),
      TokenizedExample(ids: shared + [60, 61, 62, 63], promptCount: 7),
    ]
    let adapter = try Adapter.load(
      path: Fixtures.folder + "/tiny/\(name)/adapter", model: model, device: device)
    for lossOn in TrainingConfig.LossOn.allCases {
      var config = TrainingConfig()
      config.lossOn = lossOn
      let trainer = try Trainer(
        model: model, adapter: adapter, examples: examples, config: config, device: device)
      let (loss, gradients) = try trainer.lossAndGradients(examples)
      var slow = try SlowDecoder(model.file)
      slow.use(adapter)
      #expect(abs(loss - slow.loss(examples, lossOn: lossOn)) < 1e-5 * loss)
      let scale = Double(gradients.values.map(abs).max() ?? 1)
      for (number, slot) in adapter.slots.enumerated() where number % 3 == (lossOn == .all ? 0 : 1) {
        let rank = slot.rank
        let inA = number % 2 == 0
        let index = (number * 7) % (rank * (inA ? slot.inputs : slot.outputs))
        let key = "layers.\(slot.layer).\(slot.projection.path)"
        func moved(_ by: Double) -> Double {
          var copy = slow
          if inA { copy.lora[key]?.a[index] += by } else { copy.lora[key]?.b[index] += by }
          return copy.loss(examples, lossOn: lossOn)
        }
        let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5
        let ours = Double(gradients.data[slot.offset + (inA ? 0 : rank * slot.inputs) + index])
        #expect(abs(ours - difference) < 1e-4 * max(abs(difference), 0.01 * scale), "\(key)")
      }
    }
  }
}
