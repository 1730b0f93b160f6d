import Foundation
import Gemma

/// save classifier, load classifier.
enum ClassifierCommands {
  struct SaveArguments: Sendable {
    let path = Argument(required: "path", .path, "the folder to write")
    let overwrite = Overwriting.argument
  }

  static let save = Command(
    "save classifier", .load,
    "write a classifier: adapter, categories, prompt and figures",
    details:
      "The folder is a PEFT adapter as 'save adapter' writes it, and more. \(AdapterNotes.fileName) has the categories, the prompt with its "
      + "cut, the base model's name and hash, what the data was and hashes of the texts trained on. README.md is a model card with the "
      + "figures of all evaluations of this adapter. 'load classifier' restores it all. The folder does not contain the texts. Without an adapter it is "
      + "the prompt and the categories only. " + Overwriting.rule,
    arguments: SaveArguments(), examples: ["save classifier my-classifier"]
  ) { arguments, invocation in
    let session = invocation.session
    let workspace = session.workspace
    let model = try workspace.needModel()
    guard !model.isMerged else {
      throw GemmaError.missing(
        need: "a base model that is in a file: an adapter was merged into this one",
        remedy: "save model DIR, which has it all; or load the model, then load adapter DIR")
    }
    let path = arguments.path
    try Overwriting.check(path, overwrite: arguments.overwrite, invocation)
    try refuseFile(path)
    // What is missing is told before the hash of the model is computed.
    _ = try workspace.promptWithoutExamples("save classifier")
    try invocation.checkInterruption()
    let base = SavedClassifier.Base(
      name: Hub.isName(workspace.modelName) || !workspace.modelName.contains("/")
        ? workspace.modelName : URL(fileURLWithPath: workspace.modelName).standardizedFileURL.path,
      hub: Hub.isName(workspace.baseName) ? workspace.baseName : nil,
      sha256: try session.modelHash(path: model.file.path), precision: workspace.precision.rawValue)
    try invocation.checkInterruption()
    let folder = try FolderWriter(path: path)
    let hash = try workspace.adapter?.write(
      to: folder, baseModel: workspace.baseName, check: invocation.checkInterruption)
    let classifier = try workspace.classifier(base: base, adapterSha256: hash)
    var notes = try AdapterNotes(folder: folder.folder)
    try notes.set(classifier, for: SavedClassifier.key)
    try notes.set(workspace.seen)
    try notes.write()
    let card = ModelCard(classifier, name: URL(fileURLWithPath: folder.path).lastPathComponent)
    try folder.write(Data(card.text.utf8), to: ModelCard.fileName)
    try invocation.checkInterruption()
    try folder.finish()
    session.savedAdapter = workspace.adapter
    invocation.tell(SavedClassifierFolder(classifier: classifier, adapter: workspace.adapter, path: path))
  } python: { call, script in
    script.need(.classifier)
    return script.promptIfMissing() + ["save_classifier(\(call.python(\.path)))"]
  }

