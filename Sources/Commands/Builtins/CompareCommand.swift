import Gemma

/// compare.
enum CompareCommand {
  struct CompareArguments: Sendable {
    let first = Argument("first", .evaluation, positional: true, "an evaluation")
    let second = Argument("second", .evaluation, positional: true, "another evaluation")
    let explain = Explanation.argument
  }

  static let compare = Command(
    "compare", .evaluate, "compare all evaluations, or two of them",
    details:
      "The intervals are Wilson's 95% intervals. The last table has the p-value of McNemar's exact test for each "
      + "pair, over the articles that both classified. Below 0.05 chance alone hardly explains the difference. Articles are the "
      + "same if their texts are, whatever data or split is loaded now; a pair without a common article has no p. 'train, 10 seen' "
      + "in the column of the part: the method was trained on ten of these articles. In an instruction task the table has loss, "
      + "perplexity, tokens right and exact matches.",
    arguments: CompareArguments(), examples: ["compare", "compare untrained tf-idf", "compare explain=true"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    if workspace.data?.task == .instruction {
      return try InstructionCommands.compare(arguments, invocation)
    }
    guard let first = arguments.first else {
      _ = try workspace.evaluation(nil)
      invocation.tell(
        try ComparisonOfAll(
          evaluations: workspace.evaluations, explains: arguments.explain, check: invocation.checkInterruption
        ))
      return
    }
    guard let second = arguments.second else {
      throw GemmaError.invalidValue(name: "compare", expected: "two names, or none", found: "only \(first)")
    }
    let pair = Comparison(
      first: try workspace.evaluation(first), second: try workspace.evaluation(second),
      explains: arguments.explain)
    guard pair.shared > 0 else {
      throw GemmaError.invalidValue(
        name: "compare", expected: "two evaluations with articles in common",
        found:
          "'\(pair.first.name)' on \(pair.first.place) and '\(pair.second.name)' on \(pair.second.place), which have none"
      )
    }
    invocation.tell(pair)
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
  var explains = false

  private let counts: Workspace.Evaluation.Agreement
  /// How many articles both classified.
  var shared: Int { counts.shared }
  /// The p-value of McNemar's exact test; nil if no article is in both.
  let p: Double?

  init(first: Workspace.Evaluation, second: Workspace.Evaluation, explains: Bool = false) {
    (self.first, self.second, self.explains) = (first, second, explains)
    counts = first.agreement(with: second)
    p =
      counts.shared == 0
      ? nil : Significance.mcNemar(onlyFirst: counts.onlyFirst, onlySecond: counts.onlySecond)
  }

  /// Whether both classified the same articles.
  var isWhole: Bool { shared == first.articles.count && shared == second.articles.count }

  var outputs: [Output] {
    let articles =
      isWhole
      ? "both are on the same \(NumberFormat.count(shared, "article"))"
      : "\(NumberFormat.count(shared, "article")) in common, of \(first.place) and \(second.place)"
    return [
      .table(
        Table(
          [.init("right", flexible: true), .init("articles", .right)],
          rows: [
            ["both", "\(counts.both)"], ["only \(first.name)", "\(counts.onlyFirst)"],
            ["only \(second.name)", "\(counts.onlySecond)"], ["neither", "\(counts.neither)"],
          ])), .line(articles),
    ] + (p.map { [.line("McNemar's exact p = \(NumberFormat.short($0, 3))")] } ?? [])
      + Explanation.lines(explains, [.mcNemar])
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("both", .int(counts.both)), ("only_first", .int(counts.onlyFirst)),
      ("only_second", .int(counts.onlySecond)), ("neither", .int(counts.neither)),
      ("shared", .int(shared)), ("p", p.map(JSONValue.number) ?? .null),
    ]
  }
}

/// All evaluations with their intervals and articles, and the p-value of each pair.
struct ComparisonOfAll: CommandResult {
  let evaluations: [Workspace.Evaluation]
  let explains: Bool

  /// For each evaluation but the first, the comparisons with those before it.
  private let pairs: [[Comparison]]

  init(evaluations: [Workspace.Evaluation], explains: Bool, check: () throws -> Void) throws {
    self.evaluations = evaluations
    self.explains = explains
    pairs = try evaluations.indices.dropFirst().map { i in
      try evaluations[..<i].map {
        try check()
        return Comparison(first: $0, second: evaluations[i])
      }
    }
  }

  var outputs: [Output] {
    let explained = Explanation.lines(explains, [.interval] + (pairs.isEmpty ? [] : [.mcNemar]))
    guard evaluations.count > 1 else { return [.table(accuracies)] + explained }
    let p = byPair("McNemar's p against") { pair in
      pair.p.map { Table.Cell($0 < 0.001 ? "<0.001" : NumberFormat.fixed($0, 3), .number($0)) }
        ?? Table.Cell("–")
    }
    return [.table(accuracies)] + common + [.table(p)] + explained
  }

  private var accuracies: Table {
    let hasSeveral = Set(evaluations.map(\.data)).count > 1
    return Table(
      [
        .init("evaluation", flexible: true), .init("method"), .init("accuracy", .right),
        .init("95% interval", .right), .init("articles", .right), .init("part", flexible: true),
      ],
      rows: evaluations.enumerated().map { i, e in
        let (low, high) = Significance.wilson(correct: e.correct, total: e.truth.count)
        return [
          .init("\(i + 1) \(e.name)"), .init(e.method), .number(e.accuracy),
          .init("\(NumberFormat.fixed(low, 3))–\(NumberFormat.fixed(high, 3))", .numbers([low, high])),
          .count(e.truth.count),
          .init(
            e.part.rawValue + (hasSeveral ? " of \(e.data)" : "")
              + (e.trainedOn > 0 ? ", \(e.trainedOn) seen" : "")),
        ]
      })
  }

  /// How many articles the pairs share: a line where they share all, else a table.
  private var common: [Output] {
    guard pairs.joined().contains(where: { !$0.isWhole }) else {
      return [.line("all are on the same \(NumberFormat.count(evaluations[0].articles.count, "article"))")]
    }
    return [.table(byPair("articles in common with") { .count($0.shared) })]
  }

  /// A row for each evaluation but the first, with a cell for each of those before it.
  private func byPair(_ title: String, _ cell: (Comparison) -> Table.Cell) -> Table {
    let rows = pairs.enumerated().map { i, pairs -> [Table.Cell] in
      [Table.Cell("\(i + 2) \(evaluations[i + 1].name)")] + pairs.map(cell)
        + [Table.Cell](repeating: Table.Cell(""), count: evaluations.count - 2 - i)
    }
    return Table(
      [.init(title, flexible: true)]
        + evaluations.indices.dropLast().map { Table.Column("\($0 + 1)", .right) },
      rows: rows)
  }

  var fields: [(name: String, value: JSONValue)] {
    let p = pairs.joined().map { pair -> JSONValue in
      .object([
        ("first", .string(pair.first.name)), ("second", .string(pair.second.name)),
        ("shared", .int(pair.shared)), ("p", pair.p.map(JSONValue.number) ?? .null),
      ])
    }
    return evaluations.map { ($0.name, .number($0.accuracy)) } + [("pairs", .array(p))]
  }
}
