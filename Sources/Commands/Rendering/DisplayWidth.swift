/// The number of terminal columns of a text. A wide East Asian character has two columns (UAX #11; ambiguous ones are
/// narrow), a combining mark none. Characters are measured as readers see them, as in terminals and Python's wcwidth: a
/// family is one emoji, two regional indicators are one flag, and a consonant with a spacing vowel sign has two
/// columns.
public enum DisplayWidth {
  /// Columns of a text.
  public static func of(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + of($1) } }

  /// Columns of one character as a reader sees it.
  public static func of(_ character: Character) -> Int {
    let scalars = character.unicodeScalars
    guard let first = scalars.first, scalars.count > 1 else { return scalars.first.map(of) ?? 0 }
    var width = 0
    // The columns of the part that belongs to `base`.
    var part = of(first)
    // Whether a variation selector or a spacing mark may still change the width.
    var base: Unicode.Scalar? = part > 0 ? first : nil
    var last = first
    var skipsNext = false
    var isConjunct = false
    for scalar in scalars.dropFirst() {
      defer { last = scalar }
      if skipsNext {
        skipsNext = false
        continue
      }
      switch scalar {
      case "\u{200D}":
        // A character joined to an emoji is drawn as one emoji.
        skipsNext = !isConjunct
        continue
      case "\u{FE0F}":
        if let base, base.properties.isEmoji, !base.properties.isEmojiPresentation { part = 2 }
        base = nil
        continue
      case "\u{FE0E}":
        if let base, contains(textStyle, base.value) { part = 1 }
        base = nil
        continue
      case "\u{1F1E6}"..."\u{1F1FF}" where ("\u{1F1E6}"..."\u{1F1FF}").contains(last): continue
      case "\u{1F3FB}"..."\u{1F3FF}" where base?.properties.isEmoji ?? false: continue
      default: break
      }
      let own = of(scalar)
      if own > 0 {
        if isConjunct {
          part = 2
        } else {
          width += part
          part = own
        }
        base = scalar
        isConjunct = false
      } else if scalar.properties.canonicalCombiningClass == .virama {
        isConjunct = true
      } else {
        isConjunct = false
        if base != nil, scalar.properties.generalCategory == .spacingMark {
          part = 2
          base = nil
        }
      }
    }
    return width + part
  }

  private static func of(_ scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x7F { return value < 0x20 ? 0 : 1 }
    // Wide characters are tested first, because some of them are invisible fillers.
    if value >= 0x1100, contains(wide, value) { return 2 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .control, .lineSeparator, .paragraphSeparator: return 0
    // A sign that makes its consonant one column wider is counted with the consonant, or here if it is a separate
    // character.
    case .spacingMark: return isApart(value) ? 1 : 0
    case .format:
      // A soft hyphen is visible at the end of a line. Signs such as ARABIC NUMBER SIGN are visible before digits.
      return value == 0xAD || isPrepended(value) ? 1 : 0
    default:
      // Vowels and final consonants of Hangul join the consonant before them.
      if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FF).contains(value) { return 0 }
      return scalar.properties.isDefaultIgnorableCodePoint ? 0 : 1
    }
  }

  /// Vowel signs of Myanmar and other scripts that are separate characters (UAX #29, the exceptions of SpacingMark).
  private static func isApart(_ value: UInt32) -> Bool {
    switch value {
    case 0x102B...0x102C, 0x1038, 0x1062...0x1064, 0x1067...0x106D, 0x1083, 0x1087...0x108C, 0x108F,
      0x109A...0x109C, 0x1A61, 0x1A63...0x1A64, 0xAA7B, 0xAA7D, 0x11720...0x11721:
      true
    default: false
    }
  }

  private static func isPrepended(_ value: UInt32) -> Bool {
    switch value {
    case 0x600...0x605, 0x6DD, 0x70F, 0x890...0x891, 0x8E2, 0x110BD, 0x110CD: true
    default: false
    }
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

  /// The text padded with spaces to `columns`.
  public static func pad(_ text: String, to columns: Int, right: Bool = false) -> String {
    let fill = String(repeating: " ", count: max(0, columns - of(text)))
    return right ? fill + text : text + fill
  }

  /// The text in lines of at most `columns`: broken at spaces, or anywhere between wide characters.
  ///
  /// - Parameter typeset: as Japanese is set: no line begins with a mark such as 、 or 」, or ends with an opening bracket, and a Latin word stays
  ///   whole.
  public static func wrap(_ text: String, to columns: Int, typeset: Bool = false) -> [String] {
    wrap([Span(text)], to: columns, typeset: typeset).map { $0.map(\.text).joined() }
  }

  private static let notFirst: Set<Character> = Set("、。，．・：；？！）］｝」』】〕〉》ーっッゃゅょャュョ…")
  private static let notLast: Set<Character> = Set("（［｛「『【〔〈《")

  /// The same for spans, whose styles are kept. Line ends inside the text begin new lines.
  public static func wrap(_ spans: [Span], to columns: Int, typeset: Bool = false) -> [[Span]] {
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
        // A terminal's tab stops are eight columns apart.
        let width = character == "\t" ? 8 - used % 8 : of(character)
        if used + width > limit {
          if character != " ", let space = lastSpace {
            let rest = Array(line[(space + 1)...])
            line.removeSubrange(space...)
            end(rest)
          } else {
            var carried: [(character: Character, span: Int)] = []
            func carry() { carried.insert(line.removeLast(), at: 0) }
            if typeset {
              // A Latin word after Japanese text stays whole.
              let word =
                character == " " || width == 2 ? 0 : line.reversed().prefix { of($0.character) == 1 }.count
              if word < line.count { for _ in 0..<word { carry() } }
              while line.count > 1, notFirst.contains(carried.first?.character ?? character) { carry() }
              while line.count > 1, let last = line.last, notLast.contains(last.character) { carry() }
            }
            end(carried)
          }
          if character == " ", line.isEmpty { continue }
        }
        // A line may also be broken after a wide character, without a space.
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
