import Gemma

/// What an argument takes.
public enum ArgumentKind: Sendable, Equatable {
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  case bool
  case text
  case choice([String])
  /// A list of words, or one word.
  case list
  case path
  case modelName
  case dataName
  /// What `pull` can fetch.
  case pullName
  /// The name of an evaluation made so far.
  case evaluation
  /// A cell's number or #id.
  case cell
  /// What `help` explains.
  case topic

  /// For people: "a whole number from 1 to 10".
  public var description: String {
    switch self {
    case .integer(let range):
      range.upperBound == Int.max
        ? "a whole number of at least \(range.lowerBound)"
        : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range):
      range.upperBound == .infinity
        ? "a number of at least \(NumberFormat.short(range.lowerBound, 6))"
        : "a number from \(NumberFormat.short(range.lowerBound, 6)) to \(NumberFormat.short(range.upperBound, 6))"
    case .bool: "true or false"
    case .text: "text"
    case .choice(let words): words.joined(separator: ", ")
    case .list: "a list [a, b]"
    case .path: "a path"
    case .modelName: "a model's name or path"
    case .dataName: "a data set's name or path"
    case .pullName:
      Catalogue.items.map(\.name).joined(separator: ", ") + ", or OWNER/MODEL on the Hugging Face hub"
    case .evaluation: "an evaluation's name"
    case .cell: "a cell's number or id"
    case .topic: "a command or an error code"
    }
  }
}

/// One argument of a command.
public struct ArgumentSpec: Sendable {
  public var name: String
  public var kind: ArgumentKind
  /// What stands if it is not given; nil with `required` false means absent.
  public var standard: Value?
  public var required: Bool
  /// Whether it may be given without its name, in order.
  public var positional: Bool
  public var help: String

  public init(
    _ name: String, _ kind: ArgumentKind, _ standard: Value?, required: Bool = false,
    positional: Bool = false,
    _ help: String
  ) {
    self.name = name
    self.kind = kind
    self.standard = standard
    self.required = required
    self.positional = positional
    self.help = help
  }
}

extension ArgumentSpec {
  /// Without a default.
  public init(
    _ name: String, _ kind: ArgumentKind, required: Bool = false, positional: Bool = false, _ help: String
  ) { self.init(name, kind, nil, required: required, positional: positional, help) }
}

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
  public var run: @Sendable (Arguments, Invocation) throws -> Void

  public init(
    _ name: String, _ group: Group, _ summary: String, details: String = "", arguments: [ArgumentSpec] = [],
    examples: [String] = [], run: @escaping @Sendable (Arguments, Invocation) throws -> Void
  ) {
    let parts = name.split(separator: " ").map(String.init)
    verb = parts[0]
    noun = parts.count > 1 ? parts[1] : nil
    self.group = group
    self.summary = summary
    self.details = details
    self.arguments = arguments
    self.examples = examples
    self.run = run
  }

  /// Acts on the notebook at a prompt, and cannot be part of one.
  public var isStepping: Bool { group == .step }

  public var name: String { noun.map { verb + " " + $0 } ?? verb }
}

/// A command's arguments with their values, defaults filled in.
public struct Arguments: Sendable {
  public var values: [String: Value]
  /// Those that were given, not filled in.
  public var given: Set<String> = []

  /// Whether the argument has a value, given or by default.
  public func has(_ name: String) -> Bool { values[name] != nil }

  public func string(_ name: String) -> String { values[name]?.text ?? "" }
  public func optionalString(_ name: String) -> String? { values[name]?.text }
  public func double(_ name: String) -> Double {
    if case .number(let value)? = values[name] { return value }
    return 0
  }
  public func int(_ name: String) -> Int { Int(exactly: double(name).rounded()) ?? 0 }
  public func optionalInt(_ name: String) -> Int? { values[name] == nil ? nil : int(name) }
  public func bool(_ name: String) -> Bool { values[name] == .bool(true) }
  public func strings(_ name: String) -> [String]? {
    switch values[name] {
    case .list(let items): items.map(\.text)
    case .some(let value): [value.text]
    case nil: nil
    }
  }
}
