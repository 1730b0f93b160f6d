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
  }

  /// Classifies rows in order.
  /// - Parameter progress: called after each group with the answers so far. If it returns false, classifying stops.
  /// - Throws: `interrupted` if `progress` returned false.
  public func classify(
    _ samples: [Sample], method: Method, progress: (_ answers: [Answer]) -> Bool = { _ in true }
  ) throws -> [Answer] {
    let tokenizer = model.tokenizer
    let prompts = samples.map { prompt.promptTokens($0, tokenizer: tokenizer) }
    for (index, ids) in prompts.enumerated() {
      if let range = wrongLength(ids) {
        throw GemmaError.invalidValue(
          name: "article \(index + 1)", expected: "\(range.lowerBound) to \(range.upperBound) tokens",
          found: "\(ids.count) tokens (set max_input_tokens)")
      }
    }
    var answers: [Answer] = []
    try answer(prompts, method: method) {
      answers += $0
      if !progress(answers) { throw GemmaError.interrupted }
    }
    return answers
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
        return try each(constrained(group.map { Array($0.dropFirst(prefix.count)) }, prefix: prefix))
      case .generate: return try each(generated(group, prefix: prefix))
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
        generator.generate(group, prefix: prefix, maxTokens: maxTokens, stops: model.tokenizer.stopIDs))
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
    let most = (prompts.map(\.count).min() ?? 1) - 1
    let shared = prompts.count > 1 ? TokenBatch.commonPrefix(prompts, most: most) : 0
    let tokens = Array(prompts.first?.prefix(shared) ?? [])
    let cache = try Generator(model: model, adapter: adapter, device: device).cache(of: tokens)
    return SharedPrefix(tokens: tokens, cache: cache)
  }

  /// Groups of as many prompts as go through the model in one pass. An answer does not depend on the group it is in.
  private func inGroups(
    _ prompts: [[Int32]], sharing given: SharedPrefix?, _ body: ([[Int32]], KeyValueCache) throws -> Void
  ) throws {
    let isShared = prompts.allSatisfy { ids in
      given.map { ids.count > $0.tokens.count && ids.starts(with: $0.tokens) } ?? false
    }
    let prefix: SharedPrefix
    if let given, isShared { prefix = given } else { prefix = try sharedPrefix(of: prompts) }
    let shared = prefix.tokens.count
    var first = 0
    while first < prompts.count {
      var last = first
      var rows = 0
      while last < prompts.count, last == first || rows + prompts[last].count - shared <= Self.rowLimit {
        rows += prompts[last].count - shared
        last += 1
      }
      try body(Array(prompts[first..<last]), prefix.cache)
      first = last
    }
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

  private func constrained(_ prompts: [[Int32]], prefix: KeyValueCache) throws -> [Answer] {
    let trie = LabelTrie(categories.map { prompt.responseTokens($0, tokenizer: model.tokenizer) })
    for node in trie.nodes { try model.checkRows(node.children.map(\.token)) }
    let choices = trie.choices
    var batch = TokenBatch()
    // Later choices continue the prompt, so its keys and values are kept.
    let deeper = choices.filter { $0 != 0 }
    let caches: [KeyValueCache] =
      deeper.isEmpty
      ? []
      : prompts.map {
        prefix.extended(capacity: prefix.count + $0.count, config: model.config, device: device)
      }
    for (i, ids) in prompts.enumerated() {
      batch.append(
        ids, cache: deeper.isEmpty ? prefix : caches[i], appends: !deeper.isEmpty,
        wanted: ids.count - 1..<ids.count)
    }
    let hidden = try model.forward(batch, adapter: adapter, device: device).hidden
    let atRoot = shares(hidden, trie: trie, node: 0)
    return try prompts.indices.map { i in
      var byNode: [Int: [Double]] = [0: atRoot[i]]
      if !deeper.isEmpty {
        var paths = TokenBatch()
        for node in deeper {
          let path = trie.nodes[node].path
          paths.append(path, cache: caches[i], wanted: path.count - 1..<path.count)
        }
        let states = try model.forward(paths, adapter: adapter, device: device).hidden
        for (row, node) in deeper.enumerated() {
          byNode[node] = shares(device.gather(states, rows: [row]), trie: trie, node: node)[0]
        }
      }
      let probabilities = trie.labelProbabilities(count: categories.count) { byNode[$0] ?? [] }
      var best = 0
      for k in probabilities.indices where probabilities[k] > probabilities[best] { best = k }
      return Answer(prediction: categories[best], probabilities: probabilities, tokens: [])
    }
  }

  /// For each row, the probabilities of a node's children, normalised over these children.
  private func shares(_ hidden: Matrix, trie: LabelTrie, node: Int) -> [[Double]] {
    let tokens = trie.nodes[node].children.map(\.token)
    let logits = model.logits(hidden, of: tokens, device: device)
    return (0..<hidden.rows).map { row in
      let values = logits.values(ofRow: row).map(Double.init)
      let top = values.max() ?? 0
      let weights = values.map { ElementaryMath.exp($0 - top) }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
  }
}
