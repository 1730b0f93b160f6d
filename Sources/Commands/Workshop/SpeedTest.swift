import Foundation
import Gemma

/// Measures for a few seconds what lessons spend their time on: training steps, and reading articles. The work is the quickstart's.
struct SpeedTest {
  struct Result {
    var speed: MeasuredSpeed
    /// Seconds that loading the model took.
    var loading: Double
  }

  /// When the parts that are counted were done.
  private final class Clock {
    private let watch = Stopwatch()
    private(set) var marks: [(seconds: Double, count: Int)] = []

    func mark(_ count: Int) { marks.append((watch.seconds, count)) }

    /// Per second, from the first mark on: what came before it warmed up. With a single mark, from the start.
    var rate: Double? {
      guard let first = marks.first, let last = marks.last else { return nil }
      if marks.count == 1 { return Double(first.count) / first.seconds }
      return Double(marks.dropFirst().map(\.count).reduce(0, +)) / (last.seconds - first.seconds)
    }
  }

  /// - Parameters:
  ///   - model: a name or path, as `load model` takes it.
  ///   - prompt: the line that sets it.
  ///   - seconds: for training; reading takes two thirds of it.
  ///   - isStopped: whether the user asked to stop.
  static func run(
    model: String, prompt: String, cache: Cache, settings: Settings, seconds: Double = 3,
    isStopped: @escaping () -> Bool
  ) throws -> Result {
    var own = settings
    own.seed = 3407
    let session = Session(cache: cache, settings: own, context: RunContext(sink: { _ in }))
    let loading = Stopwatch()
    try run("load model \(Value.string(model).source)", session, for: .infinity, isStopped) { _ in }
    let loaded = loading.seconds
    try run(
      "load data mini-news; split train=100 validation=200 seed=200; \(prompt); lora",
      session, for: .infinity, isStopped
    ) { _ in }
    let training = Clock()
    try run("train steps=10000 batch=2", session, for: seconds, isStopped) { progress in
      let tokens = progress.fields.first { $0.name == "tokens" }?.value
      if case .int(let count)? = tokens { training.mark(count) }
    }
    let reading = Clock()
    var before = 0
    try run("evaluate", session, for: seconds * 2 / 3, isStopped) { progress in
      reading.mark(progress.done - before)
      before = progress.done
    }
    guard let trained = training.rate, let read = reading.rate else {
      throw GemmaError.inputOutput(path: model, reason: "nothing could be measured")
    }
    return Result(
      speed: MeasuredSpeed(training: trained, reading: read, threads: settings.threads), loading: loaded)
  }

  /// Runs a line, for so long at most.
  private static func run(
    _ line: String, _ session: Session, for seconds: Double, _ isStopped: @escaping () -> Bool,
    progress: @escaping (ProgressReport) -> Void
  ) throws {
    let watch = Stopwatch()
    var context = session.context
    context.sink = { event in if case .progress(let report) = event.kind { progress(report) } }
    context.interruption = { watch.seconds > seconds || isStopped() ? .stop : .none }
    let failure = Interpreter(session, .standard).run(
      try Parser.parse(line), cell: "", file: "doctor", source: line, context: context)
    if isStopped() { throw GemmaError.interrupted }
    if let failure, failure.code != .interrupted { throw failure }
  }
}
