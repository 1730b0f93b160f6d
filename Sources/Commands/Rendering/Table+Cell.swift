extension Table {
  /// One cell of a table: its text, and the number that the text shows.
  public struct Cell: Sendable, Equatable {
    /// As people read it.
    public var text: String
    /// At full precision, where the text shows a number: one, or the ends of an interval. Nil for words.
    public var value: JSONValue?

    public init(_ text: String, _ value: JSONValue? = nil) {
      self.text = text
      self.value = value
    }

    /// A number, shown with this many digits after the decimal point.
    public static func number(_ value: Double, digits: Int = 4) -> Cell {
      Cell(NumberFormat.fixed(value, digits), .number(value))
    }

    public static func count(_ value: Int) -> Cell { Cell("\(value)", .int(value)) }

    /// A text of a column of numbers: whole numbers, grouped or not, and the mark for zero are what they read as.
    init(inNumbers text: String) {
      self.text = text
      if text == Table.zero {
        value = .int(0)
      } else if let number = Int(text.filter { $0 != "," }),
        text == "\(number)" || text == NumberFormat.count(number)
      {
        value = .int(number)
      }
    }

    /// For shading and for programs; nil for words and intervals.
    var number: Double? {
      switch value {
      case .int(let value): Double(value)
      case .number(let value): value
      default: Double(text)
      }
    }

    /// The value as text at full precision; the text itself for words.
    var precise: String {
      switch value {
      case .array(let ends): ends.map(\.text).joined(separator: "–")
      case .none, .null: text
      case .some(let value): value.text
      }
    }
  }
}
