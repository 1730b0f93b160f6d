import Foundation
import Gemma

/// predict.
enum PredictCommand {
  private static let auto = "auto"

  struct PredictArguments: Sendable {
    let file = Argument(
      required: "file", .dataName, "the texts: a file, a folder, an archive, or - for standard input")
    let to = Argument(
      "to", .path, "-",
      "the file to write, which ends in .csv, .tsv or .jsonl; - shows the rows (CSV; jsonl: JSON lines)")
    let text = Argument("text", .text, "the column of the texts; by default that of the data learnt from")
    let id = Argument("id", .text, "the column of the ids; the row's line by default")
    let label = Argument(
      "label", .text, "the column of the right answers, if the file has them; by default found by itself")
    let delimiter = Argument(
      "delimiter", .choice([auto] + Delimiter.allCases.map(\.rawValue)), auto,
      "what stands between two fields")
    let encoding = Argument(
      "encoding", .choice([auto] + TextEncoding.allCases.map(\.rawValue)), auto,
      "how characters are written as bytes")
    let header = Argument(
      "header", .choice(LoadDataCommand.Header.self), .auto, "whether the first row names the columns")
    let limit = Argument("limit", .integer(1...Int.max), "answer only this many rows, from the first")
    let maxTokens = Argument(
      "max_tokens", .integer(1...100_000), 256, "the longest written answer, for instructions")
    let overwrite = Overwriting.argument
  }

  static let predict = Command(
    "predict", .ask, "answer every row of a file: the category and its probabilities, or a written text",
    details:
      "Takes any file that 'load data' takes, without labels. Every row gets a row, in the file's order, duplicates too: its id, the "
      + "prediction, and the probability p_CATEGORY of each category. A row that cannot be used has an empty prediction, and "
      + "the column 'error' says why. The probabilities are not calibrated. If the file has labels, the accuracy is shown too. "
      + "The rows are written to OUT.part beside OUT, which gets its name at the end. After Ctrl-C the same command goes on from there; with "
      + "another model, prompt or file it begins anew. " + Overwriting.rule,
    arguments: PredictArguments(),
    examples: [
      "predict mails.csv to=answers.csv", "predict mails.jsonl to=answers.jsonl text=body",
      "predict texts.txt",
    ]
  ) { arguments, invocation in
    let session = invocation.session
    let workspace = session.workspace
    let predictor = try Predictor(session, maxTokens: arguments.maxTokens)
    let kind = try kind(arguments.to)
    let isFile = kind.isFile
    if isFile { try Overwriting.check(arguments.to, name: "to", overwrite: arguments.overwrite, invocation) }
    if isFile, isSame(arguments.to, arguments.file) {
      throw GemmaError.invalidValue(
        name: "to", expected: "another file than the one that is read", found: arguments.to)
    }
    let roles = Predictor.roles(workspace)
    let rows = try read(arguments, roles: roles, invocation)
    try predictor.checkColumns(rows.source.columns, of: rows.source.path)
    let wanted = Array(rows.rows.prefix(arguments.limit ?? rows.rows.count))
    let labels = predictor.labels(of: rows, column: arguments.label, roles: roles).map {
      Array($0.prefix(wanted.count))
    }
    let format = PredictionFormat(
      kind: kind.format, categories: predictor.categories, hasLabels: labels != nil)
    func say(_ text: String) { isFile ? invocation.print(text) : invocation.emit(.notice(text)) }
    say(rows.source.summary)
    let started = Stopwatch()
    var part: PartFile?
    if isFile {
      let settings = try settings(arguments, rows, predictor: predictor, session)
      part = try PartFile(of: arguments.to, format: format, settings: settings)
    } else if let header = format.header {
      invocation.emit(.output(.stream(header)))
    }
    var answers = Array((part?.finished ?? []).prefix(wanted.count))
    if let part, part.beganAnew {
      say("\(part.path) was of another file, model or prompt, or had no whole row: beginning anew")
    } else if !answers.isEmpty {
      say(
        "\(NumberFormat.count(answers.count)) of \(NumberFormat.count(wanted.count, "row")) were finished before; going on after them"
      )
    }
    for index in answers.indices { answers[index].label = labels?[index] }
    let before = answers.count
    do {
      try invocation.checkInterruption()
      if before < wanted.count {
        try predictor.answer(
          Array(wanted.dropFirst(before)), labels: labels.map { Array($0.dropFirst(before)) } ?? []
        ) {
          group in
          answers += group
          if let part {
            try part.add(group)
          } else {
            for answer in group { invocation.emit(.output(.stream(format.text(answer)))) }
          }
          try invocation.progress(
            ProgressReport(done: answers.count, total: wanted.count, unit: "text"))
        }
      }
    } catch GemmaError.interrupted {
      if let part {
        say(
          "interrupted after \(NumberFormat.count(answers.count)) of \(NumberFormat.count(wanted.count, "row")); \(part.path) keeps them, "
            + "and the same command goes on from there")
      }
      throw GemmaError.interrupted
    }
    try part?.finish()
    let seen = zip(wanted, answers).count { row, answer in
      answer.label != nil && row.sample.map(workspace.seen.contains) ?? false
    }
    let result = Predicted(
      answers: answers, categories: predictor.categories, hasLabels: labels != nil, seen: seen,
      path: isFile ? arguments.to : nil, done: answers.count - before, seconds: started.seconds)
    if isFile {
      invocation.tell(result)
    } else {
      for line in result.lines { invocation.emit(.notice(line)) }
      invocation.emit(.result(fields: result.fields, volatile: result.volatile))
    }
  } python: { call, script in
    script.need(.classifier)
    var options = [call.python(\.file), call.python(\.to)]
    if call.text != nil { options.append("text=\(call.python(\.text))") }
    if call.id != nil { options.append("id=\(call.python(\.id))") }
    if let delimiter = Delimiter(rawValue: call.delimiter) {
      options.append("sep=\(Python.literal(delimiter.text))")
    }
    if call.encoding != auto { options.append("encoding=\(call.python(\.encoding))") }
    if call.header == .no { options.append("header=None") }
    return script.promptIfMissing() + ["predict(\(options.joined(separator: ", ")))"]
  }

