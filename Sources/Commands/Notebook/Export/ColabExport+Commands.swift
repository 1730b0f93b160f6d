import Gemma

/// What each command is in Python. `ColabPiece` has the functions that are used.
extension ColabExport {
  mutating func python(_ call: ColabCall) -> [String] {
    switch call.command.name {
    case "load model": return loadModel(call)
    case "load data": return loadData(call)
    case "split": return split(call)
    case "prompt": return prompt(call)
    case "lora": return lora(call)
    case "train": return train(call)
    case "save adapter":
      let path = call.python("path")
      return ["model.save_pretrained(\(path))", "tokenizer.save_pretrained(\(path))"]
    case "load adapter":
      need(.runtime)
      let drop = dropAdapter()
      hasAdapter = true
      return ["from peft import PeftModel"] + drop
        + ["model = PeftModel.from_pretrained(model, \(call.python("path")), is_trainable=True)"]
    case "ask", "evaluate", "generate", "report", "confusion", "mistakes", "compare":
      need(.answers)
      return evaluation(call)
    case "baseline":
      need(.baselines)
      return ["baseline(cut_too=\(hasPrompt && cutsArticles ? "True" : "False"))"]
    case "show prompt", "show sample", "show tokens", "show model", "show data", "show split", "show lora",
      "plot":
      return look(call)
    case "set":
      // Of the settings only the seed means something here: it is written where it is used.
      if let seed = call.arguments.optionalInt("seed") { session.settings.seed = UInt64(seed) }
      return []
    default: return ["# \(call.command.name) has no counterpart here"]
    }
  }

  private mutating func loadModel(_ call: ColabCall) -> [String] {
    need(.runtime)
    hasAdapter = false
    let name = call.arguments.string("name")
    var lines: [String] = []
    var model = call.python("name")
    if name == "gemma-3-270m" { model = Python.literal("unsloth/gemma-3-270m") }
    if name.hasSuffix(".gguf") {
      lines.append("# Not a GGUF file but the model's name on huggingface.co, or a folder with safetensors:")
    }
    var options = ""
    if call.isVariable("precision") {
      let precision = call.python("precision")
      options = "\(precision) == \"nf4\", load_in_8bit=\(precision) == \"q8\","
      options += " dtype=torch.bfloat16 if \(precision) == \"bf16\" else None"
    } else {
      switch call.arguments.string("precision") {
      case "nf4": options = "True"
      case "q8":
        lines.append(
          "# 8 bits a weight as bitsandbytes has them, on a GPU only; gnb's are those of GGUF's Q8_0.")
        options = "False, load_in_8bit=True"
      case "bf16": options = "False, dtype=torch.bfloat16"
      case "f32":
        lines.append("# precision=f32 has no counterpart here: on a GPU the weights have 16 bits.")
        options = "False"
      default: options = "False"
      }
    }
    return lines + ["model, tokenizer = load_model(\(model), load_in_4bit=\(options))"]
  }

  // MARK: Data

  private mutating func loadData(_ call: ColabCall) -> [String] {
    need(.data)
    hasPrompt = false
    hasSplit = false
    data = nil
    let name = call.arguments.string("name")
    let given = call.arguments.has("categories") ? call.python("categories") : nil
    let demo = Python.list(Livedoor.demoCategories)
    var lines: [String]
    switch name {
    case "mini-news":
      data = try? Dataset.miniNews(categories: call.arguments.strings("categories"))
      pendingData.append(miniNews())
      lines = ["root = Path(\"mini-news\")", "categories = \(given ?? demo)"]
    case "livedoor":
      lines = ["categories = \(given ?? demo)"]
      for item in Catalogue.items where item.name == name {
        guard case .address(let address) = item.source else { continue }
        lines += [
          "# Under \(item.licence): \(item.licenceAddress)",
          "root = find_corpus(\(Python.literal(address)))",
        ]
      }
    case _ where [".csv", ".tsv", ".jsonl"].contains { name.lowercased().hasSuffix($0) }:
      need(.table)
      return [
        "articles = read_table(\(call.python("name")), \(given ?? "None"))",
        "categories = sorted({a[\"category\"] for a in articles})", "print(count(articles))",
      ]
    default:
      lines = [
        "root = find_corpus(\(call.python("name")))",
        "categories = \(given ?? "sorted(folder.name for folder in root.iterdir() if folder.is_dir())")",
      ]
      if given == nil {
        // As gnb does with the whole of Livedoor.
        lines += [
          "if set(categories) >= set(\(Python.list(Livedoor.allCategories))):", "    categories = \(demo)",
        ]
      }
    }
    return lines + [
      "categories = sorted(categories)", "articles = read_articles(root, categories)",
      "print(count(articles))",
    ]
  }

