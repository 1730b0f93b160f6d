import Gemma
import Testing

/// Which examples a step takes: as transformers' Trainer with epochs, one stream without.
@Suite struct EpochTests {
  let device = CPU(threads: 2)

  @Test func lossesOfShortStepsAreThoseOfTransformersTrainer() throws {
    let expected = try Fixtures.json("training/expected.json")
    let examples = try Fixtures.examples(expected)
    let model = try Fixtures.model("gemma2", device: device)
    let cases = expected["cases"] as? [[String: Any]] ?? []
    #expect(cases.count == 6 && examples.count == 7)
    for (number, training) in cases.enumerated() {
      func value(_ key: String) throws -> Int { try #require(training[key] as? Int) }
      var config = TrainingConfig(expected)
      (config.batch, config.accumulate) = (try value("batch"), try value("accumulate"))
      config.epochs = try #require(training["epochs"] as? Double)
      let trainer = try Trainer(
        model: model,
        adapter: Adapter.load(
          path: Fixtures.folder + "/tiny/gemma2/adapter", model: model, device: device),
        examples: Array(examples.prefix(try value("examples"))), config: config, device: device)
      #expect(try trainer.config.steps == value("steps"), "case \(number)")
      let losses = training["losses"] as? [Double] ?? []
      #expect(losses.count == trainer.config.steps)
      for (loss, norm) in zip(losses, training["grad_norms"] as? [Double] ?? []) {
        let step = try trainer.step()
        #expect(abs(step.loss - loss) <= 1e-4 * loss, "case \(number), step \(step.step)")
        #expect(abs(step.gradientNorm - norm) <= 1e-3 * norm, "case \(number), step \(step.step)")
      }
    }
  }

  @Test(arguments: [(10, 4), (10, 10), (7, 16), (1, 3), (12, 5)])
  func anEpochHasEachExampleOnceAndEndsInAShortStep(_ count: Int, _ size: Int) {
    func step(_ number: Int) -> [Int] {
      BatcherProbe.examples(step: number, count: count, size: size, cutsAtEpochs: true, seed: 5)
    }
    let perEpoch = (count + size - 1) / size
    var orders: Set<[Int]> = []
    for epoch in 0..<3 {
      let steps = (0..<perEpoch).map { step(epoch * perEpoch + $0) }
      #expect(steps.dropLast().allSatisfy { $0.count == size })
      #expect(steps.last?.count == (count - 1) % size + 1)
      #expect(steps.joined().sorted() == Array(0..<count))
      orders.insert(Array(steps.joined()))
    }
    #expect(count == 1 || orders.count == 3, "a new order each epoch")
  }

  @Test func withoutEpochsEveryStepHasTheSameSizeAndOnePassFollowsTheOther() {
    let steps = (0..<5).map {
      BatcherProbe.examples(step: $0, count: 10, size: 4, shuffle: false, seed: 5)
    }
    #expect(steps == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 1], [2, 3, 4, 5], [6, 7, 8, 9]])
  }

  @Test func packedArticlesAreCountedAsSequences() throws {
    let examples = (0..<9).map { i in TokenizedExample(ids: [2, 40, Int32(41 + i), 50, 60], promptCount: 3) }
    let model = try Fixtures.model("gemma2", device: device)
    var config = TrainingConfig()
    // Two articles a sequence: five sequences, so three steps an epoch.
    (config.packing, config.batch, config.epochs) = (10, 2, 2)
    let trainer = try Trainer(
      model: model, adapter: Adapter(AdapterConfig(rank: 2), model: model, device: device),
      examples: examples, config: config, device: device)
    #expect(trainer.sequenceCount == 5 && trainer.config.steps == 6)
    var tokens: [Int] = []
    for _ in 0..<6 { tokens.append(try trainer.step().tokens) }
    #expect(tokens.prefix(3).reduce(0, +) == 45 && tokens.suffix(3).reduce(0, +) == 45)
  }

  @Test(arguments: [-1.0, .nan, .infinity, 1e300])
  func epochsThatCannotBeCountedAreAnError(_ epochs: Double) throws {
    let model = try Fixtures.model("gemma2", device: device)
    var config = TrainingConfig()
    config.epochs = epochs
    #expect(throws: GemmaError.self) {
      try Trainer(
        model: model, adapter: Adapter(AdapterConfig(rank: 2), model: model, device: device),
        examples: [TokenizedExample(ids: [2, 40, 41], promptCount: 2)], config: config, device: device)
    }
  }
}
