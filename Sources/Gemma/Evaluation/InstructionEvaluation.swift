import Foundation

/// An evaluation of answers in free words.
public struct InstructionEvaluation: Sendable, Equatable, Codable {
  /// The answer that the model wrote to one row.
  public struct Written: Sendable, Equatable, Codable {
    /// Index into the data set.
    public var sample: Int
    public var text: String
    /// Whether it is the expected one, but for white space at its ends, and the model ended it there.
    public var isExact: Bool
  }

  public var name: String
  /// The part of the data.
  public var part: String
  /// Indices into the data set, in order.
  public var samples: [Int]
  public var loss: AnswerLoss
  /// The answers to the first rows, each token the model's first choice.
  public var written: [Written]

  public init(name: String, part: String, samples: [Int], loss: AnswerLoss, written: [Written]) {
    self.name = name
    self.part = part
    self.samples = samples
    self.loss = loss
    self.written = written
  }

  public var exact: Int { written.count(where: \.isExact) }
  public var shareExact: Double { written.isEmpty ? 0 : Double(exact) / Double(written.count) }

  /// What was written to this row.
  public func text(of sample: Int) -> String? { written.first { $0.sample == sample }?.text }
}

/// Measures answers in free words, and lets the model write some.
public struct InstructionEvaluator: Sendable {
  let model: GemmaModel
  let adapter: Adapter?
  let prompt: PromptTemplate
  let device: Device
  /// How many answers are written together, and how many tokens their prompts have together.
  private static let (group, rowLimit) = (8, 1280)

  public init(model: GemmaModel, adapter: Adapter?, prompt: PromptTemplate, device: Device) {
    self.model = model
    self.adapter = adapter
    self.prompt = prompt
    self.device = device
  }

  /// - Parameter examples: the rows with their answers as tokens.
  /// - Throws: `invalidValue` for a row that the model has no room for.
  public func check(_ examples: [TokenizedExample], of samples: [Sample]) throws {
    for (example, sample) in zip(examples, samples)
    where example.promptCount == 0 || example.ids.count > model.config.contextLength {
      throw GemmaError.invalidValue(
        name: "row \(sample.id)", expected: "at most \(model.config.contextLength) tokens with its answer",
        found: "\(example.ids.count) tokens (set max_input_tokens)")
    }
  }

  /// The rows with their answers as tokens.
  /// - Throws: the errors of `check`.
  public func examples(_ samples: [Sample]) throws -> [TokenizedExample] {
    let examples = samples.map { prompt.example($0, tokenizer: model.tokenizer) }
    try check(examples, of: samples)
    return examples
  }

  /// Writes the answers to rows.
  /// - Parameter prompts: the rows' prompts, if they are known as tokens.
  /// - Parameter progress: called after each group with the number of answers so far. If it returns false, writing stops.
  /// - Throws: `interrupted` if `progress` returned false.
  public func write(
    _ samples: [(index: Int, sample: Sample)], prompts: [[Int32]]? = nil, maxTokens: Int,
    progress: (_ done: Int) -> Bool = { _ in true }
  ) throws -> [InstructionEvaluation.Written] {
    let generator = Generator(model: model, adapter: adapter, device: device)
    let prompts =
      prompts ?? samples.map { prompt.promptTokens($0.sample, tokenizer: model.tokenizer) }
    for (ids, row) in zip(prompts, samples)
    where ids.isEmpty || ids.count + maxTokens > model.config.contextLength {
      throw GemmaError.invalidValue(
        name: "row \(row.sample.id)", expected: "at most \(model.config.contextLength - maxTokens) tokens",
        found: "\(ids.count) tokens (set max_input_tokens, or a smaller max_tokens)")
    }
    var written: [InstructionEvaluation.Written] = []
    for group in TokenBatch.passes(prompts.map(\.count), rows: Self.rowLimit, most: Self.group) {
      let answers = try generator.generate(
        Array(prompts[group]), maxTokens: maxTokens, stops: model.tokenizer.stopIDs
      ) { _, _ in progress(group.lowerBound) }
      guard !answers.contains(where: { $0.ending == .interrupted }) else { throw GemmaError.interrupted }
      written += zip(answers, samples[group]).map { answer, row in
        InstructionEvaluation.Written(
          sample: row.index, text: answer.text,
          isExact: answer.ending == .eos && answer.text.trimmed == row.sample.category.trimmed)
      }
      if !progress(written.count) { throw GemmaError.interrupted }
    }
    return written
  }
}
