/// Asking, measuring and looking, in Python.
extension ColabExport {
  mutating func evaluation(_ call: ColabCall) -> [String] {
    let arguments = call.arguments
    switch call.command.name {
    case "ask": return promptIfMissing() + ["print(answer(\(call.python("text"))))"]
    case "generate":
      return [
        "ids = [tokenizer.bos_token_id] + encode(\(call.python("prompt")))",
        "print(generate(ids, max_new_tokens=\(call.python("max_tokens"))))",
      ]
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
