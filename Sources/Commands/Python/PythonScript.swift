import Gemma

/// What is known of the Python written so far, for the command that comes next.
public struct PythonScript {
  /// The session's seed at this place.
  var seed: UInt64
  var hasPrompt = false
  /// Whether the prompt has max_input_tokens.
  var cutsArticles = false
  var hasAdapter = false
  var hasSplit = false
  var isInLoop = false
  /// The trainings that wrote checkpoints, by where.
  var trainings: [String: BoundArguments] = [:]
  /// Of the data loaded last, if that can be known without reading it.
  var data: Dataset?
  /// Functions and data that must stand before the cell being written.
  private var pieces: [String] = []
  private var placed: Set<String> = []

  init(seed: UInt64) { self.seed = seed }

  /// Puts functions before the cell being written, unless they are there.
  public mutating func need(_ piece: PythonPiece) {
    guard placed.insert(piece.name).inserted else { return }
    for other in piece.needs { need(other) }
    pieces.append(piece.python)
  }

  /// The cells that must stand before the one being written; none after that.
  mutating func takePending() -> [String] {
    defer { pieces = [] }
    return pieces
  }

  /// Lines that choose a prompt.
  mutating func prompt(_ template: PromptTemplate, instruction: String?, limit: String) -> [String] {
    need(.prompt)
    hasPrompt = true
    cutsArticles = limit != "None"
    // Filled in where it runs, for the categories that are there.
    let standard =
      "f"
      + Python.literal(
        PromptTemplate.defaultInstruction(categories: ["{', '.join(categories)}"]))
    var block = Python.block(template.template)
    block[0] = "template = " + block[0]
    return block + [
      "instruction = \(instruction ?? standard)", "max_input_tokens = \(limit)",
      "end_token = \(Python.literal(template.endsTurn ? "<end_of_turn>" : "<eos>"))",
    ]
  }

  /// The prompt that gnb takes when none was chosen.
  public mutating func promptIfMissing() -> [String] {
    hasPrompt ? [] : prompt(.alpaca(instruction: "", maxInputTokens: nil), instruction: nil, limit: "None")
  }

  /// Lines that take an adapter off which may be there.
  func dropAdapter() -> [String] {
    guard hasAdapter || isInLoop else { return [] }
    return [
      "if hasattr(model, \"peft_config\"):", "    model = model.unload()", "losses, trained_steps = [], 0",
    ]
  }
}
