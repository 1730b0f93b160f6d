import Gemma

/// prompt and lora in Python.
extension PrepareCommands {
  static func python(prompt call: PythonCall<PromptArguments>, _ script: inout PythonScript) -> [String] {
    let name = call.template
    let template: PromptTemplate
    switch name {
    case "alpaca": template = .alpaca(instruction: "", maxInputTokens: nil)
    case "gemma-chat": template = .gemmaChat(instruction: "", maxInputTokens: nil)
    default:
      guard let own = try? PromptTemplate.custom(name, instruction: "", maxInputTokens: nil) else {
        return ["# this template shows nothing of a row"]
      }
      template = own
    }
    let lines = script.prompt(
      template, instruction: call.instruction.map { _ in call.python(\.instruction) },
      limit: call.python(\.maxInputTokens))
    if call.isChanged(\.examples) { script.showsExamples = true }
    guard script.showsExamples else { return lines }
    script.need(.examples)
    return lines + ["shots = \(call.python(\.examples))"]
  }

  static func python(lora call: PythonCall<LoraArguments>, _ script: inout PythonScript) -> [String] {
    script.need(.runtime)
    let drop = script.dropAdapter()
    script.hasAdapter = true
    let targets =
      call.python(\.targets, else: Python.list(Projection.allCases.map(\.rawValue)))
    let seed = call.python(\.seed, else: "\(script.seed)")
    let more = loraOptions(call)
    return drop + more.notes + [
      "lora = dict(", "    r=\(call.python(\.rank)), lora_alpha=\(call.python(\.alpha)),",
      "    target_modules=\(targets),",
    ] + more.options.map { "    \($0)," } + [
      "    use_rslora=\(call.python(\.rslora)), lora_dropout=\(call.python(\.dropout)), bias=\"none\")",
      "if FastLanguageModel:", "    model = FastLanguageModel.get_peft_model(",
      "        model, **lora, random_state=\(seed), use_gradient_checkpointing=\"unsloth\")", "else:",
      "    from peft import LoraConfig, get_peft_model", "    torch.manual_seed(\(seed))",
      "    model = get_peft_model(model, LoraConfig(**lora, task_type=\"CAUSAL_LM\"))",
      "model.print_trainable_parameters()",
    ]
  }

  /// Arguments of LoraConfig that differ from the default.
  private static func loraOptions(_ call: PythonCall<LoraArguments>) -> (options: [String], notes: [String]) {
    var (options, notes): ([String], [String]) = ([], [])
    if call.isChanged(\.dora) { options.append("use_dora=\(call.python(\.dora))") }
    if call.isVariable(\.layers) {
      options.append("layers_to_transform=[int(layer) for layer in \(call.python(\.layers))]")
    } else if call.layers != nil {
      if let layers = try? layers(call.layers) {
        options.append("layers_to_transform=[\(layers.map(String.init).joined(separator: ", "))]")
      } else {
        notes.append("# layers is not a list of numbers, so all layers are used.")
      }
    }
    let patterns: [(key: KeyPath<LoraArguments, Argument<[String]?>>, name: String, type: String)] = [
      (\.rankPattern, "rank_pattern", "int"), (\.alphaPattern, "alpha_pattern", "float"),
    ]
    for (key, name, type) in patterns {
      guard let texts = call[dynamicMember: key] else { continue }
      if call.isVariable(key) {
        options.append(
          "\(name)={key.strip(): \(type)(value) for key, value in "
            + "(text.rsplit(\":\", 1) for text in \(call.python(key)))}")
      } else if let patterns = try? self.patterns(name, texts) {
        var seen: Set<String> = []
        // Both gnb and PEFT use the first matching pattern.
        let items = patterns.filter { seen.insert($0.expression).inserted }.map {
          "\(Python.literal($0.expression)): \(Python.literal(Value.number($0.value)))"
        }
        options.append("\(name)={\(items.joined(separator: ", "))}")
      } else {
        notes.append("# \(name) could not be read, so it is not used.")
      }
    }
    return (options, notes)
  }
}

extension PythonPiece {
  /// Few-shot prompts: the functions of `prompt` with examples before each article.
  static let examples = PythonPiece(
    "examples", needs: [.prompt],
    #"""
    shots = 0
    exchanges_alone = exchanges


    def few(articles, count):
        """The first article of each category, then the second of each, and so on."""
        groups = [[a for a in articles if a["category"] == category] for category in categories]
        return [group[i] for i in range(len(articles)) for group in groups if i < len(group)][:count]


    def exchanges(article):
        end = "<end_of_turn>\n" if end_token == "<end_of_turn>" else "\n\n"
        before = "".join(
            exchanges_alone(example)[0][0] + example["category"] + end for example in few(train, shots))
        (text, answer), *rest = exchanges_alone(article)
        return [(before + text, answer), *rest]
    """#)
}
