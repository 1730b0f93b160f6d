import Gemma

/// The README.md of a saved classifier, as the Hugging Face hub shows it.
struct ModelCard {
  static let fileName = "README.md"

  private let classifier: SavedClassifier
  private let name: String

  /// - Parameter name: of the folder.
  init(_ classifier: SavedClassifier, name: String) { (self.classifier, self.name) = (classifier, name) }

  var text: String {
    let parts: [[String]] = [head, about, figures, use, data, limits]
    return parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private var baseName: String { classifier.base.hub ?? classifier.base.name }
  private var hasAdapter: Bool { classifier.adapterSha256 != nil }

  private var head: [String] {
    var lines = ["---"]
    if let hub = classifier.base.hub { lines.append("base_model: \(hub)") }
    if hasAdapter { lines.append("library_name: peft") }
    lines += ["pipeline_tag: text-generation", "license: gemma", "tags:", "- gnb"]
    if hasAdapter { lines.append("- lora") }
    if classifier.isClassification { lines.append("- text-classification") }
    lines.append("---")
    return lines
  }

  private var about: [String] {
    let base = classifier.base.hub.map { "[\($0)](https://huggingface.co/\($0))" } ?? Self.code(baseName)
    var lines = ["# \(Table.escaped(name))", ""]
    if classifier.isClassification {
      lines += ["Gives a text one of \(classifier.categories.count) categories:", ""]
      lines += classifier.categories.map { "- \(Table.escaped($0))" }
      lines.append("")
    } else {
      lines += ["Answers instructions.", ""]
    }
    return lines + [
      hasAdapter
        ? "It is a LoRA adapter for \(base), made with gnb. The base model is needed beside it."
        : "It is \(base) with a prompt; nothing was trained, so there is no adapter.",
      "Use is subject to the [Gemma Terms of Use](https://ai.google.dev/gemma/terms).",
    ]
  }

  private var figures: [String] {
    var lines = ["## Figures", ""]
    guard !classifier.evaluations.isEmpty else {
      return lines + ["None: it was not evaluated before it was saved."]
    }
    lines += [
      "| evaluation | method | articles | right | accuracy | 95% interval | trained on |",
      "| --- | --- | ---: | ---: | ---: | --- | ---: |",
    ]
    lines += classifier.evaluations.map { e in
      "| \(Table.escaped(e.name)) | \(e.method) | \(e.articles) (\(e.on)) | \(e.correct) | \(NumberFormat.fixed(e.accuracy)) | "
        + "\(NumberFormat.fixed(e.low, 3)) to \(NumberFormat.fixed(e.high, 3)) | \(e.seen) |"
    }
    if let last = classifier.evaluations.last(where: { $0.meanProbability != nil }),
      let mean = last.meanProbability
    {
      lines += [
        "",
        "The probabilities are not calibrated: in \"\(Table.escaped(last.name))\" the mean probability of the answers was "
          + "\(NumberFormat.fixed(mean, 3)), and \(NumberFormat.fixed(last.accuracy, 3)) of them were right.",
      ]
    }
    return lines
  }

  private var use: [String] {
    var lines = [
      "## Use", "", "In gnb:", "", "```", "gnb predict \(name) texts.csv > answers.csv", "```",
    ]
    guard hasAdapter else { return lines }
    lines += ["", "In Python, with transformers and PEFT:", "", "```python"]
    lines += classifier.isClassification ? Self.classifying(name) : Self.writing(name)
    return lines + ["```"]
  }

  private var data: [String] {
    var lines = ["## Data and training", ""]
    if let data = classifier.data {
      let parts = [("train", data.train), ("validation", data.validation), ("test", data.test)].compactMap {
        name, count in
        count.flatMap { $0 > 0 ? "\($0) \(name)" : nil }
      }
      lines.append(
        "\(Self.code(data.name)): \(data.rows) rows"
          + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
          + ", sha256 `\(data.sha256)`.")
      if !data.categories.isEmpty {
        lines += ["", "| category | rows |", "| --- | ---: |"]
        lines += zip(data.categories, data.counts).map { "| \(Table.escaped($0)) | \($1) |" }
      }
    } else {
      lines.append("Not known.")
    }
    if let training = classifier.training {
      lines += [
        "", "\(training.steps) steps, the last with the loss \(NumberFormat.fixed(training.loss)):", "",
        "```",
      ]
      lines += training.commands + ["```"]
    }
    let prompt = classifier.prompt
    lines += [
      "",
      "Each text is put into this prompt" + (prompt.maxInputTokens.map { ", cut to \($0) tokens" } ?? "")
        + ":", "", "````",
    ]
    lines += prompt.template.replacingOccurrences(of: "{instruction}", with: prompt.instruction).components(
      separatedBy: "\n")
    return lines + [
      "````", "",
      "Base model: \(Self.code(baseName)), sha256 `\(classifier.base.sha256)`, weights kept as \(classifier.base.precision).",
    ]
  }

  private var limits: [String] {
    var lines = ["## Limits", ""]
    if classifier.isClassification {
      lines.append("- It always answers with one of its categories, also where none fits.")
      lines.append(
        "- The probabilities are those of the model among the categories. They are not calibrated.")
    }
    lines.append("- What it was measured on is above; other texts may be harder.")
    if let cut = classifier.prompt.maxInputTokens {
      lines.append("- It reads the first \(cut) tokens of a text.")
    }
    return lines
  }

  private static func code(_ text: String) -> String { "`\(text.replacingOccurrences(of: "`", with: "'"))`" }

  /// The same answers and probabilities as gnb's, in Python.
  static func classifying(_ folder: String) -> [String] {
    """
    import json, torch
    from peft import AutoPeftModelForCausalLM
    from transformers import AutoTokenizer

    folder = \(Python.literal(folder))
    card = json.load(open(f"{folder}/gnb.json"))["classifier"]
    model = AutoPeftModelForCausalLM.from_pretrained(folder, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(model.peft_config["default"].base_model_name_or_path)
    encode = lambda text: tokenizer(text, add_special_tokens=False)["input_ids"]
    labels = [encode(c) + [tokenizer.convert_tokens_to_ids(card["prompt"]["end_token"])] for c in card["categories"]]

    @torch.no_grad()
    def probabilities(text):
        if cut := card["prompt"].get("max_input_tokens"):
            text = tokenizer.decode(encode(text)[:cut])
        prompt = card["prompt"]["template"].format(instruction=card["prompt"]["instruction"], input=text)
        ids = [tokenizer.bos_token_id] + encode(prompt)
        result = {}
        for category, label in zip(card["categories"], labels):
            logits = model(torch.tensor([ids + label], device=model.device)).logits[0, len(ids) - 1:-1].double()
            result[category] = 1.0
            for i, token in enumerate(label):  # among the tokens by which a category can go on
                others = sorted({other[i] for other in labels if other[:i] == label[:i]})
                result[category] *= logits[i, others].softmax(-1)[others.index(token)].item()
        return result

    print(probabilities("a text"))
    """.components(separatedBy: "\n")
  }

  private static func writing(_ folder: String) -> [String] {
    """
    import json
    from peft import AutoPeftModelForCausalLM
    from transformers import AutoTokenizer

    folder = \(Python.literal(folder))
    card = json.load(open(f"{folder}/gnb.json"))["classifier"]
    model = AutoPeftModelForCausalLM.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(model.peft_config["default"].base_model_name_or_path)
    prompt = card["prompt"]["template"].format(instruction="what to do", input="with what")
    ids = tokenizer(prompt, return_tensors="pt").to(model.device)
    print(tokenizer.decode(model.generate(**ids, max_new_tokens=256)[0, ids["input_ids"].shape[1]:], skip_special_tokens=True))
    """.components(separatedBy: "\n")
  }
}
