import Gemma

/// A session: what is loaded, made and set so far.
public final class Session {
  public let cache: Cache
  public var settings: Settings
  public var variables: [String: Value] = [:]
  /// Model, data, adapter and the rest: a value, so that a snapshot is a copy.
  public var workspace = Workspace()
  /// Where events go and how runs are stopped, unless a run is given something else.
  public var context: RunContext
  /// The notebook being stepped through, at a prompt.
  weak var stepper: (any Stepping)?
  /// The sha256 that named inputs must have, from a notebook's front matter.
  public var expectedInputs: [String: String] = [:]
  /// Values from the command line that `let` does not overwrite.
  public var overrides: [String: Value] = [:]
  /// The adapter that a file has, as it is.
  weak var savedAdapter: Adapter?
  private let firstSettings: Settings
  private var computeMade: (threads: Int, kernels: String?, compute: Compute)?

  public init(cache: Cache, settings: Settings, context: RunContext) {
    self.cache = cache
    self.settings = settings
    self.context = context
    firstSettings = settings
  }

  /// As it was made: nothing is left of what was loaded, made or set.
  public func reset() {
    workspace = Workspace()
    variables = [:]
    overrides = [:]
    expectedInputs = [:]
    settings = firstSettings
  }

  /// - Throws: `hashMismatch` if a notebook asks for another hash of the input `name`. Hashes only if one is asked for.
  func checkInput(_ name: String, path: String, hash: () throws -> String) throws {
    guard let expected = expectedInputs[name] else { return }
    let found = try hash()
    guard found == expected else {
      throw GemmaError.hashMismatch(path: path, expected: expected, found: found)
    }
  }

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
