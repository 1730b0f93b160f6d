import Foundation
import Gemma

/// show model, data, split, sample, prompt, lora, tokens, config, session.
enum ShowCommands {
  static let all: [Command] = [
    model, data, split, sample, prompt, lora, tokens, config, session, SaveTableCommand.saveTable,
    RejectsCommand.rejects, MistakesCommands.mistake,
  ]

  /// A token's text with visible signs for line ends and tabs.
  static func visible(_ piece: String) -> String {
    piece.replacingOccurrences(of: "\n", with: "⏎").replacingOccurrences(of: "\t", with: "⇥")
  }

  /// A table of facts: a title, then one row for each fact.
  static func facts(_ title: String, _ rows: [(String, String)]) -> Output {
    .table(Table([.init(title), .init("", flexible: true)], rows: rows.map { [$0, $1] }))
  }

  static let model = Command(
    "show model", .look, "the model's sizes and stored types", examples: ["show model"]
  ) {
    invocation in
    let workspace = invocation.session.workspace
    invocation.tell(ModelFacts(model: try workspace.needModel()))
  } python: { _ in
    ["print(model.config)"]
  }

  static let data = Command(
    "show data", .look, "the data set's categories, with the number of articles", examples: ["show data"]
  ) {
    invocation in
    invocation.tell(DataFacts(data: try invocation.session.workspace.needData()))
  } python: { _ in
    ["print(count(articles))"]
  }

  static let split = Command("show split", .look, "how the articles are divided", examples: ["show split"]) {
    invocation in
    let workspace = invocation.session.workspace
    invocation.show(DrawnSplit.table(try workspace.needSplit(), try workspace.needData()))
  } python: { _ in
    ["print(count(train))", "print(count(validation))"]
  }

  /// Where an article is looked up.
  enum Place: String, CaseIterable {
    case train, validation, test, all

    var part: Part? { Part(rawValue: rawValue) }
  }

  private static func pick(_ arguments: Arguments<SampleArguments>, _ invocation: Invocation) throws -> Sample
  {
    let workspace = invocation.session.workspace
    let data = try workspace.needData()
    let order: [Int]
    switch arguments.on {
    case let place?: order = try place.part.map(workspace.needSamples) ?? Array(data.samples.indices)
    case nil: order = workspace.split?.train ?? Array(data.samples.indices)
    }
    let number = arguments.number
    guard number <= order.count else {
      throw GemmaError.invalidValue(name: "number", expected: "from 1 to \(order.count)", found: "\(number)")
    }
    return data.samples[order[number - 1]]
  }

  struct SampleArguments: Sendable {
    let number = Argument(
      "number", .integer(1...Int.max), 1, positional: true, "the number of the article, from 1")
    let on = Argument(
      "on", .choice(Place.self),
      "the articles to count; by default those to train on, or all if there is no split")
  }

  /// The article that `pick` finds, in Python.
  private static func article(_ call: PythonCall<SampleArguments>, _ script: PythonScript) -> String {
    let articles: String
    switch call.on {
    case .all: articles = "articles"
    case let place?: articles = place.rawValue
    case nil: articles = script.hasSplit ? "train" : "articles"
    }
    return "\(articles)[\(call.python(\.number)) - 1]"
  }

  static let sample = Command(
    "show sample", .look, "one article",
    details:
      "After a split, the numbers count the training articles; on= names another part, or all articles.",
    arguments: SampleArguments(), examples: ["show sample 3", "show sample 3 on=validation"]
  ) { arguments, invocation in
    invocation.tell(ShownSample(sample: try pick(arguments, invocation)))
  } python: { call, script in
    ["print(\(article(call, script)))"]
  }

  static let prompt = Command(
    "show prompt", .look, "an article as the model gets it, with the right answer",
    arguments: SampleArguments(),
    examples: ["show prompt 1"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    let sample = try pick(arguments, invocation)
    let tokenizer = try workspace.needModel().tokenizer
    let prompt = try workspace.promptOrDefault()
    invocation.tell(ShownPrompt(sample: sample, prompt: prompt, tokenizer: tokenizer))
  } python: { call, script in
    script.need(.prompt)
    return script.promptIfMissing() + [
      "article = \(article(call, script))",
      "print(prompt(article) + last_answer(article) + end_token)",
    ]
  }

  static let lora = Command("show lora", .look, "the adapter's size and targets", examples: ["show lora"]) {
    invocation in
    let workspace = invocation.session.workspace
    invocation.tell(AttachedAdapter(adapter: try workspace.needAdapter(), model: try workspace.needModel()))
    invocation.print("steps trained: \(workspace.steps.count)")
  } python: { _ in
    ["model.print_trainable_parameters()"]
  }

  struct TokensArguments: Sendable {
    let text = Argument(required: "text", .text, "the text")
  }

  static let tokens = Command(
    "show tokens", .look, "the tokens of a text",
    arguments: TokensArguments(),
    examples: ["show tokens \"機械学習を学ぶ\""]
  ) { arguments, invocation in
    let tokenizer = try invocation.session.workspace.needModel().tokenizer
    let ids = tokenizer.encode(arguments.text, parsingSpecialTokens: true)
    invocation.tell(Tokens(text: arguments.text, ids: ids, pieces: ids.map(tokenizer.piece)))
  } python: { call, script in
    script.need(.prompt)
    return ["print([(i, tokenizer.decode([i])) for i in encode(\(call.python(\.text)))])"]
  }

  static let config = Command("show config", .look, "the settings", examples: ["show config"]) { invocation in
    let session = invocation.session
    invocation.tell(
      ShownSettings(
        settings: session.settings, kernels: try session.device().kernels.name,
        device: try session.device().name, cache: session.cache.path))
  }

  static let session = Command(
    "show session", .look, "the session's model, data, adapter, evaluations and variables",
    examples: ["show session"]
  ) { invocation in
    let session = invocation.session
    let w = session.workspace
    var rows: [(String, String)] = [("model", w.model?.file.name ?? "none")]
    let data = w.data.map { data in
      let noun = data.task == .instruction ? "instruction" : "article"
      return "\(data.name), \(NumberFormat.count(data.samples.count, noun))"
    }
    rows += [("data", data ?? "none"), ("task", w.data?.task.rawValue ?? "none")]
    let split = w.split.map { split in
      let test = split.test.isEmpty ? "" : ", \(split.test.count) to test"
      return "\(split.train.count) to train, \(split.validation.count) to validate\(test)"
    }
    rows += [("split", split ?? "none"), ("prompt", w.prompt?.name ?? "none")]
    let steps = NumberFormat.count(w.steps.count, "step")
    rows.append(("adapter", w.adapter.map { "rank \($0.config.rank), \(steps)" } ?? "none"))
    let evaluations = w.evaluations.map(\.name) + w.answers.map(\.name)
    rows.append(("evaluations", evaluations.isEmpty ? "none" : evaluations.joined(separator: ", ")))
    rows += session.variables.keys.sorted().map { ("$" + $0, session.variables[$0]?.source ?? "") }
    invocation.show(facts("session", rows))
    let device =
      (try? session.device().name) ?? "no device: \(session.settings.device.rawValue) cannot be used"
    invocation.show(.line(Span("computes on "), Span(device, volatile: .kernel)))
  }
}
