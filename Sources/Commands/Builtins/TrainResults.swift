import Gemma

/// The result of `train`.
struct Trained: CommandResult {
  /// The adapter's last step, from this training or an earlier one.
  let last: TrainingStep
  /// Number of steps in this training.
  let done: Int
  let losses: [Double]
  let tokens: Int
  let points: [ValidationPoint]
  /// What is counted in them beside the loss: "accuracy", or "tokens right".
  let measure: String
  var explains = false
  let seconds: Double

  var outputs: [Output] {
    let line = Output.line(
      "step \(last.step)/\(last.steps)  loss \(NumberFormat.fixed(last.loss))  lr \(NumberFormat.short(last.rate))"
    )
    let figures: [Explanation] = [.loss] + (points.isEmpty ? [] : [.validationLoss, .perplexity])
    guard done > 0 else { return [line] + Explanation.lines(explains, figures) }
    return [
      line,
      .line(
        Span("trained in "), Span(NumberFormat.duration(seconds), volatile: .time), Span(" at "),
        Span("\(NumberFormat.fixed(Double(tokens) / seconds, 0)) tokens/s", volatile: .rate)),
    ] + Explanation.lines(explains, figures)
  }

  var fields: [(name: String, value: JSONValue)] {
    let looks = points.map { point -> JSONValue in
      .object([
        ("step", .int(point.step)), ("loss", .number(point.loss)), ("perplexity", .number(point.perplexity)),
        (measure.replacing(" ", with: "_"), .number(point.accuracy)),
      ])
    }
    return [
      ("steps", .int(done)), ("loss", .number(last.loss)), ("tokens", .int(tokens)),
      ("losses", .numbers(losses)),
    ] + (looks.isEmpty ? [] : [("validation", .array(looks))])
  }

  var volatile: [(name: String, value: JSONValue)] { [("seconds", .number(seconds))] }
}

/// Shows the progress inside a step that takes more than two seconds, at most five times a second.
final class InnerProgress {
  private let invocation: Invocation
  private let total: Int
  private var done = -1
  private var sinceStep = Stopwatch()
  private var sinceTold = Stopwatch()

  /// - Parameter total: number of steps in the training.
  init(_ invocation: Invocation, _ total: Int) {
    self.invocation = invocation
    self.total = total
  }

  /// - Parameters:
  ///   - done: number of completed steps.
  ///   - share: the completed share of the next step, from 0 to 1.
  func tell(after done: Int, _ share: Double, _ note: String) {
    if done != self.done { (self.done, sinceStep) = (done, Stopwatch()) }
    guard sinceStep.seconds > 2, sinceTold.seconds > 0.2 else { return }
    sinceTold = Stopwatch()
    invocation.emit(
      .progress(ProgressReport(done: done, total: total, unit: "step", inside: share, note: [Span(note)])))
  }
}
