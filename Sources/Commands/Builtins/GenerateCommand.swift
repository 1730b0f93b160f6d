import Foundation
import Gemma

/// generate.
enum GenerateCommand {
  struct GenerateArguments: Sendable {
    let prompt = Argument(
      required: "prompt", .text,
      "the text to continue; markers such as <start_of_turn> in it are special tokens")
    let maxTokens = Argument("max_tokens", .integer(1...8192), 64, "stop after this many tokens")
    let temperature = Argument(
      "temperature", .number(0...5), 0, "0 takes the most likely token; a higher value draws more freely")
    let topK = Argument(
      "top_k", .integer(0...1_000_000), 0, "draw among this many most likely tokens; 0 is no limit")
    let topP = Argument(
      "top_p", .number(0...1), 1, "draw among the most likely tokens that together have this probability")
    let minP = Argument(
      "min_p", .number(0...1), 0,
      "draw among tokens with at least this share of the highest probability")
    let repetitionPenalty = Argument(
      "repetition_penalty", .number(0.1...10), 1,
      "above 1 makes tokens that already occur in the prompt or the answer less likely")
    let stop = Argument("stop", .list, "texts that end the answer")
    let seed = Argument("seed", .seed, "seed of the draws; by default the session's seed")
    let chat = Argument("chat", .bool, false, "put the prompt into Gemma's chat format")
    let system = Argument(
      "system", .text, "instructions for the model, placed before the prompt; with chat=true only")
  }

  static let generate = Command(
    "generate", .ask, "let the model continue a text, token by token",
    details:
      "With temperature=0 the model takes the most likely token each time, and the answer is always the same. "
      + "Above 0 each token is drawn at random. 1 uses the model's own probabilities; lower values favour likely "
      + "tokens, and higher values give unlikely tokens more chances. top_k, top_p and min_p exclude unlikely tokens "
      + "from the draw. The same seed draws the same text on every machine. The order and the meaning of these "
      + "settings are those of Hugging Face's generate. A stop text ends the answer and is not part of it; the last "
      + "id of the result may contain the beginning of the stop text. chat=true puts the question to an "
      + "instruction-tuned model in Gemma's chat format.",
    arguments: GenerateArguments(),
    examples: [
      "generate \"The capital of Japan is\" max_tokens=20",
      "generate \"日本の首都は\" temperature=0.8 top_p=0.9 seed=1 stop=[\"。\"]",
      "generate \"Why is the sky blue?\" chat=true system=\"Answer in one sentence.\"",
    ]
  ) { arguments, invocation in
    let session = invocation.session
    let model = try session.workspace.needModel()
    let tokenizer = model.tokenizer
    let prompt = try promptTokens(arguments, tokenizer: tokenizer)
    let sampler = sampler(arguments, seed: session.settings.seed)
    let stopTexts = arguments.stop ?? []
    guard !stopTexts.contains("") else {
      throw GemmaError.invalidValue(name: "stop", expected: "texts of at least one character", found: "\"\"")
    }
    if sampler.temperature == 0 { tellIdle(arguments, invocation) }
    let generator = Generator(
      model: model, adapter: session.workspace.adapter, device: try session.device())
    let started = Stopwatch()
    let answers = try generator.generate(
      [prompt], sampler: sampler, maxTokens: arguments.maxTokens, stops: tokenizer.stopIDs,
      stopTexts: stopTexts
    ) { _, text in
      if !text.isEmpty { invocation.show(.stream(text)) }
      return !invocation.isInterrupted
    }
    guard let answer = answers.first else { return }
    invocation.show(.stream("\n"))
    invocation.tell(Generated(answer: answer, limit: arguments.maxTokens, seconds: started.seconds))
  } python: {
    python($0, &$1)
  }

  private static func promptTokens(_ arguments: Arguments<GenerateArguments>, tokenizer: Tokenizer) throws
    -> [Int32]
  {
    let text = arguments.prompt
    let system = arguments.system
    guard arguments.chat else {
      guard system == nil else {
        throw GemmaError.invalidValue(name: "system", expected: "chat=true as well", found: "chat=false")
      }
      return tokenizer.encodePrompt(text)
    }
    // Gemma's own template trims the user's text, but not the system text.
    return PromptTemplate.gemmaChat(system: system)
      .promptTokens(text.trimmingCharacters(in: .whitespacesAndNewlines), tokenizer: tokenizer)
  }

  private static func sampler(_ arguments: Arguments<GenerateArguments>, seed: UInt64) -> Sampler {
    var sampler = Sampler()
    sampler.temperature = arguments.temperature
    sampler.topK = arguments.topK
    sampler.topP = arguments.topP
    sampler.minP = arguments.minP
    sampler.repetitionPenalty = arguments.repetitionPenalty
    sampler.seed = arguments.seed ?? seed
    return sampler
  }

  /// Names the settings that have no effect at temperature 0.
  private static func tellIdle(_ arguments: Arguments<GenerateArguments>, _ invocation: Invocation) {
    var idle: [String] = []
    if arguments.topK > 0 { idle.append("top_k") }
    if arguments.topP < 1 { idle.append("top_p") }
    if arguments.minP > 0 { idle.append("min_p") }
    if arguments.seed != nil { idle.append("seed") }
    guard !idle.isEmpty else { return }
    invocation.print(
      Span("temperature=0 draws nothing, so these have no effect: \(idle.joined(separator: ", "))", .faint))
  }
}

/// The result of `generate`. The text itself was streamed before.
struct Generated: CommandResult {
  let answer: Generator.Answer
  /// The limit `max_tokens`.
  let limit: Int
  let seconds: Double

  /// The reason why the answer ended.
  private var ending: String {
    switch answer.ending {
    case .eos: "ended by the model"
    case .stop: "ended at a stop text"
    case .length: "cut off at max_tokens=\(limit)"
    case .interrupted: "interrupted"
    }
  }

  var outputs: [Output] {
    [
      .line(
        Span(NumberFormat.count(answer.ids.count, "token") + " in "),
        Span(NumberFormat.duration(seconds), volatile: .time), Span(", " + ending))
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("ids", .ids(answer.ids)), ("text", .string(answer.text)), ("stopped", .string(answer.ending.rawValue)),
    ]
  }

  var volatile: [(name: String, value: JSONValue)] { [("seconds", .number(seconds))] }
}
