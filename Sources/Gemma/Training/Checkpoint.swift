import Foundation

/// The state of an unfinished training, as one safetensors file: the adapter under PEFT's names, the optimiser's
/// moments, and in the metadata all settings and the history. One file can be written atomically: after a crash it is
/// either the old file or the new one.
struct Checkpoint {
  struct State: Codable {
    var model: String
    /// A hash of the training examples' tokens.
    var examples: String
    var adapter: String
    var plan: TrainingPlan
    var completed: Int
    var losses: [Double]
    var history: [TrainingStep]
    var points: [ValidationPoint]
    var best: ValidationPoint?
    var seed: UInt64
    /// What the adapter was trained on before; checkpoints of an older version do not have it.
    var seen: SeenTexts?
  }

  private static let bestName = "best.parameters"
  let file: SafetensorsFile
  let state: State

  /// - Throws: `malformed` for a file that is no checkpoint.
  init(path: String) throws {
    file = try SafetensorsFile(path: path)
    guard let text = file.metadata[StoredAdapter.checkpointKey] else {
      throw GemmaError.malformed(
        path: path, location: "metadata", expected: "a checkpoint of gnb", found: "another safetensors file")
    }
    do { state = try JSONDecoder().decode(State.self, from: Data(text.utf8)) } catch {
      throw GemmaError.malformed(
        path: path, location: "metadata", expected: "a checkpoint of this version of gnb",
        found: "a checkpoint of another version")
    }
    guard state.plan.training.batch > 0, state.plan.training.accumulate > 0, state.plan.checkpointEvery > 0,
      state.plan.training.steps > 0, state.completed >= 0, state.completed <= state.plan.training.steps,
      state.losses.count == state.completed
    else {
      throw GemmaError.malformed(
        path: path, location: "metadata", expected: "settings that fit together",
        found: "settings that do not")
    }
  }

  /// The model's description in a checkpoint. It is the shape, because files of the same model have many names.
  static func describe(_ model: GemmaModel) -> String {
    let c = model.config
    return
      "\(c.architecture) with \(c.layers.count) layers of \(c.hiddenSize), \(c.parameterCount) parameters"
  }

  static func write(_ run: TrainingRun, examples: String, to path: String) throws {
    let (trainer, adapter) = (run.trainer, run.trainer.adapter.stored())
    let state = State(
      model: describe(trainer.model), examples: examples, adapter: adapter.peftSettings(baseModel: ""),
      plan: run.plan,
      completed: trainer.completed, losses: trainer.losses, history: run.history, points: run.points,
      best: run.best?.point, seed: adapter.config.seed, seen: run.seen)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text: Data
    do { text = try encoder.encode(state) } catch {
      throw GemmaError.inputOutput(path: path, reason: error.localizedDescription)
    }
    var tensors = adapter.tensors() + trainer.optimizer.tensors()
    if let best = run.best {
      tensors.append(.init(name: bestName, shape: [best.parameters.count], values: best.parameters.values))
    }
    try SafetensorsWriter.write(
      tensors,
      metadata: [StoredAdapter.checkpointKey: String(decoding: text, as: UTF8.self), "format": "pt"], to: path
    )
  }

  func adapter(model: GemmaModel, device: Device) throws -> Adapter {
    var stored = try StoredAdapter(
      PEFTSettings(state.adapter, path: file.file.path), file: file,
      ignoring: ["optimizer.", Self.bestName], base: model.file)
    stored.config.seed = state.seed
    return Adapter(stored, model: model, device: device)
  }

  /// Puts a fresh run into the state of this checkpoint.
  func restore(_ run: TrainingRun, device: Device) throws {
    try run.trainer.optimizer.restore(from: file, step: state.completed)
    run.trainer.completed = state.completed
    run.trainer.losses = state.losses
    run.points = state.points
    guard let point = state.best else { return }
    let parameters = device.matrix(1, run.trainer.adapter.parameterCount)
    guard let view = file.tensor(Self.bestName), view.type == .f32, view.count == parameters.count else {
      throw GemmaError.malformed(
        path: file.file.path, location: Self.bestName, expected: "\(parameters.count) numbers", found: "none")
    }
    parameters.set(view.values)
    run.best = (point, parameters)
  }
}
