import Foundation
import Gemma

/// `gnb predict DIR -`: a line in, a line out, with the session's model loaded once. A line that cannot be used has a line with the reason.
public struct LinePredictor {
  /// What a line is.
  public enum Input: String, CaseIterable, Sendable {
    /// An object of JSON if it begins with a brace, else a text.
    case auto
    case text
    case jsonl
  }

  private let predictor: Predictor
  private let prefix: Classifier.SharedPrefix
  private let format: PredictionFormat
  private let input: Input
  private var options = DataOptions()
  private var number = 0
  public private(set) var failed = 0
  public var count: Int { number }

  /// - Parameters:
  ///   - output: "csv", "tsv" or "jsonl".
  ///   - text, id: names of columns.
  public init(
    _ session: Session, input: Input, output: String, text: String?, id: String?, maxTokens: Int = 256
  ) throws {
    predictor = try Predictor(session, maxTokens: maxTokens)
    prefix = try predictor.sharedPrefix()
    guard let kind = PredictionFormat.Kind(rawValue: output) else {
      throw GemmaError.invalidValue(
        name: "to", expected: "csv, tsv or jsonl for lines from a pipe", found: output)
    }
    format = PredictionFormat(kind: kind, categories: predictor.categories, hasLabels: false)
    self.input = input
    (options.text, options.id) = (text, id)
    options.likeRoles = Predictor.roles(session.workspace)
  }

  /// The line before the first answer; nil for JSON lines.
  public var header: String? { format.header }

  /// The answers to some lines, as one text with a line for each.
  /// - Parameter lines: their bytes, without line ends.
  public mutating func answer(_ lines: [[UInt8]]) throws -> String {
    let rows = lines.map { line -> RowsToAnswer.Row in
      number += 1
      return row(line)
    }
    var text = ""
    try predictor.answer(rows, sharing: prefix) { group in
      failed += group.count { $0.error != nil }
      for answer in group { text += format.text(answer) }
    }
    return text
  }

  private func row(_ line: [UInt8]) -> RowsToAnswer.Row {
    let id = "line-\(number)"
    func unusable(_ expected: String, _ found: String) -> RowsToAnswer.Row {
      RowsToAnswer.Row(unusable: id, place: "line \(number)", expected: expected, found: found)
    }
    let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line[...]
    guard let text = String(validating: line, as: UTF8.self) else {
      return unusable("UTF-8", "bytes of another encoding")
    }
    guard text.contains(where: { !$0.isWhitespace }) else { return unusable("a text", "an empty line") }
    let isRecord = line.first { ![0x20, 0x09].contains($0) } == UInt8(ascii: "{")
    guard input == .jsonl || input == .auto && isRecord else {
      do { try predictor.checkColumns([], of: "a line of text") } catch {
        return unusable("an object {...} with the columns of the prompt", "a text")
      }
      return RowsToAnswer.Row(sample: Sample(id: id, title: "", text: text, category: ""))
    }
    do {
      let read = try RowsToAnswer(jsonLine: Array(line), number: number, options: options)
      try predictor.checkColumns(read.source.columns, of: "an object")
      return read.rows.first ?? unusable("an object {...}", "nothing")
    } catch GemmaError.malformed(_, let location, let expected, let found) {
      guard let byte = location.firstRange(of: "byte ") else { return unusable(expected, found) }
      let hint = input == .auto ? " (--format text takes such a line as a text)" : ""
      return unusable("JSON, \(location[byte.lowerBound...]): \(expected)", found + hint)
    } catch {
      return unusable("an object {...}", Diagnostic(error).message)
    }
  }
}
