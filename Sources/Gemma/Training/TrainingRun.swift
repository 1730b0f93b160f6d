import Foundation

/// The settings of a training, with those of its validation, early stopping and checkpoints.
public struct TrainingPlan: Sendable, Equatable, Codable {
  public var training = TrainingConfig()
  /// Steps between two measurements of the validation loss; 0 measures none.
  public var evaluateEvery = 0
  /// Number of validation articles for one measurement.
  public var evaluateLimit = 100
  /// Training ends after this many validation losses without a new lowest one. The adapter with the lowest is then
  /// restored. 0 never ends it.
  public var patience = 0
  /// Steps between checkpoints.
  public var checkpointEvery = 20

  public init() {}
}

/// One measurement with the validation articles.
public struct ValidationPoint: Sendable, Equatable, Codable {
  public var step: Int
  /// Mean of -log p over the answers' tokens.
  public var loss: Double
  /// The share of articles whose category is right; in an instruction task the share of the answers' tokens that are the model's
  /// first choice.
  public var accuracy: Double

  public init(step: Int, loss: Double, accuracy: Double) {
    self.step = step
    self.loss = loss
    self.accuracy = accuracy
  }

  public var perplexity: Double { ElementaryMath.exp(loss) }
}

/// A training from its first step to its last, with validation losses, early stopping and checkpoints. A training that
/// is resumed from a checkpoint ends with the same bytes as one that was never stopped.
public final class TrainingRun {
  /// The settings. If epochs were given, the number of steps is computed from them.
  public let plan: TrainingPlan
  public let trainer: Trainer
  /// All training steps of the adapter, including those of earlier trainings.
  public internal(set) var history: [TrainingStep]
  public internal(set) var points: [ValidationPoint] = []
  /// The measurement with the lowest validation loss and its parameters; kept only if `patience` is set.
  var best: (point: ValidationPoint, parameters: Matrix)?
  /// The texts that the adapter was trained on before this run.
  public let seen: SeenTexts
  /// The file to write checkpoints to.
  public let checkpoint: String?
  /// Measures validation loss and accuracy with the present adapter.
  public var look: (() throws -> (loss: Double, accuracy: Double))?
  /// Whether it goes on from a checkpoint.
  public private(set) var isResumed = false
  /// The step whose adapter `finish` brought back.
  private var restored: Int?
  private let examplesHash: String
  private let device: Device

  /// - Parameters:
  ///   - history: steps of earlier trainings of this adapter.
  ///   - seen: what it was trained on then.
  ///   - checkpoint: a file to write checkpoints to.
  public init(
    plan: TrainingPlan, model: GemmaModel, adapter: Adapter, examples: [TokenizedExample],
    history: [TrainingStep] = [], seen: SeenTexts = SeenTexts(), checkpoint: String? = nil, device: Device
  ) throws {
    trainer = try Trainer(
      model: model, adapter: adapter, examples: examples, config: plan.training, device: device)
    var plan = plan
    plan.training = trainer.config
    self.plan = plan
    self.history = history
    self.seen = seen
    self.checkpoint = checkpoint
    self.device = device
    var hash = SHA256()
    for example in examples { hash.update("\(example.fingerprint)\n") }
    examplesHash = hash.finish()
  }

  /// Resumes a run from its checkpoint, at the step where the checkpoint was written.
  ///
  /// - Throws: `malformed` for a file that is no checkpoint, `invalidValue` if model or examples differ from those of
  ///   the run.
  public convenience init(
    resuming path: String, model: GemmaModel, examples: [TokenizedExample], device: Device
  ) throws {
    let saved = try Checkpoint(path: path)
    guard saved.state.model == Checkpoint.describe(model) else {
      throw GemmaError.invalidValue(
        name: "resume", expected: "the model of the checkpoint: \(saved.state.model)",
        found: Checkpoint.describe(model))
    }
    try self.init(
      plan: saved.state.plan, model: model, adapter: saved.adapter(model: model, device: device),
      examples: examples, history: saved.state.history, seen: saved.state.seen ?? SeenTexts(),
      checkpoint: path, device: device)
    guard saved.state.examples == examplesHash else {
      throw GemmaError.invalidValue(
        name: "resume", expected: "the training articles of the checkpoint",
        found: "other articles; first load the same data, "
          + "with the same split and prompt")
    }
    try saved.restore(self, device: device)
    isResumed = true
  }

  /// Whether no step remains.
  public var isFinished: Bool { trainer.completed >= plan.training.steps || hasStopped }

  /// Whether the last `patience` validation losses were all at least as high as an earlier one.
  public var hasStopped: Bool {
    guard plan.patience > 0, let best else { return false }
    return points.count { $0.step > best.point.step } >= plan.patience
  }

  /// Does one step. Then it measures the validation loss and writes the checkpoint, if the settings ask for them after
  /// this step.
  /// - Returns: the step, and the measurement if there was one.
  /// - Throws: the errors of `Trainer.step`; `interrupted` also if the measurement was cancelled. The step then counts
  ///   as done, but has no measurement.
  public func next() throws -> (step: TrainingStep, point: ValidationPoint?) {
    let step = try trainer.step()
    history.append(step)
    var point: ValidationPoint?
    if plan.evaluateEvery > 0, step.step % plan.evaluateEvery == 0 || step.step == plan.training.steps,
      let look
    {
      let seen = try look()
      let made = ValidationPoint(step: step.step, loss: seen.loss, accuracy: seen.accuracy)
      points.append(made)
      if plan.patience > 0, best.map({ made.loss < $0.point.loss }) ?? true {
        best = (made, device.matrix(copying: trainer.adapter.parameters))
      }
      point = made
    }
    if checkpoint != nil, step.step % plan.checkpointEvery == 0 || isFinished { try save() }
    return (step, point)
  }

  /// Writes the checkpoint, if the run has a checkpoint file.
  public func save() throws {
    guard let checkpoint else { return }
    try Checkpoint.write(self, examples: examplesHash, to: checkpoint)
  }

  /// The indices of the examples that the adapter as it is was trained on in this run.
  public var usedExamples: Set<Int> { trainer.examples(ofFirst: restored ?? trainer.completed) }

  /// If `patience` is set, restores the adapter with the lowest validation loss.
  /// - Returns: the measurement of that adapter, if the adapter was changed.
  public func finish() -> ValidationPoint? {
    guard let best, best.point.step != trainer.completed else { return nil }
    trainer.adapter.parameters.copy(from: best.parameters)
    trainer.adapter.parametersChanged()
    restored = best.point.step
    return best.point
  }
}
