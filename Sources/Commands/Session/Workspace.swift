import Gemma

/// The model, data, adapter and results of a session. Copies share the frozen weights, so copying is cheap.
public struct Workspace: Sendable {
  public var model: GemmaModel?
  public var modelName = ""
  public var data: Dataset? { didSet { answers = [] } }
  public var split: Split?
  public var prompt: PromptTemplate?
  public var adapter: Adapter? {
    didSet { presentEvaluations = [] }
  }
  /// The file that the adapter was loaded from; nil for one that `lora` made.
  var adapterName: String?
  /// How the model's weights are kept in memory.
  public var precision = WeightPrecision.auto
  /// What `load classifier` restored, until another model, adapter or prompt takes its place.
  public var classifier: SavedClassifier?
  /// The names of the evaluations that were made with the adapter as it is now.
  public internal(set) var presentEvaluations: Set<String> = []
  /// The texts that this adapter was trained on, also in earlier sessions, and those of adapters merged into the model.
  public var seen = SeenTexts()
  /// The texts that adapters were trained on before they were merged into the model.
  private(set) var seenByModel = SeenTexts()
  /// Steps trained on this adapter so far.
  public var steps: [TrainingStep] = [] {
    didSet {
      if steps.isEmpty { looks = [] }
      presentEvaluations = []
    }
  }
  /// What looks at the validation articles saw; their steps are places in `steps`, from 1.
  public private(set) var looks: [ValidationPoint] = []
  /// The evaluations in their order. Other data and another split leave them as they are.
  public var evaluations: [Evaluation] = []
  /// The evaluations of an instruction task, in the same way.
  public var answers: [InstructionEvaluation] = []
  /// The commands that loaded the model, the data and the rest, in order.
  public internal(set) var origins = Origins()
  /// The tokens of the data's rows. Copies of a workspace share them.
  private let tokens = KeptTokens()
  /// The tables that the last command with a table showed, whole, for `save table`.
  var lastTables: [Table] = []

  public init() {}

  /// The base model's name for an adapter's folder. It is the name on the Hugging Face hub if that is known, so that
  /// PEFT finds the model; else the name or path it was loaded by. A merged model has no name on the hub.
  var baseName: String {
    guard let model, !model.isMerged else { return modelName }
    return Catalogue.items.first { $0.isModel && $0.name == modelName }?.hubName ?? model.file.hubName
      ?? modelName
  }

  public func needModel() throws -> GemmaModel {
    guard let model else { throw GemmaError.missing(need: "a model", remedy: "load model gemma-3-270m") }
    return model
  }

  public func needData() throws -> Dataset {
    guard let data else { throw GemmaError.missing(need: "data", remedy: "load data mini-news") }
    return data
  }

  public func needSplit() throws -> Split {
    guard let split else { throw GemmaError.missing(need: "a split", remedy: "split") }
    return split
  }

  /// The articles of a part that is not empty.
  func needSamples(of part: Part) throws -> [Int] {
    let samples = try needSplit().samples(of: part)
    guard !samples.isEmpty else {
      throw GemmaError.missing(
        need: "\(part.rawValue) articles, and the split has none", remedy: "split \(part.rawValue)=0.2")
    }
    return samples
  }

  public func needAdapter() throws -> Adapter {
    guard let adapter else { throw GemmaError.missing(need: "an adapter", remedy: "lora") }
    return adapter
  }

  /// The prompt, or Alpaca's with the data's categories.
  public func promptOrDefault() throws -> PromptTemplate {
    if let prompt { return prompt.exampleCount > 0 ? try withExamples(prompt) : prompt }
    let instruction =
      try data?.standardInstruction ?? PromptTemplate.defaultInstruction(categories: needCategories())
    return .alpaca(instruction: instruction, maxInputTokens: nil)
  }

  /// Rows of the data with their answers as tokens, by the present prompt.
  func examples(_ indices: some Sequence<Int>) throws -> [TokenizedExample] {
    tokens.examples(
      indices, of: try needData(), prompt: try promptOrDefault(), tokenizer: try needModel().tokenizer)
  }

