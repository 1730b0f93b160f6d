import Foundation

/// What is said of an answer.
public struct Verdict: Sendable, Equatable {
  public enum Kind: String, Sendable { case right, nearly, wrong }

  public let kind: Kind
  /// What is right, or what is off; empty where there is nothing to say.
  public let reason: String

  public var words: String {
    let name = kind == .wrong ? "not yet" : kind.rawValue
    return reason.isEmpty ? name : "\(name): \(reason)"
  }
}

extension Exercise {
  /// Judges a number or a word. Of an exercise with a command, the result is judged.
  public func judge(_ typed: String) -> Verdict {
    switch kind {
    case .number(let answer, let within, let near, let isPercent):
      guard let found = Self.number(typed) else {
        return Verdict(kind: .wrong, reason: "this is no number")
      }
      // Where a percentage is asked for, a bare number is one.
      let value = isPercent && !found.isPercent ? found.value / 100 : found.value
      let (distance, rounding) = (abs(value - answer), 1e-9 * max(1, abs(answer)))
      if distance <= within + rounding { return Verdict(kind: .right, reason: "") }
      let direction = value > answer ? "large" : "small"
      if let near, distance <= near + rounding {
        return Verdict(kind: .nearly, reason: "a little too \(direction)")
      }
      return Verdict(kind: .wrong, reason: "too \(direction)")
    case .word(let accepted, let near):
      let word = Self.plain(typed)
      if accepted.contains(where: { Self.plain($0) == word }) { return Verdict(kind: .right, reason: "") }
      if near.contains(where: { Self.plain($0) == word }) {
        return Verdict(kind: .nearly, reason: "that is close, but not it")
      }
      // Of a short word one letter is too much of it.
      let isMisspelt = accepted.map(Self.plain).contains {
        $0.count >= 5 && Suggestion.distance(word, $0) <= ($0.count >= 9 ? 2 : 1)
      }
      return isMisspelt
        ? Verdict(kind: .nearly, reason: "look at the spelling") : Verdict(kind: .wrong, reason: "")
    case .command: return Verdict(kind: .wrong, reason: "this exercise wants a command")
    }
  }

  /// Judges what commands told: of each field the last value.
  public func judge(_ fields: [String: JSONValue]) -> Verdict {
    guard case .command(let accept, let near) = kind else {
      return Verdict(kind: .wrong, reason: "this exercise wants \(asksFor.replacing("type ", with: ""))")
    }
    let (holds, words) = accept.judge(fields)
    if holds { return Verdict(kind: .right, reason: words) }
    if let near, near.judge(fields).holds { return Verdict(kind: .nearly, reason: words) }
    return Verdict(kind: .wrong, reason: words)
  }

  /// Whether a typed text answers a number or a word, though it might be a command: it is accepted, nearly so, or a number.
  func isAnswer(_ typed: String) -> Bool {
    switch kind {
    case .number: Self.number(typed) != nil
    case .word: judge(typed).kind != .wrong
    case .command: false
    }
  }

  /// A word without what does not matter: case, width, quotes, hyphens, a full stop.
  private static func plain(_ word: String) -> String {
    let kept = narrow(word).lowercased().map { "-_".contains($0) ? " " : $0 }
    let signs = CharacterSet(charactersIn: " \"'“”‘’「」.。!")
    return String(kept).trimmingCharacters(in: signs).split(separator: " ").joined(separator: " ")
  }
}

/// What a command's result must be: comparisons of its JSON fields, such as `accuracy >= 0.8 and total = 200`. A list counts as its length.
package struct Condition: Sendable, Equatable {
  package struct Part: Sendable, Equatable {
    package let field: String
    package let sign: String
    package let value: String
  }

  static let signs = [">=", "<=", "!=", "=", ">", "<"]
  package let parts: [Part]

  /// - Parameter line: of the exercise's block, from 0, for messages.
  init(_ text: String, line: Int) throws {
    parts = try text.components(separatedBy: " and ").map { part in
      for sign in Self.signs {
        guard let range = part.range(of: sign) else { continue }
        let field = part[..<range.lowerBound].trimmingCharacters(in: .whitespaces)
        let value = part[range.upperBound...].trimmingCharacters(in: .whitespaces)
        let isOrder = sign.contains("<") || sign.contains(">")
        guard !field.isEmpty, !value.isEmpty, !isOrder || Exercise.number(value) != nil else { break }
        return Part(field: field, sign: sign, value: value)
      }
      throw Exercise.Mistake(
        message: "'\(part)' is no condition",
        help:
          "for example: accuracy >= 0.8 (signs: \(Self.signs.joined(separator: " ")); 'and' joins several)",
        line: line)
    }
  }

  /// The fields that it asks about.
  var fields: Set<String> { Set(parts.map(\.field)) }

  /// - Returns: whether all parts hold, and what to say: of the first part that does not, or else of all.
  func judge(_ fields: [String: JSONValue]) -> (holds: Bool, words: String) {
    var found: [String] = []
    for part in parts {
      guard let value = fields[part.field] else {
        return (false, "no command here tells \(part.field)")
      }
      let (shown, number) = Self.shown(value)
      guard Self.holds(shown, number, part) else {
        return (false, "\(part.field) is \(shown), and should be \(Self.words(part))")
      }
      found.append("\(part.field) is \(shown)")
    }
    return (true, found.joined(separator: ", "))
  }

  private static func shown(_ value: JSONValue) -> (text: String, number: Double?) {
    switch value {
    case .int(let number): ("\(number)", Double(number))
    case .number(let number): (NumberFormat.short(number, 4), number)
    case .array(let items): ("\(items.count)", Double(items.count))
    case .string(let text): (text, nil)
    default: (value.text, nil)
    }
  }

  private static func holds(_ text: String, _ number: Double?, _ part: Part) -> Bool {
    guard let number, let wanted = Exercise.number(part.value)?.value else {
      return part.sign == "=" ? text == part.value : part.sign == "!=" && text != part.value
    }
    return switch part.sign {
    case ">=": number >= wanted
    case "<=": number <= wanted
    case ">": number > wanted
    case "<": number < wanted
    case "!=": number != wanted
    default: number == wanted
    }
  }

  private static func words(_ part: Part) -> String {
    switch part.sign {
    case ">=": "at least \(part.value)"
    case "<=": "at most \(part.value)"
    case ">": "more than \(part.value)"
    case "<": "less than \(part.value)"
    case "!=": "something other than \(part.value)"
    default: part.value
    }
  }
}

/// What `check`, and a line that answers an exercise, tell.
struct Judged: CommandResult {
  let verdict: Verdict
  /// As typed; empty for a command, which stands above.
  let answer: String
  var hint: String?

  var outputs: [Output] {
    let style: Span.Style = verdict.kind == .right ? .good : verdict.kind == .wrong ? .bad : .strong
    let head = answer.isEmpty ? [] : [Span("\(answer): ")]
    return [.line(head + [Span(verdict.words, style)])]
      + (hint.map { [.line(Span("hint: \($0)", .faint))] } ?? [])
  }

  var fields: [(name: String, value: JSONValue)] {
    [("verdict", .string(verdict.kind.rawValue)), ("reason", .string(verdict.reason))]
      + (answer.isEmpty ? [] : [("answer", .string(answer))])
  }
}
