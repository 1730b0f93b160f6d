import Gemma

/// plot.
enum PlotCommand {
  enum Subject: String, CaseIterable {
    case loss, lr, lengths, accuracy
  }

  struct PlotArguments: Sendable {
    let what = Argument("what", .choice(Subject.self), .loss, positional: true, "the values to draw")
  }

  static let plot = Command(
    "plot", .look, "draw the loss, the learning rate, article lengths or accuracies",
    details:
      "'plot loss' draws the loss of each step, and with 'train eval_every=' the validation losses as marks.",
    arguments: PlotArguments(), examples: ["plot loss", "plot accuracy"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    switch arguments.what {
    case .loss, .lr:
      guard !workspace.steps.isEmpty else {
        throw GemmaError.missing(need: "training steps", remedy: "train")
      }
      invocation.tell(
        TrainingCurve(steps: workspace.steps, looks: workspace.looks, subject: arguments.what))
    case .lengths:
      let data = try workspace.needData()
      let tokenizer = try workspace.needModel().tokenizer
      invocation.tell(
        Lengths(
          tokens: try data.samples.map {
            try invocation.checkInterruption()
            return tokenizer.encode($0.text).count
          }))
    case .accuracy:
      try workspace.needClassification("plot accuracy", instead: "'plot loss' and 'compare'")
      guard !workspace.evaluations.isEmpty else {
        throw GemmaError.missing(need: "an evaluation", remedy: "evaluate")
      }
      invocation.tell(Accuracies(evaluations: workspace.evaluations))
    }
  } python: { call, _ in
    guard call.what == .loss else { return ["# plot \(call.what.rawValue) has no counterpart here"] }
    return [
      "import matplotlib.pyplot as plot", "", "plot.plot(range(1, len(losses) + 1), losses)",
      "plot.xlabel(\"step\")", "plot.ylabel(\"loss\")", "plot.show()",
    ]
  }
}

/// The loss or the learning rate of each step, and the validation losses.
struct TrainingCurve: CommandResult {
  let steps: [TrainingStep]
  /// Their steps are places in `steps`, from 1.
  let looks: [ValidationPoint]
  let subject: PlotCommand.Subject

  private var values: [Double] { steps.map { subject == .loss ? $0.loss : $0.rate } }

  var outputs: [Output] {
    guard subject == .loss else { return [.chart(.curve(values, title: "learning rate", xLabel: "step"))] }
    let title = "loss (mean of -log p over the target tokens)"
    guard !looks.isEmpty else { return [.chart(.curve(values, title: title, xLabel: "step"))] }
    let validation = Chart.Series("validation", x: looks.map(\.step), y: looks.map(\.loss))
    return [
      .chart(Chart(title: title, .curve(xLabel: "step", [Chart.Series("training", values), validation])))
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    let validation = looks.map {
      JSONValue.object([("step", .int($0.step)), ("loss", .number($0.loss))])
    }
    return [("values", .numbers(values))]
      + (subject == .loss && !looks.isEmpty ? [("validation", .array(validation))] : [])
  }
}

/// The lengths of the articles.
struct Lengths: CommandResult {
  /// Number of tokens of each article.
  let tokens: [Int]

  var outputs: [Output] {
    let top = max(tokens.max() ?? 1, 1)
    // Each bar covers 1, 2 or 5 times a power of ten; there are at most twelve bars.
    var size = 1
    while (top / size) >= 12 { size = String(size).hasPrefix("2") ? size / 2 * 5 : size * 2 }
    var bins = [Int](repeating: 0, count: top / size + 1)
    for length in tokens { bins[length / size] += 1 }
    let bars = bins.enumerated().map { i, n in
      Chart.Bar("\(i * size)–\((i + 1) * size - 1)", Double(n), "\(n)")
    }
    return [.chart(Chart(title: "articles by length in tokens", .bars(bars)))]
  }

  var fields: [(name: String, value: JSONValue)] { [("lengths", .array(tokens.map(JSONValue.int)))] }
}

/// The accuracy of each evaluation.
struct Accuracies: CommandResult {
  let evaluations: [Workspace.Evaluation]

  var outputs: [Output] {
    let bars = evaluations.map { Chart.Bar($0.name, $0.accuracy, NumberFormat.percent($0.accuracy)) }
    return [.chart(Chart(title: "accuracy", .bars(bars), full: 1))]
  }

  var fields: [(name: String, value: JSONValue)] { evaluations.map { ($0.name, .number($0.accuracy)) } }
}
