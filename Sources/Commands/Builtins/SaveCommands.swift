import Foundation
import Gemma

/// save adapter, save model, merge.
enum SaveCommands {
  static let all: [Command] = [saveAdapter, saveModel, merge]

  struct SaveAdapterArguments: Sendable {
    let path = Argument(required: "path", .path, "the folder or file to write")
  }

  static let saveAdapter = Command(
    "save adapter", .load, "write the LoRA adapter in PEFT's layout, or as GGUF",
    details:
      "A path that ends in .gguf becomes one file as llama.cpp takes it (--lora); any other, a folder. The folder names its base "
      + "model as the Hugging Face hub does where that is known: google/gemma-3-270m for gemma-3-270m, which is made from it.",
    arguments: SaveAdapterArguments(),
    examples: ["save adapter my-adapter", "save adapter my-adapter.gguf"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    let adapter = try workspace.needAdapter()
    let path = arguments.path
    if path.hasSuffix(".gguf") {
      try adapter.saveGGUF(path: path, model: workspace.needModel())
    } else {
      try adapter.save(path: path, baseModel: workspace.baseName)
    }
    invocation.session.savedAdapter = adapter
    invocation.tell(SavedAdapter(parameters: adapter.parameterCount, base: workspace.baseName, path: path))
  } python: { call, _ in
    let path = call.python(\.path)
    return ["model.save_pretrained(\(path))", "tokenizer.save_pretrained(\(path))"]
  }

  struct SaveModelArguments: Sendable {
    let path = Argument(required: "path", .path, "the folder or .gguf file to write")
    let format = Argument(
      "format", .choice(ModelSaver.Format.self), .auto, "what to write; auto goes by the path")
    let type = Argument("type", .choice(SavedType.self), .auto, "how the weights are stored")
  }

  static let saveModel = Command(
    "save model", .load, "write the whole model, with the adapter folded in if there is one",
    details:
      "A path that ends in .gguf becomes one GGUF file; any other, a Hugging Face folder with safetensors, "
      + "config.json and tokenizer. type=auto keeps F32 and F16 and makes BF16 of all else; q8_0 and q4_k_m, the "
      + "mixture of llama.cpp, are for GGUF only. What is written is what the session computes with: the session's own "
      + "model and adapter stay as they are.",
    arguments: SaveModelArguments(),
    examples: ["save model my-model", "save model my-model.gguf type=q4_k_m"]
  ) { arguments, invocation in
    let session = invocation.session
    let workspace = session.workspace
    let path = arguments.path
    var told = -1
    let saver = ModelSaver(
      try workspace.needModel(), adapter: workspace.adapter, compute: try session.compute()
    ) { done, total in
      let million = 1_000_000
      try invocation.checkInterruption()
      guard done / million != told else { return }
      told = done / million
      try invocation.progress(ProgressReport(done: told, total: max(total / million, 1), unit: "MB"))
    }
    let outcome = try saver.save(
      to: path, format: arguments.format,
      type: arguments.type)
    session.savedAdapter = workspace.adapter
    invocation.tell(SavedModel(outcome: outcome, isMerged: workspace.adapter != nil, path: path))
  }

  struct MergeArguments: Sendable {
    let precision = Argument(
      "precision", .choice(WeightPrecision.self), .auto, "how the changed projections are kept; auto is f32")
  }

  static let merge = Command(
    "merge", .train, "fold the adapter into the model in memory",
    details:
      "The model then has the adapter's weights as its own; the adapter and its steps are gone, evaluations stay. "
      + "The projections it changed are kept in Float32 unless precision says otherwise: rounded to few bits again, "
      + "most of a small update would be lost. 'save model' writes such a model, and folds in an adapter by itself.",
    arguments: MergeArguments(), examples: ["merge", "merge precision=bf16"]
  ) { arguments, invocation in
    let session = invocation.session
    let (model, adapter) = (try session.workspace.needModel(), try session.workspace.needAdapter())
    let merged = try model.merging(
      adapter, precision: arguments.precision, compute: try session.compute(),
      check: invocation.checkInterruption)
    session.workspace.model = merged
    session.workspace.modelName += " (merged)"
    session.workspace.adapter = nil
    session.workspace.steps = []
    invocation.tell(
      Merged(
        adapter: adapter, kept: arguments.precision == .auto ? .f32 : arguments.precision,
        bytesBefore: model.projectionBytes, bytes: merged.projectionBytes))
  }
}

/// What `save adapter` wrote.
struct SavedAdapter: CommandResult {
  let parameters: Int
  /// The base model as the folder names it.
  let base: String
  let path: String

  var outputs: [Output] {
    [
      .line(
        Span("adapter of \(NumberFormat.count(parameters)) parameters written to "),
        Span(path, volatile: .path))
    ] + (path.hasSuffix(".gguf") ? [] : [.line("its base model is named \(base)")])
  }

  var fields: [(name: String, value: JSONValue)] {
    [("parameters", .int(parameters)), ("base", .string(base))]
  }
  var volatile: [(name: String, value: JSONValue)] { [("path", .string(path))] }
}

/// What `save model` wrote.
struct SavedModel: CommandResult {
  let outcome: ModelSaver.Outcome
  /// Whether an adapter was folded in.
  let isMerged: Bool
  let path: String

  var outputs: [Output] {
    let name = outcome.format == .gguf ? "GGUF" : "safetensors"
    let parts = outcome.files > 1 ? " in \(outcome.files) files" : ""
    let line = Output.line(
      Span(
        "model as \(name), \(outcome.types.joined(separator: ", ")), \(NumberFormat.bytes(outcome.bytes))\(parts), "
          + "written to "), Span(path, volatile: .path))
    return [line] + (isMerged ? [.line("the adapter is folded into what was written")] : [])
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("format", .string(outcome.format.rawValue)), ("types", .strings(outcome.types)),
      ("bytes", .int(outcome.bytes)), ("files", .int(outcome.files)), ("merged", .bool(isMerged)),
    ]
  }

  var volatile: [(name: String, value: JSONValue)] { [("path", .string(path))] }
}

/// What `merge` did.
struct Merged: CommandResult {
  let adapter: Adapter
  let kept: WeightPrecision
  /// Of all projections.
  let bytesBefore: Int
  let bytes: Int

  var outputs: [Output] {
    [
      .line(
        "\(NumberFormat.count(adapter.parameterCount)) parameters folded into \(adapter.slots.count) projections, "
          + "kept as \(kept.rawValue); all projections take \(NumberFormat.bytes(bytes)), "
          + "before \(NumberFormat.bytes(bytesBefore))"
      )
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("projections", .int(adapter.slots.count)), ("precision", .string(kept.rawValue)),
      ("bytes", .int(bytes)),
      ("bytes_before", .int(bytesBefore)),
    ]
  }
}
