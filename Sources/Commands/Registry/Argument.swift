import Foundation
import Gemma

/// A typed key of a command's arguments. It is declared once, and owns the argument's name, type, range, default and help; parsing, help,
/// completion, suggestions and docs/language.md follow from it.
///
/// A command's keys are the stored properties of one struct, in the order in which help lists them:
/// ```
/// struct SplitArguments: Sendable {
///   let train = Argument("train", .integer(1...Int.max), 100, "articles to train on")   // read as Int
///   let limit = Argument("limit", .integer(1...Int.max), "use at most this many")       // read as Int?
///   let path = Argument(required: "path", .path, "the file to write")                   // read as String
/// }
/// ```
public struct Argument<Content: Sendable>: Sendable {
  public let spec: ArgumentSpec
  /// Reads the value that `CommandTable.bind` has checked; for nil it gives the default.
  let read: @Sendable (Value?) -> Content

  /// An argument with a default.
  public init(
    _ name: String, _ type: ArgumentType<Content>, _ standard: Content, positional: Bool = false,
    _ help: String
  ) {
    spec = ArgumentSpec(
      name: name, kind: type.kind, standard: type.write(standard), required: false, positional: positional,
      help: help)
    read = { @Sendable value in value.flatMap(type.read) ?? standard }
  }

  /// An optional argument: nil if it is not given.
  public init<Given>(_ name: String, _ type: ArgumentType<Given>, positional: Bool = false, _ help: String)
  where Content == Given? {
    spec = ArgumentSpec(
      name: name, kind: type.kind, standard: nil, required: false, positional: positional, help: help)
    read = { @Sendable value in value.flatMap(type.read) }
  }

  /// A required argument. Its name may be left out.
  public init(required name: String, _ type: ArgumentType<Content>, _ help: String) {
    spec = ArgumentSpec(
      name: name, kind: type.kind, standard: nil, required: true, positional: true, help: help)
    read = { @Sendable value in
      guard let content = value.flatMap(type.read) else {
        preconditionFailure("a command ran without its argument '\(name)', which bind should have refused")
      }
      return content
    }
  }
}

/// A key of any type, for the command table.
protocol ArgumentKey {
  var spec: ArgumentSpec { get }
}

extension Argument: ArgumentKey {}

/// The kind of an argument's values, and the conversion of a checked value to a Swift value.
public struct ArgumentType<Content: Sendable>: Sendable {
  let kind: ArgumentKind
  let read: @Sendable (Value) -> Content?
  let write: @Sendable (Content) -> Value
}

extension ArgumentType where Content == Int {
  public static func integer(_ range: ClosedRange<Int>) -> Self {
    Self(kind: .integer(range), read: \.integer) { .number(Double($0)) }
  }
}

extension ArgumentType where Content == UInt64 {
  /// The seed of random numbers.
  public static var seed: Self {
    Self(kind: .integer(0...Int.max)) {
      $0.integer.flatMap(UInt64.init(exactly:))
    } write: {
      .number(Double($0))
    }
  }
}

extension ArgumentType where Content == Double {
  public static func number(_ range: ClosedRange<Double>) -> Self {
    Self(kind: .number(range)) {
      if case .number(let number) = $0 { number } else { nil }
    } write: {
      .number($0)
    }
  }
}

extension ArgumentType where Content == Split.Amount {
  /// How many of the data: 100, or a share of it such as 0.8.
  public static func amount(atLeast least: Int) -> Self {
    Self(kind: .amount(least)) {
      guard case .number(let number) = $0 else { return nil }
      return number > 0 && number < 1 ? .share(number) : .count(Int(number))
    } write: {
      switch $0 {
      case .count(let count): .number(Double(count))
      case .share(let share): .number(share)
      }
    }
  }
}

extension ArgumentType where Content == Bool {
  public static var bool: Self {
    Self(kind: .bool) {
      $0 == .bool(true)
    } write: {
      .bool($0)
    }
  }
}

extension ArgumentType where Content: RawRepresentable & CaseIterable, Content.RawValue == String {
  /// One of the raw values of an enumeration.
  public static func choice(_ type: Content.Type) -> Self {
    Self(kind: .choice(type.allCases.map(\.rawValue))) {
      Content(rawValue: $0.text)
    } write: {
      .string($0.rawValue)
    }
  }
}

extension ArgumentType where Content == [String] {
  /// A list of words, or one word.
  public static var list: Self { list(of: .words) }
  public static var projections: Self { list(of: .projections) }
  public static var categories: Self { list(of: .categories) }

  private static func list(of item: ArgumentKind.ListItem) -> Self {
    Self(kind: .list(of: item)) {
      if case .list(let items) = $0 { items.map(\.text) } else { [$0.text] }
    } write: {
      .list($0.map(Value.string))
    }
  }
}

extension ArgumentType where Content == String {
  private static func string(_ kind: ArgumentKind, _ read: @escaping @Sendable (String) -> String = { $0 })
    -> Self
  {
    Self(kind: kind) {
      read($0.text)
    } write: {
      .string($0)
    }
  }

  public static var text: Self { string(.text) }
  public static var template: Self { string(.template) }
  /// A set of inner loops; Tab offers those that this CPU has.
  public static var kernelSet: Self { string(.kernelSet) }
  /// One of these words.
  public static func choice(_ words: [String]) -> Self { string(.choice(words)) }
  /// A path, with the home folder in place of `~`.
  public static var path: Self { string(.path) { ($0 as NSString).expandingTildeInPath } }
  public static var modelName: Self { string(.modelName) }
  public static var dataName: Self { string(.dataName) }
  public static var pullName: Self { string(.pullName) }
  public static var evaluation: Self { string(.evaluation) }
  public static var cell: Self { string(.cell) }
  public static var topic: Self { string(.topic) }
}
