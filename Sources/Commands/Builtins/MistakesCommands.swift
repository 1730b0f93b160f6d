import Gemma

/// mistakes, show mistake: the wrong answers of one evaluation.
enum MistakesCommands {
  struct MistakesArguments: Sendable {
    let name = ReportCommands.evaluationName
    let limit = Argument("limit", .integer(1...100_000), 10, "show at most this many")
  }

  static let mistakes = Command(
    "mistakes", .evaluate, "the articles with a wrong prediction, the most confident first",
    details:
      "They are numbered in the order of the probability p of the wrong answer: a wrong answer with a high probability is often a wrong label in the data, or "
      + "worth a look. 'show mistake 3' has the whole text and every probability.",
    arguments: MistakesArguments(), examples: ["mistakes", "mistakes limit=20"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    try workspace.needClassification(
      "mistakes", instead: "'evaluate', which shows what the model wrote beside what was expected")
    let evaluation = try workspace.evaluation(arguments.name)
    invocation.tell(Mistakes(evaluation: evaluation, limit: arguments.limit))
  } python: { call, script in
    script.need(.answers)
    return wrong(call.python(\.name)) + [
      "for i in wrong[:\(call.python(\.limit))]:",
      "    print(truth[i], \"|\", predicted[i], \"|\", validation[i][\"text\"][:80].replace(\"\\n\", \" \"))",
    ]
  }

  struct MistakeArguments: Sendable {
    let number = Argument(
      "number", .integer(1...Int.max), 1, positional: true, "the number of the mistake in 'mistakes'")
    let name = ReportCommands.evaluationName
  }

  static let mistake = Command(
    "show mistake", .look, "an article with a wrong prediction: its whole text and every probability",
    details: "The numbers are those of 'mistakes'.",
    arguments: MistakeArguments(), examples: ["show mistake 3", "show mistake 1 before"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    try workspace.needClassification(
      "show mistake", instead: "'evaluate', which shows what the model wrote beside what was expected")
    let evaluation = try workspace.evaluation(arguments.name)
    let mistakes = evaluation.mistakes
    guard mistakes.indices.contains(arguments.number - 1) else {
      throw GemmaError.invalidValue(
        name: "number",
        expected: mistakes.isEmpty
          ? "an evaluation with mistakes; '\(evaluation.name)' has none" : "from 1 to \(mistakes.count)",
        found: "\(arguments.number)")
    }
    let index = mistakes[arguments.number - 1]
    guard let text = evaluation.articles[index].text else {
      throw GemmaError.missing(
        need: "the text of \(evaluation.articles[index].id), which is in other data than those loaded",
        remedy: "load data \(Value.string(evaluation.data).source)")
    }
    invocation.tell(
      ShownMistake(
        number: arguments.number, of: mistakes.count, index: index, evaluation: evaluation, text: text))
  } python: { call, script in
    script.need(.answers)
    return wrong(call.python(\.name)) + [
      "i = wrong[\(call.python(\.number)) - 1]",
      "print(truth[i], \"|\", predicted[i])", "print(validation[i][\"text\"])",
    ]
  }

  private static func wrong(_ name: String) -> [String] {
    [
      "truth, predicted = evaluation(\(name))",
      "wrong = [i for i, (t, p) in enumerate(zip(truth, predicted)) if t != p]",
    ]
  }
}

/// The result of `mistakes`: the articles of an evaluation that have a wrong prediction.
struct Mistakes: CommandResult {
  let evaluation: Workspace.Evaluation
  /// How many to show at most.
  let limit: Int

  var outputs: [Output] {
    let wrong = evaluation.mistakes
    guard !wrong.isEmpty else {
      return [.line("no mistakes in \(NumberFormat.count(evaluation.truth.count, "article"))")]
    }
    let shown = wrong.prefix(limit)
    let table = Table(
      [
        .init("no.", .right), .init("truth"), .init("prediction", flexible: true), .init("p", .right),
        .init("article", flexible: true),
      ],
      rows: shown.enumerated().map { number, i in
        let prediction = evaluation.predictions[i]
        let article = evaluation.articles[i]
        return [
          .count(number + 1), .init(evaluation.truth[i]),
          .init(prediction.isEmpty ? "(nothing)" : prediction),
          evaluation.confidence(i).map { .number($0, digits: 2) } ?? Table.Cell(""),
          .init(
            article.text?.split(whereSeparator: \.isNewline).joined(separator: " ")
              ?? "\(article.id) of \(evaluation.data)"),
        ]
      })
    guard shown.count < wrong.count else { return [.table(table)] }
    let more = "\(wrong.count - shown.count) more of \(wrong.count): mistakes limit=\(wrong.count)"
    return [.table(table), .line(Span(more, .faint))]
  }

  /// The ids come in the articles' order.
  var fields: [(name: String, value: JSONValue)] {
    [
      ("name", .string(evaluation.name)),
      ("mistakes", .strings(evaluation.mistakes.sorted().map { evaluation.articles[$0].id })),
    ]
  }
}

/// What `show mistake` shows.
struct ShownMistake: CommandResult {
  let number: Int
  /// How many mistakes the evaluation has.
  let count: Int
  /// Into the evaluation.
  let index: Int
  let evaluation: Workspace.Evaluation
  let text: String

  init(number: Int, of count: Int, index: Int, evaluation: Workspace.Evaluation, text: String) {
    (self.number, self.count, self.index) = (number, count, index)
    (self.evaluation, self.text) = (evaluation, text)
  }

  private var truth: String { evaluation.truth[index] }
  private var prediction: String { evaluation.predictions[index] }
  private var probabilities: [Double] {
    evaluation.probabilities.indices.contains(index) ? evaluation.probabilities[index] : []
  }

  var outputs: [Output] {
    let head: [Output] = [
      .line(
        Span("mistake \(number) of \(count) of \(evaluation.name)  "),
        Span(evaluation.articles[index].id, .faint)),
      .line(
        Span("truth \(truth)", .good), Span(", prediction "),
        Span(prediction.isEmpty ? "(nothing)" : prediction, .bad)), .line(text),
    ]
    guard !probabilities.isEmpty else {
      return head + [.line(Span("method=\(evaluation.method) gives no probabilities", .faint))]
    }
    let order = probabilities.indices.sorted { (probabilities[$1], $0) < (probabilities[$0], $1) }
    let bars = order.map { i in
      let name = evaluation.categories[i]
      return Chart.Bar(
        name == truth ? "\(name) (truth)" : name, probabilities[i], NumberFormat.percent(probabilities[i]))
    }
    return head + [.chart(Chart(title: "probability of each category", .bars(bars), full: 1))]
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("name", .string(evaluation.name)), ("number", .int(number)),
      ("id", .string(evaluation.articles[index].id)), ("label", .string(truth)),
      ("prediction", .string(prediction)), ("text", .string(text)),
    ]
      + (probabilities.isEmpty
        ? []
        : [
          ("categories", .strings(evaluation.categories)), ("probabilities", .numbers(probabilities)),
        ])
  }
}
