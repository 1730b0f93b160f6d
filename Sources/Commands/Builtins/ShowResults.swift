import Gemma

/// What `show model` shows.
struct ModelFacts: CommandResult {
  let model: GemmaModel

  var outputs: [Output] {
    let c = model.config
    let windows = Set(c.layers.compactMap(\.window)).sorted().map(String.init).joined(separator: ", ")
    return [
      ShowCommands.facts(
        "model",
        [
          ("name", model.file.name), ("architecture", c.architecture),
          ("stored as", model.file.storedTypes.joined(separator: ", ")),
          ("in memory", NumberFormat.bytes(model.weightBytes)),
          ("parameters", NumberFormat.count(c.parameterCount)), ("layers", "\(c.layers.count)"),
          ("hidden size", "\(c.hiddenSize)"), ("feed-forward size", "\(c.intermediateSize)"),
          ("attention heads", "\(c.heads) of size \(c.headDim), with \(c.keyValueHeads) for keys and values"),
          (
            "layers with a window",
            windows.isEmpty ? "none" : "\(c.layers.count { $0.window != nil }), of \(windows) tokens"
          ),
          ("vocabulary", NumberFormat.count(c.vocabularySize)),
          ("context", "\(NumberFormat.count(c.contextLength)) tokens"),
        ] + (model.isMerged ? [("merged", "an adapter is merged into the weights in memory")] : []))
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    [("name", .string(model.file.name)), ("parameters", .int(model.config.parameterCount))]
  }
}

/// What `show data` shows.
struct DataFacts: CommandResult {
  let data: Dataset

  var outputs: [Output] {
    let noun = data.task == .instruction ? "instruction" : "article"
    let title = Output.line(
      "\(data.name): \(NumberFormat.count(data.samples.count, noun)), sha256 \(data.sha256.prefix(16))…")
    let task = Output.line(data.taskWords)
    guard data.task == .classification else { return [title, task] }
    return [
      title, task,
      .table(
        Table(
          [.init("category"), .init("articles", .right), .init("first article", flexible: true)],
          rows: zip(data.categories, data.counts).map { category, count in
            [category, "\(count)", data.samples.first { $0.category == category }?.title ?? ""]
          })),
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("name", .string(data.name)), ("sha256", .string(data.sha256)), ("task", .string(data.task.rawValue)),
    ]
  }
}

/// What `show sample` shows.
struct ShownSample: CommandResult {
  let sample: Sample

  var outputs: [Output] {
    guard let request = sample.request else {
      return [.line(Span("\(sample.category)  ", .strong), Span(sample.id, .faint)), .line(sample.text)]
    }
    if !request.turns.isEmpty {
      return [.line(Span(sample.id, .faint))]
        + request.turns.map { .line(Span("\($0.role.rawValue)  ", .strong), Span($0.content)) }
    }
    return [.line(Span(sample.id, .faint)), .line(request.instruction)]
      + (request.input.isEmpty ? [] : [.line(request.input)]) + [.line(Span(sample.category, .strong))]
  }

  var fields: [(name: String, value: JSONValue)] {
    [("id", .string(sample.id)), ("category", .string(sample.category)), ("text", .string(sample.text))]
  }
}

/// What `show prompt` shows.
struct ShownPrompt: CommandResult {
  let sample: Sample
  let text: String
  let answer: String
  /// The token that ends the answer.
  let end: String
  let example: TokenizedExample

  init(sample: Sample, prompt: PromptTemplate, tokenizer: Tokenizer) {
    self.sample = sample
    text = prompt.render(sample, tokenizer: tokenizer)
    answer = prompt.answer(sample)
    end = tokenizer.piece(prompt.endToken(tokenizer))
    example = prompt.example(sample, tokenizer: tokenizer)
  }

  var outputs: [Output] {
    [
      .line(Span(text), Span(answer, .good), Span(end, .faint)),
      .line(
        Span(
          "prompt \(NumberFormat.count(example.ids.count - example.learntCount, "token")), "
            + "answer \(NumberFormat.count(example.learntCount, "token"))"
            + (example.learnt.count > 1 ? " in \(example.learnt.count) turns" : ""),
          .faint)),
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("id", .string(sample.id)), ("text", .string(text)), ("ids", .ids(example.ids)),
      ("prompt_tokens", .int(example.promptCount)),
    ]
  }
}

/// What `show tokens` shows.
struct Tokens: CommandResult {
  let text: String
  let ids: [Int32]
  let pieces: [String]

  var outputs: [Output] {
    [
      .table(
        Table(
          [.init("id", .right), .init("piece", flexible: true)],
          rows: zip(ids, pieces).map { ["\($0)", ShowCommands.visible($1)] })),
      .line("\(NumberFormat.count(ids.count, "token")), \(NumberFormat.count(text.count, "character"))"),
    ]
  }

  var fields: [(name: String, value: JSONValue)] { [("ids", .ids(ids)), ("pieces", .strings(pieces))] }
}

/// What `show config` shows.
struct ShownSettings: CommandResult {
  let settings: Settings
  let kernels: String
  let device: String
  let cache: String

  var outputs: [Output] {
    [
      .line("seed     \(settings.seed)"),
      .line("width    \(settings.width.map(String.init) ?? "the terminal's")"),
      .line(Span("threads  "), Span("\(settings.threads)", volatile: .threads)),
      .line(Span("kernels  "), Span(kernels, volatile: .kernel)),
      .line(Span("device   "), Span(device, volatile: .kernel)),
      .line(Span("cache    "), Span(cache, volatile: .path)),
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    [("seed", .int(Int(settings.seed))), ("width", settings.width.map(JSONValue.int) ?? .null)]
  }

  var volatile: [(name: String, value: JSONValue)] {
    [
      ("threads", .int(settings.threads)), ("kernels", .string(kernels)), ("device", .string(device)),
      ("cache", .string(cache)),
    ]
  }
}
