/// Generates text token by token, greedy or sampled, with a key-value cache.
public struct Generator: Sendable {
  /// Why an answer ends.
  public enum Ending: String, Sendable {
    /// The model wrote a stop token.
    case eos
    /// A stop text was found.
    case stop
    /// The answer has `maxTokens` tokens.
    case length
    /// `onText` returned false.
    case interrupted
  }

  /// The answer to one prompt.
  public struct Answer: Sendable, Equatable {
    /// The tokens without the stop token. If a stop text ended the answer, these are the tokens that begin before the
    /// stop text; the last one may contain its beginning.
    public var ids: [Int32]
    /// The text before the stop text.
    public var text: String
    public var ending: Ending
  }

  let model: GemmaModel
  let adapter: Adapter?
  let device: Device

  public init(model: GemmaModel, adapter: Adapter?, device: Device) {
    self.model = model
    self.adapter = adapter
    self.device = device
  }

  /// The cache of a prefix that many prompts share.
  public func cache(of prefix: [Int32]) throws -> KeyValueCache {
    let cache = KeyValueCache(capacity: prefix.count, config: model.config, device: device)
    if !prefix.isEmpty {
      var batch = TokenBatch()
      batch.append(prefix, cache: cache, appends: true, wanted: 0..<0)
      _ = try model.forward(batch, adapter: adapter, device: device)
    }
    return cache
  }

  /// Continues every prompt until a token of `stops`, a text of `stopTexts`, or `maxTokens`. The stop is not part of
  /// the answer.
  ///
  /// Prompts run together in a batch. Each gets the same tokens as if it ran alone.
  /// - Parameters:
  ///   - prefix: the cache of tokens that all `prompts` begin with.
  ///   - sampler: chooses the tokens; nil takes the largest logit, the first one if several are equal.
  ///   - firstPrompt: the number of the first prompt, if a list is done in several calls. Random draws depend on a
  ///     prompt's number.
  ///   - onText: called with the index of the prompt and the new text of each token, which may be empty. If it returns
  ///     false, all stop.
  public func generate(
    _ prompts: [[Int32]], prefix: KeyValueCache? = nil, sampler: Sampler? = nil, firstPrompt: Int = 0,
    maxTokens: Int, stops: Set<Int32>, stopTexts: [String] = [],
    onText: (_ index: Int, _ text: String) -> Bool = { _, _ in true }
  ) throws -> [Answer] {
    var writings = prompts.map { _ in Writing(text: AnswerText(model.tokenizer, stops: stopTexts)) }
    guard maxTokens > 0 else { return writings.map(\.answer) }
    let before = prefix?.count ?? 0
    for prompt in prompts {
      guard prompt.count > before, prompt.count + maxTokens <= model.config.contextLength else {
        throw GemmaError.invalidValue(
          name: "prompt", expected: "1 to \(model.config.contextLength - maxTokens) tokens",
          found: "\(prompt.count) tokens")
      }
    }
    let caches = prompts.map { prompt in
      let capacity = prompt.count + maxTokens
      return prefix?.extended(capacity: capacity, config: model.config, device: device)
        ?? KeyValueCache(capacity: capacity, config: model.config, device: device)
    }
    var active = Array(prompts.indices)
    var inputs = prompts.map { Array($0.dropFirst(before)) }
    if let sampler, sampler.repetitionPenalty != 1 {
      for index in active { writings[index].seen = Set(prompts[index]) }
    }
    /// Gives out what was held back.
    func end(_ index: Int, _ ending: Ending) {
      writings[index].ending = ending
      let rest = writings[index].text.finish()
      if !rest.isEmpty { _ = onText(index, rest) }
    }
    while !active.isEmpty {
      var batch = TokenBatch()
      for index in active {
        let count = inputs[index].count
        batch.append(inputs[index], cache: caches[index], appends: true, wanted: count - 1..<count)
      }
      let (hidden, _) = try model.forward(batch, adapter: adapter, device: device)
      let logits = model.logits(hidden, device: device)
      let largest = sampler == nil ? device.largest(logits) : []
      var next: [Int] = []
      for (row, index) in active.enumerated() {
        let token =
          sampler?.choose(
            logits.values(ofRow: row), seen: writings[index].seen ?? [], prompt: firstPrompt + index,
            number: writings[index].ids.count, device: device) ?? Int32(largest[row])
        if stops.contains(token) {
          end(index, .eos)
          continue
        }
        let goesOn = onText(index, writings[index].add(token))
        if writings[index].text.isStopped {
          end(index, .stop)
        } else if !goesOn {
          for index in next + active[row...] { end(index, .interrupted) }
          return writings.map(\.answer)
        } else if writings[index].ids.count == maxTokens {
          end(index, .length)
        } else {
          inputs[index] = [token]
          next.append(index)
        }
      }
      active = next
    }
    return writings.map(\.answer)
  }

  /// log p of each token after the first.
  public func logProbabilities(_ ids: [Int32]) throws -> [Double] {
    guard ids.count > 1 else { return [] }
    try model.checkRows(ids)
    var batch = TokenBatch()
    batch.append(Array(ids.dropLast()), wanted: 0..<ids.count - 1)
    let (hidden, _) = try model.forward(batch, adapter: adapter, device: device)
    return CrossEntropy(head: model.head, softCap: model.config.finalSoftCap)
      .forward(hidden, targets: Array(ids.dropFirst()), device: device).logProbabilities
  }
}

/// An answer while it grows.
private struct Writing {
  var text: AnswerText
  var ids: [Int32] = []
  var ending = Generator.Ending.length
  /// The tokens of prompt and answer, if a repetition penalty wants them.
  var seen: Set<Int32>?

  /// The text that can be shown now.
  mutating func add(_ token: Int32) -> String {
    ids.append(token)
    seen?.insert(token)
    return text.push(token)
  }

  var answer: Generator.Answer {
    Generator.Answer(ids: Array(ids.prefix(text.tokenCount)), text: text.text, ending: ending)
  }
}
