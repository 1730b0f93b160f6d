import Foundation

/// How a training is watched and kept, beside how it is done.
public struct TrainingPlan: Sendable, Equatable, Codable {
  public var training = TrainingConfig()
  /// Steps between looks at the validation articles; 0 for none.
  public var evaluateEvery = 0
  /// Validation articles of a look.
  public var evaluateLimit = 100
  /// Training ends when so many looks in a row were no better than the best, and the adapter goes back to the best; 0 goes on.
  public var patience = 0
  /// Steps between checkpoints.
  public var checkpointEvery = 20

  public init() {}
}

/// What a look at the validation articles saw.
public struct ValidationPoint: Sendable, Equatable, Codable {
  public var step: Int
  /// Mean of -log p over the answers' tokens.
  public var loss: Double
  public var accuracy: Double

  public init(step: Int, loss: Double, accuracy: Double) {
    self.step = step
    self.loss = loss
    self.accuracy = accuracy
  }

  public var perplexity: Double { ElementaryMath.exp(loss) }
}

/// A training from its first step to its last, with looks at the validation articles, early stopping and checkpoints. It may
/// begin in the middle, from a checkpoint, and ends with the same bytes as if it had never stopped.
public final class TrainingRun {
  /// As asked for; the steps of its training as they follow from its epochs.
  public let plan: TrainingPlan
  public let trainer: Trainer
  /// All steps trained on the adapter, those of earlier trainings first.
  public internal(set) var history: [TrainingStep]
  public internal(set) var points: [ValidationPoint] = []
  /// The parameters of the best look, where patience needs them.
  var best: (point: ValidationPoint, parameters: Matrix)?
  /// Where checkpoints go.
  public let checkpoint: String?
  /// Looks at the validation articles with the adapter as it is.
  public var look: (() throws -> (loss: Double, accuracy: Double))?
  private let examplesHash: String
  private let compute: Compute

  /// - Parameters:
  ///   - history: steps of earlier trainings of this adapter.
  ///   - checkpoint: a file to write checkpoints to.
  public init(
    plan: TrainingPlan, model: GemmaModel, adapter: Adapter, examples: [TokenizedExample],
    history: [TrainingStep] = [], checkpoint: String? = nil, compute: Compute
  ) throws {
    trainer = try Trainer(
      model: model, adapter: adapter, examples: examples, config: plan.training, compute: compute)
    var plan = plan
    plan.training = trainer.config
    self.plan = plan
    self.history = history
    self.checkpoint = checkpoint
    self.compute = compute
    var hash = SHA256()
    for example in examples { hash.update("\(example.promptCount) \(example.ids)\n") }
    examplesHash = hash.finish()
  }

  /// The run that a checkpoint was written by, at the step where it was written.
  ///
  /// - Throws: `malformed` for a file that is no checkpoint, `invalidValue` when model or examples are others.
  public convenience init(
    resuming path: String, model: GemmaModel, examples: [TokenizedExample], compute: Compute
  ) throws {
    let saved = try Checkpoint(path: path)
    guard saved.state.model == Checkpoint.describe(model) else {
      throw GemmaError.invalidValue(
        name: "resume", expected: "the model of the checkpoint: \(saved.state.model)",
        found: Checkpoint.describe(model))
    }
    try self.init(
      plan: saved.state.plan, model: model, adapter: saved.adapter(model: model, compute: compute),
      examples: examples, history: saved.state.history, checkpoint: path, compute: compute)
    guard saved.state.examples == examplesHash else {
      throw GemmaError.invalidValue(
        name: "resume", expected: "the training articles of the checkpoint",
        found: "others: load the same data, "
          + "split and prompt first")
    }
    try saved.restore(self, compute: compute)
  }

  /// Whether all is done.
  public var isFinished: Bool { trainer.completed >= plan.training.steps || hasStopped }

  /// Whether the last looks were no better than one before them.
  public var hasStopped: Bool {
    guard plan.patience > 0, let best else { return false }
    return points.count { $0.step > best.point.step } >= plan.patience
  }

  /// One step, with the look and the checkpoint that are due after it.
  /// - Returns: the step, and what a look saw.
  /// - Throws: as `Trainer.step`; a cancelled look is `interrupted` and is made up for by the next run of this step's end.
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
        best = (made, compute.matrix(copying: trainer.adapter.parameters))
      }
      point = made
    }
    if checkpoint != nil, step.step % plan.checkpointEvery == 0 || isFinished { try save() }
    return (step, point)
  }

  /// Writes the checkpoint, if there is to be one.
  public func save() throws {
    guard let checkpoint else { return }
    try Checkpoint.write(self, examples: examplesHash, to: checkpoint)
  }

  /// With patience, the adapter goes back to the best look.
  /// - Returns: that look, if the adapter was changed.
  public func finish() -> ValidationPoint? {
    guard let best, best.point.step != trainer.completed else { return nil }
    trainer.adapter.parameters.copy(from: best.parameters)
    trainer.adapter.parametersChanged()
    return best.point
  }
}
