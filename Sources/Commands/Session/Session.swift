import Dispatch
import Gemma

/// Settings of a session, changed by `set` and `--set`.
public struct Settings: Sendable, Equatable {
  /// Seed of everything that draws, unless a command gets its own.
  public var seed: UInt64 = 3407
  public var threads: Int
  /// Columns of tables and charts on the screen; nil goes with the terminal. Recordings have the notebook's own width.
  public var width: Int?
  /// The name of a kernel set; nil takes the best.
  public var kernels: String?

  public init(threads: Int) { self.threads = threads }
}

/// A session: what is loaded and made so far, and where events go.
public final class Session {
  public let table: CommandTable
  public let cache: Cache
  public var settings: Settings
  public var variables: [String: Value] = [:]
  /// Model, data, adapter and the rest: a value, so that a snapshot is a copy.
  public var workspace = Workspace()
  public var sink: EventSink
  /// What the user asked for by Ctrl-C.
  public enum Interruption: Sendable {
    case none
    /// Finish the step and stop there.
    case stop
    /// Stop at once and go back to before the cell.
    case undo
  }

  public var interruption: () -> Interruption = { .none }
  /// At most so many rows of a table are shown: a cell's `rows=`.
  var rowLimit: Int?
  /// When the running cell has to be done: its `timeout=`.
  var deadline: DispatchTime?
  /// The notebook being stepped through, at a prompt.
  public internal(set) weak var stepper: Stepper?
  /// The table shown last, for `save table`.
  var lastTable: Table?
  /// The sha256 that named inputs must have, from a notebook's front matter.
  public var expectedInputs: [String: String] = [:]
  /// Values from the command line that `let` does not overwrite.
  public var overrides: [String: Value] = [:]
  private var computeMade: (threads: Int, kernels: String?, compute: Compute)?

  public init(table: CommandTable, cache: Cache, settings: Settings, sink: @escaping EventSink) {
    self.table = table
    self.cache = cache
    self.settings = settings
    self.sink = sink
  }

  /// - Throws: `hashMismatch` if a notebook asks for another hash of the input `name`. Hashes only if one is asked for.
  func checkInput(_ name: String, path: String, hash: () throws -> String) throws {
    guard let expected = expectedInputs[name] else { return }
    let found = try hash()
    guard found == expected else {
      throw GemmaError.hashMismatch(path: path, expected: expected, found: found)
    }
  }

  /// Asked between steps of long work; true stops it.
  public func isInterrupted() -> Bool { interruption() != .none || isOverdue }

  var isOverdue: Bool { deadline.map { DispatchTime.now() > $0 } ?? false }

  /// What arithmetic runs on, as the settings have it.
  public func compute() throws -> Compute {
    if let made = computeMade, made.threads == settings.threads, made.kernels == settings.kernels {
      return made.compute
    }
    var kernels = Kernels.best
    if let name = settings.kernels {
      guard let named = Kernels.named(name) else {
        throw GemmaError.invalidValue(
          name: "kernels", expected: "of this CPU: \(Kernels.available.map(\.name).joined(separator: ", "))",
          found: name)
      }
      kernels = named
    }
    let compute = Compute(threads: settings.threads, kernels: kernels)
    computeMade = (settings.threads, settings.kernels, compute)
    return compute
  }
}

/// One running command: how it tells what it does.
public final class Invocation {
  public let session: Session
  public let cell: String
  public let command: String

  init(session: Session, cell: String, command: String) {
    self.session = session
    self.cell = cell
    self.command = command
  }

  func emit(_ kind: Event.Kind) { session.sink(Event(kind, cell: cell, command: command)) }

  /// A line of text.
  public func print(_ spans: Span...) { emit(.output(.line(spans))) }
  public func print(_ text: String) { emit(.output(.line(text))) }
  public func show(_ output: Output) {
    guard case .table(let table) = output else { return emit(.output(output)) }
    session.lastTable = table
    emit(.output(.table(session.rowLimit.map(table.limited) ?? table)))
  }

  /// - Throws: `interrupted` when the user asked to stop.
  public func progress(_ progress: ProgressReport) throws {
    emit(.progress(progress))
    if session.isInterrupted() { throw GemmaError.interrupted }
  }

  public func result(
    _ fields: [(name: String, value: JSONValue)], volatile: [(name: String, value: JSONValue)] = []
  ) { emit(.result(fields: fields, volatile: volatile)) }
}
