import Dispatch
import Gemma

/// A session: what is loaded and made so far, and where events go.
public final class Session {
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
  weak var stepper: (any Stepping)?
  /// The table shown last, for `save table`.
  var lastTable: Table?
  /// The sha256 that named inputs must have, from a notebook's front matter.
  public var expectedInputs: [String: String] = [:]
  /// Values from the command line that `let` does not overwrite.
  public var overrides: [String: Value] = [:]
  private var computeMade: (threads: Int, kernels: String?, compute: Compute)?

  public init(cache: Cache, settings: Settings, sink: @escaping EventSink) {
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
