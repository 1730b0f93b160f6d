import Foundation
import Gemma

/// train; plot is in PlotCommand.
enum TrainCommands {
  static let all: [Command] = [train, PlotCommand.plot]

  struct TrainArguments: Sendable {
    let steps = Argument("steps", .integer(1...1_000_000), "optimiser steps; 60 unless epochs is given")
    let epochs = Argument(
      "epochs", .number(0...10_000),
      "passes over the training articles, in place of steps; a part of one too: 0.5")
    let batch = Argument("batch", .integer(1...1024), 8, "articles a pass")
    let accumulate = Argument("accumulate", .integer(1...1024), 1, "passes a step")
    let lr = Argument("lr", .number(0...10), 2e-3, "the highest learning rate")
    let schedule = Argument(
      "schedule", .choice(LearningRate.Schedule.self), .linear, "how the rate falls after the warm-up")
    let warmup = Argument("warmup", .integer(0...1_000_000), 5, "steps over which the rate rises from zero")
    let weightDecay = Argument("weight_decay", .number(0...10), 0.01, "decay of the adapter's weights")
    let clip = Argument("clip", .number(0...1e6), 1, "largest gradient norm; 0 does not clip")
    let optimizer = Argument(
      "optimizer", .choice(AdamW.Kind.self), .adamw, "adamw_8bit keeps its moments in 8 bits each")
    let lossOn = Argument(
      "loss_on", .choice(TrainingConfig.LossOn.self), .response,
      "learn the answer only, or prompt and answer as the Colab demo does")
    let shuffle = Argument("shuffle", .bool, true, "a new order each epoch")
    let seed = Argument("seed", .seed, "of the order and all else that is random; the session's by default")
    let packing = Argument(
      "packing", .integer(0...1_000_000), 0,
      "put articles together to sequences of at most so many tokens, which batch then counts")
    let neftune = Argument(
      "neftune", .number(0...1000), 0, "noise on the embeddings (NEFTune's alpha); 0 for none")
    let spike = Argument(
      "spike", .number(0...1e9), 3,
      "stop when a loss is so many times the highest of the first five, or 1; 0 never stops")
    let evalEvery = Argument(
      "eval_every", .integer(1...1_000_000), "look at the validation articles every so many steps")
    let evalLimit = Argument("eval_limit", .integer(1...1_000_000), 100, "articles of such a look")
    let patience = Argument(
      "patience", .integer(1...1000),
      "stop after so many looks without a lower loss, and go back to the best; needs eval_every")
    let checkpoint = Argument("checkpoint", .path, "a file to write the state to")
    let checkpointEvery = Argument(
      "checkpoint_every", .integer(1...1_000_000), 20, "steps between checkpoints")
    let resume = Argument("resume", .path, "a checkpoint to go on from; takes no other arguments")
  }

  static let train = Command(
    "train", .train, "fine-tune the adapter on the training articles",
    details:
      "Each step takes batch x accumulate articles, predicts their answers, and moves the adapter a little. "
      + "With 'epochs' each article comes once an epoch and the last step of an epoch takes the articles that are left, as "
      + "transformers' Trainer does it. With 'steps' every step has the same number of articles: the step at the end of a pass is "
      + "filled up with the first articles of the next pass. "
      + "Training again goes on from where the adapter is, with a fresh optimiser. "
      + "With 'checkpoint' the state is written every so many steps and at Ctrl-C; 'train resume=FILE' goes on from it, with the "
      + "settings it began with, and ends with the same adapter to the last bit.",
    arguments: TrainArguments(),
    examples: [
      "train", "train steps=60 lr=2e-3", "train epochs=2 loss_on=all", "train eval_every=10 patience=3",
      "train checkpoint=run.ckpt", "train resume=run.ckpt",
    ]
  ) { arguments, invocation in
    let run = try makeRun(arguments, invocation)
    try TrainCommands.run(run, invocation)
  } python: {
    python($0, &$1)
  }

