import Foundation
import Gemma

/// What `save classifier` notes in the adapter's folder: everything that an adapter does not know about its task. It is one key of gnb.json;
/// the hashes of the texts that were trained on are another.
public struct SavedClassifier: Codable, Sendable, Equatable {
  static let key = "classifier"
  static let newestFormat = 1

  struct Prompt: Codable, Sendable, Equatable {
    var name: String
    var template: String
    /// For rows whose input is empty; nil is `template`.
    var withoutInput: String?
    var instruction: String
    var maxInputTokens: Int?
    /// "<eos>" or "<end_of_turn>"
    var endToken: String
    /// Whether a conversation is put whole.
    var hasTurns: Bool

    enum CodingKeys: String, CodingKey {
      case name, template, instruction
      case withoutInput = "without_input"
      case hasTurns = "has_turns"
      case maxInputTokens = "max_input_tokens"
      case endToken = "end_token"
    }
  }

  struct Base: Codable, Sendable, Equatable {
    /// The name or path it was loaded by.
    var name: String
    /// On the Hugging Face hub, if that is known.
    var hub: String?
    /// Of the file, or of the names and hashes of a folder's files.
    var sha256: String
    var precision: String
  }

  struct Learnt: Codable, Sendable, Equatable {
    var name: String
    var sha256: String
    var rows: Int
    var categories: [String]
    /// Rows of each category.
    var counts: [Int]
    var train: Int?
    var validation: Int?
    var test: Int?
    var columns: [DataSource.Role]
  }

  struct Training: Codable, Sendable, Equatable {
    var steps: Int
    var loss: Double
    var commands: [String]
  }

  struct Measured: Codable, Sendable, Equatable {
    var name: String
    var method: String
    /// "train", "validation", "test", or "other".
    var on: String
    var articles: Int
    var correct: Int
    var accuracy: Double
    /// Of the 95% interval.
    var low: Double
    var high: Double
    /// Articles that the adapter was trained on.
    var seen: Int
    /// The mean probability of the answers, where they have one.
    var meanProbability: Double?

    enum CodingKeys: String, CodingKey {
      case name, method, on, articles, correct, accuracy, low, high, seen
      case meanProbability = "mean_probability"
    }
  }

  var format = Self.newestFormat
  var task: String
  var categories: [String]
  var prompt: Prompt
  var base: Base
  /// Of adapter_model.safetensors; nil without an adapter.
  var adapterSha256: String?
  var data: Learnt?
  var training: Training?
  /// Those of the adapter as it was saved, the last one last.
  var evaluations: [Measured]
  /// Whether a probability of 0.9 was fitted to mean 9 of 10.
  var calibrated = false

  enum CodingKeys: String, CodingKey {
    case format, task, categories, prompt, base, data, training, evaluations, calibrated
    case adapterSha256 = "adapter_sha256"
  }

  var isClassification: Bool { task == Dataset.Task.classification.rawValue }
}

extension SavedClassifier {
  /// - Returns: also the texts that were trained on.
  /// - Throws: `wrongKind` for another folder, `unsupported` for a newer format, `malformed`, `fileNotFound`.
  static func read(folder: String) throws -> (classifier: SavedClassifier, seen: SeenTexts) {
    let path = folder + "/" + AdapterNotes.fileName
    let files = FileManager.default
    guard files.fileExists(atPath: folder) else { throw GemmaError.fileNotFound(path: folder) }
    let notes = try AdapterNotes(folder: folder)
    struct Head: Decodable { var format: Int }
    guard let head = try notes.value(Head.self, for: key) else { throw missing(in: folder) }
    guard head.format <= newestFormat else {
      throw GemmaError.unsupported(
        path: path, feature: "format \(head.format), which a newer gnb wrote (this one reads \(newestFormat))"
      )
    }
    guard let classifier = try notes.value(SavedClassifier.self, for: key) else { throw missing(in: folder) }
    guard !classifier.categories.isEmpty || !classifier.isClassification else {
      throw GemmaError.malformed(path: path, location: "categories", expected: "at least one", found: "none")
    }
    return (classifier, try notes.seenTexts())
  }

