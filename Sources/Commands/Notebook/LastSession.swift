import Foundation
import Gemma

/// The last session, which `gnb --last` restores from the folder `last` of the cache.
///
/// The cells are saved as a notebook, together with results that take long to compute: the adapter (in Float32, so that
/// no bit is lost), its steps and the evaluations. Model, data, split and prompt are loaded again by their commands.
public struct LastSession: Codable {
  /// The folder that relative paths in the cells belong to.
  var folder: String
  /// The notebook's text with its outputs.
  var text: String
  /// The notebook's file; nil for a session.
  var path: String?
  var position: Int
  var states: [CellState]
  /// The commands for settings and variables, then those that load model, data, split and prompt.
  var lines: [String]
  /// The adapter's folder below `last`, and its seed, which PEFT's files do not contain.
  var adapter: String?
  var adapterSeed: UInt64 = 0
  /// The file that the adapter was loaded from, if it was.
  var adapterName: String?
  /// What it was trained on.
  var seen: SeenTexts?
  var steps: [TrainingStep]
  /// What looks at the validation articles saw, for 'plot loss'.
  var looks: [ValidationPoint]?
  /// The model's file or folder and the notebook's file, as they were when the session was saved.
  var modelStamp: FileStamp?
  var notebookStamp: FileStamp?
  /// The articles of the session's data: the split's indices belong to them.
  var dataHash: String?
  var evaluations: [Workspace.Evaluation]
  /// Which of them were made with the adapter as it is; nil in files of older versions.
  var presentEvaluations: [String]?
  /// Those of an instruction task.
  var answers: [InstructionEvaluation]?
}

extension LastSession {
  static func folder(in cache: Cache) -> String { cache.path + "/last" }
  private static func file(in place: String) -> String { place + "/session.json" }

  /// - Throws: `missing` if there is no saved session, `malformed` for a session of another version of gnb.
  ///
  /// - Parameter place: the folder of the session; by default `last` of the cache.
  public init(in cache: Cache, at place: String? = nil) throws {
    let path = Self.file(in: place ?? Self.folder(in: cache))
    guard let data = FileManager.default.contents(atPath: path) else {
      throw GemmaError.missing(need: "an earlier session, but none is saved in \(cache.path)", remedy: "gnb")
    }
    do { self = try JSONDecoder().decode(Self.self, from: data) } catch {
      throw GemmaError.malformed(
        path: path, location: "session", expected: "a session of this version of gnb",
        found: "another version")
    }
  }

  func write(in place: String) throws {
    let path = Self.file(in: place)
    let data: Data
    do { data = try JSONEncoder().encode(self) } catch {
      throw GemmaError.inputOutput(path: path, reason: error.localizedDescription)
    }
    try AtomicFile.write(data, to: path)
  }

  /// Restores the session.
  ///
  /// - Parameters:
  ///   - session: a new session.
  ///   - place: the folder of the saved session; by default `last` of the cache.
  ///   - own: a notebook without a file, such as one of the tour, in place of the saved text. Then the working folder stays.
  ///   - tell: called with one line for each part that was restored or not.
  /// - Returns: the stepper, after the last cell that was run; before the first cell if model or data could not be
  ///   loaded.
  public func restore(
    _ session: Session, table: CommandTable = .standard, at place: String? = nil, own: Notebook? = nil,
    tell: (String) -> Void
  ) throws -> Stepper {
    if own == nil, FileManager.default.currentDirectoryPath != folder {
      guard FileManager.default.changeCurrentDirectoryPath(folder) else {
        throw GemmaError.fileNotFound(path: folder)
      }
      tell("changed to the folder \(folder)")
    }
    let notebook = try own ?? NotebookReader.read(text: text, path: path ?? "the last session")
    _ = Replay(notebook, session: session, table: table)
    let stepper = try Stepper(notebook, isSession: path == nil, session: session, table: table)
    do {
      try restoreWorkspace(session, table: table, at: place ?? Self.folder(in: session.cache))
    } catch {
      session.reset()
      _ = Replay(notebook, session: session, table: table)
      tell("the last session was not restored: \(Diagnostic(error).message)")
      tell("the cells are loaded, but none was run: 'run' runs them, 'list' shows them")
      return stepper
    }
    guard position > 0 else {
      tell("the cells are loaded, but none was run, because no file has the merged model")
      tell("'run' runs them, 'list' shows them")
      return stepper
    }
    if let path, FileStamp(path: path) != notebookStamp {
      tell("note: \(path) has changed since then; the cells are those of the saved session")
    }
    stepper.resume(at: position, states: states)
    tell(stepper.language.isBack(after: position, with: found(session)))
    return stepper
  }

