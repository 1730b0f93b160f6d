/// The settings of `train`.
public struct TrainingConfig: Sendable, Equatable, Codable {
  public enum LossOn: String, Sendable, CaseIterable, Codable {
    /// The loss is over the answer's tokens only.
    case response
    /// The loss is over every token of prompt and answer, as in the Colab demo.
    case all
  }

  public var steps = 60
  /// Number of epochs. If it is given, `steps` is computed from it, and the last step of each epoch takes the remaining
  /// examples. If it is nil, all steps have the same size, and a step may take examples from two epochs.
  public var epochs: Double?
  /// Sequences in one pass, and passes in one step: a step uses batch * accumulate sequences.
  public var batch = 8
  public var accumulate = 1
  public var optimizer = AdamW.Kind.adamw
  public var learningRate = 2e-3
  public var schedule = LearningRate.Schedule.linear
  public var warmup = 5
  public var weightDecay = 0.01
  /// The largest gradient norm; 0 turns clipping off.
  public var clip = 1.0
  /// Training stops if a loss exceeds this many times the largest of the first five losses (or of 1, if they are all
  /// smaller). 0 never stops it.
  public var spike = 3.0
  public var lossOn = LossOn.response
  /// Examples are joined into sequences of at most this many tokens, and `batch` counts those sequences. 0 joins none.
  /// Attention never crosses from one example to another.
  public var packing = 0
  /// NEFTune's alpha; 0 adds no noise to the embeddings.
  public var neftuneAlpha = 0.0
  public var shuffle = true
  public var seed: UInt64 = 3407

  public init() {}
}

/// The result of one step.
public struct TrainingStep: Sendable, Equatable, Codable {
  /// Counted from 1.
  public var step: Int
  public var steps: Int
  /// Mean of -log p over all targets of the step.
  public var loss: Double
  /// Norm of the gradient before clipping.
  public var gradientNorm: Double
  public var rate: Double
  /// Tokens of the step's sequences, shared prefixes counted in each.
  public var tokens: Int
}

/// Fine-tunes an adapter, one `step()` at a time. So the caller can stop, evaluate and continue.
public final class Trainer {
  /// The settings. If `epochs` was given, `steps` is computed from it.
  public let config: TrainingConfig
  public let adapter: Adapter
  public let optimizer: AdamW
  /// Number of completed steps.
  public internal(set) var completed = 0
  /// The losses of the completed steps.
  var losses: [Double] = []
  /// Called after each layer of a step. If it returns true, the step is cancelled and the adapter does not change.
  public var isCancelled: () -> Bool = { false }
  /// Called after each layer of a step, in the forward and the backward pass, with the numbers of completed layers and
  /// of all layers.
  public var layerDone: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  /// How many bytes of activations one pass may keep. It changes time and memory, never a result.
  package var tapeBytes: Int?
  /// Rows up to which passes are joined; nil for the device's own number, as far as 4.5 GB hold the activations. As `tapeBytes` it never
  /// changes a result.
  package var passRows: Int?
  let model: GemmaModel
  /// The sequences that `batch` counts: single examples, or several joined by `packing`.
  private let sequences: [[TokenizedExample]]
  /// The indices of each sequence's examples.
  private let members: [[Int]]
  private let batcher: Batcher
  /// The parameters at the last good loss.
  private var lastGood: Matrix?
  private let device: Device

