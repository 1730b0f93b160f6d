import Gemma

/// ask, score; generate is in GenerateCommand.
enum AskCommands {
  static let all: [Command] = [ask, GenerateCommand.generate, score]

  struct AskArguments: Sendable {
    let text = Argument(required: "text", .text, "the article or sentence")
  }

  static let ask = Command(
    "ask", .ask, "put a text through the prompt and see the categories' probabilities",
    arguments: AskArguments(),
    examples: ["ask \"あの角度からのフリーキックが決まるなんて！\""]
  ) { arguments, invocation in
    let session = invocation.session
    let workspace = session.workspace
    let classifier = Classifier(
      model: try workspace.needModel(), adapter: workspace.adapter, prompt: try workspace.promptOrDefault(),
      categories: try workspace.needData().categories, compute: try session.compute())
    guard let answer = try classifier.classify([arguments.text], method: .constrained).first else {
      return
    }
    let order = answer.probabilities.indices.sorted {
      (answer.probabilities[$1], $0) < (answer.probabilities[$0], $1)
    }
    let bars = order.map {
      Chart.Bar(
        classifier.categories[$0], answer.probabilities[$0], NumberFormat.percent(answer.probabilities[$0]))
    }
    invocation.show(.chart(Chart(title: answer.prediction, .bars(bars))))
    invocation.result([
      ("prediction", .string(answer.prediction)), ("categories", .strings(classifier.categories)),
      ("probabilities", .numbers(answer.probabilities)),
    ])
  } python: { call, script in
    script.need(.answers)
    return script.promptIfMissing() + ["print(answer(\(call.python(\.text))))"]
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
    let ids = [model.tokenizer.bosID] + model.tokenizer.encode(arguments.text)
    let values = try Generator(
      model: model, adapter: session.workspace.adapter, compute: try session.compute()
    )
    .logProbabilities(ids)
    let total = values.reduce(0, +)
    let perplexity = values.isEmpty ? 1 : ElementaryMath.exp(-total / Double(values.count))
    invocation.show(
      .table(
        Table(
          [.init("token", flexible: true), .init("id", .right), .init("log p", .right)],
          rows: zip(ids.dropFirst(), values).map {
            [ShowCommands.visible(model.tokenizer.piece($0)), "\($0)", NumberFormat.fixed($1, 4)]
          })))
    invocation.print(
      "log p \(NumberFormat.fixed(total, 4)), perplexity \(NumberFormat.short(perplexity, 5)), \(NumberFormat.count(values.count, "token"))"
    )
    invocation.result([
      ("ids", .ids(ids)), ("logprobs", .numbers(values)), ("total", .number(total)),
      ("perplexity", .number(perplexity)),
    ])
  }
}
