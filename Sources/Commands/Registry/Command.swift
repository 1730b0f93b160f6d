/// One row of the command table: all there is to say and do about a command.
public struct Command: Sendable {
  public enum Group: String, Sendable, CaseIterable {
    case load = "Load"
    case prepare = "Prepare"
    case train = "Train"
    case evaluate = "Evaluate"
    case ask = "Ask"
    case look = "Look"
    case step = "Step"
    case session = "Session"
  }

  public var verb: String
  /// "model" in `load model`
  public var noun: String?
  public var group: Group
  public var summary: String
  public var details: String
  public var arguments: [ArgumentSpec]
  public var examples: [String]
  let run: @Sendable (BoundArguments, Invocation) throws -> Void

  /// - Parameter arguments: a struct whose stored properties are the command's keys.
  public init<Keys: Sendable>(
    _ name: String, _ group: Group, _ summary: String, details: String = "", arguments: Keys,
    examples: [String] = [], run: @escaping @Sendable (Arguments<Keys>, Invocation) throws -> Void
  ) {
    let parts = name.split(separator: " ").map(String.init)
    verb = parts[0]
    noun = parts.count > 1 ? parts[1] : nil
    self.group = group
    self.summary = summary
    self.details = details
    self.arguments = Mirror(reflecting: arguments).children.compactMap {
      ($0.value as? any ArgumentKey)?.spec
    }
    self.examples = examples
    self.run = { try run(Arguments(keys: arguments, bound: $0), $1) }
  }

  /// Without arguments.
  public init(
    _ name: String, _ group: Group, _ summary: String, details: String = "", examples: [String] = [],
    run: @escaping @Sendable (Invocation) throws -> Void
  ) {
    self.init(name, group, summary, details: details, arguments: (), examples: examples) { try run($1) }
  }

  /// Acts on the notebook at a prompt, and cannot be part of one.
  public var isStepping: Bool { group == .step }

  public var name: String { noun.map { verb + " " + $0 } ?? verb }
}
