import Gemma

/// The result of `split`.
struct DrawnSplit: CommandResult {
  let split: Split
  let data: Dataset
  let method: PrepareCommands.Draw

  /// How many articles of each category are in each part.
  static func table(_ split: Split, _ data: Dataset) -> Output {
    func count(_ part: [Int], _ category: String) -> Int {
      part.count { data.samples[$0].category == category }
    }
    var rows = data.categories.map {
      ["\($0)", "\(count(split.train, $0))", "\(count(split.validation, $0))"]
    }
    rows.append(["all", "\(split.train.count)", "\(split.validation.count)"])
    return .table(
      Table(
        [.init("category"), .init("train", .right), .init("validation", .right)], rows: rows,
        rules: [rows.count - 1]))
  }

  var outputs: [Output] {
    var outputs = [Self.table(split, data)]
    if split.droppedFromTrain + split.droppedFromValidation > 0 {
      outputs.append(
        .line(
          "dropped licence files and duplicates: \(split.droppedFromTrain) from train, "
            + "\(split.droppedFromValidation) from validation"))
    }
    return outputs
  }

  var fields: [(name: String, value: JSONValue)] {
    func ids(_ part: [Int]) -> JSONValue { .strings(part.map { data.samples[$0].id }) }
    let dropped: [(name: String, value: JSONValue)] =
      method == .sklearn
      ? [
        ("dropped_train", .int(split.droppedFromTrain)),
        ("dropped_validation", .int(split.droppedFromValidation)),
      ] : []
    return [
      ("train", ids(split.train)), ("validation", ids(split.validation)), ("seed", .int(Int(split.seed))),
    ] + dropped
  }
}

/// The result of `prompt`.
struct ChosenPrompt: CommandResult {
  let prompt: PromptTemplate
  let instruction: String
  /// The longest article, in tokens; longer ones are cut.
  let limit: Int?

  var outputs: [Output] {
    [
      .line(
        "prompt \(prompt.name), articles "
          + (limit.map { "cut to \(NumberFormat.count($0, "token"))" } ?? "not cut")),
      .line(Span(instruction, .faint)),
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("template", .string(prompt.name)), ("instruction", .string(instruction)),
      ("max_input_tokens", limit.map(JSONValue.int) ?? .null),
    ]
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
