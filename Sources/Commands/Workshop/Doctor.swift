import Foundation
import Gemma

/// Whether a computer is fit for the lessons: what it has, how fast it is, how long each lesson takes, and what to mend.
public struct Doctor: CommandResult {
  /// What the terminal can do, which only the program knows.
  public struct Terminal: Sendable {
    /// Nil where output goes to a file or a pipe.
    public var columns: Int?
    public var isUTF8: Bool
    public var colors: Int
    public var redraws: Bool

    public init(columns: Int?, isUTF8: Bool, colors: Int, redraws: Bool) {
      (self.columns, self.isUTF8, self.colors, self.redraws) = (columns, isUTF8, colors, redraws)
    }
  }

  /// Something to mend, and the command or act that does.
  public struct Remedy: Sendable, Equatable {
    public var what: String
    public var remedy: String
    /// Whether the lessons cannot run without.
    public var isNeeded: Bool
  }

  static let model = "gemma-3-270m"

  let facts: [(subject: String, finding: String)]
  public let remedies: [Remedy]
  /// Nil where nothing could be measured, or nobody asked for it.
  public let speed: MeasuredSpeed?
  /// Whether the speed is that of random weights, because the model is not here.
  public let isOfRandomWeights: Bool
  private let tour: Tour

  /// Looks at the computer, and measures it: with the model, or without it with random weights of its shape.
  ///
  /// - Parameters:
  ///   - name: the model to measure with.
  ///   - prompt: the line that sets the prompt to measure with: the quickstart's.
  ///   - measures: false leaves the measurement out.
  public init(
    _ session: Session, version: String, terminal: Terminal, model name: String? = nil,
    prompt: String = "prompt alpaca max_input_tokens=96", measures: Bool = true, tour: Tour = .compiledIn,
    tell: (String) -> Void = { _ in }
  ) throws {
    self.tour = tour
    let cache = session.cache
    let kernels = session.settings.kernels ?? Kernels.best.name
    let memory = Machine.memory
    let free = Machine.freeBytes(at: cache.path)
    let name = name ?? Self.model
    let model = try? cache.model(name)
    let corpus = try? cache.data("livedoor")
    let threads = session.settings.threads
    var remedies: [Remedy] = []
    if model == nil {
      remedies.append(
        Remedy(
          what: "the model is not here, and all lessons need it",
          remedy:
            "gnb pull \(Self.model) fetches it (253 MB); gnb pull \(Self.model) --from DIR takes it from a "
            + "USB stick or a folder",
          isNeeded: true))
    }
    if model == nil, let free, free < 600_000_000 {
      remedies.append(
        Remedy(
          what: "the model needs 253 MB, and twice that while it is fetched",
          remedy: "free some disk, or GNB_CACHE=/another/disk", isNeeded: true))
    }
    if memory.available < 1_500_000_000 {
      remedies.append(
        Remedy(
          what: "lessons take up to 1.5 GB of memory", remedy: "close other programs",
          isNeeded: memory.available < 700_000_000))
    }
    if ["portable"].contains(kernels) {
      remedies.append(
        Remedy(
          what: "the CPU has no AVX2, so everything is many times slower", remedy: "take another computer",
          isNeeded: false))
    }
    if !terminal.isUTF8 {
      remedies.append(
        Remedy(what: "the terminal is not set to UTF-8", remedy: "export LANG=C.UTF-8", isNeeded: false))
    }
    if let columns = terminal.columns, columns < 80 {
      remedies.append(
        Remedy(
          what: "the window is \(columns) columns wide, and wide tables become lists below 80",
          remedy: "widen it, or choose a smaller font", isNeeded: false))
    }
    if Machine.load > Double(Machine.cores) * 0.6 {
      remedies.append(
        Remedy(
          what: "other programs keep the cores busy, so the figures here are too low",
          remedy: "close them, and call gnb doctor again", isNeeded: false))
    }
    self.remedies = remedies
    var facts: [(subject: String, finding: String)] = [
      ("gnb", version),
      ("CPU", Machine.cpu),
      ("kernels", "\(kernels), of " + Kernels.available.map(\.name).joined(separator: ", ")),
      ("cores", "\(Machine.cores), \(NumberFormat.count(threads, "thread")) in use"),
      ("memory", "\(NumberFormat.bytes(memory.available)) of \(NumberFormat.bytes(memory.all)) free"),
      ("disk", free.map { "\(NumberFormat.bytes($0)) free for \(cache.path)" } ?? "unknown"),
      ("GPU", gpuLine()),
      ("model", model.map { _ in name } ?? "\(name) is not here"),
      ("corpus", corpus.map { _ in "livedoor" } ?? "livedoor is not here; no lesson needs it"),
      ("terminal", Self.words(terminal)),
    ]
    // Another model that is not here has a shape that nobody knows.
    let speedModel: SpeedTest.Model? = model != nil ? .named(name) : name == Self.model ? .random : nil
    isOfRandomWeights = measures && model == nil && speedModel != nil
    var measured: SpeedTest.Result?
    if measures, let speedModel {
      tell(
        isOfRandomWeights
          ? "the model is not here: measuring with random weights of its shape for five seconds ..."
          : "measuring for five seconds ...")
      let context = session.context
      measured = try SpeedTest.run(
        speedModel, prompt: prompt, cache: cache, settings: session.settings,
        isStopped: { context.isInterrupted })
    }
    speed = measured?.speed
    facts.append(
      (
        "speed",
        measured.map(Self.words)
          ?? (measures ? "not measured: this needs the model (see below)" : "not measured")
      ))
    self.facts = facts
  }

