import Foundation

/// Classifies texts with a prompt and a model, by one of two methods.
public struct Classifier: Sendable {
  public enum Method: String, Sendable, CaseIterable {
    /// The model may write only the tokens of labels. So the answer is always a category, and each category has a
    /// probability.
    case constrained
    /// The model writes freely, as in the Colab demo. The first line of the answer is taken as the category.
    case generate
  }

  /// The answer for one text.
  public struct Answer: Sendable, Equatable {
    /// A category; for `.generate`, the text that the model wrote.
    public var prediction: String
    /// The probability of each category, in the classifier's order; empty for `.generate`.
    public var probabilities: [Double]
    /// The tokens of the answer, for `.generate`.
    public var tokens: [Int32]
  }

  let model: GemmaModel
  let adapter: Adapter?
  let prompt: PromptTemplate
  public let categories: [String]
  let device: Device
  /// The tokens of the categories.
  private let labels: LabelTrie
  /// The largest number of tokens in a generated answer.
  public static let answerTokens = 64
  /// The number of rows in one pass.
  private static let rowLimit = 1280

  public init(
    model: GemmaModel, adapter: Adapter?, prompt: PromptTemplate, categories: [String], device: Device
  ) {
    self.model = model
    self.adapter = adapter
    self.prompt = prompt
    self.categories = categories
    self.device = device
    labels = LabelTrie(categories.map { prompt.responseTokens($0, tokenizer: model.tokenizer) })
  }

  /// Classifies rows in order.
  /// - Parameter progress: called after each group with the answers so far. If it returns false, classifying stops.
  /// - Throws: `interrupted` if `progress` returned false.
  public func classify(
    _ samples: [Sample], method: Method, progress: (_ answers: [Answer]) -> Bool = { _ in true }
  ) throws -> [Answer] {
    try classify(
      samples.map { prompt.promptTokens($0, tokenizer: model.tokenizer) }, method: method, progress: progress)
  }

  /// Classifies prompts of tokens in order, likewise.
  public func classify(
    _ prompts: [[Int32]], method: Method, progress: (_ answers: [Answer]) -> Bool = { _ in true }
  ) throws -> [Answer] {
    try checkLengths(prompts)
    var answers: [Answer] = []
    try answer(prompts, method: method) {
      answers += $0
      if !progress(answers) { throw GemmaError.interrupted }
    }
    return answers
  }

  func checkLengths(_ prompts: [[Int32]]) throws {
    for (index, ids) in prompts.enumerated() {
      if let range = wrongLength(ids) {
        throw GemmaError.invalidValue(
          name: "article \(index + 1)", expected: "\(range.lowerBound) to \(range.upperBound) tokens",
          found: "\(ids.count) tokens (set max_input_tokens)")
      }
    }
  }

  /// Classifies plain texts in order.
  public func classify(_ texts: [String], method: Method) throws -> [Answer] {
    try classify(texts.map { Sample(text: $0) }, method: method)
  }

  /// The lengths that a prompt may have, if this one has another.
  public func wrongLength(_ ids: [Int32], answer count: Int = Classifier.answerTokens) -> ClosedRange<Int>? {
    let range = 1...max(1, model.config.contextLength - count)
    return range.contains(ids.count) ? nil : range
  }

  /// Answers prompts of tokens in order.
  /// - Parameter each: called with the answers of each group as they come. An error that it throws ends the work.
  public func answer(
    _ prompts: [[Int32]], method: Method, sharing prefix: SharedPrefix? = nil, each: ([Answer]) throws -> Void
  ) throws {
    try inGroups(prompts, sharing: prefix) { group, prefix in
      switch method {
      case .constrained:
        return try each(constrained(prompts[group].map { ConstrainedRow($0) }, prefix: prefix).answers)
      case .generate: return try each(generated(Array(prompts[group]), prefix: prefix))
      }
    }
  }

  /// Lets the model write its answers freely, as an instruction wants them.
  public func write(
    _ prompts: [[Int32]], maxTokens: Int, sharing prefix: SharedPrefix? = nil,
    each: ([Generator.Answer]) throws -> Void
  ) throws {
    let generator = Generator(model: model, adapter: adapter, device: device)
    try inGroups(prompts, sharing: prefix) { group, prefix in
      try each(
        generator.generate(
          Array(prompts[group]), prefix: prefix, maxTokens: maxTokens, stops: model.tokenizer.stopIDs))
    }
  }

  /// The beginning that prompts share, computed once for many calls.
  public struct SharedPrefix: Sendable {
    let tokens: [Int32]
    let cache: KeyValueCache
  }

  /// The common beginning of these prompts. It is found by comparing tokens, not from the template.
  public func sharedPrefix(of prompts: [[Int32]]) throws -> SharedPrefix {
    // At least one token of each prompt is not among the shared ones.
    try sharedPrefix(of: prompts, most: (prompts.map(\.count).min() ?? 1) - 1)
  }

  private func sharedPrefix(of prompts: [[Int32]], most: Int) throws -> SharedPrefix {
    let shared = prompts.count > 1 ? TokenBatch.commonPrefix(prompts, most: most) : 0
    let tokens = Array(prompts.first?.prefix(shared) ?? [])
    let cache = try Generator(model: model, adapter: adapter, device: device).cache(of: tokens)
    return SharedPrefix(tokens: tokens, cache: cache)
  }

  /// Groups of as many prompts as go through the model in one pass. An answer does not depend on the group it is in.
  private func inGroups(
    _ prompts: [[Int32]], sharing given: SharedPrefix?, _ body: (Range<Int>, KeyValueCache) throws -> Void
  ) throws {
    let isShared = prompts.allSatisfy { ids in
      given.map { ids.count > $0.tokens.count && ids.starts(with: $0.tokens) } ?? false
    }
    let prefix: SharedPrefix
    if let given, isShared { prefix = given } else { prefix = try sharedPrefix(of: prompts) }
    let lengths = prompts.map { $0.count - prefix.tokens.count }
    let limit = max(Self.rowLimit, device.passRows)
    for group in TokenBatch.passes(lengths, rows: limit) { try body(group, prefix.cache) }
  }

