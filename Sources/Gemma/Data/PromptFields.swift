/// What stands in a template, and what is filled in.
extension PromptTemplate {
  /// What every row has: its instruction, its input and its answer.
  public static let standardFields = ["instruction", "input", "output"]

  /// A part of a template.
  enum Piece: Equatable {
    case text(String)
    /// A name in braces.
    case field(String)

    var field: String? { if case .field(let name) = self { name } else { nil } }

    /// As it is written in a template.
    var source: String {
      switch self {
      case .text(let text): text.replacing("{", with: "{{").replacing("}", with: "}}")
      case .field(let name): "{\(name)}"
      }
    }

    /// - Throws: `invalidValue` for a brace that neither begins nor ends a name and is not doubled.
    static func checked(_ template: String) throws -> [Piece] {
      try parse(template) {
        throw GemmaError.invalidValue(
          name: "template", expected: "names in braces, such as {input}, and {{ or }} for a brace", found: $0)
      }
    }

    /// The pieces of a template that was checked. Braces that stand alone are text.
    static func all(_ template: String) -> [Piece] { parse(template) { _ in } }

    private static func parse<Failure: Error>(
      _ template: String, alone: (_ from: String) throws(Failure) -> Void
    ) throws(Failure) -> [Piece] {
      var pieces: [Piece] = []
      var text = ""
      var rest = Substring(template)
      func excerpt() -> String { String(rest.prefix(20)) }
      while let sign = rest.first {
        if rest.hasPrefix("{{") || rest.hasPrefix("}}") {
          text.append(sign)
          rest = rest.dropFirst(2)
        } else if sign == "{", let end = rest.firstIndex(of: "}"),
          case let name = rest[rest.index(after: rest.startIndex)..<end], !name.isEmpty,
          !name.contains(where: { $0 == "{" || $0.isNewline })
        {
          if !text.isEmpty { pieces.append(.text(text)) }
          text = ""
          pieces.append(.field(String(name)))
          rest = rest[rest.index(after: end)...]
        } else {
          if sign == "{" || sign == "}" { try alone(excerpt()) }
          text.append(sign)
          rest = rest.dropFirst()
        }
      }
      return text.isEmpty ? pieces : pieces + [.text(text)]
    }
  }

  /// The names of the fields before the response.
  public var fields: [String] { Piece.all(template).compactMap(\.field) }

  /// The columns of a file among them.
  public var columns: [String] { fields.filter { !Self.standardFields.contains($0) } }

  /// A stretch of a prompt. Markers are special tokens in what is the template's.
  struct Stretch {
    let text: String
    let isTemplate: Bool
  }

  /// A prompt and, but for the last, the response to it.
  struct Exchange {
    let prompt: [Stretch]
    let response: String?
  }

  /// The row as it is put to the model. Only a conversation has more than one exchange.
  func exchanges(_ sample: Sample, tokenizer: Tokenizer) -> [Exchange] {
    if hasTurns, let request = sample.request, !request.turns.isEmpty {
      return exchanges(request.turns, tokenizer: tokenizer)
    }
    let shown = examples.flatMap { filled($0, tokenizer: tokenizer) + answered($0) }
    return [Exchange(prompt: shown + filled(sample, tokenizer: tokenizer), response: nil)]
  }

  /// The template with a row filled in.
  private func filled(_ sample: Sample, tokenizer: Tokenizer) -> [Stretch] {
    let hasInput = sample.request.map { !$0.input.isEmpty } ?? true
    let form = hasInput ? template : withoutInput ?? template
    return Piece.all(form).map { piece in
      switch piece {
      case .text(let text): Stretch(text: text, isTemplate: true)
      case .field(let name):
        Stretch(text: value(of: name, in: sample, tokenizer: tokenizer), isTemplate: false)
      }
    }
  }

  /// What is filled in for a name; nothing for a column that the row lacks.
  private func value(of field: String, in sample: Sample, tokenizer: Tokenizer) -> String {
    switch field {
    case "instruction": return sample.request?.instruction ?? instruction
    case "input": return cut(sample.request?.input ?? sample.text, tokenizer: tokenizer)
    default:
      let value = sample.columns.first { $0.name == field }?.value ?? ""
      // The column of the texts is the input under its own name.
      return value == sample.text ? cut(value, tokenizer: tokenizer) : value
    }
  }

  /// The turns as the chat template of Gemma's instruction-tuned models has them: what a system says is put before the next turn
  /// of the user, and all but that is trimmed. The last turn is the response to learn, and left out.
  private func exchanges(_ turns: [Turn], tokenizer: Tokenizer) -> [Exchange] {
    var exchanges: [Exchange] = []
    var prompt: [Stretch] = []
    var system = ""
    /// The line end after the turn before.
    var gap = ""
    for (place, turn) in turns.enumerated() {
      switch turn.role {
      case .system: system += turn.content + "\n\n"
      case .user:
        let text = cut(turn.content.trimmed, tokenizer: tokenizer)
        prompt += [
          Stretch(text: gap + "<start_of_turn>user\n", isTemplate: true),
          Stretch(text: system + text, isTemplate: false),
          Stretch(text: "<end_of_turn>", isTemplate: true),
        ]
        (system, gap) = ("", "\n")
      case .assistant:
        prompt.append(Stretch(text: gap + "<start_of_turn>model\n", isTemplate: true))
        let isLast = place == turns.count - 1
        exchanges.append(Exchange(prompt: prompt, response: isLast ? nil : turn.content.trimmed))
        (prompt, gap) = ([], "\n")
      }
    }
    // A conversation that waits for an answer.
    if !prompt.isEmpty {
      prompt.append(Stretch(text: gap + "<start_of_turn>model\n", isTemplate: true))
      exchanges.append(Exchange(prompt: prompt, response: nil))
    }
    return exchanges
  }
}

extension Dataset {
  /// What a template can show of a row: its input, its instruction if it has one of its own, and its columns.
  public var templateFields: [String] {
    var fields = ["input"] + (hasInstructions ? ["instruction"] : [])
    var known = Set(fields)
    for sample in samples {
      for column in sample.columns where known.insert(column.name).inserted { fields.append(column.name) }
    }
    return fields
  }

  /// Whether each row has an instruction of its own.
  public var hasInstructions: Bool { samples.allSatisfy { $0.request != nil } }

  /// Whether there are rows with more than one answer of the model, which only a chat format can show.
  public var hasLongConversations: Bool {
    samples.contains { sample in
      (sample.request?.turns ?? []).count { $0.role == .assistant } > 1
    }
  }

  /// The instruction for rows that have none of their own, and for a plain text: the one that all rows have, to choose one of the
  /// categories, or to answer. It is empty where rows have different ones.
  public var standardInstruction: String {
    if hasInstructions { return onlyInstruction ?? "" }
    return task == .classification
      ? PromptTemplate.defaultInstruction(categories: categories) : PromptTemplate.answerInstruction
  }

  /// The instruction that all rows have, if it is one.
  public var onlyInstruction: String? {
    guard let first = samples.first?.request?.instruction,
      samples.allSatisfy({ $0.request?.instruction == first })
    else { return nil }
    return first
  }
}
