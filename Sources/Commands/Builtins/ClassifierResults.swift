import Gemma

/// What `save classifier` wrote.
struct SavedClassifierFolder: CommandResult {
  let classifier: SavedClassifier
  let adapter: Adapter?
  let path: String

  var outputs: [Output] {
    let what =
      classifier.isClassification
      ? "classifier of \(NumberFormat.count(classifier.categories.count)) categories"
      : "instruction adapter"
    var outputs = [
      Output.line(
        Span(
          "\(what)\(adapter.map { ", adapter of \(NumberFormat.count($0.parameterCount)) parameters," } ?? "") written to "
        ),
        Span(path, volatile: .path))
    ]
    if adapter == nil {
      outputs.append(
        .line(
          "there is no adapter: it is the base model with this prompt, and PEFT finds nothing to read; 'lora' and 'train' make an adapter"
        ))
    }
    outputs.append(
      .line("README.md is its model card" + (classifier.evaluations.isEmpty ? "" : " with these figures:")))
    outputs += classifier.evaluations.map { .line($0.words) }
    if classifier.evaluations.isEmpty {
      outputs.append(
        .line(
          "note: no evaluation of the adapter as it is now, so the card has no figures; 'evaluate' first, then save again"
        ))
    }
    return outputs
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("categories", .strings(classifier.categories)),
      ("parameters", adapter.map { .int($0.parameterCount) } ?? .null),
      ("base", .string(classifier.base.hub ?? classifier.base.name)),
      ("base_sha256", .string(classifier.base.sha256)),
      ("evaluations", .array(classifier.evaluations.map(\.json))),
    ]
  }
  var volatile: [(name: String, value: JSONValue)] { [("path", .string(path))] }
}

/// What `load classifier` restored.
struct LoadedClassifier: CommandResult {
  let classifier: SavedClassifier
  /// Texts it was trained on.
  let seen: Int
  let adapter: Adapter?
  let model: GemmaModel
  let isNew: Bool
  /// Why it does not go with the session's data.
  let misfit: GemmaError?
  let seconds: Double

  var outputs: [Output] {
    let base = classifier.base
    var outputs: [Output] = [
      .line(
        classifier.isClassification
          ? "classifier: \(classifier.categories.joined(separator: ", "))" : "instruction adapter"),
      .line(
        Span("base model \(base.hub ?? base.name), sha256 \(base.sha256.prefix(16))…, "),
        isNew
          ? Span("loaded in \(NumberFormat.duration(seconds))", volatile: .time)
          : Span("which the session had already")),
    ]
    if let adapter {
      outputs += AttachedAdapter(adapter: adapter, model: model).outputs
    } else {
      outputs.append(.line("no adapter: it is the base model with a prompt"))
    }
    let prompt = classifier.prompt
    outputs.append(
      .line(
        "prompt \(prompt.name)"
          + (prompt.maxInputTokens.map { ", texts cut to \(NumberFormat.count($0, "token"))" } ?? "")))
    if let data = classifier.data {
      let training = classifier.training.map { ", after \(NumberFormat.count($0.steps, "step"))" } ?? ""
      outputs.append(
        .line(
          "learnt from \(data.name): \(NumberFormat.count(data.train ?? data.rows, "article"))\(training)"))
    }
    outputs += classifier.evaluations.map { .line($0.words) }
    if let misfit {
      let words = Diagnostic(misfit)
      outputs.append(.line("note: \(words.message); \(words.help ?? "")"))
    }
    return outputs
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("categories", .strings(classifier.categories)),
      ("base", .string(classifier.base.hub ?? classifier.base.name)),
      ("base_sha256", .string(classifier.base.sha256)), ("seen", .int(seen)),
      ("evaluations", .array(classifier.evaluations.map(\.json))),
    ]
  }
  var volatile: [(name: String, value: JSONValue)] {
    [("seconds", .number(seconds)), ("loaded", .bool(isNew))]
  }
}

extension SavedClassifier.Measured {
  /// As `evaluate` told it.
  var words: String {
    "\(name): accuracy \(NumberFormat.fixed(accuracy)) (\(correct) of \(articles), 95% interval "
      + "\(NumberFormat.fixed(low, 3)) to \(NumberFormat.fixed(high, 3)), \(method)), on \(on == "other" ? "other articles" : "\(on) articles")"
      + (seen > 0 ? "; \(seen) of these were trained on" : "")
  }

  var json: JSONValue {
    .object([
      ("name", .string(name)), ("method", .string(method)), ("on", .string(on)),
      ("accuracy", .number(accuracy)),
      ("correct", .int(correct)), ("total", .int(articles)), ("seen", .int(seen)),
    ])
  }
}
