import Gemma

/// The kind of values that an argument takes.
public enum ArgumentKind: Sendable, Equatable {
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  /// A whole number with a lower limit, or a share between 0 and 1.
  case amount(Int)
  case bool
  case text
  case choice([String])
  /// A list of words, or one word.
  case list(of: ListItem)
  /// The name of a prompt, or a template with {input}.
  case template
  /// A set of inner loops.
  case kernelSet
  case path
  case modelName
  case dataName
  /// The name of something that `pull` can fetch.
  case pullName
  /// The name of an evaluation made so far.
  case evaluation
  /// A cell's number or #id.
  case cell
  /// A topic of `help`.
  case topic

  /// What Tab offers in a list.
  public enum ListItem: Sendable {
    case words, projections, categories
  }

  /// Whether every word is text here, even if it has the form of a number.
  var isText: Bool {
    switch self {
    case .integer, .number, .amount, .bool, .list: false
    default: true
    }
  }

  /// A description for people: "a whole number from 1 to 10".
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
    case .amount(let least): "a whole number of at least \(least), or a share between 0 and 1 such as 0.8"
    case .bool: "true or false"
    case .text: "text"
    case .choice(let words): words.joined(separator: ", ")
    case .list: "a list [a, b]"
    case .path: "a path"
    case .modelName: "a model's name or path"
    case .dataName: "a data set's name or path"
    case .pullName:
      Catalogue.items.map(\.name).joined(separator: ", ") + ", or OWNER/MODEL on the Hugging Face hub"
    case .template: "text"
    case .kernelSet: Kernels.names.joined(separator: ", ")
    case .evaluation: "an evaluation's name, or its number in compare"
    case .cell: "a cell's number or id"
    case .topic: "a command, a word or an error code"
    }
  }
}

/// The description of one argument, a row of a command's help.
public struct ArgumentSpec: Sendable {
  public var name: String
  public var kind: ArgumentKind
  /// The value if the argument is not given. If it is nil and `required` is false, the argument is absent.
  public var standard: Value?
  public var required: Bool
  /// Whether it may be given by its position, without its name.
  public var positional: Bool
  public var help: String
}

extension ArgumentSpec {
  /// The largest whole number. Above 2^53 - 1 a Double cannot hold every whole number.
  private static let largest = 9_007_199_254_740_991.0

  /// Checks a value, and converts it to the argument's kind. The argument's key can read every value that passes.
  func check(_ value: Value, _ expression: Expression) throws -> Value {
    func wrong() -> Diagnostic {
      Diagnostic(
        .wrongType, "'\(name)' takes \(kind.description), not \(value.source)",
        range: expression.range)
    }
    func notAChoice(of words: [String]) -> Diagnostic {
      Diagnostic(
        .notAChoice, "'\(name)' takes \(kind.description), not \(value.source)",
        range: expression.range,
        help: Suggestion.nearest(value.text, in: words).map { "did you mean '\($0)'?" })
    }
    func outside() -> Diagnostic {
      Diagnostic(
        .outOfRange, "'\(name)' takes \(kind.description), not \(value.source)",
        range: expression.range)
    }
    func beyond() -> Diagnostic {
      Diagnostic(
        .outOfRange, "'\(name)' takes a whole number up to \(Int(Self.largest)), not \(value.source)",
        range: expression.range)
    }
    switch kind {
    case .integer(let range):
      guard case .number(let number) = value, number == number.rounded() else { throw wrong() }
      let hasEnd = range.upperBound < Int.max
      guard number >= Double(range.lowerBound), !hasEnd || number <= Double(range.upperBound) else {
        throw outside()
      }
      guard number <= Self.largest, let whole = Int(exactly: number) else {
        throw beyond()
      }
      guard range.contains(whole) else { throw outside() }
    case .number(let range):
      guard case .number(let number) = value else { throw wrong() }
      guard range.contains(number) else { throw outside() }
    case .amount(let least):
      guard case .number(let number) = value, number == number.rounded() || (number > 0 && number < 1) else {
        throw wrong()
      }
      guard number > 0 && number < 1 || number >= Double(least) else { throw outside() }
      guard number <= Self.largest else { throw beyond() }
    case .bool: guard case .bool = value else { throw wrong() }
    case .choice(let words):
      if case .list = value { throw wrong() }
      guard words.contains(value.text) else { throw notAChoice(of: words) }
      return .string(value.text)
    case .kernelSet:
      if case .list = value { throw wrong() }
      guard Kernels.names.contains(value.text) else { throw notAChoice(of: Kernels.names) }
      return .string(value.text)
    case .pullName:
      if case .list = value { throw wrong() }
      let names = Catalogue.items.map(\.name)
      guard names.contains(value.text) || Hub.isName(value.text) else { throw notAChoice(of: names) }
      return .string(value.text)
    case .list:
      if case .list = value { return value }
      return .list([value])
    case .text, .template, .path, .modelName, .dataName, .evaluation, .cell, .topic:
      if case .list = value { throw wrong() }
      return .string(value.text)
    }
    return value
  }
}
