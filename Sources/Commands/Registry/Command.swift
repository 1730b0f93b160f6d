/// One row of the command table: a command with its help, its arguments and its code.
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
  /// The same call in Python, for `export --to colab`; nil if Python has no counterpart.
  let python: (@Sendable (BoundArguments, inout PythonScript) -> [String])?

  /// - Parameters:
  ///   - arguments: a struct whose stored properties are the command's keys.
  ///   - python: the lines that do the same in Python.
  public init<Keys: Sendable>(
    _ name: String, _ group: Group, _ summary: String, details: String = "", arguments: Keys,
    examples: [String] = [], run: @escaping @Sendable (Arguments<Keys>, Invocation) throws -> Void,
    python: (@Sendable (PythonCall<Keys>, inout PythonScript) -> [String])? = nil
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
    if let python {
      self.python = { bound, script in python(PythonCall(keys: arguments, bound: bound), &script) }
    } else {
      self.python = nil
    }
  }

  /// A command without arguments.
  public init(
    _ name: String, _ group: Group, _ summary: String, details: String = "", examples: [String] = [],
    run: @escaping @Sendable (Invocation) throws -> Void,
    python: (@Sendable (inout PythonScript) -> [String])? = nil
  ) {
    var translation: (@Sendable (PythonCall<Void>, inout PythonScript) -> [String])?
    if let python { translation = { _, script in python(&script) } }
    self.init(
      name, group, summary, details: details, arguments: (), examples: examples, run: { try run($1) },
      python: translation)
  }

  /// A command that acts on the notebook at a prompt. It cannot be part of a notebook.
  public var isStepping: Bool { group == .step }

  /// A call as a user could type it, without variables.
  func line(_ call: BoundArguments) -> String {
    ([name]
      + arguments.filter { call.given.contains($0.name) }.compactMap { argument in
        call.values[argument.name].map { "\(argument.name)=\($0.source)" }
      }).joined(separator: " ")
  }

  public var name: String { noun.map { verb + " " + $0 } ?? verb }
}
