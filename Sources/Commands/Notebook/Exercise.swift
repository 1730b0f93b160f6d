import Foundation

/// A question with its answer: what an `exercise` block holds. The participant answers a number, a word, or a command whose result must
/// satisfy a condition.
public struct Exercise: Sendable, Equatable {
  /// The names of the lines in a block.
  public static let names = ["question", "answer", "command", "accept", "within", "near", "hint"]

  /// What is right, and what is nearly so.
  package enum Kind: Sendable, Equatable {
    /// A number, right up to a distance of `within`, and nearly right up to `near`.
    case number(Double, within: Double, near: Double?, isPercent: Bool)
    /// One of some words; and words that are nearly right.
    case word([String], near: [String])
    /// A line of commands whose result satisfies a condition; and a condition that is nearly enough.
    case command(accept: Condition, near: Condition?)
  }

  public let question: String
  public let hint: String?
  /// The solution: a number or a word, or the commands.
  public let solution: String
  package let kind: Kind
  /// The line of the block that has the solution, from 0.
  let solutionLine: Int

  public var isCommand: Bool { if case .command = kind { true } else { false } }

  package var language: ReaderLanguage { ReaderLanguage(of: question) }

  /// What the participant is asked to type, in the language of the question.
  public var asksFor: String {
    switch kind {
    case .number(_, _, _, let isPercent): isPercent ? language.typesPercentage : language.typesNumber
    case .word: language.typesWord
    case .command: language.typesCommand
    }
  }

  /// What decides the recorded output. Question and hint do not: they may be in another language.
  var identity: String { "exercise\n\(solution)\n\(kind)\n" }
}

// MARK: Reading

extension Exercise {
  /// A mistake in a block, and its line, from 0; -1 is the line that opens the block.
  struct Mistake: Error {
    let message: String
    var help: String?
    let line: Int
  }

  private struct Entry {
    var value: String
    let line: Int
  }

  /// Reads the lines `name: value`. A line that begins with a space continues the one above it.
  init(_ lines: [String]) throws {
    let entries = try Self.entries(lines)
    func value(_ name: String) -> String? { entries[name]?.value }
    func line(_ name: String) -> Int { entries[name]?.line ?? 0 }
    func needed(_ name: String) throws -> String {
      guard let value = value(name), !value.isEmpty else {
        throw Mistake(
          message: "this exercise has no '\(name):'",
          help: "an exercise has a question, and an answer, or a command with the condition to accept",
          line: -1)
      }
      return value
    }
    func number(_ name: String) throws -> Double? {
      guard let text = value(name) else { return nil }
      guard let number = Self.number(text)?.value, number >= 0 else {
        throw Mistake(message: "'\(name)' takes a number of at least 0", line: line(name))
      }
      return number
    }
    func refuse(_ names: [String], _ reason: String) throws {
      guard let name = names.first(where: { entries[$0] != nil }) else { return }
      throw Mistake(message: "'\(name)' \(reason)", line: line(name))
    }
    func words(_ name: String) -> [String] {
      (value(name) ?? "").split(whereSeparator: { ",、".contains($0) }).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
    }
    question = try needed("question")
    hint = value("hint")
    if entries["command"] != nil {
      try refuse(["answer", "within"], "does not go with 'command'")
      solution = try needed("command")
      solutionLine = line("command")
      kind = .command(
        accept: try Condition(try needed("accept"), line: line("accept")),
        near: try value("near").map { try Condition($0, line: line("near")) })
      return
    }
    solution = try needed("answer")
    solutionLine = line("answer")
    if let (answer, isPercent) = Self.number(solution) {
      try refuse(["accept"], "does not go with a number; 'within' says how far off a right answer may be")
      // A distance from a percentage is in points: 'within: 2' and 'within: 2%' are the same.
      func distance(_ name: String) throws -> Double? {
        let isShare = isPercent && Self.number(value(name) ?? "")?.isPercent == false
        return try number(name).map { isShare ? $0 / 100 : $0 }
      }
      kind = .number(
        answer, within: try distance("within") ?? 0, near: try distance("near"), isPercent: isPercent)
    } else {
      try refuse(["within"], "goes with a number only")
      kind = .word([solution] + words("accept"), near: words("near"))
    }
  }

  private static func entries(_ lines: [String]) throws -> [String: Entry] {
    var entries: [String: Entry] = [:]
    var last: String?
    for (number, line) in lines.enumerated() {
      let trimmed = line.trimmingCharacters(in: .whitespaces)
      if trimmed.isEmpty { continue }
      if line.hasPrefix(" ") || line.hasPrefix("\t"), let last {
        entries[last]?.value += (last == "command" ? "\n" : " ") + trimmed
        continue
      }
      let name = trimmed.prefix { $0 != ":" }.trimmingCharacters(in: .whitespaces)
      guard trimmed.contains(":"), names.contains(name) else {
        throw Mistake(
          message: trimmed.contains(":")
            ? "an exercise has no '\(name)'" : "expected 'name: value' in an exercise",
          help: Suggestion.nearest(name, in: names).map { "did you mean '\($0)'?" }
            ?? "an exercise has: " + names.joined(separator: ", "), line: number)
      }
      guard entries[name] == nil else {
        throw Mistake(message: "'\(name)' is given twice", line: number)
      }
      let value = trimmed.drop { $0 != ":" }.dropFirst().trimmingCharacters(in: .whitespaces)
      entries[name] = Entry(value: value, line: number)
      last = name
    }
    return entries
  }

  /// A number as people type it: "0.85", "85%", "1,000", "８５％", "about 3".
  static func number(_ text: String) -> (value: Double, isPercent: Bool)? {
    var text = narrow(text).lowercased()
    for word in ["about ", "~", "≈", "約"] where text.hasPrefix(word) {
      text = String(text.dropFirst(word.count))
    }
    let isPercent = text.hasSuffix("%")
    if isPercent { text.removeLast() }
    text = text.filter { $0 != "," && $0 != " " && $0 != "_" }
    guard text.first.map({ $0.isNumber || "+-.−".contains($0) }) == true,
      let value = Double(text.replacingOccurrences(of: "−", with: "-")), value.isFinite
    else { return nil }
    return (isPercent ? value / 100 : value, isPercent)
  }

  /// Full-width letters, digits and signs, as Japanese keyboards write them, as ASCII; without white space at the ends.
  static func narrow(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0xFF01...0xFF5E: scalars.append(Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar)
      case 0x3000: scalars.append(" ")
      default: scalars.append(scalar)
      }
    }
    return String(scalars).trimmingCharacters(in: .whitespaces)
  }
}
