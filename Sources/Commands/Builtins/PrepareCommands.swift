import Foundation
import Gemma

/// prompt, lora.
enum PrepareCommands {
  static let all: [Command] = [SplitCommand.split, prompt, lora]

  struct PromptArguments: Sendable {
    let template = Argument(
      "template", .template, "alpaca", positional: true, "alpaca, gemma-chat, or your own template")
    let instruction = Argument(
      "instruction", .text,
      "the task for the model; by default to choose one of the categories; not where rows have their own")
    let maxInputTokens = Argument(
      "max_input_tokens", .integer(8...1_000_000),
      "cut each article, or input of an instruction, to this many tokens")
    let examples = Argument(
      "examples", .integer(0...100), 0,
      "show this many training articles with their answers before each article (few-shot)")
  }

  static let prompt = Command(
    "prompt", .prepare, "choose how a row of the data becomes a prompt",
    details:
      "'alpaca' is the prompt of the Colab demo, 'gemma-chat' the prompt of Gemma's instruction-tuned models. A row that "
      + "has its own instruction is shown with it; one without an input gets the form without an input. 'gemma-chat' "
      + "shows whole conversations, and every turn of the model is learnt; the other prompts show the last question and "
      + "answer. Your own template has {input} in the place of the article, and may have {instruction}, {output} and any "
      + "column of the file, such as {subject}. What follows {output} is left out. {{ and }} write a brace. Markers such "
      + "as <start_of_turn> are special tokens in a template, and plain text in what is filled in. A long input is cut to "
      + "max_input_tokens; the answer is never cut. With examples=5 each prompt begins with five articles of the training part and "
      + "their answers, one of each category in turn, for a model that was not trained on the task.",
    arguments: PromptArguments(),
    examples: [
      "prompt alpaca max_input_tokens=256", "prompt alpaca max_input_tokens=64 examples=5",
      "prompt \"{instruction}\\n{input}\\nCategory:\\n{output}\"",
      "prompt \"Subject: {subject}\\n{body}\\nCategory:\\n{output}\"",
    ]
  ) { arguments, invocation in
    let session = invocation.session
    let data = try session.workspace.needData()
    if let given = arguments.instruction, data.hasInstructions {
      throw GemmaError.invalidValue(
        name: "instruction",
        expected: "none, since each row has its own (a template without {instruction} leaves those out)",
        found: given)
    }
    let instruction = arguments.instruction ?? data.standardInstruction
    let limit = arguments.maxInputTokens
    var prompt: PromptTemplate
    switch arguments.template {
    case "alpaca": prompt = .alpaca(instruction: instruction, maxInputTokens: limit)
    case "gemma-chat": prompt = .gemmaChat(instruction: instruction, maxInputTokens: limit)
    case let text:
      prompt = try .custom(
        text, instruction: instruction, maxInputTokens: limit, fields: data.templateFields)
      try checkAnswer(prompt, data)
    }
    prompt.exampleCount = arguments.examples
    if prompt.exampleCount > 0, prompt.hasTurns, data.task == .instruction {
      throw GemmaError.invalidValue(
        name: "examples", expected: "0 with gemma-chat and instructions", found: "\(prompt.exampleCount)")
    }
    var workspace = session.workspace
    workspace.prompt = prompt
    _ = try workspace.promptOrDefault()
    workspace.classifier = nil
    session.workspace = workspace
    invocation.tell(ChosenPrompt(prompt: prompt, data: data))
  } python: {
    python(prompt: $0, &$1)
  }

  /// - Throws: `invalidValue` if the template shows the column of the answers in the question.
  private static func checkAnswer(_ prompt: PromptTemplate, _ data: Dataset) throws {
    let answers = data.sources.flatMap(\.roles).filter { ["label", "output"].contains($0.name) }
    if let given = answers.map(\.column).first(where: prompt.fields.contains) {
      throw GemmaError.invalidValue(
        name: "template", expected: "a prompt that does not show the answer before {output}",
        found: "{\(given)}, the column of the answers")
    }
  }

