/// How many terminal columns text takes, after UAX #11: East Asian wide and full-width characters take two, combining
/// marks none, an emoji sequence two. Ambiguous characters take one.
public enum DisplayWidth {
  /// Columns of a text.
  public static func of(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + of($1) } }

  /// Columns of one character as a reader sees it.
  public static func of(_ character: Character) -> Int {
    let scalars = character.unicodeScalars
    guard let first = scalars.first else { return 0 }
    if first.value < 0x7F {
      return first.value < 0x20 ? 0 : (scalars.contains { $0.value == 0xFE0F } ? 2 : 1)
    }
    if scalars.contains(where: { $0.value == 0xFE0F || $0.properties.isEmojiPresentation }) { return 2 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: return isWide(first.value) ? 2 : 1
    }
  }

  /// The ranges of EastAsianWidth.txt (Unicode 16) that are W or F, with unassigned parts of CJK blocks.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x23F0...0x23F0, 0x23F3...0x23F3,
    0x25FD...0x25FE, 0x2614...0x2615, 0x2648...0x2653, 0x267F...0x267F, 0x2693...0x2693, 0x26A1...0x26A1,
    0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5, 0x26CE...0x26CE, 0x26D4...0x26D4, 0x26EA...0x26EA,
    0x26F2...0x26F3, 0x26F5...0x26F5, 0x26FA...0x26FA, 0x26FD...0x26FD, 0x2705...0x2705, 0x270A...0x270B,
    0x2728...0x2728, 0x274C...0x274C, 0x274E...0x274E, 0x2753...0x2755, 0x2757...0x2757, 0x2795...0x2797,
    0x27B0...0x27B0, 0x27BF...0x27BF, 0x2B1B...0x2B1C, 0x2B50...0x2B50, 0x2B55...0x2B55, 0x2E80...0x303E,
    0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF,
    0x1AFF0...0x1B2FF, 0x1F004...0x1F004, 0x1F0CF...0x1F0CF, 0x1F18E...0x1F18E, 0x1F191...0x1F19A,
    0x1F200...0x1F320, 0x1F32D...0x1F335, 0x1F337...0x1F37C, 0x1F37E...0x1F393, 0x1F3A0...0x1F3CA,
    0x1F3CF...0x1F3D3, 0x1F3E0...0x1F3F0, 0x1F3F4...0x1F3F4, 0x1F3F8...0x1F43E, 0x1F440...0x1F440,
    0x1F442...0x1F4FC, 0x1F4FF...0x1F53D, 0x1F54B...0x1F54E, 0x1F550...0x1F567, 0x1F57A...0x1F57A,
    0x1F595...0x1F596, 0x1F5A4...0x1F5A4, 0x1F5FB...0x1F64F, 0x1F680...0x1F6C5, 0x1F6CC...0x1F6CC,
    0x1F6D0...0x1F6D2, 0x1F6D5...0x1F6DF, 0x1F6EB...0x1F6EC, 0x1F6F4...0x1F6FC, 0x1F7E0...0x1F7EB,
    0x1F90C...0x1F93A, 0x1F93C...0x1F945, 0x1F947...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD,
  ]

  private static func isWide(_ value: UInt32) -> Bool {
    guard value >= 0x1100 else { return false }
    var (low, high) = (0, wide.count - 1)
    while low <= high {
      let middle = (low + high) / 2
      if value < wide[middle].lowerBound {
        high = middle - 1
      } else if value > wide[middle].upperBound {
        low = middle + 1
      } else {
        return true
      }
    }
    return false
  }

  /// The text in at most `columns`, with an ellipsis where it was cut.
  public static func truncate(_ text: String, to columns: Int) -> String {
    guard of(text) > columns else { return text }
    guard columns > 0 else { return "" }
    var result = ""
    var used = 0
    for character in text {
      let width = of(character)
      if used + width > columns - 1 { break }
      result.append(character)
      used += width
    }
    return result + "…"
  }

  /// The text filled with spaces to `columns`.
  public static func pad(_ text: String, to columns: Int, right: Bool = false) -> String {
    let fill = String(repeating: " ", count: max(0, columns - of(text)))
    return right ? fill + text : text + fill
  }

  /// The text in lines of at most `columns`: broken at spaces, or anywhere between wide characters.
  public static func wrap(_ text: String, to columns: Int) -> [String] {
    wrap([Span(text)], to: columns).map { $0.map(\.text).joined() }
  }

  /// As above, with styles kept; line ends within the text begin new lines.
  public static func wrap(_ spans: [Span], to columns: Int) -> [[Span]] {
    let limit = max(columns, 2)
    var lines: [[(character: Character, span: Int)]] = []
    var line: [(character: Character, span: Int)] = []
    var used = 0
    var lastSpace: Int?
    func end(_ next: [(character: Character, span: Int)] = []) {
      lines.append(line)
      line = next
      used = next.reduce(0) { $0 + of($1.character) }
      lastSpace = nil
    }
    for (number, span) in spans.enumerated() {
      for character in span.text {
        if character == "\n" {
          end()
          continue
        }
        let width = of(character)
        if used + width > limit {
          if character != " ", let space = lastSpace {
            let rest = Array(line[(space + 1)...])
            line.removeSubrange(space...)
            end(rest)
          } else {
            end()
          }
          if character == " ", line.isEmpty { continue }
        }
        // A line may end after a wide character too, and needs no space for it.
        lastSpace = character == " " ? line.count : width == 2 ? nil : lastSpace
        line.append((character, number))
        used += width
      }
    }
    lines.append(line)
    return lines.map { line in
      var result: [Span] = []
      var previous = -1
      for (character, number) in line {
        if number == previous {
          result[result.count - 1].text.append(character)
        } else {
          var piece = spans[number]
          piece.text = String(character)
          result.append(piece)
          previous = number
        }
      }
      return result
    }
  }
}
