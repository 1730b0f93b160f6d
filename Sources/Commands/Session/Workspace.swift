import Gemma

/// The model, data, adapter and results of a session. Copies share the frozen weights, so copying is cheap.
public struct Workspace: Sendable {
  public struct Evaluation: Sendable, Codable {
    public var name: String
    /// The method: "constrained", "generate" or "baseline".
    public var method: String
    /// Indices into the data set, in order.
    public var samples: [Int]
    public var truth: [String]
    public var predictions: [String]
    /// [sample][category]; empty where the method gives no probabilities.
    public var probabilities: [[Double]]

    public var correct: Int { zip(truth, predictions).count { $0 == $1 } }
    public var accuracy: Double { truth.isEmpty ? 0 : Double(correct) / Double(truth.count) }

    /// Counts of the articles that both classified, by which of the two were right.
    func agreement(with other: Evaluation) -> (both: Int, onlyFirst: Int, onlySecond: Int, neither: Int) {
      let rightOfOther = Dictionary(
        zip(other.samples, zip(other.truth, other.predictions).map { $0 == $1 }),
        uniquingKeysWith: { old, _ in old })
      var counts = (both: 0, onlyFirst: 0, onlySecond: 0, neither: 0)
      for (i, sample) in samples.enumerated() {
        guard let otherRight = rightOfOther[sample] else { continue }
        switch (truth[i] == predictions[i], otherRight) {
        case (true, true): counts.both += 1
        case (true, false): counts.onlyFirst += 1
        case (false, true): counts.onlySecond += 1
        case (false, false): counts.neither += 1
        }
      }
      return counts
    }
  }

  public var model: GemmaModel?
  public var modelName = ""
  public var data: Dataset?
  public var split: Split?
  public var prompt: PromptTemplate?
  public var adapter: Adapter? {
    didSet { presentEvaluations = [] }
  }
  /// How the model's weights are kept in memory.
  public var precision = WeightPrecision.auto
  /// What `load classifier` restored, until another model, adapter or prompt takes its place.
  public var classifier: SavedClassifier?
  /// The names of the evaluations that were made with the adapter as it is now.
  public internal(set) var presentEvaluations: Set<String> = []
  /// The texts that this adapter was trained on, also in earlier sessions.
  public var seen = SeenTexts()
  /// Steps trained on this adapter so far.
  public var steps: [TrainingStep] = [] {
    didSet {
      if steps.isEmpty { looks = [] }
      presentEvaluations = []
    }
  }
  /// What looks at the validation articles saw; their steps are places in `steps`, from 1.
  public private(set) var looks: [ValidationPoint] = []
  /// The evaluations in their order. A new one replaces an older one with the same name.
  public var evaluations: [Evaluation] = []
  /// The commands that loaded the model, the data and the rest, in order.
  public internal(set) var origins = Origins()
  /// The table shown last, whole, for `save table`.
  var lastTable: Table?

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
    if let prompt { return prompt }
    let instruction =
      try data?.standardInstruction ?? PromptTemplate.defaultInstruction(categories: needCategories())
    return .alpaca(instruction: instruction, maxInputTokens: nil)
  }

  /// The categories to choose from: the loaded classifier's, else the data's.
  func needCategories() throws -> [String] { try classifier?.categories ?? needData().categories }

  /// The same, to measure or train with the data.
  /// - Throws: `missing` where the data has a category that the loaded classifier does not know.
  func needCategoriesOfData() throws -> [String] {
    let data = try needData()
    guard let classifier, let misfit = classifier.misfit(data) else { return try needCategories() }
    throw misfit
  }

  /// A name that no evaluation has yet: "untrained", "step 60", "step 60 (2)".
  ///
  /// - Parameter part: text to add if the evaluation is not on the validation articles.
  func freeName(on part: String) -> String {
    let loaded = classifier?.training.map { "loaded, step \($0.steps)" }
    let standard = (steps.isEmpty ? loaded ?? "untrained" : "step \(steps.count)") + part
    var (name, number) = (standard, 1)
    while evaluations.contains(where: { $0.name == name }) {
      number += 1
      name = "\(standard) (\(number))"
    }
    return name
  }

  /// The evaluation with this name, or with this number in `compare`; without a name the last one.
  func evaluation(_ name: String?) throws -> Evaluation {
    guard let last = evaluations.last else {
      throw GemmaError.missing(need: "an evaluation", remedy: "evaluate")
    }
    guard let name else { return last }
    let numbered = Int(name).flatMap { evaluations.indices.contains($0 - 1) ? evaluations[$0 - 1] : nil }
    guard let found = evaluations.first(where: { $0.name == name }) ?? numbered else {
      throw GemmaError.invalidValue(
        name: "evaluation", expected: "one of \(evaluations.map(\.name).joined(separator: ", "))", found: name
      )
    }
    return found
  }

  /// The steps and looks of a training, after those of earlier ones.
  mutating func add(_ run: TrainingRun) {
    let before = run.history.count - run.trainer.completed
    looks.removeAll { $0.step > before }
    looks += run.points.map {
      ValidationPoint(step: before + $0.step, loss: $0.loss, accuracy: $0.accuracy)
    }
    steps = run.history
  }

  mutating func add(_ evaluation: Evaluation) {
    evaluations.removeAll { $0.name == evaluation.name }
    evaluations.append(evaluation)
    presentEvaluations.insert(evaluation.name)
  }
}
