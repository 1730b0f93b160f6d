import Gemma

/// The result of `evaluate` in an instruction task.
struct EvaluatedAnswers: CommandResult {
  let evaluation: InstructionEvaluation
  /// The last evaluation before it that wrote to the same rows.
  let before: InstructionEvaluation?
  let data: Dataset
  let seconds: Double

  var outputs: [Output] {
    let (e, loss) = (evaluation, evaluation.loss)
    var exact = ""
    if !e.written.isEmpty {
      exact = ", exact match \(NumberFormat.fixed(e.shareExact)) (\(e.exact) of \(e.written.count) written)"
    }
    let line = Output.line(
      Span("\(e.name): "),
      Span(
        "loss \(NumberFormat.fixed(loss.loss)), perplexity \(NumberFormat.fixed(loss.perplexity, 3))", .strong
      ),
      Span("  (\(NumberFormat.count(e.samples.count, "row")) of \(e.part))"))
    let counts = Output.line(
      "tokens right \(NumberFormat.fixed(loss.shareRight)) (\(NumberFormat.count(loss.right)) of "
        + "\(NumberFormat.count(loss.tokens)))" + exact)
    let table = WrittenAnswers.table(
      e.written.map(\.sample), before.map { [$0, e] } ?? [e],
      titles: before == nil ? ["written"] : ["before", "after"],
      data: data)
    return [line, counts] + (table.map { [.table($0)] } ?? []) + [
      .line(
        Span("evaluated in "), Span(NumberFormat.duration(seconds), volatile: .time), Span(" at "),
        Span("\(NumberFormat.fixed(Double(e.samples.count) / seconds, 1)) rows/s", volatile: .rate))
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    let e = evaluation
    let written = e.written.map { answer -> JSONValue in
      let sample = data.samples[answer.sample]
      return .object(
        [
          ("id", .string(sample.id)), ("prompt", .string(WrittenAnswers.question(sample))),
          ("expected", .string(sample.category)), ("written", .string(answer.text)),
          ("exact", .bool(answer.isExact)),
        ] + (before?.text(of: answer.sample).map { [("before", .string($0))] } ?? []))
    }
    return [("name", .string(e.name)), ("part", .string(e.part)), ("rows", .int(e.samples.count))]
      + WrittenAnswers.figures(e) + [("written", .array(written))]
  }

  var volatile: [(name: String, value: JSONValue)] { [("seconds", .number(seconds))] }
}

/// What models wrote to the same rows.
enum WrittenAnswers {
  /// More rows are in the JSON.
  private static let shown = 5

  /// The instruction and, on a line of its own, its input.
  static func question(_ sample: Sample) -> String {
    guard let request = sample.request else { return sample.text }
    return request.input.isEmpty ? request.instruction : request.instruction + "\n" + request.input
  }

  /// A block of rows for each sample: what was asked, what was expected, and what was written.
  static func table(
    _ samples: [Int], _ evaluations: [InstructionEvaluation], titles: [String], data: Dataset
  ) -> Table? {
    guard !samples.isEmpty else { return nil }
    var rows: [[String]] = []
    var rules: Set<Int> = []
    for (number, index) in samples.prefix(shown).enumerated() {
      if number > 0 { rules.insert(rows.count) }
      let sample = data.samples[index]
      func row(_ name: String, _ text: String) -> [String] {
        ["\(number + 1) \(name)", text.isEmpty ? "(nothing)" : ShowCommands.visible(text)]
      }
      rows += [row("prompt", question(sample)), row("expected", sample.category)]
      for (title, evaluation) in zip(titles, evaluations) {
        if let text = evaluation.text(of: index) { rows.append(row(title, text)) }
      }
    }
    return Table([.init("sample"), .init("text", flexible: true)], rows: rows, rules: rules)
  }

  static func figures(_ e: InstructionEvaluation) -> [(name: String, value: JSONValue)] {
    [
      ("loss", .number(e.loss.loss)), ("perplexity", .number(e.loss.perplexity)),
      ("tokens", .int(e.loss.tokens)),
      ("tokens_right", .number(e.loss.shareRight)),
      ("exact_match", e.written.isEmpty ? .null : .number(e.shareExact)),
    ]
  }
}

/// The result of `compare` in an instruction task.
struct ComparedAnswers: CommandResult {
  /// Those to compare, in a row each.
  let evaluations: [InstructionEvaluation]
  /// All of the session: an evaluation's number is its place there.
  let all: [InstructionEvaluation]
  let data: Dataset

  /// Whether two were named: then what they wrote is shown too.
  var isPair = false

  /// Rows that both of two evaluations have.
  private var shared: Int {
    guard let first = evaluations.first, let last = evaluations.last else { return 0 }
    return Set(first.samples).intersection(last.samples).count
  }

  var outputs: [Output] {
    let table = Table(
      [
        .init("evaluation", flexible: true), .init("rows", .right), .init("loss", .right),
        .init("perplexity", .right), .init("tokens right", .right), .init("exact match", .right),
      ],
      rows: evaluations.map { e in
        let number = (all.firstIndex { $0.name == e.name } ?? 0) + 1
        return [
          .init("\(number) \(e.name)"), .count(e.samples.count), .number(e.loss.loss),
          .number(e.loss.perplexity, digits: 3), .number(e.loss.shareRight),
          e.written.isEmpty ? .init("") : .number(e.shareExact),
        ]
      })
    let first = evaluations[0]
    let differing = evaluations.filter { $0.samples != first.samples }
    var outputs: [Output] = [.table(table)]
    if isPair {
      outputs.append(
        .line("\(NumberFormat.count(shared)) of the rows are in both evaluations"))
    }
    if !differing.isEmpty {
      outputs.append(
        .line(
          "note: not all of these are on the same rows, so their figures differ for that reason too"))
    }
    if isPair, let last = evaluations.last {
      let both = first.written.map(\.sample).filter { last.text(of: $0) != nil }
      if let samples = WrittenAnswers.table(both, evaluations, titles: evaluations.map(\.name), data: data) {
        outputs.append(.table(samples))
      }
    }
    return outputs
  }

  var fields: [(name: String, value: JSONValue)] {
    let list = evaluations.map { e -> JSONValue in
      .object([("name", .string(e.name)), ("rows", .int(e.samples.count))] + WrittenAnswers.figures(e))
    }
    return [("evaluations", .array(list))] + (isPair ? [("shared", .int(shared))] : [])
  }
}
