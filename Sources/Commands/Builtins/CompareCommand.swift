import Gemma

/// compare.
enum CompareCommand {
  struct CompareArguments: Sendable {
    let first = Argument("first", .evaluation, positional: true, "an evaluation")
    let second = Argument("second", .evaluation, positional: true, "another evaluation")
  }

  static let compare = Command(
    "compare", .evaluate, "compare all evaluations, or two of them",
    details:
      "The intervals are Wilson's 95% intervals. The second table has the p-value of McNemar's exact test for each "
      + "pair, over the articles that both classified. Below 0.05 chance alone hardly explains the difference. "
      + "In an instruction task the table has loss, perplexity, tokens right and exact matches.",
    arguments: CompareArguments(), examples: ["compare", "compare untrained tf-idf"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    if workspace.data?.task == .instruction {
      return try InstructionCommands.compare(arguments, invocation)
    }
    guard let first = arguments.first else {
      _ = try workspace.evaluation(nil)
      invocation.tell(
        try ComparisonOfAll(evaluations: workspace.evaluations, check: invocation.checkInterruption))
      return
    }
    guard let second = arguments.second else {
      throw GemmaError.invalidValue(name: "compare", expected: "two names, or none", found: "only \(first)")
    }
    invocation.tell(
      Comparison(first: try workspace.evaluation(first), second: try workspace.evaluation(second)))
  } python: { call, script in
    script.need(.answers)
    let names = [
      call.first.map { _ in call.python(\.first) }, call.second.map { _ in call.python(\.second) },
    ]
    return ["compare(\(names.compactMap { $0 }.joined(separator: ", ")))"]
  }
}

/// Two evaluations compared, over the articles that both classified.
struct Comparison: CommandResult {
  let first: Workspace.Evaluation
  let second: Workspace.Evaluation

  private let counts: (both: Int, onlyFirst: Int, onlySecond: Int, neither: Int)
  /// The p-value of McNemar's exact test.
  let p: Double

  init(first: Workspace.Evaluation, second: Workspace.Evaluation) {
    (self.first, self.second) = (first, second)
    counts = first.agreement(with: second)
    p = Significance.mcNemar(onlyFirst: counts.onlyFirst, onlySecond: counts.onlySecond)
  }

  var outputs: [Output] {
    [
      .table(
        Table(
          [.init("right", flexible: true), .init("articles", .right)],
          rows: [
            ["both", "\(counts.both)"], ["only \(first.name)", "\(counts.onlyFirst)"],
            ["only \(second.name)", "\(counts.onlySecond)"], ["neither", "\(counts.neither)"],
          ])), .line("McNemar's exact p = \(NumberFormat.short(p, 3))"),
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("both", .int(counts.both)), ("only_first", .int(counts.onlyFirst)),
      ("only_second", .int(counts.onlySecond)), ("neither", .int(counts.neither)), ("p", .number(p)),
    ]
  }
}

/// All evaluations with their intervals, and the p-value of each pair.
struct ComparisonOfAll: CommandResult {
  let evaluations: [Workspace.Evaluation]

  /// For each evaluation but the first, the comparisons with those before it.
  private let pairs: [[Comparison]]

  init(evaluations: [Workspace.Evaluation], check: () throws -> Void) throws {
    self.evaluations = evaluations
    pairs = try evaluations.indices.dropFirst().map { i in
      try evaluations[..<i].map {
        try check()
        return Comparison(first: $0, second: evaluations[i])
      }
    }
  }

  var outputs: [Output] {
    let all = Table(
      [
        .init("evaluation", flexible: true), .init("method"), .init("accuracy", .right),
        .init("95% interval", .right), .init("articles", .right),
      ],
      rows: evaluations.enumerated().map { i, e in
        let (low, high) = Significance.wilson(correct: e.correct, total: e.truth.count)
        return [
          .init("\(i + 1) \(e.name)"), .init(e.method), .number(e.accuracy),
          .init("\(NumberFormat.fixed(low, 3))–\(NumberFormat.fixed(high, 3))", .numbers([low, high])),
          .count(e.truth.count),
        ]
      })
    guard evaluations.count > 1 else { return [.table(all)] }
    let rows = pairs.enumerated().map { i, pairs -> [Table.Cell] in
      [Table.Cell("\(i + 2) \(evaluations[i + 1].name)")]
        + pairs.map { Table.Cell($0.p < 0.001 ? "<0.001" : NumberFormat.fixed($0.p, 3), .number($0.p)) }
        + [Table.Cell](repeating: Table.Cell(""), count: evaluations.count - 2 - i)
    }
    let columns =
      [.init("McNemar's p against", flexible: true)]
      + evaluations.indices.dropLast().map { Table.Column("\($0 + 1)", .right) }
    return [.table(all), .table(Table(columns, rows: rows))]
  }

  var fields: [(name: String, value: JSONValue)] {
    let p = pairs.joined().map { pair -> JSONValue in
      .object([
        ("first", .string(pair.first.name)), ("second", .string(pair.second.name)), ("p", .number(pair.p)),
      ])
    }
    return evaluations.map { ($0.name, .number($0.accuracy)) } + [("pairs", .array(p))]
  }
}
