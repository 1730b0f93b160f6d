/// Data of an event. Fields keep their order; numbers have full precision.
public indirect enum JSONValue: Sendable, Equatable, Decodable {
  case null
  case bool(Bool)
  case int(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(name: String, value: JSONValue)])

  public static func == (a: JSONValue, b: JSONValue) -> Bool { a.text == b.text }

  public static func ids(_ ids: [Int32]) -> JSONValue { .array(ids.map { .int(Int($0)) }) }
  public static func strings(_ strings: [String]) -> JSONValue { .array(strings.map { .string($0) }) }
  public static func numbers(_ numbers: [Double]) -> JSONValue { .array(numbers.map { .number($0) }) }

  /// One line of JSON. Each number is the shortest text that reads back to the same bits. Infinities and NaN are null.
  public var text: String {
    switch self {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .int(let value): return String(value)
    case .number(let value): return value.isFinite ? "\(value)" : "null"
    case .string(let value): return Self.quoted(value)
    case .array(let items): return "[" + items.map(\.text).joined(separator: ",") + "]"
    case .object(let fields):
      return "{" + fields.map { Self.quoted($0.name) + ":" + $0.value.text }.joined(separator: ",") + "}"
    }
  }

  /// JSON on several lines, indented by one space for each level, as Jupyter writes its files.
  public var indented: String { indented("") }

  private func indented(_ margin: String) -> String {
    func lines(_ open: String, _ items: [String], _ close: String) -> String {
      items.isEmpty
        ? open + close
        : open + "\n" + items.map { margin + " " + $0 }.joined(separator: ",\n") + "\n" + margin + close
    }
    switch self {
    case .array(let items): return lines("[", items.map { $0.indented(margin + " ") }, "]")
    case .object(let fields):
      return lines("{", fields.map { Self.quoted($0.name) + ": " + $0.value.indented(margin + " ") }, "}")
    default: return text
    }
  }

  /// Reads back what `text` wrote; the members of an object come by name.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .int(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      let members = try container.decode([String: JSONValue].self)
      self = .object(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      // A terminal obeys DEL and C1 controls too; the separators end a line for some readers of JSON lines.
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value),
        "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