  /// gnb's own articles, as files in Livedoor's layout.
  private func miniNews() -> String {
    let articles = MiniNews.articles.map {
      "    \(Python.literal($0.category + "/" + $0.file)): \(Python.literal(String(decoding: $0.bytes, as: UTF8.self))),"
    }
    return
      (["mini_news = {"] + articles + [
        "}", "for name, text in mini_news.items():", "    path = Path(\"mini-news\", name)",
        "    path.parent.mkdir(parents=True, exist_ok=True)", "    path.write_bytes(text.encode())",
      ]).joined(separator: "\n")
  }

  private mutating func split(_ call: ColabCall) -> [String] {
    need(.data)
    hasSplit = true
    let arguments = call.arguments
    let seed = call.python("seed")
    let (train, validation) = (
      call.python("train"), arguments.has("validation") ? call.python("validation") : "1000"
    )
    let show = ["print(count(train))", "print(count(validation))"]
    if arguments.string("method") == "gnb" {
      if let ids = gnbSplit(call) { return ids + show }
      let stratify = arguments.bool("stratify") ? "[a[\"category\"] for a in drawn]" : "None"
      let room = arguments.has("validation") ? validation : "min(1000, len(drawn) - \(train))"
      return [
        "# gnb's own draw is not repeated here: as many articles are drawn, but others.",
        "# 'split method=sklearn' in the gnb notebook gives both the same.",
        "drawn = [a for a in articles if a[\"text\"] is not None]",
        "train, validation = train_test_split(",
        "    drawn, train_size=\(train), test_size=\(room), random_state=\(seed),",
        "    stratify=\(stratify))",
      ] + show
    }
    let counted = call.python("licence_files")
    let isPlain = arguments.bool("stratify") && arguments.bool("shuffle")
    return [
      "# load_files counts licence files as articles and shuffles with random_state=0.",
      "drawn = [a for a in articles if \(counted) or not a[\"is_licence\"]]",
      "drawn = [drawn[i] for i in numpy.random.RandomState(0).permutation(len(drawn))]",
      "train, validation = train_test_split(",
      "    drawn, train_size=0.7, test_size=0.3, random_state=\(seed)"
        + (isPlain ? "," : ", shuffle=\(call.python("shuffle")),"),
      "    stratify=\(arguments.bool("stratify") ? "[a[\"category\"] for a in drawn]" : "None"))",
      "# The first of each; what is no article, or one already there, is left out.",
      "train = [a for a in train[:\(train)] if a[\"text\"] is not None]",
      "validation = [a for a in validation[:\(validation)] if a[\"text\"] is not None]",
    ] + show
  }

  /// The articles that gnb draws, by name, where it can be known without reading a file.
  private func gnbSplit(_ call: ColabCall) -> [String]? {
    let arguments = call.arguments
    guard let data, !isInLoop else { return nil }
    let train = arguments.int("train")
    guard
      let split = try? Split.make(
        data, train: train,
        validation: arguments.optionalInt("validation") ?? max(1, min(1000, data.samples.count - train)),
        seed: UInt64(arguments.int("seed")), stratify: arguments.bool("stratify"),
        shuffle: arguments.bool("shuffle"))
    else { return nil }
    func names(_ part: [Int]) -> [String] {
      stride(from: 0, to: part.count, by: 4).map { first in
        "    "
          + part[first..<min(first + 4, part.count)].map { Python.literal(data.samples[$0].id) }
          .joined(separator: ", ") + ","
      }
    }
    return ["# gnb's own draw.", "by_id = {a[\"id\"]: a for a in articles}", "train = [by_id[i] for i in ["]
      + names(split.train) + ["]]", "validation = [by_id[i] for i in ["] + names(split.validation) + ["]]"]
  }

  // MARK: Prompt, adapter, training

  private mutating func prompt(_ call: ColabCall) -> [String] {
    let name = call.arguments.string("template")
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
    return prompt(
      template, instruction: call.arguments.has("instruction") ? call.python("instruction") : nil,
      limit: call.python("max_input_tokens"))
  }

  private mutating func prompt(_ template: PromptTemplate, instruction: String?, limit: String) -> [String] {
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
  mutating func promptIfMissing() -> [String] {
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
