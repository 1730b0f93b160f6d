/// A word, sign or quoted text of the command language.
struct Token: Equatable {
  enum Kind: Equatable {
    case word(String)
    case string([Expression.Part])
    case variable(String)
    case sign(Character)
    /// A line end or `;`.
    case separator
    case end
  }

  var kind: Kind
  var range: SourceRange
}

/// Cuts source into tokens. White space of any kind separates words (`SourceText.isSpace`). Line ends within brackets
/// do not count, a backslash before one joins the lines.
struct Lexer {
  private let lines: [[Character]]
  private var line = 0
  private var column = 0
  private var depth = 0

  init(_ source: String) {
    lines = SourceText.lines(source)
  }

  private var current: Character? {
    line < lines.count && column < lines[line].count ? lines[line][column] : nil
  }

  private func range(from start: Int) -> SourceRange {
    SourceRange(line: line + 1, columns: start + 1..<max(column, start + 1) + 1)
  }

  static func tokens(_ source: String) throws -> [Token] {
    var lexer = Lexer(source)
    var tokens: [Token] = []
    while true {
      let token = try lexer.next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  private mutating func next() throws -> Token {
    while true {
      guard line < lines.count else {
        let last = max(lines.count - 1, 0)
        return Token(
          kind: .end,
          range: SourceRange(line: last + 1, columns: lines[last].count + 1..<lines[last].count + 2))
      }
      guard let c = current else {
        let token = Token(kind: .separator, range: range(from: column))
        line += 1
        column = 0
        if depth > 0 || line >= lines.count { continue }
        return token
      }
      let start = column
      if SourceText.isSpace(c) {
        column += 1
        continue
      }
      if c == "#" {
        column = lines[line].count
        continue
      }
      if c == "\\", lines[line][(column + 1)...].allSatisfy(SourceText.isSpace) {
        line += 1
        column = 0
        continue
      }
      if c == "\"" { return try string() }
      if c == "$" {
        column += 1
        while let c = current, c.isLetter || c.isNumber || c == "_" { column += 1 }
        let name = String(lines[line][start + 1..<column])
        guard !name.isEmpty else {
          throw Diagnostic(.unexpected, "a variable's name after '$'", range: range(from: start))
        }
        return Token(kind: .variable(name), range: range(from: start))
      }
      if c == ";" {
        column += 1
        return Token(kind: .separator, range: range(from: start))
      }
      if "=[]{},".contains(c) {
        column += 1
        if c == "[" { depth += 1 }
        if c == "]" { depth = max(0, depth - 1) }
        return Token(kind: .sign(c), range: range(from: start))
      }
      while let c = current, !SourceText.isSpace(c), !"=[]{},;\"".contains(c), SourceText.control(c) == nil {
        column += 1
      }
      if column == start, let code = SourceText.control(c) {
        throw Diagnostic(.unexpected, "text, not the control character \(code)", range: range(from: start))
      }
      return Token(kind: .word(String(lines[line][start..<column])), range: range(from: start))
    }
  }

  /// "text" with escapes and variables, or \"""text\""" over several lines.
  private mutating func string() throws -> Token {
    let (startLine, start) = (line, column)
    let isBlock = lines[line][column...].starts(with: ["\"", "\"", "\""])
    column += isBlock ? 3 : 1
    var parts: [Expression.Part] = []
    var text = ""
    let opening = SourceRange(line: startLine + 1, columns: start + 1..<start + (isBlock ? 4 : 2))
    while true {
      guard let c = current else {
        guard isBlock, line + 1 < lines.count else {
          throw Diagnostic(.unclosedString, isBlock ? "\"\"\"" : "\"", range: opening)
        }
        // The line end right after the opening quotes is not part of the text.
        if !(line == startLine && column == start + 3) { text.append("\n") }
        line += 1
        column = 0
        continue
      }
      if isBlock ? lines[line][column...].starts(with: ["\"", "\"", "\""]) : c == "\"" {
        column += isBlock ? 3 : 1
        break
      }
      column += 1
      if c == "\\", let escaped = current {
        column += 1
        switch escaped {
        case "n": text.append("\n")
        case "t": text.append("\t")
        case "r": text.append("\r")
        case "\"", "\\", "$": text.append(escaped)
        default:
          throw Diagnostic(
            .unexpected, "one of \\n \\t \\r \\\" \\\\ \\$, not '\\\(escaped)'",
            range: SourceRange(line: line + 1, columns: column - 1..<column + 1))
        }
      } else if c == "$", let next = current, next.isLetter || next == "_" {
        var name = ""
        while let c = current, c.isLetter || c.isNumber || c == "_" {
          name.append(c)
          column += 1
        }
        if !text.isEmpty { parts.append(.text(text)) }
        text = ""
        parts.append(.variable(name))
      } else {
        text.append(c)
      }
    }
    if !text.isEmpty || parts.isEmpty { parts.append(.text(text)) }
    let range =
      line == startLine ? SourceRange(line: line + 1, columns: start + 1..<column + 1) : opening
    return Token(kind: .string(parts), range: range)
  }
}
