import Gemma

/// evaluate, report, confusion, mistakes, compare; baseline is in BaselineCommand.
enum EvaluateCommands {
  static let all: [Command] = [evaluate, report, confusion, mistakes, compare, BaselineCommand.baseline]

  enum Part: String, CaseIterable {
    case validation, train
  }

  struct EvaluateArguments: Sendable {
    let on = Argument("on", .choice(Part.self), .validation, "which articles")
    let limit = Argument("limit", .integer(1...Int.max), "only the first so many")
    let method = Argument("method", .choice(Classifier.Method.self), .constrained, "how to read the answer")
    let name = Argument("as", .text, "the name to keep it under; by default from the steps trained")
  }

  static let evaluate = Command(
    "evaluate", .evaluate, "classify the validation articles and count what is right",
    details:
      "'constrained' lets the model choose among the categories only and gives each a probability. 'generate' "
      + "lets it write freely and takes the first line, as the Colab demo does.",
    arguments: EvaluateArguments(), examples: ["evaluate", "evaluate limit=200 method=generate as=free"]
  ) { arguments, invocation in
    let session = invocation.session
    let workspace = session.workspace
    let model = try workspace.needModel()
    let (data, split) = (try workspace.needData(), try workspace.needSplit())
    let all = arguments.on == .train ? split.train : split.validation
    let samples = Array(all.prefix(arguments.limit ?? all.count))
    let classifier = Classifier(
      model: model, adapter: workspace.adapter, prompt: try workspace.promptOrDefault(),
      categories: data.categories,
      compute: try session.compute())
    let started = Stopwatch()
    let truth = samples.map { data.samples[$0].category }
    let answers = try classifier.classify(samples.map { data.samples[$0].text }, method: arguments.method) {
      answers in
      let right = zip(answers, truth).count { $0.prediction == $1 }
      let note = Span("\(NumberFormat.percent(Double(right) / Double(answers.count))) right so far")
      invocation.emit(
        .progress(ProgressReport(done: answers.count, total: samples.count, unit: "article", note: [note])))
      return !invocation.isInterrupted
    }
    let standard = workspace.steps.isEmpty ? "untrained" : "step \(workspace.steps.count)"
    let evaluation = Workspace.Evaluation(
      name: arguments.name ?? standard, method: arguments.method.rawValue, samples: samples,
      truth: truth,
      predictions: answers.map(\.prediction), probabilities: answers.map(\.probabilities))
    session.workspace.add(evaluation)
    tell(evaluation, invocation)
    invocation.print(
      Span("evaluated in "), Span(NumberFormat.duration(started.seconds), volatile: .time), Span(" at "),
      Span("\(NumberFormat.fixed(Double(samples.count) / started.seconds, 1)) articles/s", volatile: .rate))
    result(evaluation, data: data, seconds: started.seconds, invocation)
  } python: { call, script in
    script.need(.answers)
    let part = call.on.rawValue + (call.limit.map { _ in "[:\(call.python(\.limit))]" } ?? "")
    let note =
      call.method == .constrained
      ? ["# gnb lets the model choose among the categories; here it writes freely, as with method=generate."]
      : []
    return script.promptIfMissing() + note + ["evaluate(\(part), \(call.python(\.name)))"]
  }

  static func tell(_ e: Workspace.Evaluation, _ invocation: Invocation) {
    let (low, high) = Significance.wilson(correct: e.correct, total: e.truth.count)
    invocation.print(
      Span("\(e.name): "), Span("accuracy \(NumberFormat.fixed(e.accuracy))", .strong),
      Span(
        "  (\(e.correct) of \(e.truth.count), 95% interval \(NumberFormat.fixed(low, 3)) to \(NumberFormat.fixed(high, 3)), "
          + "\(e.method))"))
  }

  private static func result(
    _ e: Workspace.Evaluation, data: Dataset, seconds: Double, _ invocation: Invocation
  ) {
    let predictions = e.samples.indices.map { i -> JSONValue in
      .object(
        [
          ("id", .string(data.samples[e.samples[i]].id)), ("label", .string(e.truth[i])),
          ("prediction", .string(e.predictions[i])),
        ]
          + (e.probabilities.isEmpty || e.probabilities[i].isEmpty
            ? [] : [("probabilities", .numbers(e.probabilities[i]))]))
    }
    invocation.result(
      [
        ("name", .string(e.name)), ("method", .string(e.method)), ("accuracy", .number(e.accuracy)),
        ("correct", .int(e.correct)), ("total", .int(e.truth.count)), ("predictions", .array(predictions)),
      ], volatile: [("seconds", .number(seconds))])
  }

  /// Of commands that tell about an evaluation.
  struct EvaluationArguments: Sendable {
    let name = evaluationName
  }

  private static let evaluationName = Argument(
    "name", .evaluation, positional: true, "which evaluation; the last by default")

