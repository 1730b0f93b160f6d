import Gemma

/// The state of the exported Python script before the next command.
public struct PythonScript {
  /// The session's seed at this place.
  var seed: UInt64
  var hasPrompt = false
  /// Whether the prompt has max_input_tokens.
  var cutsArticles = false
  /// Whether a prompt of the script has shown examples.
  var showsExamples = false
  var hasAdapter = false
  var hasSplit = false
  /// Whether the data is a table, whose rows may have instructions and columns.
  var hasTable = false
  var isInLoop = false
  /// The trainings that wrote checkpoints, by path.
  var trainings: [String: BoundArguments] = [:]
  /// The data set loaded last, if it is known without reading a file.
  var data: Dataset?
  /// Functions and data that must come before the present cell.
  private var pieces: [String] = []
  private var placed: Set<String> = []

  init(seed: UInt64) { self.seed = seed }

  /// Puts functions before the present cell, if the script does not have them yet.
  public mutating func need(_ piece: PythonPiece) {
    guard placed.insert(piece.name).inserted else { return }
    for other in piece.needs { need(other) }
    pieces.append(piece.python)
  }

  /// Returns the cells that must come before the present one, and forgets them.
  mutating func takePending() -> [String] {
    defer { pieces = [] }
    return pieces
  }

  /// Lines that choose a prompt.
  mutating func prompt(_ template: PromptTemplate, instruction: String?, limit: String) -> [String] {
    need(.prompt)
    hasPrompt = true
    cutsArticles = limit != "None"
    // Python fills in the categories when it runs.
    let standard =
      "f"
      + Python.literal(
        PromptTemplate.defaultInstruction(categories: ["{', '.join(categories)}"]))
    func assigned(_ name: String, _ text: String) -> [String] {
      var block = Python.block(text)
      block[0] = "\(name) = " + block[0]
      return block
    }
    let short = template.withoutInput.map { assigned("short_template", $0) } ?? ["short_template = None"]
    return assigned("template", template.template) + short + [
      "whole_chats = \(template.hasTurns ? "True" : "False")",
      "instruction = \(instruction ?? (hasTable ? "standard_instruction()" : standard))",
      "max_input_tokens = \(limit)",
      "end_token = \(Python.literal(template.endsTurn ? "<end_of_turn>" : "<eos>"))",
    ]
  }

  /// The prompt that gnb uses if none was chosen.
  public mutating func promptIfMissing() -> [String] {
    hasPrompt ? [] : prompt(.alpaca(instruction: "", maxInputTokens: nil), instruction: nil, limit: "None")
  }

  /// Lines that remove an adapter, if the model has one.
  func dropAdapter() -> [String] {
    guard hasAdapter || isInLoop else { return [] }
    return [
      "if hasattr(model, \"peft_config\"):", "    model = model.unload()", "losses, trained_steps = [], 0",
    ]
  }
}
