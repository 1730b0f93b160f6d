/// Asking, measuring and looking, in Python.
extension ColabExport {
  mutating func evaluation(_ call: ColabCall) -> [String] {
    let arguments = call.arguments
    switch call.command.name {
    case "ask": return promptIfMissing() + ["print(answer(\(call.python("text"))))"]
    case "generate":
      return generate(call)
    case "evaluate":
      let part = arguments.string("on") + (arguments.has("limit") ? "[:\(call.python("limit"))]" : "")
      let note =
        arguments.string("method") == "constrained"
        ? [
          "# gnb lets the model choose among the categories; here it writes freely, as with method=generate."
        ]
        : []
      return promptIfMissing() + note + ["evaluate(\(part), \(call.python("as")))"]
    case "report":
      return [
        "truth, predicted = evaluation(\(call.python("name")))",
        "print(classification_report(truth, predicted, labels=categories, digits=4, zero_division=0))",
      ]
    case "confusion":
      return [
        "truth, predicted = evaluation(\(call.python("name")))",
        "ConfusionMatrixDisplay.from_predictions(",
        "    truth, predicted, labels=categories, cmap=\"Blues\", xticks_rotation=\"vertical\")",
      ]
    case "mistakes":
      return [
        "truth, predicted = evaluation(\(call.python("name")))",
        "wrong = [i for i, (t, p) in enumerate(zip(truth, predicted)) if t != p]",
        "for i in wrong[:\(call.python("limit"))]:",
        "    print(truth[i], \"|\", predicted[i], \"|\", validation[i][\"text\"][:80].replace(\"\\n\", \" \"))",
      ]
    default:  // compare
      return [
        "for name, (truth, predicted) in evaluations.items():",
        "    right = sum(t == p for t, p in zip(truth, predicted))",
        "    print(f\"{name}: {right / len(truth):.4f} ({right} of {len(truth)})\")",
      ]
    }
  }

  private mutating func generate(_ call: ColabCall) -> [String] {
    let arguments = call.arguments
    var lines: [String] = []
    let text = call.python("prompt")
    if arguments.bool("chat") || call.isVariable("chat") {
      let system = arguments.has("system") ? " + \(call.python("system")) + \"\\n\\n\"" : ""
      let frame =
        "\"<start_of_turn>user\\n\"\(system) + \(text).strip() + \"<end_of_turn>\\n<start_of_turn>model\\n\""
      lines.append(
        "ids = [tokenizer.bos_token_id] + encode("
          + (call.isVariable("chat") ? "\(frame) if \(call.python("chat")) else \(text)" : frame) + ")")
    } else {
      if arguments.has("system") { lines.append("# system is nothing without chat=true, and is left out.") }
      lines.append("ids = [tokenizer.bos_token_id] + encode(\(text))")
    }
    let options = sampling(call)
    lines += options.before
    let length = "ids, max_new_tokens=\(call.python("max_tokens"))"
    guard !options.options.isEmpty else { return lines + ["print(generate(\(length)))"] }
    need(.sampling)
    return lines + ["print(sample(", "    \(length),", "    \(options.options.joined(separator: ", "))))"]
  }

  /// Arguments of transformers' generate, if it is not to take the likeliest token as it is; and what stands before.
  private func sampling(_ call: ColabCall) -> (options: [String], before: [String]) {
    let arguments = call.arguments
    let temperature = call.python("temperature")
    let isVariable = call.isVariable("temperature")
    var options: [String] = []
    var before: [String] = []
    if isVariable || arguments.double("temperature") > 0 {
      options = [
        isVariable
          ? "do_sample=\(temperature) > 0, temperature=\(temperature) or 1.0"
          : "do_sample=True, temperature=\(temperature)",
        // Both are always written: a Gemma's own settings have other defaults.
        "top_k=\(call.python("top_k"))", "top_p=\(call.python("top_p"))",
      ]
      if call.isChanged("min_p") { options.append("min_p=\(call.python("min_p"))") }
      before = ["torch.manual_seed(\(call.seed(session)))  # draws other words than gnb's"]
    } else {
      let idle = ["top_k", "top_p", "min_p", "seed"].filter(call.isChanged)
      if !idle.isEmpty {
        before = ["# Nothing is drawn at temperature=0: no use for \(idle.joined(separator: ", "))."]
      }
    }
    if call.isChanged("repetition_penalty") {
      options.append("repetition_penalty=\(call.python("repetition_penalty"))")
    }
    if call.isVariable("stop") {
      options.append("stop_strings=[str(text) for text in \(call.python("stop"))]")
    } else if let stops = arguments.strings("stop"), !stops.isEmpty {
      options.append("stop_strings=\(Python.list(stops))")
    }
    return (options, before)
  }

  mutating func look(_ call: ColabCall) -> [String] {
    // With a split, numbers count the training articles.
    let article = "\(hasSplit ? "train" : "articles")[\(call.python("number")) - 1]"
    switch call.command.name {
    case "show sample": return ["print(\(article))"]
    case "show prompt":
      need(.prompt)
      return promptIfMissing()
        + ["article = \(article)", "print(prompt(article[\"text\"]) + article[\"category\"] + end_token)"]
    case "show tokens":
      need(.prompt)
      return ["print([(i, tokenizer.decode([i])) for i in encode(\(call.python("text")))])"]
    case "show model": return ["print(model.config)"]
    case "show data": return ["print(count(articles))"]
    case "show split": return ["print(count(train))", "print(count(validation))"]
    case "show lora": return ["model.print_trainable_parameters()"]
    default:
      guard call.arguments.string("what") == "loss" else {
        return ["# plot \(call.arguments.string("what")) has no counterpart here"]
      }
      return [
        "import matplotlib.pyplot as plot", "", "plot.plot(range(1, len(losses) + 1), losses)",
        "plot.xlabel(\"step\")", "plot.ylabel(\"loss\")", "plot.show()",
      ]
    }
  }
}