  private static func missing(in folder: String) -> GemmaError {
    let isAdapter = FileManager.default.fileExists(atPath: folder + "/adapter_config.json")
    return .wrongKind(
      path: folder, expected: "a folder of 'save classifier'",
      found: isAdapter
        ? "an adapter without categories, prompt and base model, which 'save classifier' notes in \(AdapterNotes.fileName)"
        : "a folder without \(AdapterNotes.fileName)",
      remedy: isAdapter
        ? "load the model, data and prompt it was trained with, then 'load adapter \(Value.string(folder).source)'; "
          + "'save classifier' keeps all of it together"
        : "give the folder that 'save classifier' wrote")
  }

  /// Why data cannot be measured or trained on: it has a category that is not known here. Nil if it can.
  func misfit(_ data: Dataset) -> GemmaError? {
    guard isClassification, data.task == .classification else { return nil }
    let others = data.categories.filter { !categories.contains($0) }
    guard !others.isEmpty else { return nil }
    func list(_ names: [String]) -> String {
      names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", …" : "")
    }
    return .missing(
      need:
        "categories that the loaded classifier knows (\(list(categories))), but \(data.name) has \(list(others))",
      remedy: "load data with categories=[...] of these, or begin a new classifier by 'prompt' and 'lora'")
  }
}

extension SavedClassifier.Prompt {
  init(_ prompt: PromptTemplate) {
    self.init(
      name: prompt.name, template: prompt.template, withoutInput: prompt.withoutInput,
      instruction: prompt.instruction, maxInputTokens: prompt.maxInputTokens,
      endToken: prompt.endsTurn ? "<end_of_turn>" : "<eos>", hasTurns: prompt.hasTurns)
  }

  var restored: PromptTemplate {
    .saved(
      template: template, withoutInput: withoutInput, instruction: instruction,
      maxInputTokens: maxInputTokens, endsTurn: endToken == "<end_of_turn>", hasTurns: hasTurns, name: name)
  }
}

extension Workspace {
  /// The classifier as it is now, to be saved.
  func classifier(base: SavedClassifier.Base, adapterSha256: String?) throws -> SavedClassifier {
    let task = data?.task.rawValue ?? classifier?.task ?? Dataset.Task.classification.rawValue
    let isKept = steps.isEmpty && classifier != nil
    let measured = evaluations.filter { presentEvaluations.contains($0.name) && $0.method != "baseline" }
      .map(self.measured)
    return SavedClassifier(
      task: classifier?.task ?? task,
      categories: task == Dataset.Task.classification.rawValue ? try needCategories() : [],
      prompt: SavedClassifier.Prompt(try promptOrDefault()), base: base, adapterSha256: adapterSha256,
      data: isKept ? classifier?.data : learnt,
      training: isKept ? classifier?.training : training,
      evaluations: measured.isEmpty && isKept ? classifier?.evaluations ?? [] : measured)
  }

  private var learnt: SavedClassifier.Learnt? {
    data.map { data in
      SavedClassifier.Learnt(
        name: data.name, sha256: data.sha256, rows: data.samples.count,
        categories: data.task == .classification ? data.categories : [],
        counts: data.task == .classification ? data.counts : [], train: split?.train.count,
        validation: split?.validation.count, test: split?.test.count,
        columns: data.sources.first?.roles ?? [])
    }
  }

  private var training: SavedClassifier.Training? {
    steps.last.map {
      SavedClassifier.Training(
        steps: steps.count, loss: $0.loss,
        commands: (classifier?.training?.commands ?? []) + origins.trainings)
    }
  }

  private func measured(_ evaluation: Evaluation) -> SavedClassifier.Measured {
    let (low, high) = Significance.wilson(correct: evaluation.correct, total: evaluation.truth.count)
    let best = evaluation.probabilities.compactMap { $0.max() }
    return SavedClassifier.Measured(
      name: evaluation.name, method: evaluation.method, on: evaluation.part.rawValue,
      articles: evaluation.truth.count, correct: evaluation.correct, accuracy: evaluation.accuracy, low: low,
      high: high,
      seen: evaluation.trainedOn,
      meanProbability: best.isEmpty ? nil : best.reduce(0, +) / Double(best.count))
  }
}
