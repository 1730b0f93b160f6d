/// Splits source into lines and characters as the language counts them.
enum SourceText {
  /// Lines end with LF, CRLF or CR.
  static func lines(_ source: String) -> [[Character]] {
    source.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }.map(
      characters)
  }

  /// The characters of a line. A combining mark after a space or after a sign of the language counts as a separate
  /// character, because a quoted text may begin with one.
  static func characters(_ line: some StringProtocol) -> [Character] {
    var result: [Character] = []
    for character in line {
      let scalars = character.unicodeScalars
      if scalars.count > 1, let first = scalars.first, signs.contains(first) {
        result.append(Character(first))
        result += String(String.UnicodeScalarView(scalars.dropFirst()))
      } else {
        result.append(character)
      }
    }
    return result
  }

  private static let signs = Set("\"=[]{},;$#\\ \t".unicodeScalars)

  /// Whether a character is white space, or an invisible character: a byte order mark, a zero-width space, a word
  /// joiner.
  static func isSpace(_ character: Character) -> Bool {
    character.isWhitespace || ["\u{FEFF}", "\u{200B}", "\u{2060}"].contains(character.unicodeScalars.first)
  }

  /// The code, such as "U+001B", of a character that no command may contain; nil for all other characters.
  static func control(_ character: Character) -> String? {
    guard let scalar = character.unicodeScalars.first, scalar.properties.generalCategory == .control else {
      return nil
    }
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