  private func restoreWorkspace(_ session: Session, table: CommandTable, at place: String) throws {
    var silent = session.context
    silent.sink = { [sink = session.context.sink] event in
      if case .progress = event.kind { sink(event) }
    }
    let source = lines.joined(separator: "\n")
    if let failure = Interpreter(session, table).run(
      try Parser.parse(source), cell: "", file: "--last", source: source, context: silent)
    {
      throw failure
    }
    if let modelStamp, let model = session.workspace.model, FileStamp(path: model.file.path) != modelStamp {
      throw GemmaError.invalidValue(
        name: "model", expected: "the files of that session",
        found: "other files: \(model.file.path) has changed")
    }
    if let adapter {
      let model = try session.workspace.needModel()
      var stored = try StoredAdapter.open(path: place + "/" + adapter, for: model.file)
      stored.config.seed = adapterSeed
      // The notes of a loaded classifier stay: this is its adapter.
      let classifier = session.workspace.classifier
      session.workspace.attach(
        Adapter(stored, model: model, device: try session.device()), name: adapterName,
        seen: seen ?? SeenTexts())
      session.workspace.classifier = classifier
      session.workspace.goOn(after: steps, looks: looks ?? [])
    }
    if let dataHash {
      guard session.workspace.data?.sha256 == dataHash else {
        throw GemmaError.invalidValue(
          name: "data", expected: "the articles of that session",
          found: "other articles: the files have changed")
      }
      session.workspace.evaluations = evaluations
      session.workspace.presentEvaluations = Set(presentEvaluations ?? [])
      session.workspace.findTexts()
      session.workspace.answers = answers ?? []
    }
  }

  /// The restored parts in words.
  private func found(_ session: Session) -> String {
    let w = session.workspace
    var parts: [String] = []
    if w.model != nil { parts.append("model \(w.modelName)") }
    if let data = w.data { parts.append("data \(data.name)") }
    if w.split != nil { parts.append("the split") }
    if w.prompt != nil { parts.append("the prompt") }
    if w.adapter != nil {
      parts.append(
        steps.isEmpty ? "a fresh adapter" : "the adapter after \(NumberFormat.count(steps.count, "step"))")
    }
    let count = evaluations.count + w.answers.count
    if count > 0 { parts.append(NumberFormat.count(count, "evaluation")) }
    return parts.joined(separator: ", ")
  }
}

/// Saves the session at a prompt for `gnb --last` after each cell, so that at most one cell is lost if the program
/// ends.
public final class SessionKeeper {
  private let stepper: Stepper
  private let place: String
  private var written: (adapter: Adapter, name: String)?

  /// - Parameter place: the folder to save in; by default `last` of the cache.
  public init(_ stepper: Stepper, at place: String? = nil) {
    self.stepper = stepper
    self.place = place ?? LastSession.folder(in: stepper.session.cache)
  }

  /// Writes the results of the cells. If the session has loaded nothing, the session saved before is not replaced.
  public func keep() throws {
    let state = stepper.committed
    let workspace = state.workspace
    guard workspace.model != nil || workspace.data != nil else { return }
    let files = FileManager.default
    let folder = place
    do {
      try files.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch { throw GemmaError.inputOutput(path: folder, reason: error.localizedDescription) }
    // No file has a merged model, so the cells must be run again.
    let isWhole = !workspace.origins.hasMerged
    let adapter = isWhole ? workspace.adapter : nil
    let name = try adapter.map { try write($0, in: folder, base: workspace.baseName) }
    let settings = state.settings
    let lines =
      ["set seed=\(settings.seed)" + (settings.width.map { " width=\($0)" } ?? "")]
      + state.variables.keys.sorted().map { "let \($0) = \(state.variables[$0]?.source ?? "")" }
    try LastSession(
      folder: files.currentDirectoryPath, text: NotebookWriter.text(stepper.document),
      path: stepper.isSession ? nil : stepper.notebook.path, position: isWhole ? stepper.position : 0,
      states: isWhole ? stepper.states : stepper.states.map { _ in .waiting },
      lines: isWhole ? lines + workspace.origins.lines : [],
      adapter: name, adapterSeed: adapter?.config.seed ?? 0, adapterName: workspace.adapterName,
      seen: workspace.seen, steps: workspace.steps,
      looks: workspace.looks,
      modelStamp: isWhole ? workspace.model.flatMap { FileStamp(path: $0.file.path) } : nil,
      notebookStamp: stepper.isSession ? nil : FileStamp(path: stepper.notebook.path),
      dataHash: isWhole ? workspace.data?.sha256 : nil, evaluations: isWhole ? workspace.evaluations : [],
      presentEvaluations: isWhole ? workspace.presentEvaluations.sorted() : [],
      answers: isWhole ? workspace.answers : nil
    ).write(in: place)
    for other in (try? files.contentsOfDirectory(atPath: folder)) ?? []
    where other.hasPrefix("adapter-") && other != name {
      try? files.removeItem(atPath: folder + "/" + other)
    }
  }

  /// - Returns: the folder's name. An adapter that was written before is not written again.
  private func write(_ adapter: Adapter, in folder: String, base: String) throws -> String {
    if let written, written.adapter === adapter,
      FileManager.default.fileExists(atPath: folder + "/" + written.name)
    {
      return written.name
    }
    let name = "adapter-\(UUID().uuidString)"
    try adapter.save(path: folder + "/" + name, baseModel: base)
    written = (adapter, name)
    return name
  }
}
