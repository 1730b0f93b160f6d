import Foundation

/// How a row of the data becomes a prompt, and its answer the response to it.
public struct PromptTemplate: Sendable, Equatable {
  /// What comes before the response, with `{instruction}`, `{input}` and names of columns in braces; `{{` and `}}` are braces.
  public var template: String
  /// The same for a row whose input is empty; nil is `template`.
  public var withoutInput: String?
  /// For rows that have no instruction of their own.
  public var instruction: String
  /// The input is cut to this many tokens; nil leaves it whole. The response is never cut.
  public var maxInputTokens: Int?
  /// The token that ends a response: true for <end_of_turn>, false for <eos>.
  public var endsTurn: Bool
  /// Whether a row that is a conversation is rendered whole, each turn in Gemma's format. Otherwise its last question
  /// and answer are taken.
  public var hasTurns = false
  public var name: String
  /// How many examples of the training part come before the row (few-shot).
  public var exampleCount = 0
  /// These rows, with their answers.
  var examples: [Sample] = []

  /// Stanford Alpaca's two prompts, with an input and without, as the Colab demo has them.
  public static func alpaca(instruction: String, maxInputTokens: Int?) -> PromptTemplate {
    PromptTemplate(
      template: """
        Below is an instruction that describes a task, paired with an input that provides further context. \
        Write a response that appropriately completes the request.

        ### Instruction:
        {instruction}

        ### Input:
        {input}

        ### Response:

        """,
      withoutInput: """
        Below is an instruction that describes a task. Write a response that appropriately completes the request.

        ### Instruction:
        {instruction}

        ### Response:

        """, instruction: instruction, maxInputTokens: maxInputTokens, endsTurn: false, name: "alpaca")
  }

  /// The chat format of the instruction-tuned models.
  public static func gemmaChat(instruction: String, maxInputTokens: Int?) -> PromptTemplate {
    PromptTemplate(
      template: "<start_of_turn>user\n{instruction}\n\n{input}<end_of_turn>\n<start_of_turn>model\n",
      withoutInput: "<start_of_turn>user\n{instruction}<end_of_turn>\n<start_of_turn>model\n",
      instruction: instruction, maxInputTokens: maxInputTokens, endsTurn: true, hasTurns: true,
      name: "gemma-chat")
  }

  /// The same with no article: a question, and before it a text on how to answer, if there is one.
  public static func gemmaChat(system: String?) -> PromptTemplate {
    var chat = gemmaChat(instruction: system ?? "", maxInputTokens: nil)
    if system == nil { chat.template = chat.template.replacingFirst("{instruction}\n\n", with: "") }
    return chat
  }

  /// A template of the user's own. It ends where the response begins: what follows `{output}` is left out.
  /// - Parameter fields: what a row of the data has to fill in (`Dataset.templateFields`); nil leaves the names unchecked.
  /// - Throws: `invalidValue` for a name that no row has, a brace that stands alone, and a template that shows nothing of a row.
  public static func custom(
    _ text: String, instruction: String, maxInputTokens: Int?, fields: [String]? = nil
  ) throws -> PromptTemplate {
    let names = try Piece.checked(text).compactMap(\.field)
    let known = Self.standardFields + (fields ?? names).filter { !Self.standardFields.contains($0) }
    if let unknown = names.first(where: { !known.contains($0) }) {
      throw GemmaError.invalidValue(
        name: "template",
        expected:
          "the fields \(known.map { "{\($0)}" }.joined(separator: ", ")) (a brace that is meant as one is doubled: {{)",
        found: "{\(unknown)}")
    }
    let upToOutput = Piece.all(text).prefix { $0 != .field("output") }
    let shown = upToOutput.compactMap(\.field)
    let ofRow = fields ?? known.filter { $0 != "instruction" && $0 != "output" }
    guard shown.contains(where: ofRow.contains) else {
      throw GemmaError.invalidValue(
        name: "template", expected: "a text with {input} or another field of a row before {output}",
        found: text)
    }
    return PromptTemplate(
      template: upToOutput.map(\.source).joined(), instruction: instruction, maxInputTokens: maxInputTokens,
      endsTurn: false, name: "custom")
  }

  /// The instruction that fits a set of categories.
  public static func defaultInstruction(categories: [String]) -> String {
    "Classify the news article below into exactly one of these categories: \(categories.joined(separator: ", ")). "
      + "Answer with the category only."
  }

