import Foundation
import Gemma
import TestSupport
import Testing

/// Trainings as a whole: stopping, going on, going wrong.
@Suite struct TrainingRunTests {
  let device = CPU(threads: 2)
  private let folder: String

  init() throws {
    folder =
      FileManager.default.temporaryDirectory.appendingPathComponent("gnb-runs-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  /// Twelve little examples.
  private var examples: [TokenizedExample] {
    let random = Philox(seed: 8, purpose: .test)
    return (0..<12).map { i in
      let count = 6 + i % 5
      let ids = (0..<count).map { Int32(4 + random.bits(at: UInt64(20 * i + $0)) % 300) }
      return TokenizedExample(ids: [2, 40, 41] + ids, promptCount: count)
    }
  }

  private func plan(_ change: (inout TrainingPlan) -> Void = { _ in }) -> TrainingPlan {
    var plan = TrainingPlan()
    plan.training.steps = 10
    plan.training.batch = 3
    plan.training.accumulate = 2
    plan.training.warmup = 2
    plan.checkpointEvery = 3
    change(&plan)
    return plan
  }

  private func run(
    _ plan: TrainingPlan, _ config: AdapterConfig = AdapterConfig(rank: 3), checkpoint: String? = nil
  ) throws -> TrainingRun {
    let model = try Fixtures.model("gemma2", device: device)
    let run = try TrainingRun(
      plan: plan, model: model, adapter: Adapter(config, model: model, device: device), examples: examples,
      checkpoint: checkpoint, device: device)
    watch(run, model)
    return run
  }

  /// Validation on the first four examples.
  private func watch(_ run: TrainingRun, _ model: GemmaModel) {
    let (examples, device, adapter) = (Array(examples.prefix(4)), device, run.trainer.adapter)
    run.look = { (try model.loss(of: examples, adapter: adapter, device: device), 0.5) }
  }

  @Test func aStepTellsItsLayersAndCanBeGivenUpInTheMiddle() throws {
    let run = try run(plan())
    var told: [[Int]] = []
    run.trainer.layerDone = { told.append([$0, $1]) }
    _ = try run.next()
    // Two passes, forward and backward.
    let total = try 4 * Fixtures.model("gemma2", device: device).config.layers.count
    #expect(told == (1...total).map { [$0, total] })
    let before = run.trainer.adapter.parameters.values
    for stop in [1, total / 2, total - 1] {
      told = []
      run.trainer.isCancelled = { told.count == stop }
      #expect(throws: GemmaError.interrupted) { try run.next() }
      #expect(told.count == stop && run.trainer.adapter.parameters.values == before)
    }
    run.trainer.isCancelled = { false }
    let again = try self.run(plan())
    _ = try again.next()
    #expect(try run.next().step == again.next().step, "what was given up leaves no trace")
  }

  private static let kinds: [(String, TrainingPlan, AdapterConfig)] = {
    func plan(_ change: (inout TrainingPlan) -> Void) -> TrainingPlan {
      var plan = TrainingPlan()
      change(&plan)
      return plan
    }
    return [
      ("plain", plan { _ in }, AdapterConfig(rank: 3)),
      ("8 bits", plan { $0.training.optimizer = .adamw8bit }, AdapterConfig(rank: 3, rankStabilised: true)),
      ("random", plan { $0.training.neftuneAlpha = 5 }, AdapterConfig(rank: 3, dora: true, dropout: 0.2)),
      ("packed", plan { $0.training.packing = 24 }, AdapterConfig(rank: 2, targets: [.query, .down])),
      (
        "watched",
        plan {
          $0.evaluateEvery = 2
          $0.patience = 4
        }, AdapterConfig(rank: 3, rankPattern: [.init("layers.1.*", 5)])
      ),
      // Ten steps, every second of two examples; and ten of all packs.
      ("short steps", plan { $0.training.epochs = 5 }, AdapterConfig(rank: 3, dropout: 0.2)),
      (
        "short steps, packed",
        plan {
          $0.training.epochs = 10
          $0.training.packing = 24
        }, AdapterConfig(rank: 3)
      ),
    ]
  }()

  @Test(arguments: kinds.map(\.0))
  func aRunThatWasKilledAndResumedEndsWithTheSameBits(_ name: String) throws {
    guard let kind = Self.kinds.first(where: { $0.0 == name }) else { return }
    let plan = plan {
      let training = $0.training
      $0 = kind.1
      ($0.training.steps, $0.training.batch, $0.training.accumulate, $0.training.warmup) = (
        training.steps, training.batch, training.accumulate, training.warmup
      )
      if $0.training.epochs != nil { $0.training.batch = 5 }
      $0.checkpointEvery = 3
    }
    let whole = try run(plan, kind.2)
    #expect(whole.plan.training.steps == 10)
    while !whole.isFinished { _ = try whole.next() }
    _ = whole.finish()

    let path = folder + "/run.ckpt"
    let first = try run(plan, kind.2, checkpoint: path)
    // The fifth step is lost: the last checkpoint was after the third.
    for _ in 0..<5 { _ = try first.next() }
    let model = try Fixtures.model("gemma2", device: device)
    let second = try TrainingRun(resuming: path, model: model, examples: examples, device: device)
    watch(second, model)
    #expect(second.trainer.completed == 3)
    while !second.isFinished { _ = try second.next() }
    _ = second.finish()
    #expect(second.history == whole.history && second.points == whole.points)
    #expect(bits(second.trainer.adapter.parameters.values) == bits(whole.trainer.adapter.parameters.values))
    #expect(second.trainer.adapter.config == whole.trainer.adapter.config || kind.2.rankPattern.count > 0)
    // The last checkpoint is of the end.
    #expect(try TrainingRun(resuming: path, model: model, examples: examples, device: device).isFinished)
  }

  /// The kernels of the GPU run in the stand-in.
  @Test func aRunThatMovesToTheGPUAndBackEndsWithTheSameBits() throws {
    let plan = plan { $0.training.optimizer = .adamw8bit }
    let whole = try run(plan)
    while !whole.isFinished { _ = try whole.next() }
    let path = folder + "/run.ckpt"
    let first = try run(plan, checkpoint: path)
    for _ in 0..<4 { _ = try first.next() }
    let gpu = try StandIn.gpu()
    for other in [gpu as Device, device] {
      let model = try Fixtures.model("gemma2", device: other)
      let next = try TrainingRun(resuming: path, model: model, examples: examples, device: other)
      #expect(next.trainer.completed == (other === gpu ? 3 : 6))
      for _ in 0..<4 { _ = try next.next() }
      guard next.isFinished else { continue }
      #expect(next.history == whole.history)
      #expect(bits(next.trainer.adapter.parameters.values) == bits(whole.trainer.adapter.parameters.values))
    }
  }

  @Test func aCheckpointOfAnotherModelOrOfOtherExamplesIsRefused() throws {
    let path = folder + "/run.ckpt"
    let run = try run(plan(), checkpoint: path)
    for _ in 0..<3 { _ = try run.next() }
    let (gemma2, gemma3) = (
      try Fixtures.model("gemma2", device: device), try Fixtures.model("gemma3", device: device)
    )
    #expect(throws: GemmaError.self) {
      try TrainingRun(resuming: path, model: gemma3, examples: examples, device: device)
    }
    #expect(throws: GemmaError.self) {
      try TrainingRun(resuming: path, model: gemma2, examples: Array(examples.dropLast()), device: device)
    }
    let adapter = Fixtures.folder + "/tiny/gemma2/adapter/adapter_model.safetensors"
    #expect(throws: GemmaError.self) {
      try TrainingRun(resuming: adapter, model: gemma2, examples: examples, device: device)
    }
  }

  @Test func aDamagedCheckpointIsAnErrorAndNeverACrash() throws {
    let path = folder + "/run.ckpt"
    let run = try run(plan(), checkpoint: path)
    for _ in 0..<3 { _ = try run.next() }
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let model = try Fixtures.model("gemma2", device: device)
    for count in stride(from: 0, to: whole.count, by: 4999) {
      try whole.prefix(count).write(to: URL(fileURLWithPath: folder + "/cut.ckpt"))
      #expect(throws: GemmaError.self, "\(count) bytes") {
        try TrainingRun(resuming: folder + "/cut.ckpt", model: model, examples: examples, device: device)
      }
    }
    let random = Philox(seed: 5, purpose: .test)
    for trial in 0..<200 {
      var copy = whole
      copy[Int(random.bits(at: UInt64(trial))) % 6000] = UInt8(truncatingIfNeeded: trial)
      try copy.write(to: URL(fileURLWithPath: folder + "/damaged.ckpt"))
      _ = try? TrainingRun(
        resuming: folder + "/damaged.ckpt", model: model, examples: examples, device: device)
    }
  }

  @Test(arguments: [(1e4, 3.0), (1e30, 0)])
  func aTrainingThatGoesWrongGoesBackToTheLastGoodState(_ rate: Double, _ spike: Double) throws {
    let run = try run(
      plan {
        $0.training.learningRate = rate
        $0.training.warmup = 9
        $0.training.spike = spike
        $0.training.clip = 0
        $0.training.accumulate = 4
        $0.training.steps = 40
        $0.training.schedule = .constant
      })
    var last: TrainingStep?
    do {
      while !run.isFinished { last = try run.next().step }
      Issue.record("it never went wrong")
    } catch GemmaError.diverged(let step, _, let lastGood) {
      #expect(step == (last?.step ?? 0) + 1 && lastGood == last?.loss)
    }
    // The state is the one that gave the last good loss: its step's batch gives that loss again.
    let size = 12
    let order = try #require(last).step
    let parameters = run.trainer.adapter.parameters.values
    #expect(order > 1 && parameters.allSatisfy(\.isFinite))
    let batcher = BatcherProbe.examples(step: order - 1, count: 12, size: size, seed: run.plan.training.seed)
    let again = try run.trainer.lossAndGradients(batcher.map { examples[$0] }).loss
    #expect(again == last?.loss)
  }

  @Test func patienceStopsAndGoesBackToTheBest() throws {
    let run = try run(
      plan {
        $0.training.steps = 30
        $0.evaluateEvery = 2
        $0.patience = 3
      })
    // It gets better twice, and then worse for ever.
    var looks = [5.0, 4, 4.5, 4, 6, 7, 8].makeIterator()
    run.look = { (looks.next() ?? 9, 0) }
    var parameters: [Float] = []
    while !run.isFinished {
      let (_, point) = try run.next()
      if point?.loss == 4, parameters.isEmpty { parameters = run.trainer.adapter.parameters.values }
    }
    #expect(run.trainer.completed == 10 && run.points.map(\.loss) == [5, 4, 4.5, 4, 6])
    #expect(run.finish()?.step == 4)
    #expect(bits(run.trainer.adapter.parameters.values) == bits(parameters))
  }

  @Test func momentsInEightBitsAreBitsandbytesArithmetic() throws {
    let expected = try Fixtures.json("optimizer/expected.json")
    func floats(_ value: Any?) -> [Float] {
      (value as? [NSNumber] ?? []).map { Float(bitPattern: $0.uint32Value) }
    }
    let parameters = device.matrix(1, 600)
    for (i, value) in floats(expected["start"]).enumerated() { parameters.data[i] = value }
    let optimizer = AdamW(.adamw8bit, count: 600, device: device)
    #expect(optimizer.bytes == 2 * 600 + 2 * 3 * 4)
    let gradients = expected["gradients"] as? [[NSNumber]] ?? []
    let after = expected["parameters"] as? [[NSNumber]] ?? []
    #expect(gradients.count == 5)
    for (step, rate) in (expected["rates"] as? [Double] ?? []).enumerated() {
      let gradient = device.matrix(1, 600)
      for (i, value) in floats(gradients[step]).enumerated() { gradient.data[i] = value }
      optimizer.update(
        parameters, gradients: gradient, rate: rate, weightDecay: expected["weight_decay"] as? Double ?? 0,
        gradientScale: 1, device: device)
      #expect(
        relativeError(parameters.values.map(Double.init), floats(after[step]).map(Double.init)) < 1e-6,
        "step \(step)")
    }
  }

  @Test func packsAreFullInOrderAndLoseNothing() {
    let lengths = [9, 4, 12, 3, 3, 7, 20]
    let examples = lengths.enumerated().map { i, n in
      TokenizedExample(ids: (0..<n).map { Int32(100 * i + $0) }, promptCount: 2)
    }
    let packs = BatcherProbe.packed(examples, tokens: 12)
    #expect(packs.map { $0.map { Int($0.ids[0]) / 100 } } == [[0, 3], [1, 5], [2], [4], [6]])
  }

  @Test func theExamplesThatStepsTookAreKnown() throws {
    let plain = try run(
      plan { ($0.training.batch, $0.training.accumulate, $0.training.shuffle) = (2, 1, false) })
    #expect(plain.usedExamples.isEmpty)
    #expect(plain.trainer.examples(ofFirst: 2) == [0, 1, 2, 3])
    #expect(
      plain.trainer.examples(ofFirst: 6) == Set(0..<12) && plain.trainer.examples(ofFirst: 1000).count == 12)
    _ = try plain.next()
    #expect(plain.usedExamples == [0, 1])
    // A pack is a sequence: its examples are used together.
    let packed = try run(
      plan {
        ($0.training.batch, $0.training.accumulate, $0.training.shuffle) = (1, 1, false)
        $0.training.packing = 24
      })
    let first = BatcherProbe.packed(examples, tokens: 24)[0]
    let used = packed.trainer.examples(ofFirst: 1)
    #expect(first.count > 1 && used.count == first.count)
    #expect(used.sorted().map { examples[$0].ids } == first.map(\.ids))
  }

  @Test func packedSequencesSeeOnlyThemselves() throws {
    // All examples in one pack, one step: the same loss as one batch of them.
    let packed = try run(
      plan {
        $0.training.packing = 10_000
        ($0.training.batch, $0.training.accumulate) = (1, 1)
        $0.training.shuffle = false
      })
    let plain = try run(
      plan {
        ($0.training.batch, $0.training.accumulate) = (12, 1)
        $0.training.shuffle = false
      })
    #expect(packed.trainer.sequenceCount == 1)
    #expect(try packed.next().step == plain.next().step)
  }
}
