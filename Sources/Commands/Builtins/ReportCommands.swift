import Gemma

/// report, confusion: details of one evaluation. mistakes is in MistakesCommands.
enum ReportCommands {
  static let all: [Command] = [report, confusion, MistakesCommands.mistakes]

  /// The arguments of commands about one evaluation.
  struct EvaluationArguments: Sendable {
    let name = evaluationName
  }

  static let evaluationName = Argument(
    "name", .evaluation, positional: true, "the name of the evaluation; by default the last one")

  static let report = Command(
    "report", .evaluate, "precision, recall and F1 of each category",
    details: "The table is that of scikit-learn's classification_report with four digits.",
    arguments: EvaluationArguments(), examples: ["report"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    try workspace.needClassification("report", instead: "'evaluate' and 'compare'")
    let e = try workspace.evaluation(arguments.name)
    invocation.tell(
      Report(
        evaluation: e.name,
        report: ClassificationReport(
          classes: e.categories, truth: e.truth, predicted: e.predictions)))
  } python: { call, script in
    script.need(.answers)
    return [
      "truth, predicted = evaluation(\(call.python(\.name)))",
      "print(classification_report(truth, predicted, labels=categories, digits=4, zero_division=0))",
    ]
  }

  static let confusion = Command(
    "confusion", .evaluate,
    "the confusion matrix: how often each category was predicted for each true category",
    arguments: EvaluationArguments(), examples: ["confusion"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    try workspace.needClassification("confusion", instead: "'evaluate' and 'compare'")
    let e = try workspace.evaluation(arguments.name)
    invocation.tell(
      Confusion(
        evaluation: e.name,
        matrix: ConfusionMatrix(
          classes: e.categories, truth: e.truth, predicted: e.predictions)))
  } python: { call, script in
    script.need(.answers)
    return [
      "truth, predicted = evaluation(\(call.python(\.name)))",
      "ConfusionMatrixDisplay.from_predictions(",
      "    truth, predicted, labels=categories, cmap=\"Blues\", xticks_rotation=\"vertical\")",
    ]
  }
}

/// The result of `report`.
struct Report: CommandResult {
  let evaluation: String
  let report: ClassificationReport

  var outputs: [Output] {
    func cells(_ r: ClassificationReport.Row) -> [Table.Cell] {
      [Table.Cell(r.name)] + [r.precision, r.recall, r.f1].map { .number($0) } + [.count(r.support)]
    }
    let accuracy: [Table.Cell] = [
      .init("accuracy"), .init(""), .init(""), .number(report.accuracy), .count(report.total),
    ]
    let middle = report.micro.map(cells) ?? accuracy
    return [
      .table(
        Table(
          [.init("", flexible: true)]
            + ["precision", "recall", "f1-score", "support"].map { .init($0, .right) },
          rows: report.rows.map(cells) + [middle, cells(report.macro), cells(report.weighted)],
          rules: [report.rows.count]))
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    func row(_ r: ClassificationReport.Row) -> JSONValue {
      .object([
        ("name", .string(r.name)), ("precision", .number(r.precision)), ("recall", .number(r.recall)),
        ("f1", .number(r.f1)), ("support", .int(r.support)),
      ])
    }
    return [
      ("name", .string(evaluation)), ("accuracy", .number(report.accuracy)),
      ("rows", .array((report.rows + [report.macro, report.weighted]).map(row))),
    ]
  }
}

/// The result of `confusion`.
struct Confusion: CommandResult {
  let evaluation: String
  let matrix: ConfusionMatrix

  var outputs: [Output] {
    let hasOther = matrix.outside.contains { $0 > 0 }
    var columns = [Table.Column(Table.confusionTitle, flexible: true)]
    columns += matrix.classes.indices.map { Table.Column("\($0 + 1)", .right, longTitle: matrix.classes[$0]) }
    if hasOther { columns.append(.init("other", .right)) }
    let rows = matrix.classes.indices.map { i in
      ["\(i + 1) \(matrix.classes[i])"] + matrix.counts[i].map { $0 == 0 ? Table.zero : "\($0)" }
        + (hasOther ? ["\(matrix.outside[i])"] : [])
    }
    return [.table(Table(columns, rows: rows, shaded: true))]
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("name", .string(evaluation)), ("classes", .strings(matrix.classes)),
      ("counts", .array(matrix.counts.map { .array($0.map(JSONValue.int)) })),
      ("other", .array(matrix.outside.map(JSONValue.int))),
    ]
  }
}