  struct LoraArguments: Sendable {
    let rank = Argument(
      "rank", .integer(1...1024), 16, "rank of the update: the inner size of the matrices A and B")
    let alpha = Argument("alpha", .number(0...1e6), 16, "the update is scaled by alpha / rank")
    let dropout = Argument(
      "dropout", .number(0...0.99), 0, "share of A's inputs that a training step sets to zero")
    let targets = Argument(
      "targets", .projections,
      "the projections to change, from "
        + Projection.allCases.map(\.rawValue).joined(separator: " ") + "; all by default")
    let layers = Argument("layers", .list, "the layers to change, such as [0, 1, 17]; all by default")
    let rslora = Argument("rslora", .bool, false, "scale by alpha / sqrt(rank) instead")
    let dora = Argument(
      "dora", .bool, false, "learn the length of each row of W apart from its direction (DoRA)")
    let rankPattern = Argument(
      "rank_pattern", .list,
      "other ranks for some modules, as in PEFT: [\"down_proj: 8\", \"layers.0.*: 4\"]")
    let alphaPattern = Argument(
      "alpha_pattern", .list, "other alphas for some modules, written in the same way")
    let seed = Argument("seed", .seed, "seed of A's first values; by default the session's seed")
  }

  static let lora = Command(
    "lora", .prepare, "attach a fresh LoRA adapter to the model",
    details:
      "Each chosen projection W gets two small matrices A and B, and computes with W + scale * B A. Only A and B are "
      + "trained. B starts at zero, so that the model with a fresh adapter equals the base model.",
    arguments: LoraArguments(),
    examples: [
      "lora", "lora rank=8 alpha=16", "lora targets=[q_proj, v_proj]", "lora dora=true layers=[16, 17]",
    ]
  ) { arguments, invocation in
    let session = invocation.session
    let model = try session.workspace.needModel()
    var targets = Projection.allCases
    if let names = arguments.targets {
      targets = try names.map { name in
        guard let projection = Projection(rawValue: name) else {
          throw GemmaError.invalidValue(
            name: "targets",
            expected: "names from \(Projection.allCases.map(\.rawValue).joined(separator: ", "))",
            found: name)
        }
        return projection
      }
      targets = Array(Set(targets)).sorted()
      guard !targets.isEmpty else {
        throw GemmaError.invalidValue(name: "targets", expected: "at least one projection", found: "[]")
      }
    }
    let config = AdapterConfig(
      rank: arguments.rank, alpha: arguments.alpha, rankStabilised: arguments.rslora,
      dora: arguments.dora, dropout: arguments.dropout, targets: targets,
      layers: try layers(arguments.layers),
      rankPattern: try patterns("rank_pattern", arguments.rankPattern),
      alphaPattern: try patterns("alpha_pattern", arguments.alphaPattern),
      seed: arguments.seed ?? session.settings.seed)
    try config.check(layers: model.config.layers.count)
    let adapter = Adapter(config, model: model, device: try session.device())
    session.workspace.attach(adapter)
    invocation.tell(AttachedAdapter(adapter: adapter, model: model))
  } python: {
    python(lora: $0, &$1)
  }

  static func layers(_ words: [String]?) throws -> [Int]? {
    guard let words else { return nil }
    let numbers = words.compactMap { Int($0) }
    guard numbers.count == words.count, !numbers.isEmpty else {
      throw GemmaError.invalidValue(
        name: "layers", expected: "a list of numbers", found: words.joined(separator: ", "))
    }
    return Set(numbers).sorted()
  }

  /// Patterns from texts such as "down_proj: 8".
  static func patterns(_ name: String, _ texts: [String]?) throws -> [AdapterConfig.Pattern] {
    try (texts ?? []).map { text in
      guard let colon = text.lastIndex(of: ":"),
        let value = Double(text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)),
        value.isFinite
      else {
        throw GemmaError.invalidValue(name: name, expected: "\"PATTERN: NUMBER\"", found: text)
      }
      return AdapterConfig.Pattern(text[..<colon].trimmingCharacters(in: .whitespaces), value)
    }
  }
}
