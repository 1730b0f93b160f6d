import Foundation
import Gemma

/// train; plot is in PlotCommand.
enum TrainCommands {
  static let all: [Command] = [train, PlotCommand.plot]

  struct TrainArguments: Sendable {
    let steps = Argument("steps", .integer(1...1_000_000), "optimiser steps; 60 unless epochs is given")
    let epochs = Argument(
      "epochs", .number(0...10_000),
      "how many times to go through the training articles, in place of steps; 0.5 is half of them")
    let batch = Argument("batch", .integer(1...1024), 8, "articles in one pass through the model")
    let accumulate = Argument("accumulate", .integer(1...1024), 1, "passes in one optimiser step")
    let lr = Argument("lr", .number(0...10), 2e-3, "the highest learning rate")
    let schedule = Argument(
      "schedule", .choice(LearningRate.Schedule.self), .linear,
      "how the learning rate falls after the warm-up")
    let warmup = Argument(
      "warmup", .integer(0...1_000_000), 5, "steps in which the learning rate rises from zero")
    let weightDecay = Argument("weight_decay", .number(0...10), 0.01, "weight decay of the adapter")
    let clip = Argument("clip", .number(0...1e6), 1, "the largest gradient norm; 0 turns clipping off")
    let optimizer = Argument(
      "optimizer", .choice(AdamW.Kind.self), .adamw, "adamw_8bit stores the moments in 8 bits each")
    let lossOn = Argument(
      "loss_on", .choice(TrainingConfig.LossOn.self), .response,
      "which tokens to learn: response is the answer only; all is prompt and answer, as in the Colab demo")
    let shuffle = Argument("shuffle", .bool, true, "put the articles in a new order each epoch")
    let seed = Argument(
      "seed", .seed, "seed of the order, the dropout and the noise; by default the session's seed")
    let packing = Argument(
      "packing", .integer(0...1_000_000), 0,
      "join articles into sequences of at most this many tokens; batch then counts sequences; 0 joins none")
    let neftune = Argument(
      "neftune", .number(0...1000), 0, "noise on the embeddings (NEFTune's alpha); 0 adds none")
    let spike = Argument(
      "spike", .number(0...1e9), 3,
      "stop when the loss exceeds this many times the highest of the first five losses (at least 1); 0 never stops"
    )
    let evalEvery = Argument(
      "eval_every", .integer(1...1_000_000),
      "steps between two measurements of the validation loss; none by default")
    let evalLimit = Argument(
      "eval_limit", .integer(1...1_000_000), 100, "validation articles to measure with")
    let patience = Argument(
      "patience", .integer(1...1000),
      "stop after this many validation losses without a new lowest one, and restore that adapter; needs eval_every"
    )
    let checkpoint = Argument("checkpoint", .path, "a file to write the state to")
    let checkpointEvery = Argument(
      "checkpoint_every", .integer(1...1_000_000), 20, "steps between checkpoints")
    let resume = Argument("resume", .path, "continue from this checkpoint; takes no other arguments")
    let explain = Explanation.argument
  }

  static let train = Command(
    "train", .train, "fine-tune the adapter on the training articles",
    details:
      "Each step takes batch x accumulate articles, predicts their answers, and changes the adapter a little. With "
      + "'epochs' each article is used once in each epoch. The last step of an epoch takes the remaining articles, "
      + "as the Trainer of transformers does. With 'steps' every step has the same number of articles: the step at "
      + "the end of an epoch is filled up with the first articles of the next epoch. A second 'train' continues with "
      + "the adapter as it is, and with a fresh optimiser. With 'checkpoint' the state is written every "
      + "checkpoint_every steps and at Ctrl-C. 'train resume=FILE' continues from it with the same settings, and "
      + "gives the same adapter, bit for bit, as a training that was not interrupted. A terminal of at least 80 columns and 24 "
      + "rows shows the losses as a chart while it trains.",
    arguments: TrainArguments(),
    examples: [
      "train", "train steps=60 lr=2e-3", "train epochs=2 loss_on=all",
      "train eval_every=10 patience=3 explain=true",
      "train checkpoint=run.ckpt", "train resume=run.ckpt",
    ]
  ) { arguments, invocation in
    let run = try makeRun(arguments, invocation)
    try TrainCommands.run(run, explains: arguments.explain, invocation)
  } python: {
    python($0, &$1)
  }

