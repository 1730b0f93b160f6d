import Foundation
import Gemma

/// generate.
enum GenerateCommand {
  struct GenerateArguments: Sendable {
    let prompt = Argument(
      required: "prompt", .text,
      "the text to continue, as it stands; <start_of_turn> and the like are special tokens")
    let maxTokens = Argument("max_tokens", .integer(1...8192), 64, "stop after so many tokens")
    let temperature = Argument(
      "temperature", .number(0...5), 0, "0 takes the likeliest token; above, how bold the draw is")
    let topK = Argument("top_k", .integer(0...1_000_000), 0, "draw among so many tokens; 0 is no limit")
    let topP = Argument(
      "top_p", .number(0...1), 1, "draw among the likeliest that together have this probability")
    let minP = Argument(
      "min_p", .number(0...1), 0, "draw among those this many times as likely as the likeliest")
    let repetitionPenalty = Argument(
      "repetition_penalty", .number(0.1...10), 1,
      "above 1 makes tokens that are there already less likely, in the prompt too")
    let stop = Argument("stop", .list, "texts that end the answer")
    let seed = Argument("seed", .seed, "of the draws; the session's by default")
    let chat = Argument("chat", .bool, false, "put the prompt into Gemma's chat format")
    let system = Argument("system", .text, "how to answer, put before the prompt; with chat=true only")
  }

  static let generate = Command(
    "generate", .ask, "let the model continue a text, word by word",
    details:
      "With temperature=0 the model takes the likeliest token each time, and answers the same always. Above 0 it draws: "
      + "1 by the model's own probabilities, below 1 more cautiously, above 1 more boldly; top_k, top_p and min_p keep "
      + "unlikely tokens out of the draw. The same seed draws the same text on every machine. The order and the meaning of "
      + "these settings are those of Hugging Face's generate. A stop text ends the answer and is not part of it; of the "
      + "result's ids the last may then go on into it. chat=true asks an instruction-tuned model in Gemma's chat format.",
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
      model: model, adapter: session.workspace.adapter, compute: try session.compute())
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
        throw GemmaError.invalidValue(name: "system", expected: "chat=true with it", found: "chat=false")
      }
      return tokenizer.encodePrompt(text)
    }
    // Gemma's own template trims what the user says, not the system's text.
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

  /// Says which settings do nothing, as nothing is drawn.
  private static func tellIdle(_ arguments: Arguments<GenerateArguments>, _ invocation: Invocation) {
    var idle: [String] = []
    if arguments.topK > 0 { idle.append("top_k") }
    if arguments.topP < 1 { idle.append("top_p") }
    if arguments.minP > 0 { idle.append("min_p") }
    if arguments.seed != nil { idle.append("seed") }
    guard !idle.isEmpty else { return }
    invocation.print(
      Span("nothing is drawn at temperature=0: no use for \(idle.joined(separator: ", "))", .faint))
  }
}

/// What `generate` wrote; the text itself was streamed.
struct Generated: CommandResult {
  let answer: Generator.Answer
  /// The most tokens it could have.
  let limit: Int
  let seconds: Double

  /// Why the answer ends.
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
