import Foundation

/// How an article becomes a prompt, and a category the response to it.
public struct PromptTemplate: Sendable, Equatable {
  /// What comes before the response, with `{instruction}` and `{input}`.
  public var template: String
  public var instruction: String
  /// The article is cut to this many tokens; nil leaves it whole. The response is never cut.
  public var maxInputTokens: Int?
  /// The token that ends a response: true for <end_of_turn>, false for <eos>.
  public var endsTurn: Bool
  public var name: String

  /// Stanford Alpaca's prompt with an input, as the Colab demo has it.
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

        """, instruction: instruction, maxInputTokens: maxInputTokens, endsTurn: false, name: "alpaca")
  }

  /// The chat format of the instruction-tuned models.
  public static func gemmaChat(instruction: String, maxInputTokens: Int?) -> PromptTemplate {
    PromptTemplate(
      template: "<start_of_turn>user\n{instruction}\n\n{input}<end_of_turn>\n<start_of_turn>model\n",
      instruction: instruction, maxInputTokens: maxInputTokens, endsTurn: true, name: "gemma-chat")
  }

  /// The same with no article: a question, and before it a text on how to answer, if there is one.
  public static func gemmaChat(system: String?) -> PromptTemplate {
    var chat = gemmaChat(instruction: system ?? "", maxInputTokens: nil)
    if system == nil { chat.template = chat.template.replacingFirst("{instruction}\n\n", with: "") }
    return chat
  }

  /// A template of the user's own. It ends where the response begins: what follows `{output}` is left out.
  /// - Throws: `invalidValue` without `{input}`.
  public static func custom(_ text: String, instruction: String, maxInputTokens: Int?) throws
    -> PromptTemplate
  {
    guard text.contains("{input}") else {
      throw GemmaError.invalidValue(name: "template", expected: "a text with {input}", found: text)
    }
    let upToOutput = text.range(of: "{output}").map { String(text[..<$0.lowerBound]) } ?? text
    return PromptTemplate(
      template: upToOutput, instruction: instruction, maxInputTokens: maxInputTokens, endsTurn: false,
      name: "custom")
  }

  /// The instruction that fits a set of categories.
  public static func defaultInstruction(categories: [String]) -> String {
    "Classify the news article below into exactly one of these categories: \(categories.joined(separator: ", ")). "
      + "Answer with the category only."
  }

  /// The template's own words and, between them, what is filled in.
  private func parts(_ input: String) -> [(text: String, isTemplate: Bool)] {
    var parts = [(text: template, isTemplate: true)]
    for (name, value) in [("{instruction}", instruction), ("{input}", input)] {
      for (i, part) in parts.enumerated() where part.isTemplate {
        guard let range = part.text.range(of: name) else { continue }
        parts.replaceSubrange(
          i...i,
          with: [
            (String(part.text[..<range.lowerBound]), true), (value, false),
            (String(part.text[range.upperBound...]), true),
          ])
        break
      }
    }
    return parts
  }

  /// The article, cut at a token boundary if it is longer than allowed.
  public func cut(_ input: String, tokenizer: Tokenizer) -> String {
    guard let maxInputTokens else { return input }
    let ids = tokenizer.encode(input)
    return ids.count <= maxInputTokens
      ? input : tokenizer.decode(Array(ids.prefix(maxInputTokens)), skippingSpecialTokens: false)
  }

  /// The prompt's text, up to where the response begins.
  public func render(_ input: String, tokenizer: Tokenizer) -> String {
    parts(cut(input, tokenizer: tokenizer)).map(\.text).joined()
  }

  /// The prompt's tokens, one <bos> first. Markers such as <start_of_turn> are special tokens in the template, never in
  /// an article or instruction. The assembled text is tokenized as a whole, since newlines merge.
  public func promptTokens(_ input: String, tokenizer: Tokenizer) -> [Int32] {
    // Markers of the template are special tokens; the same words in what is filled in are not.
    tokenizer.starting(
      tokenizer.encode(parts(cut(input, tokenizer: tokenizer)).map { ($0.text, $0.isTemplate) }))
  }

  /// The token after a response.
  public func endToken(_ tokenizer: Tokenizer) -> Int32 {
    endsTurn ? tokenizer.endOfTurnID ?? tokenizer.eosID : tokenizer.eosID
  }

  /// A response's tokens and the end token.
  public func responseTokens(_ output: String, tokenizer: Tokenizer) -> [Int32] {
    tokenizer.encode(output) + [endToken(tokenizer)]
  }

  public func example(input: String, output: String, tokenizer: Tokenizer) -> TokenizedExample {
    let prompt = promptTokens(input, tokenizer: tokenizer)
    return TokenizedExample(
      ids: prompt + responseTokens(output, tokenizer: tokenizer), promptCount: prompt.count)
  }
}

/// A prompt and its response as tokens.
public struct TokenizedExample: Sendable, Equatable {
  public var ids: [Int32]
  /// How many of `ids` are the prompt.
  public var promptCount: Int

  public init(ids: [Int32], promptCount: Int) {
    self.ids = ids
    self.promptCount = promptCount
  }
}

extension String {
  /// The text with the first occurrence of `target` replaced.
  func replacingFirst(_ target: String, with replacement: String) -> String {
    guard let range = range(of: target) else { return self }
    return replacingCharacters(in: range, with: replacement)
  }
}
