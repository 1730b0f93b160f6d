import Gemma

/// evaluate.
enum EvaluateCommand {

  struct EvaluateArguments: Sendable {
    let on = Argument("on", .choice(Part.self), .validation, "the articles to classify")
    let limit = Argument("limit", .integer(1...Int.max), "classify only this many, from the first")
    let method = Argument("method", .choice(Classifier.Method.self), .constrained, "how the model answers")
    let write = Argument(
      "write", .integer(0...100_000), 20,
      "in an instruction task: how many answers the model writes, from the first")
    let maxTokens = Argument(
      "max_tokens", .integer(1...8192), 128, "in an instruction task: the longest answer that it writes")
    let name = Argument(
      "as", .text,
      "a name for this evaluation; an evaluation that already has this name is replaced, with a message; by default a new name from training steps and part"
    )
    let explain = Explanation.argument
  }

  static let evaluate = Command(
    "evaluate", .evaluate, "measure the model on the validation articles",
    details:
      "With 'constrained' the model chooses among the categories only, and each gets a probability. With 'generate' "
      + "it writes freely, and the first line is its answer, as in the Colab demo. A name without a part, such as 'step 60', is on "
      + "the validation articles; others have it: 'step 60, train'. If the adapter was trained on some of the articles, in this "
      + "session or an earlier one, the line with the accuracy says on how many. In an instruction task the loss and "
      + "the perplexity of the answers are measured, and the share of their tokens that are the model's first choice; "
      + "then the model writes the answers to the first 'write' rows, each token its first choice, and it is counted "
      + "how many are exactly the expected ones.",
    arguments: EvaluateArguments(),
    examples: ["evaluate", "evaluate limit=200 method=generate as=free", "evaluate write=5"]
  ) { arguments, invocation in
    let session = invocation.session
    let workspace = session.workspace
    if workspace.data?.task == .instruction { return try InstructionCommands.evaluate(arguments, invocation) }
    try InstructionCommands.refuseForCategories(arguments)
    let model = try workspace.needModel()
    let data = try workspace.needData()
    let all = try workspace.needSamples(of: arguments.on)
    let samples = Array(all.prefix(arguments.limit ?? all.count))
    let classifier = Classifier(
      model: model, adapter: workspace.adapter, prompt: try workspace.promptOrDefault(),
      categories: try workspace.needCategoriesOfData(),
      device: try session.device())
    let started = Stopwatch()
    let truth = samples.map { data.samples[$0].category }
    let prompts = try workspace.examples(samples).map(\.prompt)
    let answers = try classifier.classify(prompts, method: arguments.method) {
      answers in
      let right = zip(answers, truth).count { $0.prediction == $1 }
      let note = Span("\(NumberFormat.percent(Double(right) / Double(answers.count))) right so far")
      invocation.emit(
        .progress(ProgressReport(done: answers.count, total: samples.count, unit: "article", note: [note])))
      return !invocation.isInterrupted
    }
    let evaluation = Workspace.Evaluation(
      name: arguments.name ?? workspace.freeName(on: arguments.on), method: arguments.method.rawValue,
      part: arguments.on, samples: samples.map { data.samples[$0] }, of: data,
      predictions: answers.map(\.prediction), probabilities: answers.map(\.probabilities),
      seen: workspace.seen)
    let replaced = session.workspace.add(evaluation)
    invocation.tell(
      Evaluated(
        evaluation: evaluation, replaced: replaced, explains: arguments.explain, seconds: started.seconds))
  } python: { call, script in
    script.need(.answers)
    let part = call.on.rawValue + (call.limit.map { _ in "[:\(call.python(\.limit))]" } ?? "")
    let note =
      call.method == .constrained
      ? ["# gnb lets the model choose among the categories; here it writes freely, as with method=generate."]
      : []
    var more = call.on == .validation ? "" : ", \", \(call.on.rawValue)\""
    if call.isChanged(\.write) { more += ", write=\(call.python(\.write))" }
    if call.isChanged(\.maxTokens) { more += ", max_new_tokens=\(call.python(\.maxTokens))" }
    return script.promptIfMissing() + note + ["evaluate(\(part), \(call.python(\.name))\(more))"]
  }
}

/// The result of `evaluate`.
struct Evaluated: CommandResult {
  let evaluation: Workspace.Evaluation
  /// The evaluation that had its name.
  let replaced: Workspace.Evaluation?
  let explains: Bool
  let seconds: Double

  var outputs: [Output] {
    [
      evaluation.summary,
      .line(
        Span("evaluated in "), Span(NumberFormat.duration(seconds), volatile: .time), Span(" at "),
        Span("\(NumberFormat.fixed(Double(evaluation.truth.count) / seconds, 1)) articles/s", volatile: .rate)
      ),
    ]
      + (replaced.map { [.line($0.replacement)] } ?? [])
      + Explanation.lines(explains, [.interval] + (evaluation.trainedOn > 0 ? [.trainedOn] : []))
  }

  var fields: [(name: String, value: JSONValue)] {
    let e = evaluation
    let predictions = e.articles.indices.map { i -> JSONValue in
      .object(
        [
          ("id", .string(e.articles[i].id)), ("label", .string(e.truth[i])),
          ("prediction", .string(e.predictions[i])),
        ]
          + (e.probabilities.isEmpty || e.probabilities[i].isEmpty
            ? [] : [("probabilities", .numbers(e.probabilities[i]))]))
    }
    return [
      ("name", .string(e.name)), ("method", .string(e.method)), ("accuracy", .number(e.accuracy)),
      ("correct", .int(e.correct)), ("total", .int(e.truth.count)), ("predictions", .array(predictions)),
    ] + (e.trainedOn > 0 ? [("trained_on", .int(e.trainedOn))] : [])
  }

  var volatile: [(name: String, value: JSONValue)] { [("seconds", .number(seconds))] }
}

extension Workspace.Evaluation {
  /// The accuracy with its interval, as one line.
  var summary: Output {
    let (low, high) = Significance.wilson(correct: correct, total: truth.count)
    return .line(
      Span("\(name): "), Span("accuracy \(NumberFormat.fixed(accuracy))", .strong),
      Span(
        "  (\(correct) of \(truth.count), 95% interval \(NumberFormat.fixed(low, 3)) to \(NumberFormat.fixed(high, 3)), "
          + "\(method))" + (trainedOn > 0 ? ", \(trainedOn) of \(truth.count) were trained on" : "")))
  }

  /// What is said where another evaluation takes the name of this one.
  fileprivate var replacement: String {
    "it takes the place of an earlier '\(name)' (\(correct) of \(truth.count) right, \(part.rawValue)); another as= keeps both"
  }
}
