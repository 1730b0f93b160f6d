/// Text by repeated prediction, greedy, with a key-value cache.
public struct Generator: Sendable {
  let model: GemmaModel
  let adapter: Adapter?
  let compute: Compute

  public init(model: GemmaModel, adapter: Adapter?, compute: Compute) {
    self.model = model
    self.adapter = adapter
    self.compute = compute
  }

  /// The cache of a prefix that many prompts share.
  public func cache(of prefix: [Int32]) throws -> KeyValueCache {
    let cache = KeyValueCache(capacity: prefix.count, config: model.config, compute: compute)
    if !prefix.isEmpty {
      var batch = TokenBatch()
      batch.append(prefix, cache: cache, appends: true, wanted: 0..<0)
      _ = try model.forward(batch, adapter: adapter, compute: compute)
    }
    return cache
  }

  /// Continues every prompt until a token of `stops`, or `maxTokens`. The stop token is not part of the answer.
  ///
  /// Prompts run together; each one's tokens are those it would have alone.
  /// - Parameters:
  ///   - prefix: the cache of the tokens that all `prompts` begin with; the prompts are given without them.
  ///   - onToken: sees each token as it comes, and its prompt's index; false stops all.
  public func greedy(
    _ prompts: [[Int32]], prefix: KeyValueCache? = nil, maxTokens: Int, stops: Set<Int32>,
    onToken: (_ index: Int, _ token: Int32) -> Bool = { _, _ in true }
  ) throws -> [[Int32]] {
    var answers = [[Int32]](repeating: [], count: prompts.count)
    guard maxTokens > 0 else { return answers }
    let before = prefix?.count ?? 0
    for prompt in prompts {
      guard !prompt.isEmpty, before + prompt.count + maxTokens <= model.config.contextLength else {
        throw GemmaError.invalidValue(
          name: "prompt", expected: "1 to \(model.config.contextLength - maxTokens) tokens",
          found: "\(before + prompt.count) tokens")
      }
    }
    let caches = prompts.map { prompt in
      let capacity = before + prompt.count + maxTokens
      return prefix?.extended(capacity: capacity, config: model.config, compute: compute)
        ?? KeyValueCache(capacity: capacity, config: model.config, compute: compute)
    }
    var active = Array(prompts.indices)
    var inputs = prompts
    while !active.isEmpty {
      var batch = TokenBatch()
      for index in active {
        let count = inputs[index].count
        batch.append(inputs[index], cache: caches[index], appends: true, wanted: count - 1..<count)
      }
      let (hidden, _) = try model.forward(batch, adapter: adapter, compute: compute)
      let logits = model.logits(hidden, compute: compute)
      var next: [Int] = []
      for (row, index) in active.enumerated() {
        let token = Self.best(logits.row(row), logits.columns)
        if stops.contains(token) { continue }
        answers[index].append(token)
        if !onToken(index, token) { return answers }
        inputs[index] = [token]
        if answers[index].count < maxTokens { next.append(index) }
      }
      active = next
    }
    return answers
  }

  /// The largest, the first of equals.
  private static func best(_ values: UnsafePointer<Float>, _ count: Int) -> Int32 {
    var best = 0
    for i in 1..<count where values[i] > values[best] { best = i }
    return Int32(best)
  }

  /// log p of each token after the first.
  public func logProbabilities(_ ids: [Int32]) throws -> [Double] {
    guard ids.count > 1 else { return [] }
    var batch = TokenBatch()
    batch.append(Array(ids.dropLast()), wanted: 0..<ids.count - 1)
    let (hidden, _) = try model.forward(batch, adapter: adapter, compute: compute)
    return CrossEntropy(head: model.head, softCap: model.config.finalSoftCap)
      .forward(hidden, targets: Array(ids.dropFirst()), compute: compute).logProbabilities
  }
}