  /// What the arguments ask for, or what a checkpoint holds.
  private static func makeRun(_ arguments: Arguments<TrainArguments>, _ invocation: Invocation) throws
    -> TrainingRun
  {
    let session = invocation.session
    let model = try session.workspace.needModel()
    let (data, split) = (try session.workspace.needData(), try session.workspace.needSplit())
    let prompt = try session.workspace.promptOrDefault()
    func examples(_ part: ArraySlice<Int>) -> [TokenizedExample] {
      part.map {
        prompt.example(
          input: data.samples[$0].text, output: data.samples[$0].category, tokenizer: model.tokenizer)
      }
    }
    let compute = try session.compute()
    let run: TrainingRun
    if let path = arguments.resume {
      if let other = arguments.given(beside: \.resume) {
        throw GemmaError.invalidValue(
          name: "train", expected: "resume alone: the checkpoint has the settings", found: other)
      }
      run = try TrainingRun(
        resuming: path, model: model, examples: examples(split.train[...]), compute: compute)
      invocation.print(
        "going on after step \(run.trainer.completed) of \(run.plan.training.steps)"
          + (run.isFinished ? ": it was done" : ""))
    } else {
      // Trained on a copy: a snapshot of the session keeps the adapter as it was.
      run = try TrainingRun(
        plan: plan(arguments, session: session), model: model,
        adapter: try session.workspace.needAdapter().copy(compute: compute),
        examples: examples(split.train[...]),
        history: session.workspace.steps,
        checkpoint: arguments.checkpoint,
        compute: compute)
      if !session.workspace.steps.isEmpty {
        invocation.print(
          "going on from step \(session.workspace.steps.count): the adapter keeps what it has learnt, the optimiser "
            + "starts anew")
      }
      let training = run.plan.training
      if training.warmup >= training.steps {
        invocation.print(
          "note: warmup=\(training.warmup) is not over in \(NumberFormat.count(training.steps, "step")): the learning rate "
            + "never reaches \(NumberFormat.short(training.learningRate)); take more steps or a smaller warmup"
        )
      }
      if run.plan.training.packing > 0 {
        invocation.print(
          "\(split.train.count) articles in \(run.trainer.sequenceCount) sequences of at most "
            + "\(run.plan.training.packing) tokens")
      }
    }
    run.trainer.isCancelled = { invocation.context.interruption() == .undo }
    let inside = InnerProgress(invocation, run.plan.training.steps)
    run.trainer.layerDone = { [weak trainer = run.trainer] done, total in
      let share = Double(done) / Double(total)
      inside.tell(after: trainer?.completed ?? 0, share, "\(NumberFormat.percent(share, 0)) of the next step")
    }
    guard run.plan.evaluateEvery > 0 else { return run }
    let looked = split.validation.prefix(run.plan.evaluateLimit)
    let (answers, texts) = (examples(looked), looked.map { data.samples[$0].text })
    let adapter = run.trainer.adapter
    run.look = { [weak trainer = run.trainer] in
      let classifier = Classifier(
        model: model, adapter: adapter, prompt: prompt, categories: data.categories, compute: compute)
      let found = try classifier.classify(texts, method: .constrained) { found in
        inside.tell(after: trainer?.completed ?? 0, 0, "validation article \(found.count) of \(texts.count)")
        return invocation.context.interruption() != .undo
      }
      let right = zip(found, looked).count { $0.prediction == data.samples[$1].category }
      let loss = try model.loss(of: answers, adapter: adapter, compute: compute)
      return (loss, Double(right) / Double(max(looked.count, 1)))
    }
    return run
  }

  private static func plan(_ arguments: Arguments<TrainArguments>, session: Session) throws -> TrainingPlan {
    var plan = TrainingPlan()
    var config = TrainingConfig()
    config.batch = arguments.batch
    config.accumulate = arguments.accumulate
    if arguments.epochs != nil, arguments.steps != nil {
      throw GemmaError.invalidValue(name: "train", expected: "steps or epochs", found: "both")
    }
    config.steps = arguments.steps ?? 60
    config.epochs = arguments.epochs
    config.optimizer = arguments.optimizer
    config.learningRate = arguments.lr
    config.schedule = arguments.schedule
    config.warmup = arguments.warmup
    config.weightDecay = arguments.weightDecay
    config.clip = arguments.clip
    config.spike = arguments.spike
    config.lossOn = arguments.lossOn
    config.packing = arguments.packing
    config.neftuneAlpha = arguments.neftune
    config.shuffle = arguments.shuffle
    config.seed = arguments.seed ?? session.settings.seed
    plan.training = config
    plan.evaluateEvery = arguments.evalEvery ?? 0
    plan.evaluateLimit = arguments.evalLimit
    plan.patience = arguments.patience ?? 0
    plan.checkpointEvery = arguments.checkpointEvery
    if plan.patience > 0, plan.evaluateEvery == 0 {
      throw GemmaError.invalidValue(
        name: "patience", expected: "eval_every beside it", found: "patience alone")
    }
    return plan
  }

