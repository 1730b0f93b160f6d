import Foundation
import Gemma

/// Measures for a few seconds what lessons spend their time on: training steps, and reading articles. The work is the quickstart's.
struct SpeedTest {
  struct Result {
    var speed: MeasuredSpeed
    /// Seconds that loading the model took; nil for random weights, which are in no file.
    var loading: Double?
  }

  enum Model {
    /// A name or path, as `load model` takes it.
    case named(String)
    /// Random weights in the shape of the 270M.
    case random
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
  ///   - prompt: the line that sets it.
  ///   - seconds: for training; reading takes two thirds of it.
  ///   - isStopped: whether the user asked to stop.
  static func run(
    _ model: Model, prompt: String, cache: Cache, settings: Settings, seconds: Double = 3,
    isStopped: @escaping () -> Bool
  ) throws -> Result {
    var own = settings
    own.seed = 3407
    let session = Session(cache: cache, settings: own, context: RunContext(sink: { _ in }))
    var loading: Double?
    switch model {
    case .named(let name):
      let watch = Stopwatch()
      try run("load model \(Value.string(name).source)", session, for: .infinity, isStopped) { _ in }
      loading = watch.seconds
    case .random:
      let categories = try Dataset.miniNews().categories
      let alpaca = PromptTemplate.alpaca(
        instruction: PromptTemplate.defaultInstruction(categories: categories), maxInputTokens: nil)
      let file = try ModelFile.random(words: alpaca.template + alpaca.instruction)
      session.workspace.model = try GemmaModel(file, device: session.device()) {
        if isStopped() { throw GemmaError.interrupted }
      }
    }
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
      throw GemmaError.missing(need: "a training step within \(seconds) seconds", remedy: "gnb doctor")
    }
    return Result(
      speed: MeasuredSpeed(training: trained, reading: read, threads: settings.threads), loading: loading)
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
