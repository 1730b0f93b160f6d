import Gemma

/// ask and score. `generate` is in GenerateCommand.
enum AskCommands {
  static let all: [Command] = [ask, GenerateCommand.generate, score]

  struct AskArguments: Sendable {
    let text = Argument(required: "text", .text, "the article or sentence, or an instruction")
    let input = Argument("input", .text, "what the instruction is to be applied to")
    let columns = Argument(
      "columns", .list, "columns that a prompt of one's own shows beside the text: [\"subject: Refund\"]")
    let maxTokens = Argument(
      "max_tokens", .integer(1...8192), 256, "in an instruction task: the longest answer that is written")
  }

  static let ask = Command(
    "ask", .ask, "put a text or an instruction to the model, with the prompt",
    details:
      "In a classification task the text is classified, and each category is shown with its probability. In an "
      + "instruction task the text is an instruction: the model writes its answer, token by token.",
    arguments: AskArguments(),
    examples: [
      "ask \"あの角度からのフリーキックが決まるなんて！\"", "ask \"Correct the grammar.\" input=\"She go to school.\"",
    ]
  ) { arguments, invocation in
    let session = invocation.session
    let workspace = session.workspace
    let (model, prompt) = (try workspace.needModel(), try workspace.promptOrDefault())
    if workspace.classifier == nil { _ = try workspace.needData() }
    let isInstruction = !workspace.isClassification
    let sample = try InstructionCommands.question(
      arguments.text, input: arguments.input, columns: arguments.columns, prompt: prompt,
      hasInstructions: workspace.data.map(\.hasOwnInstructions) ?? isInstruction,
      roles: Predictor.roles(workspace))
    guard !isInstruction else {
      return try InstructionCommands.write(
        sample, maxTokens: arguments.maxTokens, prompt: prompt, invocation)
    }
    if arguments.isGiven(\.maxTokens) {
      throw GemmaError.invalidValue(
        name: "max_tokens", expected: "an instruction task",
        found: "a classification task, whose answer is one of the categories")
    }
    let classifier = Classifier(
      model: model, adapter: workspace.adapter, prompt: prompt,
      categories: try workspace.needCategories(), device: try session.device())
    guard let answer = try classifier.classify([sample], method: .constrained).first else { return }
    invocation.tell(
      Prediction(
        question: arguments.text, category: answer.prediction, categories: classifier.categories,
        probabilities: answer.probabilities))
  } python: { call, script in
    script.need(.answers)
    var question = call.python(\.text)
    if script.hasTable {
      let columns = call.columns.map { _ in ", columns=\(call.python(\.columns))" } ?? ""
      question = "asked(\(question), \(call.python(\.input))\(columns))"
    }
    let length =
      script.hasTable || call.isChanged(\.maxTokens) ? ", max_new_tokens=\(call.python(\.maxTokens))" : ""
    return script.promptIfMissing() + ["print(answer(\(question)\(length)))"]
  }

  struct ScoreArguments: Sendable {
    let text = Argument(required: "text", .text, "the text")
  }

  static let score = Command(
    "score", .ask, "the log-probability of each token of a text, and its perplexity",
    arguments: ScoreArguments(),
    examples: ["score \"吾輩は猫である。\""]
  ) { arguments, invocation in
    let session = invocation.session
    let model = try session.workspace.needModel()
    let ids = model.tokenizer.encodePrompt(arguments.text)
    let values = try Generator(
      model: model, adapter: session.workspace.adapter, device: try session.device()
    )
    .logProbabilities(ids)
    invocation.tell(Score(ids: ids, pieces: ids.map(model.tokenizer.piece), values: values))
  }
}

/// The result of `ask`: the categories with their probabilities.
struct Prediction: CommandResult {
  let question: String
  let category: String
  let categories: [String]
  let probabilities: [Double]

  var outputs: [Output] {
    let order = probabilities.indices.sorted { (probabilities[$1], $0) < (probabilities[$0], $1) }
    let bars = order.map {
      Chart.Bar(categories[$0], probabilities[$0], NumberFormat.percent(probabilities[$0]))
    }
    let line = question.split(whereSeparator: \.isNewline).joined(separator: " ")
    let shown = line.count > Self.shownCharacters ? line.prefix(Self.shownCharacters) + "…" : line[...]
    return [.line(Span("“\(shown)”", .faint)), .chart(Chart(title: category, .bars(bars), full: 1))]
  }

  /// Of a question; more would push the answer off the screen.
  private static let shownCharacters = 200

  var fields: [(name: String, value: JSONValue)] {
    [
      ("prediction", .string(category)), ("categories", .strings(categories)),
      ("probabilities", .numbers(probabilities)),
    ]
  }
}

/// The result of `score`: the log-probability of each token except the first.
struct Score: CommandResult {
  let ids: [Int32]
  let pieces: [String]
  let values: [Double]

  var total: Double { values.reduce(0, +) }
  var perplexity: Double { values.isEmpty ? 1 : ElementaryMath.exp(-total / Double(values.count)) }

  var outputs: [Output] {
    let rows = values.indices.map { i -> [Table.Cell] in
      [.init(NextTokenCommands.visible(pieces[i + 1])), .count(Int(ids[i + 1])), .number(values[i])]
    }
    return [
      .table(
        Table([.init("token", flexible: true), .init("id", .right), .init("log p", .right)], rows: rows)),
      .line(
        "log p \(NumberFormat.fixed(total, 4)), perplexity \(NumberFormat.short(perplexity, 5)), \(NumberFormat.count(values.count, "token"))"
      ),
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("ids", .ids(ids)), ("logprobs", .numbers(values)), ("total", .number(total)),
      ("perplexity", .number(perplexity)),
    ]
  }
}