  /// The training that the arguments describe, or the one that a checkpoint holds.
  private static func makeRun(_ arguments: Arguments<TrainArguments>, _ invocation: Invocation) throws
    -> TrainingRun
  {
    let session = invocation.session
    let model = try session.workspace.needModel()
    let (data, split) = (try session.workspace.needData(), try session.workspace.needSplit())
    let categories = try session.workspace.needCategoriesOfData()
    let prompt = try session.workspace.promptWithoutExamples("train")
    let device = try session.device()
    let run: TrainingRun
    if let path = arguments.resume {
      if let other = arguments.given(beside: \.resume, \.explain) {
        throw GemmaError.invalidValue(
          name: "train", expected: "no argument beside resume: the checkpoint has the settings", found: other)
      }
      run = try TrainingRun(
        resuming: path, model: model, examples: session.workspace.examples(split.train), device: device)
      invocation.print(
        "continuing after step \(run.trainer.completed) of \(run.plan.training.steps)"
          + (run.isFinished ? ": this training is already complete" : ""))
    } else {
      // Training works on a copy: snapshots of the session share the adapter, and theirs must not change.
      run = try TrainingRun(
        plan: plan(arguments, session: session), model: model,
        adapter: try session.workspace.needAdapter().copy(device: device),
        examples: session.workspace.examples(split.train),
        history: session.workspace.steps, seen: session.workspace.seen,
        checkpoint: arguments.checkpoint,
        device: device)
      if !session.workspace.steps.isEmpty {
        invocation.print(
          "going on from step \(session.workspace.steps.count): the adapter is kept, and the optimiser starts again"
        )
      }
      let training = run.plan.training
      if training.warmup >= training.steps {
        invocation.print(
          "note: the warm-up of \(NumberFormat.count(training.warmup, "step")) does not end in "
            + "\(NumberFormat.count(training.steps, "step")): the learning rate "
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
    let looked = try session.workspace.needSamples(of: .validation).prefix(run.plan.evaluateLimit)
    let answers = try session.workspace.examples(looked)
    let known = looked.count { run.seen.contains(data.samples[$0]) }
    if known > 0 {
      invocation.print(
        "note: \(known) of the \(NumberFormat.count(looked.count, "validation article")) were trained on before, which makes the "
          + "validation loss too low")
    }
    let adapter = run.trainer.adapter
    if data.task == .instruction {
      run.look = { [weak trainer = run.trainer] in
        let found = try model.answerLoss(of: answers, adapter: adapter, device: device) { share in
          inside.tell(
            after: trainer?.completed ?? 0, 0, "\(NumberFormat.percent(share, 0)) of the validation loss")
          return invocation.context.interruption() != .undo
        }
        return (found.loss, found.shareRight)
      }
      return run
    }
    let classifier = Classifier(
      model: model, adapter: adapter, prompt: prompt, categories: categories, device: device)
    run.look = { [weak trainer = run.trainer] in
      let found = try classifier.look(at: answers) { done in
        inside.tell(after: trainer?.completed ?? 0, 0, "validation article \(done) of \(answers.count)")
        return invocation.context.interruption() != .undo
      }
      let right = zip(found.answers, looked).count { $0.prediction == data.samples[$1].category }
      return (found.loss.loss, Double(right) / Double(max(looked.count, 1)))
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
        name: "patience", expected: "eval_every as well", found: "patience alone")
    }
    return plan
  }

  /// Trains until the last step, or until the user or early stopping ends it, and shows the result.
  private static func run(_ run: TrainingRun, explains: Bool, _ invocation: Invocation) throws {
    let session = invocation.session
    let (data, split) = (try session.workspace.needData(), try session.workspace.needSplit())
    let started = Stopwatch()
    let total = run.plan.training.steps
    let before = run.trainer.completed
    var tokens = 0
    func keep() {
      session.workspace.add(run, articles: split.train.map { data.samples[$0] })
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
        if let point { tell(point, session.measure, invocation) }
        try invocation.progress(
          ProgressReport(
            done: step.step, total: step.steps, unit: "step",
            note: [
              Span("loss \(NumberFormat.fixed(step.loss))  lr \(NumberFormat.short(step.rate))  "),
              Span("\(NumberFormat.fixed(Double(tokens) / started.seconds, 0)) tokens/s", volatile: .rate),
            ], fields: fields(step), losses: .init(training: step.loss, validation: point?.loss)))
      }
    } catch GemmaError.interrupted {
      guard invocation.context.interruption() != .undo else { throw GemmaError.interrupted }
      keep()
      try save()
      invocation.print(
        "interrupted after step \(run.trainer.completed) of \(total); the adapter keeps these steps"
          + (run.checkpoint == nil ? "" : ", and the checkpoint has them"))
      throw GemmaError.interrupted
    } catch let error as GemmaError {
      if case .diverged = error { keep() }
      throw error
    }
    if run.hasStopped, run.trainer.completed < total {
      invocation.print(
        "stopped after step \(run.trainer.completed): "
          + "\(NumberFormat.count(run.plan.patience, "measurement")) without a new lowest validation loss")
    }
    if let best = run.finish() {
      invocation.print("the adapter is that of step \(best.step), which had the lowest validation loss")
    }
    keep()
    if run.checkpoint != nil { session.savedAdapter = run.trainer.adapter }
    guard let last = run.history.last else { return }
    let done = run.trainer.completed - before
    invocation.tell(
      Trained(
        last: last, done: done, losses: run.history.suffix(done).map(\.loss), tokens: tokens,
        points: run.points, measure: session.measure, explains: explains, seconds: started.seconds))
  }

  private static func tell(_ point: ValidationPoint, _ measure: String, _ invocation: Invocation) {
    invocation.print(
      "step \(point.step): validation loss \(NumberFormat.fixed(point.loss)), perplexity "
        + "\(NumberFormat.fixed(point.perplexity, 3)), \(measure) \(NumberFormat.fixed(point.accuracy, 3))")
  }

  private static func fields(_ step: TrainingStep) -> [(name: String, value: JSONValue)] {
    [
      ("step", .int(step.step)), ("loss", .number(step.loss)), ("grad_norm", .number(step.gradientNorm)),
      ("lr", .number(step.rate)), ("tokens", .int(step.tokens)),
    ]
  }
}

extension Session {
  /// What a validation counts beside the loss.
  fileprivate var measure: String { workspace.data?.task == .instruction ? "tokens right" : "accuracy" }
}
