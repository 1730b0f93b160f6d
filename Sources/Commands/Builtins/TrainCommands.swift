import Gemma

/// train and plot.
enum TrainCommands {
  static let all: [Command] = [train, plot]

  static let train = Command(
    "train", .train, "fine-tune the adapter on the training articles",
    details:
      "Each step takes batch x accumulate articles, predicts their answers, and moves the adapter a little. "
      + "Training again goes on from where the adapter is, with a fresh optimiser.",
    arguments: [
      ArgumentSpec("steps", .integer(1...1_000_000), "optimiser steps; 60 unless epochs is given"),
      ArgumentSpec("epochs", .number(0...10_000), "passes over the training articles, in place of steps"),
      ArgumentSpec("batch", .integer(1...1024), .number(8), "articles a pass"),
      ArgumentSpec("accumulate", .integer(1...1024), .number(1), "passes a step"),
      ArgumentSpec("lr", .number(0...10), .number(2e-3), "the highest learning rate"),
      ArgumentSpec(
        "schedule", .choice(LearningRate.Schedule.allCases.map(\.rawValue)), .string("linear"),
        "how the rate falls after the warm-up"),
      ArgumentSpec(
        "warmup", .integer(0...1_000_000), .number(5), "steps over which the rate rises from zero"),
      ArgumentSpec("weight_decay", .number(0...10), .number(0.01), "decay of the adapter's weights"),
      ArgumentSpec("clip", .number(0...1e6), .number(1), "largest gradient norm; 0 does not clip"),
      ArgumentSpec(
        "loss_on", .choice(TrainingConfig.LossOn.allCases.map(\.rawValue)), .string("response"),
        "learn the answer only, or prompt and answer as the Colab demo does"),
      ArgumentSpec("shuffle", .bool, .bool(true), "a new order each epoch"),
      ArgumentSpec("seed", .integer(0...Int.max), "of the order; the session's by default"),
    ], examples: ["train", "train steps=60 lr=2e-3", "train epochs=2 loss_on=all"]
  ) { arguments, invocation in
    let session = invocation.session
    let model = try session.workspace.needModel()
    let (data, split) = (try session.workspace.needData(), try session.workspace.needSplit())
    let adapter = try session.workspace.needAdapter()
    let prompt = try session.workspace.promptOrDefault()
    var config = TrainingConfig()
    config.batch = arguments.int("batch")
    config.accumulate = arguments.int("accumulate")
    if arguments.has("epochs"), arguments.has("steps") {
      throw GemmaError.invalidValue(name: "train", expected: "steps or epochs", found: "both")
    }
    let perStep = Double(config.batch * config.accumulate)
    config.steps =
      arguments.optionalInt("steps")
      ?? (arguments.has("epochs")
        ? max(1, Int((arguments.double("epochs") * Double(split.train.count) / perStep).rounded(.up))) : 60)
    config.learningRate = arguments.double("lr")
    config.schedule = LearningRate.Schedule(rawValue: arguments.string("schedule")) ?? .linear
    config.warmup = arguments.int("warmup")
    config.weightDecay = arguments.double("weight_decay")
    config.clip = arguments.double("clip")
    config.lossOn = TrainingConfig.LossOn(rawValue: arguments.string("loss_on")) ?? .response
    config.shuffle = arguments.bool("shuffle")
    config.seed = arguments.optionalInt("seed").map(UInt64.init) ?? session.settings.seed

    let examples = split.train.map {
      prompt.example(
        input: data.samples[$0].text, output: data.samples[$0].category, tokenizer: model.tokenizer)
    }
    // Trained on a copy: a snapshot of the session keeps the adapter as it was.
    let compute = try session.compute()
    let tuned = adapter.copy(compute: compute)
    let trainer = try Trainer(
      model: model, adapter: tuned, examples: examples, config: config, compute: compute)
    trainer.isCancelled = { session.interruption() == .undo }
    let started = Stopwatch()
    var steps = session.workspace.steps
    let before = steps.count
    var tokens = 0
    func finish() {
      session.workspace.adapter = tuned
      session.workspace.steps = steps
    }
    do {
      for _ in 0..<config.steps {
        let step = try trainer.step()
        steps.append(step)
        tokens += step.tokens
        try invocation.progress(
          ProgressReport(
            done: step.step, total: step.steps, unit: "step",
            note: [
              Span("loss \(NumberFormat.fixed(step.loss))  lr \(NumberFormat.short(step.rate))  "),
              Span("\(NumberFormat.fixed(Double(tokens) / started.seconds, 0)) tokens/s", volatile: .rate),
            ], fields: fields(step)))
      }
    } catch GemmaError.interrupted {
      guard session.interruption() != .undo else { throw GemmaError.interrupted }
      finish()
      invocation.print(
        "interrupted after step \(trainer.completed) of \(config.steps); what was learnt so far is kept")
      throw GemmaError.interrupted
    }
    finish()
    guard let last = steps.last else { return }
    invocation.print(
      "step \(last.step)/\(last.steps)  loss \(NumberFormat.fixed(last.loss))  lr \(NumberFormat.short(last.rate))"
    )
    let seconds = started.seconds
    invocation.print(
      Span("trained in "), Span(NumberFormat.duration(seconds), volatile: .time), Span(" at "),
      Span("\(NumberFormat.fixed(Double(tokens) / seconds, 0)) tokens/s", volatile: .rate))
    invocation.result(
      [
        ("steps", .int(steps.count - before)), ("loss", .number(last.loss)), ("tokens", .int(tokens)),
        ("losses", .numbers(steps[before...].map(\.loss))),
      ], volatile: [("seconds", .number(seconds))])
  }

  private static func fields(_ step: TrainingStep) -> [(name: String, value: JSONValue)] {
    [
      ("step", .int(step.step)), ("loss", .number(step.loss)), ("grad_norm", .number(step.gradientNorm)),
      ("lr", .number(step.rate)), ("tokens", .int(step.tokens)),
    ]
  }

  static let plot = Command(
    "plot", .look, "draw the loss, the learning rate, article lengths or accuracies",
    arguments: [
      ArgumentSpec(
        "what", .choice(["loss", "lr", "lengths", "accuracy"]), .string("loss"), positional: true,
        "what to draw")
    ], examples: ["plot loss", "plot accuracy"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    let what = arguments.string("what")
    switch what {
    case "loss", "lr":
      guard !workspace.steps.isEmpty else {
        throw GemmaError.missing(need: "training steps", remedy: "train")
      }
      let values = workspace.steps.map { what == "loss" ? $0.loss : $0.rate }
      let title = what == "loss" ? "loss (mean of -log p a target token)" : "learning rate"
      invocation.show(.chart(.curve(values, title: title, xLabel: "step")))
      invocation.result([("values", .numbers(values))])
    case "lengths":
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
    default:
      guard !workspace.evaluations.isEmpty else {
        throw GemmaError.missing(need: "an evaluation", remedy: "evaluate")
      }
      let bars = workspace.evaluations.map {
        Chart.Bar($0.name, $0.accuracy, NumberFormat.percent($0.accuracy))
      }
      invocation.show(.chart(Chart(title: "accuracy", .bars(bars))))
      invocation.result(bars.map { ($0.name, .number($0.value)) })
    }
  }
}
