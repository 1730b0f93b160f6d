import Gemma

/// plot.
enum PlotCommand {
  enum Subject: String, CaseIterable {
    case loss, lr, lengths, accuracy
  }

  struct PlotArguments: Sendable {
    let what = Argument("what", .choice(Subject.self), .loss, positional: true, "what to draw")
  }

  static let plot = Command(
    "plot", .look, "draw the loss, the learning rate, article lengths or accuracies",
    arguments: PlotArguments(), examples: ["plot loss", "plot accuracy"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    switch arguments.what {
    case .loss, .lr:
      guard !workspace.steps.isEmpty else {
        throw GemmaError.missing(need: "training steps", remedy: "train")
      }
      let values = workspace.steps.map { arguments.what == .loss ? $0.loss : $0.rate }
      let title =
        arguments.what == .loss ? "loss (mean of -log p a target token)" : "learning rate"
      invocation.show(.chart(.curve(values, title: title, xLabel: "step")))
      invocation.result([("values", .numbers(values))])
    case .lengths:
      let data = try workspace.needData()
      let tokenizer = try workspace.needModel().tokenizer
      let lengths = data.samples.map { tokenizer.encode($0.text).count }
      let top = max(lengths.max() ?? 1, 1)
      // Steps of 1, 2 or 5 times a power of ten, at most twelve bars.
      var size = 1
      while (top / size) >= 12 { size = String(size).hasPrefix("2") ? size / 2 * 5 : size * 2 }
      var bins = [Int](repeating: 0, count: top / size + 1)
      for length in lengths { bins[length / size] += 1 }
      let bars = bins.enumerated().map { i, n in
        Chart.Bar("\(i * size)–\((i + 1) * size - 1)", Double(n), "\(n)")
      }
      invocation.show(.chart(Chart(title: "articles by length in tokens", .bars(bars))))
      invocation.result([("lengths", .array(lengths.map(JSONValue.int)))])
    case .accuracy:
      guard !workspace.evaluations.isEmpty else {
        throw GemmaError.missing(need: "an evaluation", remedy: "evaluate")
      }
      let bars = workspace.evaluations.map {
        Chart.Bar($0.name, $0.accuracy, NumberFormat.percent($0.accuracy))
      }
      invocation.show(.chart(Chart(title: "accuracy", .bars(bars))))
      invocation.result(bars.map { ($0.name, .number($0.value)) })
    }
  } python: { call, _ in
    guard call.what == .loss else { return ["# plot \(call.what.rawValue) has no counterpart here"] }
    return [
      "import matplotlib.pyplot as plot", "", "plot.plot(range(1, len(losses) + 1), losses)",
      "plot.xlabel(\"step\")", "plot.ylabel(\"loss\")", "plot.show()",
    ]
  }
}
