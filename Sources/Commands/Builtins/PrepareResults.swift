import Gemma

/// The result of `split`.
struct DrawnSplit: CommandResult {
  let split: Split
  let data: Dataset
  let method: SplitCommand.Draw

  /// How many articles of each category are in each part.
  static func table(_ split: Split, _ data: Dataset) -> Output {
    let parts = Part.allCases.filter { $0 != .test || !split.test.isEmpty }
    func row(_ name: String, _ count: (Part) -> Int) -> [String] { [name] + parts.map { "\(count($0))" } }
    var rows: [[String]] = []
    if data.task == .classification {
      let counts = parts.map { part in
        Dictionary(split.samples(of: part).map { (data.samples[$0].category, 1) }, uniquingKeysWith: +)
      }
      rows = data.categories.map { category in
        [category] + counts.map { "\($0[category, default: 0])" }
      }
    }
    rows.append(row("all") { split.samples(of: $0).count })
    return .table(
      Table(
        [.init("category")] + parts.map { .init($0.rawValue, .right) }, rows: rows,
        rules: rows.count > 1 ? [rows.count - 1] : []))
  }

  var outputs: [Output] {
    var outputs = [Self.table(split, data)]
    if split.droppedFromTrain + split.droppedFromValidation > 0 {
      outputs.append(
        .line(
          "dropped licence files and duplicates: \(split.droppedFromTrain) from train, "
            + "\(split.droppedFromValidation) from validation"))
    }
    return outputs + warnings.map { .line("warning: \($0)") }
  }

  /// What a part that lacks a category cannot do.
  private var warnings: [String] {
    split.missingCategories(data).map { part, categories in
      let names =
        categories.prefix(6).map { "'\($0)'" }.joined(separator: ", ")
        + (categories.count > 6 ? " and others" : "")
      return "\(part.rawValue) has no article of \(names): "
        + (part == .train ? "the model cannot learn it." : "how well the model knows it is not measured.")
        + " Take a larger part, or more articles of the category."
    }
  }

  var fields: [(name: String, value: JSONValue)] {
    func ids(_ part: [Int]) -> JSONValue { .strings(part.map { data.samples[$0].id }) }
    let dropped: [(name: String, value: JSONValue)] =
      method == .sklearn
      ? [
        ("dropped_train", .int(split.droppedFromTrain)),
        ("dropped_validation", .int(split.droppedFromValidation)),
      ] : []
    return [("train", ids(split.train)), ("validation", ids(split.validation))]
      + (split.test.isEmpty ? [] : [("test", ids(split.test))]) + [("seed", .int(Int(split.seed)))] + dropped
  }
}

/// The result of `prompt`.
struct ChosenPrompt: CommandResult {
  let prompt: PromptTemplate
  let data: Dataset

  var outputs: [Output] {
    let noun = data.hasInstructions ? "inputs" : "articles"
    return [
      .line(
        "prompt \(prompt.name), \(noun) "
          + (prompt.maxInputTokens.map { "cut to \(NumberFormat.count($0, "token"))" } ?? "not cut")
          + (prompt.exampleCount > 0
            ? ", after \(NumberFormat.count(prompt.exampleCount, "training example"))" : ""))
    ]
      + (prompt.fields.contains("instruction")
        ? [.line(Span(hasOwn ? "each row has its own instruction" : prompt.instruction, .faint))] : [])
      + (data.hasLongConversations && !prompt.hasTurns
        ? [
          .line(
            "note: this prompt has room for one question, so of each conversation only the last question and its answer "
              + "are taken; 'prompt gemma-chat' takes all turns")
        ] : [])
      + (prompt.template.hasSuffix(" ")
        ? [
          .line(
            "note: this prompt ends in a space. Most tokens begin with the space before their word, so the model does not "
              + "expect a word here, and its answers get worse; end the prompt with a line end (\\n) in its place"
          )
        ] : [])
  }

  /// Whether there is no one instruction to show.
  private var hasOwn: Bool { data.hasInstructions && data.onlyInstruction == nil }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("template", .string(prompt.name)),
      ("instruction", hasOwn ? .null : .string(prompt.instruction)),
      ("max_input_tokens", prompt.maxInputTokens.map(JSONValue.int) ?? .null),
    ] + (prompt.exampleCount > 0 ? [("examples", .int(prompt.exampleCount))] : [])
  }
}

/// The adapter that `lora` made, or `load adapter` loaded.
struct AttachedAdapter: CommandResult {
  let adapter: Adapter
  let model: GemmaModel
  var notes: [String] = []

  var outputs: [Output] {
    let total = model.config.parameterCount
    let share = Double(adapter.parameterCount) / Double(total + adapter.parameterCount)
    let config = adapter.config
    let ranks = Set(adapter.slots.map(\.rank)).sorted()
    let scales = Set(adapter.slots.map(\.scale)).sorted()
    func range(_ values: [String]) -> String {
      values.count > 1 ? "\(values[0]) to \(values[values.count - 1])" : values.joined()
    }
    var line = "\(config.dora ? "DoRA" : "LoRA") rank \(range(ranks.map(String.init)))"
    line += ", scale \(range(scales.map { NumberFormat.short(Double($0), 4) })), on "
    line +=
      config.targets.count == Projection.allCases.count
      ? "all seven projections" : config.targets.map(\.rawValue).joined(separator: ", ")
    if let layers = config.layers { line += " of layers \(layers.map(String.init).joined(separator: ", "))" }
    if config.dropout > 0 { line += ", dropout \(NumberFormat.short(config.dropout, 3))" }
    return [
      .line(line),
      .line(
        "trainable: \(NumberFormat.count(adapter.parameterCount)) of \(NumberFormat.count(total + adapter.parameterCount)) "
          + "parameters, \(NumberFormat.percent(share, 2))"),
    ] + notes.map { .line(Span($0)) }
  }

  var fields: [(name: String, value: JSONValue)] {
    let config = adapter.config
    return [
      ("rank", .int(config.rank)), ("scale", .number(Double(config.scale))),
      ("targets", .strings(config.targets.map(\.rawValue))), ("trainable", .int(adapter.parameterCount)),
      ("parameters", .int(model.config.parameterCount)),
    ]
  }
}