  /// The examples come from the training part as it is now, so that no article of another part is among them.
  private func withExamples(_ prompt: PromptTemplate) throws -> PromptTemplate {
    let data = try needData()
    let rows = try needSamples(of: .train).map { data.samples[$0] }
    guard rows.count >= prompt.exampleCount else {
      throw GemmaError.invalidValue(
        name: "examples", expected: "at most the \(rows.count) training articles",
        found: "\(prompt.exampleCount)")
    }
    return prompt.showing(rows, categories: data.task == .classification ? data.categories : [])
  }

  /// The prompt to train with, or to save.
  /// - Throws: `invalidValue` if it shows examples: an adapter learns answers without them.
  func promptWithoutExamples(_ command: String) throws -> PromptTemplate {
    let prompt = try promptOrDefault()
    guard prompt.exampleCount == 0 else {
      throw GemmaError.invalidValue(
        name: "prompt", expected: "no examples for '\(command)' (choose the prompt again, without examples=)",
        found: NumberFormat.count(prompt.exampleCount, "example"))
    }
    return prompt
  }

  /// Whether the task is to choose one of some categories: the loaded classifier's task, else the data's.
  var isClassification: Bool { classifier.map(\.isClassification) ?? (data?.task != .instruction) }

  /// The categories to choose from: the loaded classifier's, else the data's.
  func needCategories() throws -> [String] { try classifier?.categories ?? needData().categories }

  /// The same, to measure or train with the data.
  /// - Throws: `missing` where the data has a category that the loaded classifier does not know.
  func needCategoriesOfData() throws -> [String] {
    let data = try needData()
    guard let classifier, let misfit = classifier.misfit(data) else { return try needCategories() }
    throw misfit
  }

  /// What belongs to the model, and goes when another is loaded, in words.
  var measured: [String] {
    var parts: [String] = []
    if adapter != nil {
      parts.append(
        steps.isEmpty ? "its adapter" : "its adapter after \(NumberFormat.count(steps.count, "step"))")
    }
    if !evaluations.isEmpty { parts.append(NumberFormat.count(evaluations.count, "evaluation")) }
    return parts
  }

  /// Attaches an adapter that is not trained in this session yet.
  ///
  /// - Parameters:
  ///   - name: the file that it was loaded from.
  ///   - seen: what it was trained on.
  mutating func attach(_ adapter: Adapter, name: String? = nil, seen: SeenTexts = SeenTexts()) {
    self.adapter = adapter
    adapterName = name
    classifier = nil
    steps = []
    self.seen = seenByModel.union(seen)
  }

  /// Leaves the model without an adapter.
  mutating func detach() {
    adapter = nil
    adapterName = nil
    classifier = nil
    steps = []
    seen = seenByModel
  }

  /// Steps that the attached adapter was trained in an earlier session, and its looks at the validation articles.
  mutating func goOn(after steps: [TrainingStep], looks: [ValidationPoint]) {
    self.steps = steps
    self.looks = looks
  }

  /// Puts the model that the adapter was merged into in the place of both. The model has then seen what the adapter was trained on.
  mutating func merge(into model: GemmaModel) {
    self.model = model
    modelName += " (merged)"
    adapter = nil
    adapterName = nil
    classifier = nil
    steps = []
    seenByModel = seen
  }

  /// The adapter of a training with its steps and looks, after those of earlier ones.
  ///
  /// - Parameter articles: those that its examples were made of, in their order.
  mutating func add(_ run: TrainingRun, articles: [Sample]) {
    if run.isResumed { adapterName = nil }
    adapter = run.trainer.adapter
    seen = seenByModel.union(run.seen)
    seen.add(run.usedExamples.map { articles[$0] })
    let before = run.history.count - run.trainer.completed
    looks.removeAll { $0.step > before }
    looks += run.points.map {
      ValidationPoint(step: before + $0.step, loss: $0.loss, accuracy: $0.accuracy)
    }
    steps = run.history
  }
}
