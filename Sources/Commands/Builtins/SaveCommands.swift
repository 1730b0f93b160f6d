import Foundation
import Gemma

/// save adapter, save model, merge.
enum SaveCommands {
  static let all: [Command] = [saveAdapter, ClassifierCommands.save, saveModel, merge]

  struct SaveAdapterArguments: Sendable {
    let path = Argument(required: "path", .path, "the folder or file to write")
    let overwrite = Overwriting.argument
  }

  static let saveAdapter = Command(
    "save adapter", .load, "write the LoRA adapter as a PEFT folder or a GGUF file",
    details:
      "A path that ends in .gguf becomes one file for llama.cpp (--lora). Any other path becomes a PEFT folder. "
      + "The folder names the base model by its name on the Hugging Face hub if gnb knows that name: "
      + "google/gemma-3-270m for gemma-3-270m. Its file gnb.json has hashes of the texts that the adapter was trained on, so "
      + "that 'evaluate' knows them after 'load adapter'; a .gguf file does not have them. "
      + Overwriting.rule,
    arguments: SaveAdapterArguments(),
    examples: ["save adapter my-adapter", "save adapter my-adapter.gguf"]
  ) { arguments, invocation in
    let workspace = invocation.session.workspace
    let adapter = try workspace.needAdapter()
    let path = arguments.path
    try Overwriting.check(path, overwrite: arguments.overwrite, invocation)
    try invocation.checkInterruption()
    if path.hasSuffix(".gguf") {
      try adapter.saveGGUF(path: path, model: workspace.needModel(), check: invocation.checkInterruption)
    } else {
      var notes = try AdapterNotes(folder: path)
      try notes.set(workspace.seen)
      try adapter.save(path: path, baseModel: workspace.baseName, check: invocation.checkInterruption)
      try notes.write()
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
      "format", .choice(ModelSaver.Format.self), .auto,
      "the format to write; auto writes GGUF if the path ends in .gguf, else safetensors")
    let type = Argument("type", .choice(SavedType.self), .auto, "the type of the stored weights")
    let overwrite = Overwriting.argument
  }

  static let saveModel = Command(
    "save model", .load, "write the whole model, with the adapter merged into it if one is attached",
    details:
      "A path that ends in .gguf becomes one GGUF file. Any other path becomes a Hugging Face folder with "
      + "safetensors, config.json and tokenizer. type=auto keeps F32 and F16, and stores all other types as BF16. "
      + "The types q8_0 and q4_k_m (llama.cpp's mixture) are for GGUF only. The saved model computes what the "
      + "session computes. The session's own model and adapter do not change. "
      + Overwriting.rule,
    arguments: SaveModelArguments(),
    examples: ["save model my-model", "save model my-model.gguf type=q4_k_m"]
  ) { arguments, invocation in
    let session = invocation.session
    let workspace = session.workspace
    let path = arguments.path
    try Overwriting.check(path, overwrite: arguments.overwrite, invocation)
    var told = -1
    let saver = ModelSaver(
      try workspace.needModel(), adapter: workspace.adapter, device: try session.device()
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
      "precision", .choice(WeightPrecision.self), .auto,
      "the type of the changed projections in memory; auto is f32")
  }

  static let merge = Command(
    "merge", .train, "merge the adapter into the model in memory",
    details:
      "The adapter's update becomes part of the model's weights. The session then has no adapter and no training "
      + "steps; its evaluations stay. The changed projections are stored in Float32 unless precision names another "
      + "type: rounding them to few bits again would lose most of a small update. 'save model' also merges the "
      + "adapter, into the saved model only.",
    arguments: MergeArguments(), examples: ["merge", "merge precision=bf16"]
  ) { arguments, invocation in
    let session = invocation.session
    let (model, adapter) = (try session.workspace.needModel(), try session.workspace.needAdapter())
    let merged = try model.merging(
      adapter, precision: arguments.precision, device: try session.device(),
      check: invocation.checkInterruption)
    session.workspace.merge(into: merged)
    invocation.tell(
      Merged(
        adapter: adapter, kept: arguments.precision == .auto ? .f32 : arguments.precision,
        bytesBefore: model.projectionBytes, bytes: merged.projectionBytes))
  }
}

/// The result of `save adapter`.
struct SavedAdapter: CommandResult {
  let parameters: Int
  /// The name of the base model in the folder.
  let base: String
  let path: String

  var outputs: [Output] {
    [
      .line(
        Span("adapter of \(NumberFormat.count(parameters)) parameters written to "),
        Span(path, volatile: .path))
    ] + (path.hasSuffix(".gguf") ? [] : [.line("the folder names \(base) as its base model")])
  }

  var fields: [(name: String, value: JSONValue)] {
    [("parameters", .int(parameters)), ("base", .string(base))]
  }
  var volatile: [(name: String, value: JSONValue)] { [("path", .string(path))] }
}

/// The result of `save model`.
struct SavedModel: CommandResult {
  let outcome: ModelSaver.Outcome
  /// Whether an adapter was merged into it.
  let isMerged: Bool
  let path: String

  var outputs: [Output] {
    let name = outcome.format == .gguf ? "GGUF" : "safetensors"
    let parts = outcome.files > 1 ? " in \(outcome.files) files" : ""
    let line = Output.line(
      Span(
        "model as \(name), \(outcome.types.joined(separator: ", ")), \(NumberFormat.bytes(outcome.bytes))\(parts), "
          + "written to "), Span(path, volatile: .path))
    return [line] + (isMerged ? [.line("the adapter is merged into the saved model")] : [])
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("format", .string(outcome.format.rawValue)), ("types", .strings(outcome.types)),
      ("bytes", .int(outcome.bytes)), ("files", .int(outcome.files)), ("merged", .bool(isMerged)),
    ]
  }

  var volatile: [(name: String, value: JSONValue)] { [("path", .string(path))] }
}

/// The result of `merge`.
struct Merged: CommandResult {
  let adapter: Adapter
  let kept: WeightPrecision
  /// Bytes of all projections before and after.
  let bytesBefore: Int
  let bytes: Int

  var outputs: [Output] {
    [
      .line(
        "merged \(NumberFormat.count(adapter.parameterCount)) parameters into "
          + "\(NumberFormat.count(adapter.slots.count, "projection")), stored as \(kept.rawValue); all projections now take "
          + "\(NumberFormat.bytes(bytes)), before \(NumberFormat.bytes(bytesBefore))"
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
