import Gemma

/// show next, show loss: what the model expects, token by token.
enum NextTokenCommands {
  static let all: [Command] = [next, loss]

  /// A token's text with visible signs for spaces, line ends and tabs.
  static func visible(_ piece: String) -> String {
    piece.isEmpty
      ? "(nothing)" : ShowCommands.visible(piece).replacing(" ", with: "␣").replacing("▁", with: "␣")
  }

  struct NextArguments: Sendable {
    let text = Argument(required: "text", .text, "the text to continue")
    let top = Argument("top", .integer(1...1000), 10, "how many tokens")
    let prompt = Argument(
      "prompt", .bool, false, "put the text into the session's prompt first, as 'ask' does")
  }

  static let next = Command(
    "show next", .look, "the likeliest next tokens after a text, with their probabilities",
    details:
      "The model gives every token of its vocabulary a probability to come next; these are the largest. The sign ␣ is a space, "
      + "⏎ a line end, ⇥ a tab. An attached adapter takes part.",
    arguments: NextArguments(),
    examples: [
      "show next \"The capital of Japan is\"", "show next \"日本の首都は\" top=5",
      "show next \"新しい炊飯器\" prompt=true",
    ]
  ) { arguments, invocation in
    let session = invocation.session
    let model = try session.workspace.needModel()
    let tokenizer = model.tokenizer
    let ids =
      arguments.prompt
      ? try session.workspace.promptOrDefault().promptTokens(arguments.text, tokenizer: tokenizer)
      : tokenizer.encodePrompt(arguments.text)
    let generator = Generator(
      model: model, adapter: session.workspace.adapter, device: try session.device())
    let tokens = try generator.likeliest(after: ids, count: arguments.top)
    invocation.tell(
      NextTokens(text: arguments.text, tokens: tokens.map { ($0.id, tokenizer.piece($0.id), $0.probability) })
    )
  } python: { call, script in
    script.need(.answers)
    let ids =
      call.prompt
      ? "prompt_ids(\(call.python(\.text)))" : "[tokenizer.bos_token_id] + encode(\(call.python(\.text)))"
    return (call.prompt ? script.promptIfMissing() : []) + [
      "with torch.no_grad():",
      "    scores = model(torch.tensor([\(ids)], device=model.device)).logits[0, -1].float()",
      "for p, i in zip(*torch.topk(torch.softmax(scores, -1), \(call.python(\.top)))):",
      "    print(f\"{tokenizer.decode([int(i)])!r:20} {float(p):.4f}\")",
    ]
  }

  struct LossArguments: Sendable {
    let number = Argument(
      "number", .integer(1...Int.max), 1, positional: true, "the number of the article, from 1")
    let on = Argument("on", .choice(Part.self), .train, "the articles to count")
  }

  static let loss = Command(
    "show loss", .look, "the loss of one article: -log p of each token of its right answer",
    details:
      "The model reads the prompt and the right answer. For each token of the answer, p is the probability that it gave this "
      + "token after all before it. The loss is the mean of -log p. 'train' makes the mean of these losses smaller.",
    arguments: LossArguments(), examples: ["show loss 1", "show loss 3 on=validation"]
  ) { arguments, invocation in
    let session = invocation.session
    let workspace = session.workspace
    let model = try workspace.needModel()
    let data = try workspace.needData()
    let order = try workspace.needSamples(of: arguments.on)
    guard arguments.number <= order.count else {
      throw GemmaError.invalidValue(
        name: "number", expected: "from 1 to \(order.count)", found: "\(arguments.number)")
    }
    let example = try workspace.promptOrDefault().example(
      data.samples[order[arguments.number - 1]], tokenizer: model.tokenizer)
    let all = try Generator(model: model, adapter: workspace.adapter, device: try session.device())
      .logProbabilities(example.ids)
    let learnt = example.learnt.flatMap { Array($0) }
    // The first value is that of the second token.
    invocation.tell(
      AnswerLoss(
        pieces: learnt.map { model.tokenizer.piece(example.ids[$0]) }, values: learnt.map { all[$0 - 1] }))
  } python: { call, script in
    script.need(.answers)
    return script.promptIfMissing() + [
      "ids, labels = tokens(\(call.on.rawValue)[\(call.python(\.number)) - 1])",
      "part = answer_ids(last_answer(\(call.on.rawValue)[\(call.python(\.number)) - 1]))",
      "with torch.no_grad():",
      "    scores = model(torch.tensor([ids + part], device=model.device)).logits[0, len(ids) - 1:-1].float()",
      "values = -torch.log_softmax(scores, -1).gather(1, torch.tensor(part, device=scores.device)[:, None])[:, 0]",
      "print([(tokenizer.decode([i]), float(v)) for i, v in zip(part, values)], float(values.mean()))",
    ]
  }
}

/// The result of `show next`.
struct NextTokens: CommandResult {
  let text: String
  let tokens: [(id: Int32, piece: String, probability: Double)]

  var outputs: [Output] {
    var sum = 0.0
    let rows = tokens.map { token -> [Table.Cell] in
      sum += token.probability
      return [
        .init(NextTokenCommands.visible(token.piece)), .init("\(token.id)", .int(Int(token.id))),
        .number(token.probability), .number(sum),
      ]
    }
    let bars = tokens.map {
      Chart.Bar(NextTokenCommands.visible($0.piece), $0.probability, NumberFormat.percent($0.probability))
    }
    return [
      .table(
        Table(
          [
            .init("token", flexible: true), .init("id", .right), .init("p", .right),
            .init("together", .right),
          ],
          rows: rows)), .chart(Chart(title: "likeliest next tokens", .bars(bars), full: 1)),
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("text", .string(text)), ("token", .string(tokens.first?.piece ?? "")),
      ("p", .number(tokens.first?.probability ?? 0)), ("tokens", .strings(tokens.map(\.piece))),
      ("ids", .ids(tokens.map(\.id))), ("probabilities", .numbers(tokens.map(\.probability))),
    ]
  }
}

/// The result of `show loss`.
struct AnswerLoss: CommandResult {
  let pieces: [String]
  /// log p.
  let values: [Double]

  var loss: Double { values.isEmpty ? 0 : -values.reduce(0, +) / Double(values.count) }

  var outputs: [Output] {
    let rows = zip(pieces, values).map { piece, value -> [Table.Cell] in
      [.init(NextTokenCommands.visible(piece)), .number(ElementaryMath.exp(value)), .number(-value)]
    }
    return [
      .table(
        Table([.init("token", flexible: true), .init("p", .right), .init("-log p", .right)], rows: rows)),
      .line(
        Span("loss \(NumberFormat.fixed(loss))", .strong),
        Span(", the mean of \(NumberFormat.count(values.count, "token"))")),
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("pieces", .strings(pieces)), ("logprobs", .numbers(values)), ("loss", .number(loss)),
    ]
  }
}