  private static func words(_ measured: SpeedTest.Result) -> String {
    "training \(NumberFormat.fixed(measured.speed.training, 0)) tokens/s, reading "
      + "\(NumberFormat.fixed(measured.speed.reading, 1)) articles/s, "
      + (measured.loading.map { "model loaded in " + NumberFormat.duration($0) } ?? "with random weights")
  }

  private static func words(_ terminal: Terminal) -> String {
    guard let columns = terminal.columns else { return "none: output goes to a file or a pipe" }
    return "\(columns) columns, \(terminal.isUTF8 ? "UTF-8" : "not UTF-8"), "
      + (terminal.colors > 1 ? "\(terminal.colors) colours" : "no colour")
      + (terminal.redraws ? "" : ", cannot redraw")
  }

  /// Whether a lesson can be run here.
  public var isFit: Bool { !remedies.contains(where: \.isNeeded) }

  public var outputs: [Output] {
    var outputs: [Output] = [
      .table(
        Table([.init("what"), .init("found", flexible: true)], rows: facts.map { [$0.subject, $0.finding] }))
    ]
    if let speed {
      let rows = tour.lessons.map { lesson in
        [lesson.reference, lesson.title(in: .english), tour.times.text(lesson, at: speed) ?? "not known"]
      }
      outputs += [
        .line(""),
        .table(
          Table(
            [.init("lesson", .right), .init("title", flexible: true), .init("takes about", .right)],
            rows: rows)),
      ]
      if isOfRandomWeights {
        outputs.append(
          .line(
            "Measured with random weights in the shape of \(Self.model), because the model is not here. "
              + "With the model the times are about the same."))
      }
    }
    if remedies.isEmpty {
      outputs += [.line(""), .line(Span("nothing to mend: gnb tour", .good))]
    } else {
      outputs += [.line(""), .line(Span("to mend:", .strong))]
      for remedy in remedies {
        outputs.append(.line(Span("- \(remedy.what): \(remedy.remedy)", remedy.isNeeded ? .bad : .plain)))
      }
    }
    return outputs
  }

  public var fields: [(name: String, value: JSONValue)] {
    [
      ("fit", .bool(isFit)),
      (
        "mend",
        .array(remedies.map { .object([("what", .string($0.what)), ("remedy", .string($0.remedy))]) })
      ),
    ]
  }

  public var volatile: [(name: String, value: JSONValue)] {
    facts.map { ($0.subject.lowercased(), .string($0.finding)) }
      + (speed.map { speed in
        [
          ("random_weights", .bool(isOfRandomWeights)),
          ("training_tokens_per_second", .number(speed.training)),
          ("reading_articles_per_second", .number(speed.reading)),
          (
            "lesson_seconds",
            .object(
              tour.lessons.compactMap { lesson in
                tour.times.seconds(lesson).map { (lesson.name, .number($0 * speed.factor)) }
              })
          ),
        ]
      } ?? [])
  }
}
