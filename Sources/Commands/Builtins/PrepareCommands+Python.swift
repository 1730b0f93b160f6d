import Gemma

/// split, prompt and lora in Python.
extension PrepareCommands {
  static func python(split call: PythonCall<SplitArguments>, _ script: inout PythonScript) -> [String] {
    script.need(.data)
    script.hasSplit = true
    let seed = call.python(\.seed)
    let (train, validation) = (
      call.python(\.train), call.python(\.validation, else: "1000")
    )
    let show = ["print(count(train))", "print(count(validation))"]
    if call.method == .gnb {
      if let ids = gnbSplit(call, script) { return ids + show }
      let stratify = call.stratify ? "[a[\"category\"] for a in drawn]" : "None"
      let room = call.validation != nil ? validation : "min(1000, len(drawn) - \(train))"
      return [
        "# This draws other articles than gnb, in the same number.",
        "# With 'split method=sklearn' in the gnb notebook both draw the same articles.",
        "drawn = [a for a in articles if a[\"text\"] is not None]",
        "train, validation = train_test_split(",
        "    drawn, train_size=\(train), test_size=\(room), random_state=\(seed),",
        "    stratify=\(stratify))",
      ] + show
    }
    let counted = call.python(\.licenceFiles)
    let isPlain = call.stratify && call.shuffle
    return [
      "# load_files reads licence files as articles, and shuffles with random_state=0.",
      "drawn = [a for a in articles if \(counted) or not a[\"is_licence\"]]",
      "drawn = [drawn[i] for i in numpy.random.RandomState(0).permutation(len(drawn))]",
      "train, validation = train_test_split(",
      "    drawn, train_size=0.7, test_size=0.3, random_state=\(seed)"
        + (isPlain ? "," : ", shuffle=\(call.python(\.shuffle)),"),
      "    stratify=\(call.stratify ? "[a[\"category\"] for a in drawn]" : "None"))",
      "# The first articles of each part, without licence files and duplicates.",
      "train = [a for a in train[:\(train)] if a[\"text\"] is not None]",
      "validation = [a for a in validation[:\(validation)] if a[\"text\"] is not None]",
    ] + show
  }

  /// The names of the articles that gnb draws, if they are known without reading a file.
  private static func gnbSplit(_ call: PythonCall<SplitArguments>, _ script: PythonScript) -> [String]? {
    guard let data = script.data, !script.isInLoop else { return nil }
    let train = call.train
    guard
      let split = try? Split.make(
        data, train: train,
        validation: call.validation ?? max(1, min(1000, data.samples.count - train)),
        seed: call.seed, stratify: call.stratify,
        shuffle: call.shuffle)
    else { return nil }
    func names(_ part: [Int]) -> [String] {
      stride(from: 0, to: part.count, by: 4).map { first in
        "    "
          + part[first..<min(first + 4, part.count)].map { Python.literal(data.samples[$0].id) }
          .joined(separator: ", ") + ","
      }
    }
    return [
      "# The articles that gnb draws.", "by_id = {a[\"id\"]: a for a in articles}",
      "train = [by_id[i] for i in [",
    ]
      + names(split.train) + ["]]", "validation = [by_id[i] for i in ["] + names(split.validation) + ["]]"]
  }

  static func python(prompt call: PythonCall<PromptArguments>, _ script: inout PythonScript) -> [String] {
    let name = call.template
    let template: PromptTemplate
    switch name {
    case "alpaca": template = .alpaca(instruction: "", maxInputTokens: nil)
    case "gemma-chat": template = .gemmaChat(instruction: "", maxInputTokens: nil)
    default:
      guard let own = try? PromptTemplate.custom(name, instruction: "", maxInputTokens: nil) else {
        return ["# a template needs {input}"]
      }
      template = own
    }
    return script.prompt(
      template, instruction: call.instruction.map { _ in call.python(\.instruction) },
      limit: call.python(\.maxInputTokens))
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
