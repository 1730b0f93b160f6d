/// A value of the command language.
public enum Value: Sendable, Equatable {
  case string(String)
  case number(Double)
  case bool(Bool)
  case list([Value])

  /// The value as a user would type it.
  public var source: String {
    switch self {
    case .string(let text):
      let plain = !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "-_./~:".contains($0) }
      return plain ? text : Self.quoted(text)
    case .number, .bool: return text
    case .list(let items): return "[" + items.map(\.source).joined(separator: ", ") + "]"
    }
  }

  private static func quoted(_ text: String) -> String {
    let escapes: [Unicode.Scalar: String] = [
      "\n": "\\n", "\t": "\\t", "\r": "\\r", "\"": "\\\"", "\\": "\\\\", "$": "\\$",
    ]
    return "\"" + text.unicodeScalars.map { escapes[$0] ?? String($0) }.joined() + "\""
  }

  /// The value within other text: a string without quotes.
  public var text: String {
    switch self {
    case .string(let text): text
    case .number(let value):
      value == value.rounded() && abs(value) <= 0x1p53 ? String(Int(value)) : "\(value)"
    case .bool(let value): value ? "true" : "false"
    case .list: source
    }
  }

  /// The value as a whole number, if it is one.
  var integer: Int? {
    if case .number(let number) = self { Int(exactly: number) } else { nil }
  }

  /// The value of a bare word where no type is expected.
  public init(word: String) {
    switch word {
    case "true": self = .bool(true)
    case "false": self = .bool(false)
    default: self = Value.number(in: word).map(Value.number) ?? .string(word)
    }
  }

  /// The number that a word such as 60, -0.5, 2e-4 or 1k means.
  static func number(in word: String) -> Double? {
    guard let first = word.first, first.isASCII, first.isNumber || "+-.".contains(first) else { return nil }
    let thousands = word.hasSuffix("k")
    guard let value = Double(thousands ? String(word.dropLast()) : word), value.isFinite else { return nil }
    return thousands ? value * 1000 : value
  }
}
