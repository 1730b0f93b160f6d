import Gemma

extension Workspace {
  /// What a method answered to some articles. It knows them by their texts, whatever data or split is loaded later.
  public struct Evaluation: Sendable, Codable {
    public struct Article: Sendable, Codable {
      public var id: String
      /// `Sample.textHash`
      public var hash: String
      /// Nil after `gnb --last`, until the data that it comes from are loaded.
      public var text: String?

      init(_ sample: Sample) { (id, hash, text) = (sample.id, sample.textHash, sample.text) }

      // Texts are not kept for `gnb --last`: they are in the data.
      private enum CodingKeys: String, CodingKey {
        case id, hash
      }
    }

    public var name: String
    /// The method: "constrained", "generate" or "baseline".
    public var method: String
    /// The part that the articles were when they were classified.
    public var part: Part
    /// The name of the data set that they come from.
    public var data: String
    public var articles: [Article]
    public var categories: [String]
    public var truth: [String]
    public var predictions: [String]
    /// [article][category]; empty where the method gives no probabilities.
    public var probabilities: [[Double]]
    /// So many of the articles the method was trained on.
    public var trainedOn: Int

    init(
      name: String, method: String, part: Part, samples: [Sample], of data: Dataset, predictions: [String],
      probabilities: [[Double]] = [], seen: SeenTexts
    ) {
      self.name = name
      self.method = method
      self.part = part
      self.data = data.name
      articles = samples.map(Article.init)
      categories = data.categories
      truth = samples.map(\.category)
      self.predictions = predictions
      self.probabilities = probabilities
      trainedOn = seen.isEmpty ? 0 : articles.count { seen.hashes.contains($0.hash) }
    }

    public var correct: Int { zip(truth, predictions).count { $0 == $1 } }
    public var accuracy: Double { truth.isEmpty ? 0 : Double(correct) / Double(truth.count) }

    /// The probability of the answer; nil where the method gives none.
    func confidence(_ index: Int) -> Double? {
      probabilities.indices.contains(index) ? probabilities[index].max() : nil
    }

    /// Indices of the wrong answers, the surest first. `mistakes` numbers them in this order from 1.
    var mistakes: [Int] {
      let wrong = truth.indices.filter { truth[$0] != predictions[$0] }
      return wrong.map { ($0, confidence($0) ?? 0) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map(\.0)
    }

    /// Whether the same articles were classified with the same answers.
    func isSame(as other: Evaluation) -> Bool {
      articles.map(\.hash) == other.articles.map(\.hash) && truth == other.truth
        && predictions == other.predictions
    }

    /// How many articles it has, and of which part: "200 of validation".
    var place: String { "\(NumberFormat.count(articles.count)) of \(part.rawValue)" }

    // MARK: Pairs

    /// Two evaluations, article by article.
    struct Agreement {
      var both = 0
      var onlyFirst = 0
      var onlySecond = 0
      var neither = 0
      /// How many articles both classified.
      var shared: Int { both + onlyFirst + onlySecond + neither }
    }

    /// Counts of the articles that both classified, by which of the two were right.
    func agreement(with other: Evaluation) -> Agreement {
      let otherRight = Dictionary(
        uniqueKeysWithValues: zip(other.keys, zip(other.truth, other.predictions).map { $0 == $1 }))
      var counts = Agreement()
      for (i, key) in keys.enumerated() {
        guard let otherRight = otherRight[key] else { continue }
        switch (truth[i] == predictions[i], otherRight) {
        case (true, true): counts.both += 1
        case (true, false): counts.onlyFirst += 1
        case (false, true): counts.onlySecond += 1
        case (false, false): counts.neither += 1
        }
      }
      return counts
    }

    /// A text, and which of its occurrences in the evaluation it is: a kept duplicate is paired with a duplicate.
    private struct Key: Hashable {
      let hash: String
      let number: Int
    }

    private var keys: [Key] {
      var counts: [String: Int] = [:]
      return articles.map { article in
        let number = counts[article.hash, default: 0]
        counts[article.hash] = number + 1
        return Key(hash: article.hash, number: number)
      }
    }
  }

  // MARK: Names

  /// A name that no evaluation has yet: "untrained", "step 60", "step 60, train", "step 60 (2)". One without a part is on the validation
  /// articles.
  func freeName(on part: Part) -> String {
    var state = [adapterName.map { "adapter \($0)" }, steps.isEmpty ? nil : "step \(steps.count)"].compactMap
    { $0 }
    if state.isEmpty { state = [model?.isMerged == true ? "merged" : "untrained"] }
    if part != .validation { state.append(part.rawValue) }
    return freeName(state.joined(separator: ", "))
  }

  /// The name, with a number if an evaluation has it.
  func freeName(_ standard: String) -> String { evaluations.freeName(standard) }

  /// The evaluation with this name, or with this number in `compare`; without a name the last one.
  func evaluation(_ name: String?) throws -> Evaluation {
    guard let last = evaluations.last else {
      throw GemmaError.missing(need: "an evaluation", remedy: "evaluate")
    }
    return try name.map(evaluations.named) ?? last
  }

  /// Adds an evaluation as the last one.
  /// - Returns: the evaluation that had this name, and is replaced.
  @discardableResult
  mutating func add(_ evaluation: Evaluation) -> Evaluation? {
    let replaced = evaluations.first { $0.name == evaluation.name }
    evaluations.removeAll { $0.name == evaluation.name }
    evaluations.append(evaluation)
    presentEvaluations.insert(evaluation.name)
    return replaced
  }

  /// Gives evaluations that `gnb --last` brought back the texts of their articles, where the data have them.
  mutating func findTexts() {
    guard let data, evaluations.contains(where: { $0.articles.contains { $0.text == nil } }) else { return }
    let texts = Dictionary(data.samples.map { ($0.textHash, $0.text) }, uniquingKeysWith: { old, _ in old })
    for i in evaluations.indices {
      for j in evaluations[i].articles.indices where evaluations[i].articles[j].text == nil {
        evaluations[i].articles[j].text = texts[evaluations[i].articles[j].hash]
      }
    }
  }
}