  private static func isSame(_ a: String, _ b: String) -> Bool {
    func real(_ path: String) -> String {
      URL(fileURLWithPath: (path as NSString).expandingTildeInPath).resolvingSymlinksInPath().path
    }
    return real(a) == real(b)
  }

  /// - Throws: `invalidValue` for a name with another ending.
  private static func kind(_ to: String) throws -> (format: PredictionFormat.Kind, isFile: Bool) {
    if to == "-" { return (.csv, false) }
    if let kind = PredictionFormat.Kind(rawValue: to) { return (kind, false) }
    guard let kind = PredictionFormat.Kind(rawValue: (to as NSString).pathExtension.lowercased()) else {
      throw GemmaError.invalidValue(
        name: "to", expected: "a name that ends in .csv, .tsv or .jsonl, or -", found: to)
    }
    return (kind, true)
  }

  private static func read(
    _ arguments: Arguments<PredictArguments>, roles: [DataSource.Role], _ invocation: Invocation
  ) throws -> RowsToAnswer {
    let session = invocation.session
    var options = DataOptions()
    options.check = invocation.checkInterruption
    (options.text, options.id, options.label) = (arguments.text, arguments.id, arguments.label)
    options.delimiter = Delimiter(rawValue: arguments.delimiter)
    options.encoding = TextEncoding(rawValue: arguments.encoding)
    if arguments.header != .auto { options.header = arguments.header == .yes }
    options.likeRoles = roles
    let name = arguments.file
    let isKnown = name == "-" || BundledData(rawValue: name) != nil
    guard let path = isKnown ? name : try? session.cache.data(name) else {
      throw GemmaError.fileNotFound(path: name)
    }
    return try RowsToAnswer(path: path, options: options)
  }

