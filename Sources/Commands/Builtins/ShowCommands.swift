import Foundation
import Gemma

/// show model, data, split, sample, prompt, lora, tokens, config, session.
enum ShowCommands {
  static let all: [Command] = [model, data, split, sample, prompt, lora, tokens, config, session, saveTable]

  /// A piece with its spaces and line ends visible.
  static func visible(_ piece: String) -> String {
    piece.replacingOccurrences(of: "\n", with: "⏎").replacingOccurrences(of: "\t", with: "⇥")
  }

  /// Facts, a row each, under what they are about.
  private static func facts(_ title: String, _ rows: [(String, String)]) -> Output {
    .table(Table([.init(title), .init("", flexible: true)], rows: rows.map { [$0, $1] }))
  }

  static let model = Command("show model", .look, "the model's shape", examples: ["show model"]) {
    invocation in
    let workspace = invocation.session.workspace
    let model = try workspace.needModel()
    let c = model.config
    let windows = Set(c.layers.compactMap(\.window)).sorted().map(String.init).joined(separator: ", ")
    invocation.show(
      facts(
        "model",
        [
          ("name", model.file.name), ("architecture", c.architecture),
          ("stored as", model.file.storedTypes.joined(separator: ", ")),
          ("in memory", NumberFormat.bytes(model.weightBytes)),
          ("parameters", NumberFormat.count(c.parameterCount)), ("layers", "\(c.layers.count)"),
          ("hidden size", "\(c.hiddenSize)"), ("feed-forward size", "\(c.intermediateSize)"),
          ("heads", "\(c.heads) of \(c.headDim), sharing \(c.keyValueHeads) for keys and values"),
          (
            "layers with a window",
            "\(c.layers.count { $0.window != nil }) of \(windows.isEmpty ? "none" : windows + " tokens")"
          ),
          ("vocabulary", NumberFormat.count(c.vocabularySize)),
          ("context", "\(NumberFormat.count(c.contextLength)) tokens"),
        ] + (model.isMerged ? [("merged", "an adapter is folded into the weights in memory")] : [])))
    invocation.result([("name", .string(model.file.name)), ("parameters", .int(c.parameterCount))])
  } python: { _ in
    ["print(model.config)"]
  }

  static let data = Command("show data", .look, "the data set's categories", examples: ["show data"]) {
    invocation in
    let data = try invocation.session.workspace.needData()
    invocation.print(
      "\(data.name): \(NumberFormat.count(data.samples.count)) articles, sha256 \(data.sha256.prefix(16))…")
    invocation.show(
      .table(
        Table(
          [.init("category"), .init("articles", .right), .init("first article", flexible: true)],
          rows: zip(data.categories, data.counts).map { category, count in
            [category, "\(count)", data.samples.first { $0.category == category }?.title ?? ""]
          })))
    invocation.result([("name", .string(data.name)), ("sha256", .string(data.sha256))])
  } python: { _ in
    ["print(count(articles))"]
  }

  static let split = Command("show split", .look, "how the articles are divided", examples: ["show split"]) {
    invocation in
    let workspace = invocation.session.workspace
    PrepareCommands.showSplit(try workspace.needSplit(), try workspace.needData(), invocation)
  } python: { _ in
    ["print(count(train))", "print(count(validation))"]
  }

  private static func pick(_ arguments: Arguments<SampleArguments>, _ invocation: Invocation) throws -> Sample
  {
    let workspace = invocation.session.workspace
    let data = try workspace.needData()
    // With a split, numbers count the training articles in their order.
    let order = workspace.split?.train ?? Array(data.samples.indices)
    let number = arguments.number
    guard number <= order.count else {
      throw GemmaError.invalidValue(name: "number", expected: "from 1 to \(order.count)", found: "\(number)")
    }
    return data.samples[order[number - 1]]
  }

  struct SampleArguments: Sendable {
    let number = Argument("number", .integer(1...Int.max), 1, positional: true, "which article, from 1")
  }

  /// The article that `pick` picks, in Python.
  private static func article(_ call: PythonCall<SampleArguments>, _ script: PythonScript) -> String {
    "\(script.hasSplit ? "train" : "articles")[\(call.python(\.number)) - 1]"
  }

  static let sample = Command(
    "show sample", .look, "an article", details: "After a split, the numbers count the training articles.",
    arguments: SampleArguments(), examples: ["show sample 3"]
  ) { arguments, invocation in
    let sample = try pick(arguments, invocation)
    invocation.print(Span("\(sample.category)  ", .strong), Span(sample.id, .faint))
    invocation.print(sample.text)
    invocation.result([
      ("id", .string(sample.id)), ("category", .string(sample.category)), ("text", .string(sample.text)),
    ])
  } python: { call, script in
    ["print(\(article(call, script)))"]
  }

