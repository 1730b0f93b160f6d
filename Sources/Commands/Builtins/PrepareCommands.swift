import Foundation
import Gemma

/// split, prompt, lora.
enum PrepareCommands {
  static let all: [Command] = [split, prompt, lora]

  /// The way to draw articles: gnb's own, or scikit-learn's.
  enum Draw: String, CaseIterable {
    case gnb, sklearn
  }

  struct SplitArguments: Sendable {
    let train = Argument("train", .integer(1...Int.max), 100, "articles to train on")
    let validation = Argument(
      "validation", .integer(1...Int.max),
      "articles to validate with; by default 1000, or all others if they are fewer")
    let seed = Argument("seed", .seed, 200, "seed of the draw")
    let stratify = Argument(
      "stratify", .bool, true, "give every category the same share in both parts as in the data")
    let shuffle = Argument("shuffle", .bool, true, "draw at random; false takes the articles in their order")
    let method = Argument("method", .choice(Draw.self), .gnb, "how to draw: gnb's way or scikit-learn's")
    let licenceFiles = Argument(
      "licence_files", .bool, false, "draw from the licence files too; with method=sklearn only")
  }

  static let split = Command(
    "split", .prepare, "draw the articles to train on and to validate with",
    details:
      "Every category gets its share of both parts, and no article is in both. The same seed draws the same articles. "
      + "'sklearn' draws the articles of the Colab demo: scikit-learn's load_files and train_test_split (0.7 and 0.3, "
      + "random_state=seed), then the first articles of each part. The demo also drew from the LICENSE.txt of each "
      + "category; licence_files=true does the same. Licence files and duplicates that are drawn are then dropped.",
    arguments: SplitArguments(),
    examples: [
      "split", "split train=100 validation=1000 seed=200", "split method=sklearn licence_files=true",
    ]
  ) { arguments, invocation in
    let session = invocation.session
    let data = try session.workspace.needData()
    let (train, validation) = (arguments.train, arguments.validation)
    let seed = arguments.seed
    let (stratify, shuffle) = (arguments.stratify, arguments.shuffle)
    let split: Split
    if arguments.method == .sklearn {
      split = try Split.scikitLearn(
        data, train: train, validation: validation, seed: seed, stratify: stratify, shuffle: shuffle,
        licenceFiles: arguments.licenceFiles)
    } else {
      guard !arguments.licenceFiles else {
        throw GemmaError.invalidValue(
          name: "licence_files", expected: "method=sklearn as well", found: "method=gnb")
      }
      split = try Split.make(
        data, train: train, validation: validation ?? max(1, min(1000, data.samples.count - train)),
        seed: seed, stratify: stratify, shuffle: shuffle)
    }
    session.workspace.split = split
    session.workspace.evaluations = []
    invocation.tell(DrawnSplit(split: split, data: data, method: arguments.method))
  } python: {
    python(split: $0, &$1)
  }

  struct PromptArguments: Sendable {
    let template = Argument(
      "template", .template, "alpaca", positional: true, "alpaca, gemma-chat, or your own template")
    let instruction = Argument(
      "instruction", .text, "the task for the model; by default to choose one of the categories")
    let maxInputTokens = Argument(
      "max_input_tokens", .integer(8...1_000_000), "cut each article to this many tokens")
  }

  static let prompt = Command(
    "prompt", .prepare, "choose how an article becomes a prompt",
    details:
      "'alpaca' is the prompt of the Colab demo, 'gemma-chat' the prompt of Gemma's instruction-tuned models. Your "
      + "own template has {input} in the place of the article, and may have {instruction} and {output}. Markers such "
      + "as <start_of_turn> are special tokens in a template, and plain text in articles and instructions. A long "
      + "article is cut to max_input_tokens; the answer is never cut.",
    arguments: PromptArguments(),
    examples: [
      "prompt alpaca max_input_tokens=256", "prompt \"{instruction}\\n{input}\\nCategory: {output}\"",
    ]
  ) { arguments, invocation in
    let session = invocation.session
    let data = try session.workspace.needData()
    let instruction =
      arguments.instruction
      ?? PromptTemplate.defaultInstruction(categories: data.categories)
    let limit = arguments.maxInputTokens
    let prompt: PromptTemplate
    switch arguments.template {
    case "alpaca": prompt = .alpaca(instruction: instruction, maxInputTokens: limit)
    case "gemma-chat": prompt = .gemmaChat(instruction: instruction, maxInputTokens: limit)
    case let text: prompt = try .custom(text, instruction: instruction, maxInputTokens: limit)
    }
    session.workspace.prompt = prompt
    invocation.tell(ChosenPrompt(prompt: prompt, instruction: instruction, limit: limit))
  } python: {
    python(prompt: $0, &$1)
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
    let adapter = Adapter(config, model: model, compute: try session.compute())
    session.workspace.adapter = adapter
    session.workspace.steps = []
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