  private static func refuseFile(_ path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
      return
    }
    throw GemmaError.invalidValue(
      name: "path", expected: "the path of a folder", found: "\(path), which is a file")
  }

  struct LoadArguments: Sendable {
    let path = Argument(required: "path", .path, "the folder that 'save classifier' wrote")
  }

  static let load = Command(
    "load classifier", .load, "load what 'save classifier' wrote: model, adapter, prompt and categories",
    details:
      "The base model is loaded if the session does not have it already. If it is not in the cache, the message says what to pull. "
      + "Its hash must be the one that the adapter was trained with. 'ask' and 'predict' need no data then; data that is loaded keeps the "
      + "classifier's prompt and categories.",
    arguments: LoadArguments(), examples: ["load classifier my-classifier"]
  ) { arguments, invocation in
    let session = invocation.session
    let path =
      arguments.path.count > 1 && arguments.path.hasSuffix("/")
      ? String(arguments.path.dropLast()) : arguments.path
    let (classifier, seen) = try SavedClassifier.read(folder: path)
    try checkAdapter(path, classifier)
    let precision = WeightPrecision(rawValue: classifier.base.precision) ?? .auto
    let started = Stopwatch()
    let (model, isNew) = try base(classifier.base, precision: precision, folder: path, invocation)
    var adapter: Adapter?
    if classifier.adapterSha256 != nil {
      let stored = try StoredAdapter.open(path: path, for: model.file)
      adapter = Adapter(stored, model: model, device: try session.device())
    }
    if isNew {
      session.workspace = session.workspace.replacing(
        model: model, name: classifier.base.name, precision: precision)
    }
    if let adapter {
      session.workspace.attach(
        adapter, name: URL(fileURLWithPath: path).lastPathComponent, seen: seen)
    } else {
      session.workspace.detach()
    }
    session.workspace.prompt = classifier.prompt.restored
    session.workspace.classifier = classifier
    session.savedAdapter = adapter
    invocation.tell(
      LoadedClassifier(
        classifier: classifier, seen: seen.hashes.count, adapter: adapter, model: model, isNew: isNew,
        misfit: session.workspace.data.flatMap(classifier.misfit), seconds: started.seconds))
  } python: { call, script in
    script.need(.classifier)
    script.hasAdapter = true
    script.hasPrompt = true
    return ["load_classifier(\(call.python(\.path)))"]
  }

  /// - Throws: `wrongKind` if the adapter's weights are not those that were saved with the notes.
  private static func checkAdapter(_ folder: String, _ classifier: SavedClassifier) throws {
    guard let expected = classifier.adapterSha256 else { return }
    let path = folder + "/adapter_model.safetensors"
    guard FileManager.default.fileExists(atPath: path) else { throw GemmaError.fileNotFound(path: path) }
    guard try SHA256.hexDigest(path: path) != expected else { return }
    throw GemmaError.wrongKind(
      path: path, expected: "the one that \(AdapterNotes.fileName) beside it was written with",
      found: "another adapter, or a damaged one",
      remedy:
        "copy the whole folder again; or 'load adapter \(Value.string(folder).source)' takes the adapter alone"
    )
  }

  /// The session's model if it is the right one, else the one that is loaded by the name in the notes.
  /// - Throws: `missing` with what to pull, `wrongKind` for a model with another hash, before any weight is read.
  private static func base(
    _ base: SavedClassifier.Base, precision: WeightPrecision, folder: String, _ invocation: Invocation
  ) throws -> (GemmaModel, isNew: Bool) {
    let session = invocation.session
    let workspace = session.workspace
    if let model = workspace.model, !model.isMerged, workspace.precision == precision,
      try session.modelHash(path: model.file.path) == base.sha256
    {
      return (model, false)
    }
    let name = base.hub ?? base.name
    let places = [base.name, base.hub].compactMap { $0 }
    guard let path = places.lazy.compactMap({ try? session.cache.model($0) }).first else {
      let known = Catalogue.items.contains { $0.isModel && $0.name == base.name }
      throw GemmaError.missing(
        need: "the base model \(name), which \(folder) was trained on and which is not here",
        remedy: known || Hub.isName(name)
          ? "gnb pull \(known ? base.name : name)"
          : "load model PATH, where the file now lies, then load classifier again")
    }
    try session.checkInput(base.name, path: path) { try session.modelHash(path: path) }
    let hash = try session.modelHash(path: path)
    guard hash == base.sha256 else {
      throw GemmaError.wrongKind(
        path: path, expected: "the base model of \(folder), sha256 \(base.sha256.prefix(16))…",
        found: "another model, sha256 \(hash.prefix(16))…",
        remedy: "load model PATH with the file it was trained on, then load classifier again; "
          + "'load adapter \(Value.string(folder).source)' takes the adapter with any model of its shape")
    }
    let model = try GemmaModel(
      try ModelFile.open(path: path), precision: precision, device: session.device(),
      check: invocation.checkInterruption)
    return (model, true)
  }
}

extension Workspace {
  /// A workspace with another model. What the old one had measured and learnt is dropped; the data stays.
  func replacing(model: GemmaModel, name: String, precision: WeightPrecision) -> Workspace {
    var new = Workspace()
    (new.data, new.split, new.prompt, new.lastTables) = (data, split, prompt, lastTables)
    new.origins = origins
    new.model = model
    new.modelName = name
    new.precision = precision
    return new
  }
}
