import Gemma

/// evaluate.
enum EvaluateCommand {

  struct EvaluateArguments: Sendable {
    let on = Argument("on", .choice(Part.self), .validation, "the articles to classify")
    let limit = Argument("limit", .integer(1...Int.max), "classify only this many, from the first")
    let method = Argument("method", .choice(Classifier.Method.self), .constrained, "how the model answers")
    let name = Argument(
      "as", .text,
      "a name for this evaluation; it replaces another with this name; by default a new name from the training steps"
    )
  }

  static let evaluate = Command(
    "evaluate", .evaluate, "classify the validation articles and count the right answers",
    details:
      "With 'constrained' the model chooses among the categories only, and each gets a probability. With 'generate' "
      + "it writes freely, and the first line is its answer, as in the Colab demo.",
    arguments: EvaluateArguments(), examples: ["evaluate", "evaluate limit=200 method=generate as=free"]
  ) { arguments, invocation in
    let session = invocation.session
    let workspace = session.workspace
    let model = try workspace.needModel()
    let data = try workspace.needData()
    let all = try workspace.needSamples(of: arguments.on)
    let samples = Array(all.prefix(arguments.limit ?? all.count))
    let classifier = Classifier(
      model: model, adapter: workspace.adapter, prompt: try workspace.promptOrDefault(),
      categories: try workspace.needCategoriesOfData(),
      compute: try session.compute())
    let started = Stopwatch()
    let truth = samples.map { data.samples[$0].category }
    let answers = try classifier.classify(samples.map { data.samples[$0] }, method: arguments.method) {
      answers in
      let right = zip(answers, truth).count { $0.prediction == $1 }
      let note = Span("\(NumberFormat.percent(Double(right) / Double(answers.count))) right so far")
      invocation.emit(
        .progress(ProgressReport(done: answers.count, total: samples.count, unit: "article", note: [note])))
      return !invocation.isInterrupted
    }
    let evaluation = Workspace.Evaluation(
      name: arguments.name ?? workspace.freeName(on: arguments.on == .train ? ", train" : ""),
      method: arguments.method.rawValue, samples: samples,
      truth: truth,
      predictions: answers.map(\.prediction), probabilities: answers.map(\.probabilities))
    session.workspace.add(evaluation)
    invocation.tell(
      Evaluated(
        evaluation: evaluation, ids: samples.map { data.samples[$0].id }, seconds: started.seconds))
  } python: { call, script in
    script.need(.answers)
    let part = call.on.rawValue + (call.limit.map { _ in "[:\(call.python(\.limit))]" } ?? "")
    let note =
      call.method == .constrained
      ? ["# gnb lets the model choose among the categories; here it writes freely, as with method=generate."]
      : []
    return script.promptIfMissing() + note + [
      "evaluate(\(part), \(call.python(\.name))\(call.on == .train ? ", \", train\"" : ""))"
    ]
  }
}

/// The result of `evaluate`.
struct Evaluated: CommandResult {
  let evaluation: Workspace.Evaluation
  /// Ids of the articles, in the evaluation's order.
  let ids: [String]
  let seconds: Double

  var outputs: [Output] {
    [
      evaluation.summary,
      .line(
        Span("evaluated in "), Span(NumberFormat.duration(seconds), volatile: .time), Span(" at "),
        Span("\(NumberFormat.fixed(Double(ids.count) / seconds, 1)) articles/s", volatile: .rate)),
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    let e = evaluation
    let predictions = e.samples.indices.map { i -> JSONValue in
      .object(
        [
          ("id", .string(ids[i])), ("label", .string(e.truth[i])), ("prediction", .string(e.predictions[i])),
        ]
          + (e.probabilities.isEmpty || e.probabilities[i].isEmpty
            ? [] : [("probabilities", .numbers(e.probabilities[i]))]))
    }
    return [
      ("name", .string(e.name)), ("method", .string(e.method)), ("accuracy", .number(e.accuracy)),
      ("correct", .int(e.correct)), ("total", .int(e.truth.count)), ("predictions", .array(predictions)),
    ]
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
          + "\(method))"))
  }
}
