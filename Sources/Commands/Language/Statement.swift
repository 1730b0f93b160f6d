/// A part of one source line. Lines and columns count from 1, columns in characters.
public struct SourceRange: Sendable, Equatable {
  public var line: Int
  public var columns: Range<Int>

  public init(line: Int, columns: Range<Int>) {
    self.line = line
    self.columns = columns
  }

  /// The range from the beginning of this one to the end of the other; this range alone if they are on different lines.
  func joined(_ other: SourceRange) -> SourceRange {
    line == other.line && other.columns.upperBound > columns.lowerBound
      ? SourceRange(line: line, columns: columns.lowerBound..<other.columns.upperBound) : self
  }
}

/// A value as written in the source.
public struct Expression: Sendable, Equatable {
  public enum Part: Sendable, Equatable {
    case text(String)
    case variable(String)
  }

  public enum Kind: Sendable, Equatable {
    case word(String)
    /// A quoted string, split at its variables.
    case string([Part])
    case variable(String)
    case list([Expression])
  }

  public var kind: Kind
  public var range: SourceRange
}

extension Expression {
  /// Whether its value depends on a variable.
  var mentionsVariable: Bool {
    switch kind {
    case .word: false
    case .variable: true
    case .string(let parts): parts.contains { if case .variable = $0 { true } else { false } }
    case .list(let items): items.contains(where: \.mentionsVariable)
    }
  }
}

/// One command, assignment or loop.
public indirect enum Statement: Sendable, Equatable {
  case command(CommandCall)
  case assignment(name: String, value: Expression, range: SourceRange)
  case loop(variable: String, values: Expression, body: [Statement], range: SourceRange)
}

extension Statement {
  /// The range of the command, or of the beginning of the assignment or loop.
  var range: SourceRange {
    switch self {
    case .command(let call): call.range
    case .assignment(_, _, let range), .loop(_, _, _, let range): range
    }
  }

  /// A short description.
  var summary: String {
    switch self {
    case .command(let call): call.source
    case .assignment(let name, _, _): "let \(name)"
    case .loop(let variable, _, _, _): "for \(variable)"
    }
  }
}

/// A command as written: words, then names with values, in any order.
public struct CommandCall: Sendable, Equatable {
  public struct Named: Sendable, Equatable {
    public var name: String
    public var nameRange: SourceRange
    public var value: Expression
  }

  public var words: [Expression]
  public var named: [Named]
  public var range: SourceRange
  /// The line as typed.
  public var source: String
}

extension CommandCall {
  /// The command inside `time COMMAND`; nil for any other line. A repeated `time` has no further effect.
  var timed: CommandCall? {
    guard let first = words.first, first.kind == .word("time"), words.count > 1 else { return nil }
    var rest = self
    rest.words = Array(words.dropLast().drop { $0.kind == .word("time") }) + words.suffix(1)
    return rest
  }
}
