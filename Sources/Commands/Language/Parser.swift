/// Turns source into statements. Names are checked later, against the command table.
public struct Parser {
  private let tokens: [Token]
  private var at = 0
  private let lines: [[Character]]
  /// Number of open brackets and blocks.
  private var depth = 0
  private static let deepest = 100

  private init(_ source: String) throws {
    tokens = try Lexer.tokens(source)
    lines = SourceText.lines(source)
  }

  /// - Throws: `Diagnostic`. Its `isIncomplete` is true if more lines could complete the source.
  public static func parse(_ source: String) throws -> [Statement] {
    var parser = try Parser(source)
    let statements = try parser.statements(within: nil)
    return statements
  }

  private var token: Token { tokens[at] }

  private mutating func advance() -> Token {
    defer { if at < tokens.count - 1 { at += 1 } }
    return tokens[at]
  }

  private mutating func expect(_ sign: Character) throws -> Token {
    guard token.kind == .sign(sign) else { throw unexpected("'\(sign)'") }
    return advance()
  }

  /// - Throws: `Diagnostic` if brackets are nested too deeply.
  private mutating func open(_ bracket: Token) throws {
    depth += 1
    guard depth <= Self.deepest else {
      throw Diagnostic(
        .unexpected, "at most \(Self.deepest) nested brackets", range: bracket.range)
    }
  }

  private func unexpected(_ wanted: String) -> Diagnostic {
    Diagnostic(.unexpected, "\(wanted), not \(describe(token))", range: token.range)
  }

  private func describe(_ token: Token) -> String {
    switch token.kind {
    case .word(let word): "'\(word)'"
    case .string: "a string"
    case .variable(let name): "'$\(name)'"
    case .sign(let sign): "'\(sign)'"
    case .separator, .end: "the end of the line"
    }
  }

  /// Statements up to the end, or to the brace that closes `opening`.
  private mutating func statements(within opening: Token?) throws -> [Statement] {
    var result: [Statement] = []
    while true {
      switch token.kind {
      case .separator: _ = advance()
      case .end:
        if let opening { throw Diagnostic(.unclosedBracket, "{", range: opening.range) }
        return result
      case .sign("}") where opening != nil:
        _ = advance()
        return result
      default: result.append(try statement())
      }
    }
  }

  private mutating func statement() throws -> Statement {
    let first = token
    guard case .word(let word) = first.kind else { throw unexpected("a command") }
    switch word {
    case "let":
      _ = advance()
      guard case .word(let name) = token.kind, Self.isName(name) else {
        throw unexpected("a variable's name")
      }
      _ = advance()
      _ = try expect("=")
      let value = try expression()
      try endOfStatement()
      return .assignment(name: name, value: value, range: first.range.joined(value.range))
    case "for":
      _ = advance()
      guard case .word(let name) = token.kind, Self.isName(name) else {
        throw unexpected("a variable's name")
      }
      _ = advance()
      guard token.kind == .word("in") else { throw unexpected("'in'") }
      _ = advance()
      let values = try expression()
      let opening = try expect("{")
      try open(opening)
      let body = try statements(within: opening)
      depth -= 1
      return .loop(variable: name, values: values, body: body, range: first.range)
    default: return .command(try command())
    }
  }

  static func isName(_ word: String) -> Bool {
    guard let first = word.first, first.isLetter || first == "_" else { return false }
    return word.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
  }

  private mutating func endOfStatement() throws {
    switch token.kind {
    case .separator, .end, .sign("}"): return
    default: throw unexpected("the end of the line")
    }
  }

  private mutating func command() throws -> CommandCall {
    let start = token.range
    var words: [Expression] = []
    var named: [CommandCall.Named] = []
    var end = start
    while true {
      switch token.kind {
      case .separator, .end, .sign("}"):
        let line = lines[start.line - 1]
        let to = end.line == start.line ? min(end.columns.upperBound - 1, line.count) : line.count
        return CommandCall(
          words: words, named: named, range: start.joined(end),
          source: String(line[(start.columns.lowerBound - 1)..<to]))
      case .word(let name) where at + 1 < tokens.count && tokens[at + 1].kind == .sign("=") && !words.isEmpty:
        let nameToken = advance()
        _ = advance()
        let value = try expression()
        named.append(.init(name: name, nameRange: nameToken.range, value: value))
        end = value.range
      case .word, .string, .variable, .sign("["):
        let value = try expression()
        words.append(value)
        end = value.range
      case .sign: throw unexpected("a value")
      }
    }
  }

  private mutating func expression() throws -> Expression {
    let first = token
    switch first.kind {
    case .word(let word):
      _ = advance()
      return Expression(kind: .word(word), range: first.range)
    case .string(let parts):
      _ = advance()
      return Expression(kind: .string(parts), range: first.range)
    case .variable(let name):
      _ = advance()
      return Expression(kind: .variable(name), range: first.range)
    case .sign("["):
      try open(advance())
      var items: [Expression] = []
      while true {
        if token.kind == .end { throw Diagnostic(.unclosedBracket, "[", range: first.range) }
        if token.kind == .sign("]") { break }
        items.append(try expression())
        if token.kind == .sign(",") {
          _ = advance()
        } else if token.kind != .sign("]") {
          if token.kind == .end { throw Diagnostic(.unclosedBracket, "[", range: first.range) }
          throw unexpected("',' or ']'")
        }
      }
      let last = advance()
      depth -= 1
      return Expression(kind: .list(items), range: first.range.joined(last.range))
    default: throw unexpected("a value")
    }
  }
}
