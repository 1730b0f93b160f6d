import Foundation
import Gemma

/// What `gnb --last` brings back: the session left last, in the folder `last` of the cache.
///
/// The cells are kept as a notebook, and with them what was dear to make: the adapter (in Float32, so that it comes back to the last bit),
/// its steps and the evaluations. Model, data, split and prompt are made again by the commands that made them.
public struct LastSession: Codable {
  /// The folder that paths in the cells start from.
  var folder: String
  /// The notebook's text with its outputs.
  var text: String
  /// The notebook's file; nil for a session.
  var path: String?
  var position: Int
  var states: [CellState]
  /// Commands that make model, data, split and prompt, settings and variables before them.
  var lines: [String]
  /// The adapter's folder below `last`, and the seed that PEFT's files have no place for.
  var adapter: String?
  var adapterSeed: UInt64 = 0
  var steps: [TrainingStep]
  /// Which articles the evaluations count.
  var dataHash: String?
  var evaluations: [Workspace.Evaluation]
}

extension LastSession {
  static func folder(in cache: Cache) -> String { cache.path + "/last" }
  private static func file(in cache: Cache) -> String { folder(in: cache) + "/session.json" }

  /// - Throws: `missing` if there is none, `malformed` for one of another version of gnb.
  public init(in cache: Cache) throws {
    let path = Self.file(in: cache)
    guard let data = FileManager.default.contents(atPath: path) else {
      throw GemmaError.missing(need: "an earlier session, and none is kept in \(cache.path)", remedy: "gnb")
    }
    do { self = try JSONDecoder().decode(Self.self, from: data) } catch {
      throw GemmaError.malformed(
        path: path, location: "session", expected: "a session of this version of gnb", found: "another one")
    }
  }

  func write(in cache: Cache) throws {
    let path = Self.file(in: cache)
    let data: Data
    do { data = try JSONEncoder().encode(self) } catch {
      throw GemmaError.inputOutput(path: path, reason: error.localizedDescription)
    }
    try AtomicFile.write(data, to: path)
  }

  /// Brings it back.
  ///
  /// - Parameters:
  ///   - session: as it was made.
  ///   - tell: gets what came back, and what did not, a line each.
  /// - Returns: the prompt, just after the cell that was run last; before the first if model or data could not be made again.
  public func restore(
    _ session: Session, table: CommandTable = .standard, tell: (String) -> Void
  ) throws -> Stepper {
    if FileManager.default.currentDirectoryPath != folder {
      guard FileManager.default.changeCurrentDirectoryPath(folder) else {
        throw GemmaError.fileNotFound(path: folder)
      }
      tell("in the folder \(folder)")
    }
    let notebook = try NotebookReader.read(text: text, path: path ?? "the last session")
    _ = Replay(notebook, session: session, table: table)
    let stepper = try Stepper(notebook, isSession: path == nil, session: session, table: table)
    do {
      try restoreWorkspace(session, table: table)
    } catch {
      session.reset()
      _ = Replay(notebook, session: session, table: table)
      tell("not brought back: \(Diagnostic(error).message)")
      tell("the cells are here, and none was run: 'run' runs them, 'list' shows them")
      return stepper
    }
    guard position > 0 else {
      tell("the cells are here, and none was run: the model with an adapter folded in is kept in no file")
      tell("'run' runs them, 'list' shows them")
      return stepper
    }
    stepper.resume(at: position, states: states)
    tell("back after \(NumberFormat.count(position, "cell")), none of them run again: " + found(session))
    return stepper
  }

  private func restoreWorkspace(_ session: Session, table: CommandTable) throws {
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
    if let adapter {
      let model = try session.workspace.needModel()
      var stored = try StoredAdapter.open(
        path: Self.folder(in: session.cache) + "/" + adapter, for: model.file)
      stored.config.seed = adapterSeed
      session.workspace.adapter = Adapter(stored, model: model, compute: try session.compute())
      session.workspace.steps = steps
    }
    if let dataHash {
      guard session.workspace.data?.sha256 == dataHash else {
        throw GemmaError.invalidValue(
          name: "data", expected: "the articles of that session", found: "others: the files have changed")
      }
      session.workspace.evaluations = evaluations
    }
  }

  /// What is there, in words.
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
    if !evaluations.isEmpty { parts.append(NumberFormat.count(evaluations.count, "evaluation")) }
    return parts.joined(separator: ", ")
  }
}

/// Keeps the session at a prompt for `gnb --last`, after each cell: what ends the program loses no more than a cell.
public final class SessionKeeper {
  private let stepper: Stepper
  private var written: (adapter: Adapter, name: String)?

  public init(_ stepper: Stepper) { self.stepper = stepper }

  /// Writes what the cells have made. A session that has loaded nothing leaves the one before it alone.
  public func keep() throws {
    let (session, state) = (stepper.session, stepper.committed)
    let workspace = state.workspace
    guard workspace.model != nil || workspace.data != nil else { return }
    let files = FileManager.default
    let folder = LastSession.folder(in: session.cache)
    do {
      try files.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch { throw GemmaError.inputOutput(path: folder, reason: error.localizedDescription) }
    // A merged model is in no file: the cells are run again.
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
      adapter: name, adapterSeed: adapter?.config.seed ?? 0, steps: workspace.steps,
      dataHash: isWhole ? workspace.data?.sha256 : nil, evaluations: isWhole ? workspace.evaluations : []
    ).write(in: session.cache)
    for other in (try? files.contentsOfDirectory(atPath: folder)) ?? []
    where other.hasPrefix("adapter-") && other != name {
      try? files.removeItem(atPath: folder + "/" + other)
    }
  }

  /// - Returns: the folder's name. An adapter that is there already is not written again.
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