  /// The instruction for texts with answers in free words.
  public static let answerInstruction = "Answer the text below."

  /// The article, cut at a token boundary if it is longer than allowed.
  public func cut(_ input: String, tokenizer: Tokenizer) -> String {
    guard let maxInputTokens else { return input }
    let ids = tokenizer.encode(input)
    return ids.count <= maxInputTokens
      ? input : tokenizer.decode(Array(ids.prefix(maxInputTokens)), skippingSpecialTokens: false)
  }

  /// The prompt's text, up to where the (last) response begins.
  public func render(_ sample: Sample, tokenizer: Tokenizer) -> String {
    exchanges(sample, tokenizer: tokenizer).map { exchange in
      exchange.prompt.map(\.text).joined() + (exchange.response.map { $0 + "<end_of_turn>" } ?? "")
    }.joined()
  }

  /// The prompt's tokens, one <bos> first. Markers such as <start_of_turn> are special tokens in the template, never in
  /// what is filled in. The assembled text is tokenized as a whole, since newlines merge; the response after it apart.
  public func promptTokens(_ sample: Sample, tokenizer: Tokenizer) -> [Int32] {
    tokens(sample, tokenizer: tokenizer).ids
  }

  /// The tokens up to the last response, and where the responses in them are.
  private func tokens(_ sample: Sample, tokenizer: Tokenizer) -> (ids: [Int32], learnt: [Range<Int>]) {
    var ids: [Int32] = []
    var learnt: [Range<Int>] = []
    for exchange in exchanges(sample, tokenizer: tokenizer) {
      let prompt = tokenizer.encode(exchange.prompt.map { ($0.text, $0.isTemplate) })
      ids += ids.isEmpty ? tokenizer.starting(prompt) : prompt
      guard let response = exchange.response else { continue }
      let tokens = responseTokens(response, tokenizer: tokenizer)
      learnt.append(ids.count..<ids.count + tokens.count)
      ids += tokens
    }
    return (ids, learnt)
  }

  /// The token after a response.
  public func endToken(_ tokenizer: Tokenizer) -> Int32 {
    endsTurn ? tokenizer.endOfTurnID ?? tokenizer.eosID : tokenizer.eosID
  }

  /// A response's tokens and the end token.
  public func responseTokens(_ output: String, tokenizer: Tokenizer) -> [Int32] {
    tokenizer.encode(output) + [endToken(tokenizer)]
  }

  /// The text of the (last) response.
  public func answer(_ sample: Sample) -> String {
    hasTurns && sample.isConversation ? sample.category.trimmed : sample.category
  }

  /// The row with its answer. Of a conversation every turn of the model is to be learnt.
  public func example(_ sample: Sample, tokenizer: Tokenizer) -> TokenizedExample {
    let (prompt, learnt) = tokens(sample, tokenizer: tokenizer)
    let ids = prompt + responseTokens(answer(sample), tokenizer: tokenizer)
    return TokenizedExample(ids: ids, learnt: learnt + [prompt.count..<ids.count])
  }
}

/// A plain text that is no row of any data.
extension PromptTemplate {
  public func render(_ text: String, tokenizer: Tokenizer) -> String {
    render(Sample(text: text), tokenizer: tokenizer)
  }

  public func promptTokens(_ text: String, tokenizer: Tokenizer) -> [Int32] {
    promptTokens(Sample(text: text), tokenizer: tokenizer)
  }

  public func example(input: String, output: String, tokenizer: Tokenizer) -> TokenizedExample {
    example(Sample(text: input, category: output), tokenizer: tokenizer)
  }
}

extension Sample {
  /// A text of no data set.
  public init(text: String, category: String = "") {
    self.init(id: "", title: "", text: text, category: category)
  }

  /// An instruction of no data set.
  public init(instruction: String, input: String) {
    self.init(
      id: "", title: "", text: input.isEmpty ? instruction : input, category: "",
      request: Request(instruction: instruction, input: input))
  }

  /// Whether the row is turns of a conversation.
  var isConversation: Bool { request.map { !$0.turns.isEmpty } ?? false }
}

extension String {
  /// The text with the first occurrence of `target` replaced.
  func replacingFirst(_ target: String, with replacement: String) -> String {
    guard let range = range(of: target) else { return self }
    return replacingCharacters(in: range, with: replacement)
  }

  /// Without white space at both ends.
  var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