  static let report = Command(
    "report", .evaluate, "precision, recall and F1 of each category",
    details: "As scikit-learn's classification_report prints them, with four digits.",
    arguments: EvaluationArguments(), examples: ["report"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    let e = try workspace.evaluation(arguments.name)
    let report = ClassificationReport(
      classes: try workspace.needData().categories, truth: e.truth, predicted: e.predictions)
    func cells(_ r: ClassificationReport.Row) -> [String] {
      [r.name] + [r.precision, r.recall, r.f1].map { NumberFormat.fixed($0) } + ["\(r.support)"]
    }
    let middle =
      report.micro.map(cells) ?? ["accuracy", "", "", NumberFormat.fixed(report.accuracy), "\(report.total)"]
    invocation.show(
      .table(
        Table(
          [.init("", flexible: true)]
            + ["precision", "recall", "f1-score", "support"].map { .init($0, .right) },
          rows: report.rows.map(cells) + [middle, cells(report.macro), cells(report.weighted)],
          rules: [report.rows.count])))
    func row(_ r: ClassificationReport.Row) -> JSONValue {
      .object([
        ("name", .string(r.name)), ("precision", .number(r.precision)), ("recall", .number(r.recall)),
        ("f1", .number(r.f1)), ("support", .int(r.support)),
      ])
    }
    invocation.result([
      ("name", .string(e.name)), ("accuracy", .number(report.accuracy)),
      ("rows", .array((report.rows + [report.macro, report.weighted]).map(row))),
    ])
  } python: { call, script in
    script.need(.answers)
    return [
      "truth, predicted = evaluation(\(call.python(\.name)))",
      "print(classification_report(truth, predicted, labels=categories, digits=4, zero_division=0))",
    ]
  }

  static let confusion = Command(
    "confusion", .evaluate, "how often each category was taken for each",
    arguments: EvaluationArguments(), examples: ["confusion"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    let e = try workspace.evaluation(arguments.name)
    let matrix = ConfusionMatrix(
      classes: try workspace.needData().categories, truth: e.truth, predicted: e.predictions)
    let hasOther = matrix.outside.contains { $0 > 0 }
    var columns = [Table.Column(Table.confusionTitle, flexible: true)]
    columns += matrix.classes.indices.map { Table.Column("\($0 + 1)", .right) }
    if hasOther { columns.append(.init("other", .right)) }
    let rows = matrix.classes.indices.map { i in
      ["\(i + 1) \(matrix.classes[i])"] + matrix.counts[i].map { $0 == 0 ? Table.zero : "\($0)" }
        + (hasOther ? ["\(matrix.outside[i])"] : [])
    }
    invocation.show(.table(Table(columns, rows: rows, shaded: true)))
    invocation.result([
      ("name", .string(e.name)), ("classes", .strings(matrix.classes)),
      ("counts", .array(matrix.counts.map { .array($0.map(JSONValue.int)) })),
      ("other", .array(matrix.outside.map(JSONValue.int))),
    ])
  } python: { call, script in
    script.need(.answers)
    return [
      "truth, predicted = evaluation(\(call.python(\.name)))",
      "ConfusionMatrixDisplay.from_predictions(",
      "    truth, predicted, labels=categories, cmap=\"Blues\", xticks_rotation=\"vertical\")",
    ]
  }

  struct MistakesArguments: Sendable {
    let name = evaluationName
    let limit = Argument("limit", .integer(1...100_000), 10, "at most so many")
  }

  static let mistakes = Command(
    "mistakes", .evaluate, "the articles it got wrong, with their text",
    arguments: MistakesArguments(), examples: ["mistakes", "mistakes limit=20"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    let data = try workspace.needData()
    let e = try workspace.evaluation(arguments.name)
    let wrong = e.samples.indices.filter { e.predictions[$0] != e.truth[$0] }
    guard !wrong.isEmpty else {
      invocation.print("no mistakes in \(e.truth.count) articles")
      invocation.result([("name", .string(e.name)), ("mistakes", .array([]))])
      return
    }
    let shown = wrong.prefix(arguments.limit)
    func confidence(_ i: Int) -> String {
      guard !e.probabilities.isEmpty, let top = e.probabilities[i].max() else { return "" }
      return NumberFormat.fixed(top, 2)
    }
    invocation.show(
      .table(
        Table(
          [
            .init("truth"), .init("prediction", flexible: true), .init("p", .right),
            .init("article", flexible: true),
          ],
          rows: shown.map { i in
            let text = data.samples[e.samples[i]].text
            return [
              e.truth[i], e.predictions[i].isEmpty ? "(nothing)" : e.predictions[i], confidence(i),
              text.split(whereSeparator: \.isNewline).joined(separator: " "),
            ]
          })))
    if shown.count < wrong.count {
      invocation.print(
        Span("\(wrong.count - shown.count) more of \(wrong.count): mistakes limit=\(wrong.count)", .faint))
    }
    invocation.result([
      ("name", .string(e.name)), ("mistakes", .strings(wrong.map { data.samples[e.samples[$0]].id })),
    ])
  } python: { call, script in
    script.need(.answers)
    return [
      "truth, predicted = evaluation(\(call.python(\.name)))",
      "wrong = [i for i, (t, p) in enumerate(zip(truth, predicted)) if t != p]",
      "for i in wrong[:\(call.python(\.limit))]:",
      "    print(truth[i], \"|\", predicted[i], \"|\", validation[i][\"text\"][:80].replace(\"\\n\", \" \"))",
    ]
  }

  struct CompareArguments: Sendable {
    let first = Argument("first", .evaluation, positional: true, "an evaluation")
    let second = Argument("second", .evaluation, positional: true, "another")
  }

  static let compare = Command(
    "compare", .evaluate, "all evaluations side by side, or two against each other",
    details:
      "Intervals are Wilson's. The second table has the p of McNemar's exact test for each pair, over the "
      + "articles that both classified: below 0.05 the two differ by more than chance would explain.",
    arguments: CompareArguments(), examples: ["compare", "compare untrained tf-idf"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    guard let first = arguments.first else {
      _ = try workspace.evaluation(nil)
      compareAll(workspace.evaluations, invocation)
      return
    }
    guard let second = arguments.second else {
      throw GemmaError.invalidValue(name: "compare", expected: "two names, or none", found: first)
    }
    let (a, b) = (try workspace.evaluation(first), try workspace.evaluation(second))
    let counts = a.agreement(with: b)
    let p = Significance.mcNemar(onlyFirst: counts.onlyFirst, onlySecond: counts.onlySecond)
    invocation.show(
      .table(
        Table(
          [.init("right", flexible: true), .init("articles", .right)],
          rows: [
            ["both", "\(counts.both)"], ["only \(a.name)", "\(counts.onlyFirst)"],
            ["only \(b.name)", "\(counts.onlySecond)"], ["neither", "\(counts.neither)"],
          ])))
    invocation.print("McNemar's exact p = \(NumberFormat.short(p, 3))")
    invocation.result([
      ("both", .int(counts.both)), ("only_first", .int(counts.onlyFirst)),
      ("only_second", .int(counts.onlySecond)), ("neither", .int(counts.neither)), ("p", .number(p)),
    ])
  } python: { _, script in
    script.need(.answers)
    return [
      "for name, (truth, predicted) in evaluations.items():",
      "    right = sum(t == p for t, p in zip(truth, predicted))",
      "    print(f\"{name}: {right / len(truth):.4f} ({right} of {len(truth)})\")",
    ]
  }

  /// One table of all evaluations with their intervals, and one of the pairs' p.
  private static func compareAll(_ evaluations: [Workspace.Evaluation], _ invocation: Invocation) {
    invocation.show(
      .table(
        Table(
          [
            .init("evaluation", flexible: true), .init("method"), .init("accuracy", .right),
            .init("95% interval", .right), .init("articles", .right),
          ],
          rows: evaluations.enumerated().map { i, e in
            let (low, high) = Significance.wilson(correct: e.correct, total: e.truth.count)
            return [
              "\(i + 1) \(e.name)", e.method, NumberFormat.fixed(e.accuracy),
              "\(NumberFormat.fixed(low, 3))–\(NumberFormat.fixed(high, 3))", "\(e.truth.count)",
            ]
          })))
    func p(_ first: Workspace.Evaluation, _ second: Workspace.Evaluation) -> Double {
      let counts = first.agreement(with: second)
      return Significance.mcNemar(onlyFirst: counts.onlyFirst, onlySecond: counts.onlySecond)
    }
    var pairs: [JSONValue] = []
    var rows: [[String]] = []
    for (i, second) in evaluations.enumerated().dropFirst() {
      let values = evaluations[..<i].map { p($0, second) }
      rows.append(
        ["\(i + 1) \(second.name)"] + values.map { $0 < 0.001 ? "<0.001" : NumberFormat.fixed($0, 3) }
          + [String](repeating: "", count: evaluations.count - 1 - i))
      pairs += zip(evaluations[..<i], values).map {
        .object([("first", .string($0.name)), ("second", .string(second.name)), ("p", .number($1))])
      }
    }
    if !rows.isEmpty {
      invocation.show(
        .table(
          Table(
            [.init("McNemar's p against", flexible: true)]
              + evaluations.indices.dropLast().map { .init("\($0 + 1)", .right) }, rows: rows)))
    }
    let accuracies = evaluations.map { (name: $0.name, value: JSONValue.number($0.accuracy)) }
    invocation.result(accuracies + [("pairs", .array(pairs))])
  }
}
