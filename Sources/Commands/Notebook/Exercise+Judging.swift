import Foundation

/// What is said of an answer.
public struct Verdict: Sendable, Equatable {
  public enum Kind: String, Sendable { case right, nearly, wrong }

  public let kind: Kind
  /// What is right, or what is off; empty where there is nothing to say.
  public let reason: String
  package var language = ReaderLanguage.english

  public var words: String {
    let name = language.name(kind)
    return reason.isEmpty ? name : "\(name): \(reason)"
  }
}

extension Exercise {
  /// Judges a number or a word. Of an exercise with a command, the result is judged.
  package func judge(_ typed: String, in language: ReaderLanguage = .english) -> Verdict {
    func verdict(_ kind: Verdict.Kind, _ reason: String = "") -> Verdict {
      Verdict(kind: kind, reason: reason, language: language)
    }
    switch kind {
    case .number(let answer, let within, let near, let isPercent):
      guard let found = Self.number(typed) else { return verdict(.wrong, language.isNoNumber) }
      // Where a percentage is asked for, a bare number is one.
      let value = isPercent && !found.isPercent ? found.value / 100 : found.value
      let (distance, rounding) = (abs(value - answer), 1e-9 * max(1, abs(answer)))
      if distance <= within + rounding { return verdict(.right) }
      let isNear = near.map { distance <= $0 + rounding } ?? false
      return verdict(
        isNear ? .nearly : .wrong, language.isOff(isLarge: value > answer, isLittle: isNear))
    case .word(let accepted, let near):
      let word = Self.plain(typed)
      if accepted.contains(where: { Self.plain($0) == word }) { return verdict(.right) }
      if near.contains(where: { Self.plain($0) == word }) { return verdict(.nearly, language.isClose) }
      // Of a short word one letter is too much of it.
      let isMisspelt = accepted.map(Self.plain).contains {
        $0.count >= 5 && Suggestion.distance(word, $0) <= ($0.count >= 9 ? 2 : 1)
      }
      return isMisspelt ? verdict(.nearly, language.isMisspelt) : verdict(.wrong)
    case .command: return verdict(.wrong, language.wantsCommand)
    }
  }

  /// Judges what commands told: of each field the last value.
  package func judge(_ fields: [String: JSONValue], in language: ReaderLanguage = .english) -> Verdict {
    guard case .command(let accept, let near) = kind else {
      return Verdict(kind: .wrong, reason: language.wants(asksFor), language: language)
    }
    let (holds, words) = accept.judge(fields, in: language)
    let isNear = near?.judge(fields, in: language).holds ?? false
    return Verdict(kind: holds ? .right : isNear ? .nearly : .wrong, reason: words, language: language)
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
  func judge(_ fields: [String: JSONValue], in language: ReaderLanguage) -> (holds: Bool, words: String) {
    var found: [String] = []
    for part in parts {
      guard let value = fields[part.field] else { return (false, language.isMissing(part.field)) }
      let (shown, number) = Self.shown(value)
      guard Self.holds(shown, number, part) else {
        return (false, language.wanted(part.field, shown, part))
      }
      found.append(language.found(part.field, shown))
    }
    return (true, found.joined(separator: language == .english ? ", " : "、"))
  }

  /// A recorded verdict, "right: the accuracy is 0.8", in another language; nil for another text.
  func translated(_ line: String, into language: ReaderLanguage) -> String? {
    let english = ReaderLanguage.english
    let start = english.name(.right) + ": "
    guard line.hasPrefix(start) else { return nil }
    let pieces = parts.compactMap { part -> String? in
      guard let range = line.range(of: english.found(part.field, "")) else { return nil }
      return language.found(part.field, String(line[range.upperBound...].prefix { $0 != "," }))
    }
    return pieces.count == parts.count ? "\(language.name(.right)): \(pieces.joined(separator: "、"))" : nil
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
}

/// What `check`, and a line that answers an exercise, tell.
struct Judged: CommandResult {
  let verdict: Verdict
  /// As typed; empty for a command, which stands above.
  let answer: String
  var hint: String?
  /// The verdict for a recording, which is in English.
  var recorded: Verdict?

  var outputs: [Output] {
    let style: Span.Style = verdict.kind == .right ? .good : verdict.kind == .wrong ? .bad : .strong
    let head = answer.isEmpty ? [] : [Span("\(answer): ")]
    var words = Span(verdict.words, style)
    words.english = recorded?.words
    return [.line(head + [words])]
      + (hint.map { [.line(Span("\(verdict.language.hint): \($0)", .faint))] } ?? [])
  }

  var fields: [(name: String, value: JSONValue)] {
    [("verdict", .string(verdict.kind.rawValue)), ("reason", .string((recorded ?? verdict).reason))]
      + (answer.isEmpty ? [] : [("answer", .string(answer))])
  }
}