  /// - Throws: `invalidValue` for an empty or unusable set of examples, or more epochs than can be counted in steps.
  public init(
    model: GemmaModel, adapter: Adapter, examples: [TokenizedExample], config: TrainingConfig,
    device: Device
  ) throws {
    guard !examples.isEmpty else {
      throw GemmaError.invalidValue(name: "training set", expected: "at least one example", found: "none")
    }
    for example in examples {
      guard example.promptCount >= 1, example.ids.count > example.promptCount else {
        throw GemmaError.invalidValue(
          name: "training example", expected: "a prompt and a response", found: "\(example.ids.count) tokens")
      }
      try model.checkRows(example.ids)
      guard example.ids.count <= model.config.contextLength else {
        throw GemmaError.invalidValue(
          name: "training example", expected: "at most \(model.config.contextLength) tokens",
          found: "\(example.ids.count) tokens")
      }
    }
    self.model = model
    self.adapter = adapter
    let members =
      config.packing > 0
      ? Batcher.packs(examples, tokens: config.packing) : examples.indices.map { [$0] }
    self.members = members
    sequences = members.map { $0.map { examples[$0] } }
    batcher = Batcher(
      count: sequences.count, size: config.batch * config.accumulate, cutsAtEpochs: config.epochs != nil,
      shuffle: config.shuffle, seed: config.seed)
    self.config = try Self.resolved(config, stepsPerEpoch: batcher.stepsPerEpoch)
    self.device = device
    optimizer = AdamW(config.optimizer, count: adapter.parameterCount, device: device)
  }

  /// `config` with the number of steps computed from its epochs, as the Trainer of transformers does: E epochs are
  /// ceil(E * steps of one epoch) steps, and at least one.
  private static func resolved(_ config: TrainingConfig, stepsPerEpoch: Int) throws -> TrainingConfig {
    guard let epochs = config.epochs else { return config }
    let most = 1_000_000_000
    let steps = (epochs * Double(stepsPerEpoch)).rounded(.up)
    guard epochs >= 0, steps <= Double(most) else {
      throw GemmaError.invalidValue(
        name: "epochs", expected: "at most \(most) steps: \(most / stepsPerEpoch) epochs", found: "\(epochs)")
    }
    var config = config
    config.steps = max(1, Int(steps))
    return config
  }

  /// The indices of the examples that the first steps train on.
  public func examples(ofFirst steps: Int) -> Set<Int> {
    guard steps > 0 else { return [] }
    let end = batcher.places(step: steps - 1).upperBound
    let used = end >= sequences.count ? Array(sequences.indices) : batcher.examples(0..<end)
    return Set(used.flatMap { members[$0] })
  }

  /// Number of sequences that `batch` counts.
  public var sequenceCount: Int { sequences.count }

  /// The loss of `batch` in one accumulated step, and its gradients. The loss is the sum of -log p divided by the
  /// number of targets.
  ///
  /// - Parameter firstPlace: the place of the batch's first example in the stream of examples. Random numbers depend on
  ///   it.
  package func lossAndGradients(_ batch: [TokenizedExample], firstPlace: Int = 0) throws -> (
    loss: Double, gradients: Matrix
  ) {
    try lossAndGradients(batch.map { [$0] }, places: batch.indices.map { [firstPlace + $0] })
  }

  /// - Parameter places: the place of each example of each sequence in the stream of examples.
  private func lossAndGradients(_ batch: [[TokenizedExample]], places: [[Int]]) throws -> (
    loss: Double, gradients: Matrix
  ) {
    let gradients = device.zeros(1, adapter.parameterCount)
    let noise = TrainingNoise(
      dropout: adapter.config.dropout, neftuneAlpha: config.neftuneAlpha, seed: config.seed)
    let parts = stride(from: 0, to: batch.count, by: config.batch).flatMap { first in
      let range = first..<min(first + config.batch, batch.count)
      return MicroBatch.make(
        Array(batch[range].joined()), places: Array(places[range].joined()), lossOn: config.lossOn,
        noise: noise,
        rowLimit: MicroBatch.rowLimit(model.config))
    }
    let passes = MicroBatch.joined(parts, rows: joinedRows)
    let total = passes.reduce(0.0) { $0 + $1.weights.reduce(0.0) { $0 + Double($1) } }
    let entropy = CrossEntropy(head: model.head, softCap: model.config.finalSoftCap)
    var loss = 0.0
    var layersDone = 0
    func countLayer() throws {
      layersDone += 1
      layerDone(layersDone, 2 * passes.count * model.config.layers.count)
      if isCancelled() { throw GemmaError.interrupted }
    }
    for pass in passes {
      if isCancelled() { throw GemmaError.interrupted }
      let (hidden, tape) = try model.forward(
        pass.batch, adapter: adapter, keep: true, noise: pass.noise, tapeBytes: tapeBytes, device: device,
        layerDone: countLayer)
      guard var tape else { continue }
      let result = entropy.forward(hidden, targets: pass.targets, device: device)
      for (row, logProbability) in result.logProbabilities.enumerated() where pass.weights[row] > 0 {
        loss -= logProbability * Double(pass.weights[row])
      }
      let dHidden = entropy.backward(
        hidden, targets: pass.targets, result: result, factors: pass.weights.map { $0 / Float(total) },
        device: device)
      try model.backward(
        dHidden, tape: &tape, adapter: adapter, gradients: gradients, device: device,
        layerDone: countLayer)
    }
    return (loss / total, gradients)
  }

