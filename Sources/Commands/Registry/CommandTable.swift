import Gemma

/// All commands. Running, checking, help, completion, suggestions and docs/language.md all use this table.
public struct CommandTable: Sendable {
  public let commands: [Command]

  public init(_ commands: [Command]) { self.commands = commands }

  /// The words that can begin a line, sorted. `let` and `for` belong to the language.
  public var verbs: [String] { Set(commands.map(\.verb) + ["let", "for"]).sorted() }

  public func nouns(of verb: String) -> [String] { commands.filter { $0.verb == verb }.compactMap(\.noun) }

  /// The command that a line names, and the number of words in that name.
  func find(_ line: CommandCall) throws -> (command: Command, words: Int) {
    guard let first = line.words.first, case .word(let verb) = first.kind else {
      throw Diagnostic(.unknownCommand, "a line begins with a command", range: line.range)
    }
    let candidates = commands.filter { $0.verb == verb }
    guard !candidates.isEmpty else {
      let near = Suggestion.nearest(verb, in: verbs)
      throw Diagnostic(
        .unknownCommand, "unknown command '\(verb)'", range: first.range,
        help: verb == "gnb"
          ? "this is gnb's own prompt: Ctrl-D leaves it, and the line is for the shell"
          : near.map { "did you mean '\($0)'?" } ?? "type 'help' for all commands")
    }
    if line.words.count > 1, case .word(let noun) = line.words[1].kind,
      let command = candidates.first(where: { $0.noun == noun })
    {
      return (command, 2)
    }
    if let command = candidates.first(where: { $0.noun == nil }) { return (command, 1) }
    let nouns = candidates.compactMap(\.noun)
    guard line.words.count > 1 else {
      throw Diagnostic(
        .unknownNoun, "'\(verb)' needs a second word", range: first.range,
        help: "one of: " + nouns.map { "\(verb) \($0)" }.joined(separator: ", "))
    }
    let found: String
    if case .word(let word) = line.words[1].kind { found = word } else { found = "a value" }
    throw Diagnostic(
      .unknownNoun, "there is no command '\(verb) \(found)'", range: line.words[1].range,
      help: Suggestion.nearest(found, in: nouns).map { "did you mean '\(verb) \($0)'?" }
        ?? "one of: " + nouns.map { "\(verb) \($0)" }.joined(separator: ", "))
  }

  /// A line's command with the values of its arguments.
  ///
  /// - Parameter value: the value of an expression; nil leaves it unchecked (a variable whose value is not known yet).
  func bind(_ line: CommandCall, value: (Expression) throws -> Value?) throws -> (Command, BoundArguments) {
    let (command, skip) = try find(line)
    var values: [String: Value] = [:]
    var given: Set<String> = []
    var expressions: [String: Expression] = [:]
    func take(_ spec: ArgumentSpec, _ expression: Expression) throws {
      given.insert(spec.name)
      if expression.mentionsVariable { expressions[spec.name] = expression }
      if let raw = try Self.value(expression, as: spec.kind, value) {
        values[spec.name] = try spec.check(raw, expression)
      }
    }
    for named in line.named {
      guard let spec = command.arguments.first(where: { $0.name == named.name }) else {
        let near = Suggestion.argument(named.name, in: command.arguments.map(\.name))
        throw Diagnostic(
          .unknownArgument, "unknown argument '\(named.name)'", range: named.nameRange,
          help: near.map { "did you mean '\($0)'?" }
            ?? (command.arguments.isEmpty
              ? "'\(command.name)' takes no arguments"
              : "'\(command.name)' takes: " + command.arguments.map(\.name).joined(separator: ", ")))
      }
      guard !given.contains(spec.name) else {
        throw Diagnostic(.givenTwice, "'\(spec.name)' is given twice", range: named.nameRange)
      }
      try take(spec, named.value)
    }
    var rest = line.words.dropFirst(skip)
    for spec in command.arguments where spec.positional && !given.contains(spec.name) {
      guard let next = rest.first else { break }
      let isLast = command.arguments.last { $0.positional }?.name == spec.name
      if [.text, .topic, .template].contains(spec.kind), isLast, rest.count > 1 {
        // Text without quotes is taken as typed.
        given.insert(spec.name)
        let parts = try rest.map { try Self.value($0, as: spec.kind, value)?.text ?? "" }
        values[spec.name] = .string(parts.joined(separator: " "))
        rest = []
      } else {
        rest = rest.dropFirst()
        try take(spec, next)
      }
    }
    if let extra = rest.first {
      throw Diagnostic(
        .tooManyValues, "'\(command.name)' does not take this value", range: extra.range,
        help: command.arguments.isEmpty
          ? nil
          : "name it: "
            + command.arguments.filter { !given.contains($0.name) }.map { $0.name + "=" }.joined(
              separator: " "))
    }
    for spec in command.arguments where !given.contains(spec.name) {
      if spec.required {
        throw Diagnostic(
          .missingArgument, "'\(command.name)' needs \(spec.name): \(spec.help)", range: line.range,
          help: command.examples.first.map { "for example: \($0)" })
      }
      values[spec.name] = spec.standard
    }
    return (command, BoundArguments(values: values, given: given, expressions: expressions))
  }

  /// Where an argument takes text, words are taken as typed: 007 and 1.50 are not numbers there.
  private static func value(
    _ expression: Expression, as kind: ArgumentKind, _ value: (Expression) throws -> Value?
  ) throws -> Value? {
    func text(_ expression: Expression) throws -> Value? {
      if case .word(let word) = expression.kind { .string(word) } else { try value(expression) }
    }
    switch kind {
    case .integer, .number, .amount, .bool: return try value(expression)
    case .list:
      guard case .list(let items) = expression.kind else { return try text(expression) }
      let values = try items.compactMap(text)
      return values.count == items.count ? .list(values) : nil
    default: return try text(expression)
    }
  }
}