  static let prompt = Command(
    "show prompt", .look, "an article as the model sees it, with the answer it should give",
    arguments: SampleArguments(),
    examples: ["show prompt 1"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    let sample = try pick(arguments, invocation)
    let tokenizer = try workspace.needModel().tokenizer
    let prompt = try workspace.promptOrDefault()
    let example = prompt.example(input: sample.text, output: sample.category, tokenizer: tokenizer)
    let text = prompt.render(sample.text, tokenizer: tokenizer)
    let end = tokenizer.piece(prompt.endToken(tokenizer))
    invocation.print(Span(text), Span(sample.category, .good), Span(end, .faint))
    invocation.print(
      Span(
        "\(example.promptCount) tokens of prompt, \(example.ids.count - example.promptCount) of answer",
        .faint))
    invocation.result([
      ("id", .string(sample.id)), ("text", .string(text)), ("ids", .ids(example.ids)),
      ("prompt_tokens", .int(example.promptCount)),
    ])
  } python: { call, script in
    script.need(.prompt)
    return script.promptIfMissing() + [
      "article = \(article(call, script))",
      "print(prompt(article[\"text\"]) + article[\"category\"] + end_token)",
    ]
  }

  static let lora = Command("show lora", .look, "the adapter", examples: ["show lora"]) { invocation in
    let workspace = invocation.session.workspace
    PrepareCommands.describe(try workspace.needAdapter(), model: try workspace.needModel(), invocation)
    invocation.print("steps trained: \(workspace.steps.count)")
  } python: { _ in
    ["model.print_trainable_parameters()"]
  }

  struct TokensArguments: Sendable {
    let text = Argument(required: "text", .text, "the text")
  }

  static let tokens = Command(
    "show tokens", .look, "how a text is cut into tokens",
    arguments: TokensArguments(),
    examples: ["show tokens \"機械学習を学ぶ\""]
  ) { arguments, invocation in
    let tokenizer = try invocation.session.workspace.needModel().tokenizer
    let ids = tokenizer.encode(arguments.text)
    let pieces = ids.map(tokenizer.piece)
    invocation.show(
      .table(
        Table(
          [.init("id", .right), .init("piece", flexible: true)],
          rows: zip(ids, pieces).map { ["\($0)", visible($1)] })))
    let characters = arguments.text.count
    invocation.print(
      "\(NumberFormat.count(ids.count, "token")), \(NumberFormat.count(characters, "character"))")
    invocation.result([("ids", .ids(ids)), ("pieces", .strings(pieces))])
  } python: { call, script in
    script.need(.prompt)
    return ["print([(i, tokenizer.decode([i])) for i in encode(\(call.python(\.text)))])"]
  }

  static let config = Command("show config", .look, "the settings", examples: ["show config"]) { invocation in
    let session = invocation.session
    invocation.print("seed     \(session.settings.seed)")
    invocation.print("width    \(session.settings.width.map(String.init) ?? "the terminal's")")
    invocation.print(Span("threads  "), Span("\(session.settings.threads)", volatile: .threads))
    invocation.print(Span("kernels  "), Span(try session.compute().kernels.name, volatile: .kernel))
    invocation.print(Span("cache    "), Span(session.cache.path, volatile: .path))
    invocation.result(
      [
        ("seed", .int(Int(session.settings.seed))),
        ("width", session.settings.width.map(JSONValue.int) ?? .null),
      ],
      volatile: [
        ("threads", .int(session.settings.threads)), ("kernels", .string(try session.compute().kernels.name)),
        ("cache", .string(session.cache.path)),
      ])
  }

  struct SaveTableArguments: Sendable {
    let path = Argument(required: "path", .path, "the file to write")
  }

  static let saveTable = Command(
    "save table", .look, "write the table shown last, whole, for a spreadsheet or a page",
    details: "The ending of the name says how: \(Table.endings.map { "." + $0 }.joined(separator: " ")).",
    arguments: SaveTableArguments(),
    examples: ["save table report.csv"]
  ) { arguments, invocation in
    guard let table = invocation.session.workspace.lastTable else {
      throw GemmaError.missing(need: "a table that was shown", remedy: "report")
    }
    let path = arguments.path
    guard let text = table.text(ending: (path as NSString).pathExtension.lowercased()) else {
      throw GemmaError.invalidValue(
        name: "path",
        expected: "a name that ends in \(Table.endings.map { "." + $0 }.joined(separator: " "))",
        found: arguments.path)
    }
    try AtomicFile.write(Data(text.utf8), to: path)
    invocation.print(
      Span(NumberFormat.count(table.rows.count, "row") + " written to "), Span(path, volatile: .path))
    invocation.result([("rows", .int(table.rows.count))], volatile: [("path", .string(path))])
  }

  static let session = Command(
    "show session", .look, "what is loaded and made so far", examples: ["show session"]
  ) { invocation in
    let session = invocation.session
    let w = session.workspace
    let variables = session.variables.keys.sorted().map { ("$" + $0, session.variables[$0]?.source ?? "") }
    invocation.show(
      facts(
        "session",
        [
          ("model", w.model.map { $0.file.name } ?? "none"),
          ("data", w.data.map { "\($0.name), \($0.samples.count) articles" } ?? "none"),
          (
            "split",
            w.split.map { "\($0.train.count) to train, \($0.validation.count) to validate" } ?? "none"
          ),
          ("prompt", w.prompt?.name ?? "none"),
          ("adapter", w.adapter.map { "rank \($0.config.rank), \(w.steps.count) steps" } ?? "none"),
          ("evaluations", w.evaluations.isEmpty ? "none" : w.evaluations.map(\.name).joined(separator: ", ")),
        ] + variables))
  }
}
