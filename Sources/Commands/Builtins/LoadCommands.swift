import Foundation
import Gemma

/// load model, load adapter.
enum LoadCommands {
  static let all: [Command] = [
    loadModel, LoadDataCommand.loadData, loadAdapter, ClassifierCommands.load, PullCommand.pull,
  ]

  struct LoadModelArguments: Sendable {
    let name = Argument("name", .modelName, "gemma-3-270m", positional: true, "the model's name or path")
    let precision = Argument(
      "precision", .choice(WeightPrecision.self), .auto, "how the frozen weights are kept in memory")
  }

  static let loadModel = Command(
    "load model", .load, "load a model",
    details: "A name in the cache (see 'pull'), a .gguf file, or a Hugging Face folder with safetensors. "
      + "A new model drops the adapter and what was measured with the old one, and says so.",
    arguments: LoadModelArguments(),
    examples: ["load model gemma-3-270m", "load model ~/models/gemma-2-2b precision=f32"]
  ) { arguments, invocation in
    let session = invocation.session
    let started = Stopwatch()
    let path = try session.cache.model(arguments.name)
    try session.checkInput(arguments.name, path: path) { try ModelFile.sha256(path: path) }
    let file = try ModelFile.open(path: path)
    let precision = arguments.precision
    let model = try GemmaModel(
      file, precision: precision, device: session.device(), check: invocation.checkInterruption)
    let old = session.workspace
    session.workspace = old.replacing(model: model, name: arguments.name, precision: precision)
    let warnings =
      session.workspace.data.map { DataWarning.sameStart($0, tokenizer: model.tokenizer) } ?? []
    invocation.tell(
      LoadedModel(
        model: model, precision: precision, path: path, dropped: old.measured, warnings: warnings,
        seconds: started.seconds))
  } python: {
    python(model: $0, &$1)
  }

  struct LoadAdapterArguments: Sendable {
    let path = Argument(required: "path", .path, "the adapter's folder or .gguf file")
  }

  static let loadAdapter = Command(
    "load adapter", .load, "load a LoRA adapter, in PEFT's layout or as GGUF",
    details:
      "A folder with adapter_config.json and adapter_model.safetensors, as PEFT and Unsloth write it, or a .gguf file as "
      + "llama.cpp takes it. What gnb cannot compute exactly is refused by name. Of an adapter for a multimodal model the "
      + "text part is taken. A folder that gnb wrote also tells which texts the adapter was trained on (gnb.json); of others "
      + "gnb cannot know whether they have seen the articles of an evaluation.",
    arguments: LoadAdapterArguments(),
    examples: ["load adapter my-adapter", "load adapter my-adapter.gguf"]
  ) { arguments, invocation in
    let session = invocation.session
    let model = try session.workspace.needModel()
    let stored = try StoredAdapter.open(path: arguments.path, for: model.file)
    let adapter = Adapter(stored, model: model, device: try session.device())
    var notes: [String] = []
    var seen: SeenTexts?
    if let folder = StoredAdapter.folder(arguments.path) {
      let own = try AdapterNotes(folder: folder).seenTexts()
      if !own.isEmpty {
        seen = own
        notes.append(
          "it was trained on \(NumberFormat.count(own.hashes.count, "text")), which 'evaluate' will point out"
        )
      }
    }
    let name = arguments.path.split(separator: "/").last.map(String.init) ?? arguments.path
    session.workspace.attach(adapter, name: name, seen: seen ?? SeenTexts())
    if (try? SavedClassifier.read(folder: arguments.path)) != nil {
      notes.append(
        "note: the folder has a whole classifier; 'load classifier \(Value.string(arguments.path).source)' brings its prompt and "
          + "categories too")
    }
    let names = [session.workspace.modelName, session.workspace.baseName, model.file.name]
    if let base = stored.baseModel, !names.contains(base) {
      notes.append("note: it names \(base) as its base; the model loaded is \(session.workspace.modelName)")
    }
    if stored.visionTensors > 0 {
      notes.append(
        "note: \(NumberFormat.count(stored.visionTensors)) tensors for the vision tower are left out: gnb computes the text part"
      )
    }
    invocation.tell(AttachedAdapter(adapter: adapter, model: model, notes: notes))
  } python: { call, script in
    script.need(.runtime)
    let drop = script.dropAdapter()
    script.hasAdapter = true
    return ["from peft import PeftModel"] + drop
      + ["model = PeftModel.from_pretrained(model, \(call.python(\.path)), is_trainable=True)"]
  }
}

/// What `load model` loaded.
struct LoadedModel: CommandResult {
  let model: GemmaModel
  let precision: WeightPrecision
  let path: String
  /// What was made with the model before, and is gone.
  let dropped: [String]
  /// About the data that were loaded before.
  let warnings: [DataWarning]
  let seconds: Double

  var outputs: [Output] {
    let config = model.config
    let kept =
      precision == .auto ? "" : ", kept as \(precision.rawValue): \(NumberFormat.bytes(model.weightBytes))"
    var outputs: [Output] = [
      .line(
        "\(model.file.name): \(config.layers.count) layers, \(NumberFormat.count(config.parameterCount)) parameters, "
          + "stored as \(model.file.storedTypes.joined(separator: ", "))\(kept)")
    ]
    if model.tokenizer.start.isEmpty {
      outputs.append(.line("the file says that no <bos> stands before a text, and gnb puts none there"))
    }
    outputs.append(.line(Span("loaded in "), Span(NumberFormat.duration(seconds), volatile: .time)))
    if !dropped.isEmpty {
      outputs.append(.line("gone with the model before: \(dropped.joined(separator: " and "))"))
    }
    return outputs + warnings.map { .line("warning: \($0.words)") }
  }

  var fields: [(name: String, value: JSONValue)] {
    let config = model.config
    return [
      ("name", .string(model.file.name)), ("architecture", .string(config.architecture)),
      ("layers", .int(config.layers.count)), ("hidden", .int(config.hiddenSize)),
      ("vocabulary", .int(config.vocabularySize)), ("parameters", .int(config.parameterCount)),
    ]
  }

  var volatile: [(name: String, value: JSONValue)] {
    [("path", .string(path)), ("seconds", .number(seconds))]
  }
}