  private func generated(_ prompts: [[Int32]], prefix: KeyValueCache) throws -> [Answer] {
    return try Generator(model: model, adapter: adapter, device: device).generate(
      prompts, prefix: prefix, maxTokens: Self.answerTokens, stops: model.tokenizer.stopIDs
    ).map { answer in
      let line =
        answer.text.split(separator: "\n", omittingEmptySubsequences: true).first.map(String.init) ?? ""
      return Answer(
        prediction: line.trimmingCharacters(in: .whitespaces), probabilities: [], tokens: answer.ids)
    }
  }

  // MARK: Constrained answers

  /// A prompt, and the known answer if its loss is measured too.
  private struct ConstrainedRow {
    var prompt: [Int32]
    var example: TokenizedExample?

    init(_ prompt: [Int32]) { self.prompt = prompt }
    init(_ example: TokenizedExample) { (prompt, self.example) = (example.prompt, example) }

    /// The first token whose successor is wanted: the last one of the prompt, or with turns the one before the first turn to learn.
    var firstWanted: Int { min(prompt.count, example?.promptCount ?? .max) - 1 }
  }

  /// What one look at rows with known answers finds.
  public struct Look: Sendable, Equatable {
    public var answers: [Answer]
    /// The same as `GemmaModel.answerLoss` of the rows.
    public var loss: AnswerLoss
  }

  /// Classifies rows, and measures the loss of their known answers in the same passes.
  /// - Parameter progress: called after each group with the number of rows so far. If it returns false, looking stops.
  /// - Throws: `interrupted` if `progress` returned false.
  public func look(at examples: [TokenizedExample], progress: (_ done: Int) -> Bool = { _ in true }) throws
    -> Look
  {
    for example in examples { try model.checkRows(example.ids) }
    let rows = examples.map { ConstrainedRow($0) }
    let prompts = rows.map(\.prompt)
    try checkLengths(prompts)
    let prefix = try sharedPrefix(of: prompts, most: rows.map(\.firstWanted).min() ?? 0)
    var answers: [Answer] = []
    var sum = AnswerLossSum()
    try inGroups(prompts, sharing: prefix) { group, prefix in
      let found = try constrained(Array(rows[group]), prefix: prefix)
      answers += found.answers
      if let scores = found.scores { sum.add(scores, weights: found.weights) }
      guard progress(answers.count) else { throw GemmaError.interrupted }
    }
    return Look(answers: answers, loss: sum.result)
  }

  /// One pass: the prompts, and after each the beginnings of labels where a label is chosen, and its own answer.
  private func constrained(_ rows: [ConstrainedRow], prefix: KeyValueCache) throws -> (
    answers: [Answer], scores: TargetScores?, weights: [Float]
  ) {
    for node in labels.nodes { try model.checkRows(node.children.map(\.token)) }
    var batch = TokenBatch()
    /// For each choice in the labels, the rows of the pass after which it is made.
    var chosen: [Int: [Int]] = [:]
    var count = 0
    func append(_ ids: some Collection<Int32>, after parent: Int?, wanted: Range<Int>) -> Int {
      count += wanted.count
      return batch.append(Array(ids), parent: parent, cache: prefix, wanted: wanted)
    }
    var scored: [Int] = []
    var (targets, weights): ([Int32], [Float]) = ([], [])
    for row in rows {
      let ids = row.prompt.dropFirst(prefix.count)
      let before = count
      let parent = append(ids, after: nil, wanted: row.firstWanted - prefix.count..<ids.count)
      chosen[0, default: []].append(count - 1)
      scored += row.example == nil ? [] : Array(before..<count)
      for node in labels.choices where node != 0 {
        let path = labels.nodes[node].path
        _ = append(path, after: parent, wanted: path.count - 1..<path.count)
        chosen[node, default: []].append(count - 1)
      }
      guard let example = row.example else { continue }
      // The last token has nothing to predict: it is only a target.
      let answer = example.ids[row.prompt.count...].dropLast()
      if !answer.isEmpty {
        scored += count..<count + answer.count
        _ = append(answer, after: parent, wanted: 0..<answer.count)
      }
      targets += example.ids[example.promptCount...]
      weights += example.weights(example.promptCount..<example.ids.count)
    }
    let hidden = try model.forward(batch, adapter: adapter, device: device).hidden
    var byNode: [Int: [[Double]]] = [:]
    for (node, places) in chosen {
      byNode[node] = self.shares(device.gather(hidden, rows: places), node: node)
    }
    let answers = rows.indices.map { i in
      let probabilities = labels.labelProbabilities(count: categories.count) { byNode[$0]?[i] ?? [] }
      return Answer(
        prediction: categories[probabilities.firstLargest() ?? 0], probabilities: probabilities, tokens: [])
    }
    guard !scored.isEmpty else { return (answers, nil, []) }
    let scores = CrossEntropy(head: model.head, softCap: model.config.finalSoftCap)
      .forward(device.gather(hidden, rows: scored), targets: targets, device: device)
    return (answers, scores, weights)
  }

  /// For each row, the probabilities of a node's children, normalised over these children.
  private func shares(_ hidden: Matrix, node: Int) -> [[Double]] {
    let logits = model.logits(hidden, of: labels.nodes[node].children.map(\.token), device: device)
    return (0..<hidden.rows).map { ElementaryMath.softmax(logits.values(ofRow: $0).map(Double.init)) }
  }
}