  private var joinedRows: Int {
    // With DoRA the gradient of a magnitude is summed pass by pass.
    guard !adapter.config.dora else { return 0 }
    let floats = model.config.savedFloats * model.config.layers.count
    return passRows ?? min(device.passRows, 4_500_000_000 / (4 * floats))
  }

  /// One optimiser step.
  /// - Throws: `diverged` if the loss or the gradient is not finite, or if the loss exceeds the limit of `spike`. The
  ///   adapter then gets the parameters of the last good loss. `interrupted` if the step was cancelled; the adapter is
  ///   then unchanged.
  public func step() throws -> TrainingStep {
    let taken = batcher.places(step: completed)
    let batch = batcher.examples(taken).map { sequences[$0] }
    // The stride is the size of the largest pack, so that no two examples of the stream get the same place.
    let room = sequences.reduce(1) { max($0, $1.count) }
    let (loss, gradients) = try lossAndGradients(
      batch, places: zip(taken, batch).map { place, pack in pack.indices.map { place * room + $0 } })
    let squares = device.squaredSum(gradients)
    let norm = Double(squares).squareRoot()
    try check(loss: loss, norm: norm)
    let rate = LearningRate(
      peak: config.learningRate, schedule: config.schedule, warmup: config.warmup, steps: config.steps
    ).rate(at: completed)
    let scale = config.clip > 0 ? min(1, config.clip / (norm + 1e-6)) : 1
    remember()
    optimizer.update(
      adapter.parameters, gradients: gradients, rate: rate, weightDecay: config.weightDecay,
      gradientScale: Float(scale), device: device)
    adapter.parametersChanged()
    completed += 1
    losses.append(loss)
    return TrainingStep(
      step: completed, steps: config.steps, loss: loss, gradientNorm: norm, rate: rate,
      tokens: batch.joined().reduce(0) { $0 + $1.ids.count })
  }

  private func remember() {
    if let lastGood {
      lastGood.copy(from: adapter.parameters)
    } else {
      lastGood = device.matrix(copying: adapter.parameters)
    }
  }

  private func check(loss: Double, norm: Double) throws {
    // If training begins with very small losses, they may grow many times and still be small. So the limit is relative
    // to 1 at least.
    let limit =
      losses.count >= 5 && config.spike > 0 ? config.spike * max(1, losses.prefix(5).max() ?? 1) : .infinity
    let leaps = loss > limit
    guard !loss.isFinite || leaps || !norm.isFinite else { return }
    // If only the gradient is bad, the parameters are still good.
    if let lastGood, !loss.isFinite || leaps {
      adapter.parameters.copy(from: lastGood)
      adapter.parametersChanged()
    }
    let found =
      !loss.isFinite
      ? "the loss is not a finite number"
      : leaps
        ? "the loss is \(Self.short(loss)), above the limit of \(Self.short(limit))"
        : "the gradient is not finite"
    throw GemmaError.diverged(step: completed + 1, found: found, lastGood: losses.last)
  }

  private static func short(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}