  /// Steps until it is done or stopped, and tells.
  private static func run(_ run: TrainingRun, _ invocation: Invocation) throws {
    let session = invocation.session
    let started = Stopwatch()
    let total = run.plan.training.steps
    let before = run.trainer.completed
    var tokens = 0
    func keep() {
      session.workspace.adapter = run.trainer.adapter
      session.workspace.steps = run.history
    }
    func save() throws {
      guard run.checkpoint != nil else { return }
      try run.save()
      session.savedAdapter = run.trainer.adapter
    }
    do {
      while !run.isFinished {
        let (step, point) = try run.next()
        tokens += step.tokens
        if let point { tell(point, invocation) }
        try invocation.progress(
          ProgressReport(
            done: step.step, total: step.steps, unit: "step",
            note: [
              Span("loss \(NumberFormat.fixed(step.loss))  lr \(NumberFormat.short(step.rate))  "),
              Span("\(NumberFormat.fixed(Double(tokens) / started.seconds, 0)) tokens/s", volatile: .rate),
            ], fields: fields(step)))
      }
    } catch GemmaError.interrupted {
      guard invocation.context.interruption() != .undo else { throw GemmaError.interrupted }
      keep()
      try save()
      invocation.print(
        "interrupted after step \(run.trainer.completed) of \(total); what was learnt so far is kept"
          + (run.checkpoint == nil ? "" : ", and written to the checkpoint"))
      throw GemmaError.interrupted
    } catch let error as GemmaError {
      if case .diverged = error { keep() }
      throw error
    }
    if run.hasStopped, run.trainer.completed < total {
      invocation.print(
        "stopped after step \(run.trainer.completed): \(run.plan.patience) looks without a lower loss")
    }
    if let best = run.finish() {
      invocation.print("the adapter went back to step \(best.step), the lowest validation loss")
    }
    keep()
    if run.checkpoint != nil { session.savedAdapter = run.trainer.adapter }
    guard let last = run.history.last else { return }
    let done = run.trainer.completed - before
    invocation.tell(
      Trained(
        last: last, done: done, losses: run.history.suffix(done).map(\.loss), tokens: tokens,
        points: run.points, seconds: started.seconds))
  }

  private static func tell(_ point: ValidationPoint, _ invocation: Invocation) {
    invocation.print(
      "step \(point.step): validation loss \(NumberFormat.fixed(point.loss)), perplexity "
        + "\(NumberFormat.fixed(point.perplexity, 3)), accuracy \(NumberFormat.fixed(point.accuracy, 3))")
  }

  private static func fields(_ step: TrainingStep) -> [(name: String, value: JSONValue)] {
    [
      ("step", .int(step.step)), ("loss", .number(step.loss)), ("grad_norm", .number(step.gradientNorm)),
      ("lr", .number(step.rate)), ("tokens", .int(step.tokens)),
    ]
  }
}

/// What `train` did.
struct Trained: CommandResult {
  /// The last step of the adapter, of this training or an earlier one.
  let last: TrainingStep
  /// Steps of this training.
  let done: Int
  let losses: [Double]
  let tokens: Int
  let points: [ValidationPoint]
  let seconds: Double

  var outputs: [Output] {
    let line = Output.line(
      "step \(last.step)/\(last.steps)  loss \(NumberFormat.fixed(last.loss))  lr \(NumberFormat.short(last.rate))"
    )
    guard done > 0 else { return [line] }
    return [
      line,
      .line(
        Span("trained in "), Span(NumberFormat.duration(seconds), volatile: .time), Span(" at "),
        Span("\(NumberFormat.fixed(Double(tokens) / seconds, 0)) tokens/s", volatile: .rate)),
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    let looks = points.map { point -> JSONValue in
      .object([
        ("step", .int(point.step)), ("loss", .number(point.loss)), ("perplexity", .number(point.perplexity)),
        ("accuracy", .number(point.accuracy)),
      ])
    }
    return [
      ("steps", .int(done)), ("loss", .number(last.loss)), ("tokens", .int(tokens)),
      ("losses", .numbers(losses)),
    ] + (looks.isEmpty ? [] : [("validation", .array(looks))])
  }

  var volatile: [(name: String, value: JSONValue)] { [("seconds", .number(seconds))] }
}

/// Tells how far a step is that takes more than two seconds, five times a second at most.
private final class InnerProgress {
  private let invocation: Invocation
  private let total: Int
  private var done = -1
  private var sinceStep = Stopwatch()
  private var sinceTold = Stopwatch()

  /// - Parameter total: steps of the training.
  init(_ invocation: Invocation, _ total: Int) {
    self.invocation = invocation
    self.total = total
  }

  /// - Parameters:
  ///   - done: steps that are done.
  ///   - share: of the next step, from 0 to 1.
  func tell(after done: Int, _ share: Double, _ note: String) {
    if done != self.done { (self.done, sinceStep) = (done, Stopwatch()) }
    guard sinceStep.seconds > 2, sinceTold.seconds > 0.2 else { return }
    sinceTold = Stopwatch()
    invocation.emit(
      .progress(ProgressReport(done: done, total: total, unit: "step", inside: share, note: [Span(note)])))
  }
}