  /// The hash of all that the answers depend on.
  private static func settings(
    _ arguments: Arguments<PredictArguments>, _ rows: RowsToAnswer, predictor: Predictor, _ session: Session
  ) throws -> String {
    let workspace = session.workspace
    let model = try workspace.needModel()
    var hash = SHA256()
    hash.update(
      "\(rows.sha256) \(try session.modelHash(path: model.file.path)) \(workspace.precision.rawValue)\u{0}")
    hash.update("\(workspace.adapter?.sha256 ?? "none") \(model.isMerged)\u{0}")
    let prompt = SavedClassifier.Prompt(try workspace.promptOrDefault())
    hash.update(
      JSONValue.strings(
        [prompt.template, prompt.withoutInput ?? "", prompt.instruction, prompt.endToken]
          + predictor.categories
      ).text)
    hash.update("\(prompt.maxInputTokens ?? 0) \(arguments.maxTokens)")
    if let shown = workspace.prompt, shown.exampleCount > 0 {
      hash.update(try workspace.promptOrDefault().render("", tokenizer: model.tokenizer))
    }
    return hash.finish()
  }
}

/// Words that several commands say of predictions.
enum PredictWords {
  static let notCalibrated =
    "the probabilities are not calibrated: of answers with 0.9, more or fewer than 9 in 10 may be right"
}

/// The result of `predict`.
struct Predicted: CommandResult {
  let answers: [Predictor.Answer]
  let categories: [String]
  let hasLabels: Bool
  /// Rows with a label that the adapter was trained on.
  let seen: Int
  /// Nil for standard output.
  let path: String?
  /// Rows answered in this run.
  let done: Int
  let seconds: Double

  private var failed: [Predictor.Answer] { answers.filter { $0.error != nil } }
  private var labelled: [Predictor.Answer] { answers.filter { $0.label != nil && $0.error == nil } }
  private var right: Int { labelled.count { $0.label == $0.prediction } }
  private var meanProbability: Double {
    labelled.reduce(0) { $0 + ($1.probabilities.max() ?? 0) } / Double(max(labelled.count, 1))
  }

  private var facts: [String] {
    var lines: [String] = []
    if !categories.isEmpty {
      let counts = Dictionary(grouping: answers.filter { $0.error == nil }, by: \.prediction).mapValues(
        \.count)
      lines.append(
        categories.map { "\($0) \(NumberFormat.count(counts[$0, default: 0]))" }.joined(separator: ", "))
    }
    if let first = failed.first {
      lines.append(
        "\(NumberFormat.count(failed.count, "row")) without an answer; the column 'error' says why. The first: \(first.id): "
          + (first.error ?? ""))
    }
    if hasLabels, !labelled.isEmpty {
      let (low, high) = Significance.wilson(correct: right, total: labelled.count)
      lines.append(
        "accuracy \(NumberFormat.fixed(Double(right) / Double(labelled.count))) (\(right) of \(labelled.count) with a label, 95% interval "
          + "\(NumberFormat.fixed(low, 3)) to \(NumberFormat.fixed(high, 3)))"
          + (seen > 0 ? "; \(seen) of these were trained on" : ""))
      lines.append(
        "the mean probability of these answers is \(NumberFormat.fixed(meanProbability, 3)); if it were calibrated, it would be near the accuracy"
      )
    }
    if !categories.isEmpty { lines.append(PredictWords.notCalibrated) }
    return lines
  }

  private var rate: String { NumberFormat.fixed(Double(done) / max(seconds, 1e-9), 1) }

  /// All of it as plain lines.
  var lines: [String] {
    facts + [
      "\(NumberFormat.count(done, "text")) answered in \(NumberFormat.duration(seconds)) at \(rate) texts/s"
    ]
  }

  var outputs: [Output] {
    let written = Output.line(
      Span("\(NumberFormat.count(answers.count, "row")) written to "),
      Span(path ?? "standard output", volatile: .path))
    return [written] + facts.map { .line($0) } + [
      .line(
        Span("answered in "), Span(NumberFormat.duration(seconds), volatile: .time), Span(" at "),
        Span("\(rate) texts/s", volatile: .rate))
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("rows", .int(answers.count)), ("failed", .int(failed.count)), ("calibrated", .bool(false)),
      ("predictions", .strings(answers.map(\.prediction))),
    ]
      + (hasLabels
        ? [("labelled", .int(labelled.count)), ("correct", .int(right)), ("seen", .int(seen))] : [])
  }
  var volatile: [(name: String, value: JSONValue)] {
    [("path", path.map(JSONValue.string) ?? .null), ("seconds", .number(seconds)), ("answered", .int(done))]
  }
}
