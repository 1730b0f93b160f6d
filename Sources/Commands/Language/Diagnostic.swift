import Gemma

/// A mistake, with its place and what to do about it. The one place where typed facts become words.
public struct Diagnostic: Error, Sendable, Equatable {
  /// Every kind of mistake. Raw values are stable: notebooks name them in `raises=`.
  public enum Code: String, Sendable, CaseIterable {
    case unexpected = "G001"
    case unclosedString = "G002"
    case unclosedBracket = "G003"
    case unknownCommand = "G010"
    case unknownNoun = "G011"
    case unknownArgument = "G012"
    case missingArgument = "G013"
    case tooManyValues = "G014"
    case wrongType = "G015"
    case notAChoice = "G016"
    case outOfRange = "G017"
    case unknownVariable = "G018"
    case givenTwice = "G019"
    case badNotebook = "G020"
    case badAttribute = "G021"
    case fileNotFound = "G030"
    case inputOutput = "G031"
    case malformedFile = "G032"
    case unsupported = "G033"
    case hashMismatch = "G034"
    case invalidValue = "G035"
    case missingStep = "G036"
    case interrupted = "G037"
    case notRaised = "G038"
    case promptOnly = "G039"
    case timedOut = "G040"
    case outdated = "G041"
    case differs = "G042"
    case diverged = "G043"
    case internalError = "G099"
  }

  public var code: Code
  /// What is wrong; paths in it are volatile.
  public var detail: [Span]
  public var range: SourceRange?
  /// What to do instead.
  public var help: String?
  /// Added where it is known: the file and the text of the line.
  public var file: String?
  public var cell: String?
  /// Set where a cell's `raises=` wants just this.
  public var isExpected = false
  /// Lines that begin with - (recorded) or + (found), where outputs differ.
  public var difference: [String] = []
  public var sourceLine: String?

  public var message: String { detail.map(\.text).joined() }

  public init(_ code: Code, _ detail: String, range: SourceRange? = nil, help: String? = nil) {
    let text =
      switch code {
      case .unexpected: "expected \(detail)"
      case .unclosedString: "the string that begins with \(detail) is never closed"
      case .unclosedBracket: "the bracket \(detail) is never closed"
      default: detail
      }
    self.init(code, [Span(text)], help: help)
    self.range = range
  }

  public init(_ code: Code, _ detail: [Span], help: String? = nil) {
    self.code = code
    self.detail = detail
    self.help = help
  }

  /// An engine's error in words.
  public init(_ error: any Error) {
    if let diagnostic = error as? Diagnostic {
      self = diagnostic
      return
    }
    guard let error = error as? GemmaError else {
      self.init(.internalError, "\(error)")
      return
    }
    switch error {
    case .fileNotFound(let path):
      self.init(.fileNotFound, [Span("there is nothing at "), Span(path, volatile: .path)])
    case .inputOutput(let path, let reason):
      self.init(.inputOutput, [Span(path, volatile: .path), Span(": \(reason)")])
    case .malformed(let path, let location, let expected, let found):
      self.init(
        .malformedFile,
        [Span(path, volatile: .path), Span(": \(location): expected \(expected), found \(found)")])
    case .unsupported(let path, let feature):
      self.init(.unsupported, [Span(path, volatile: .path), Span(": gnb does not support \(feature)")])
    case .wrongKind(let path, let expected, let found, let remedy):
      self.init(
        .unsupported, [Span(path, volatile: .path), Span(": this is \(found), and \(expected) is needed")],
        help: remedy)
    case .hashMismatch(let path, let expected, let found):
      self.init(
        .hashMismatch,
        [
          Span(path, volatile: .path),
          Span(
            ": expected \(expected.utf8.count == 40 ? "git's hash" : "sha256") \(expected.prefix(16))…, found "
              + "\(found.prefix(16))…"),
        ],
        help: "fetch it again, or change the hash if the new file is meant")
    case .invalidValue(let name, let expected, let found):
      self.init(.invalidValue, "\(name): expected \(expected), found \(found)")
    case .missing(let need, let remedy):
      self.init(.missingStep, "this needs \(need)", help: remedy)
    case .noEmbedding(let token, let id, let rows):
      self.init(
        .invalidValue,
        "the token \(token.debugDescription) has the id \(id), but the model's embedding has \(rows) rows, "
          + "0 to \(rows - 1)",
        help:
          "the token was added to the tokenizer and not to the model: enlarge the embedding where the model was made, "
          + "or write the text without it")
    case .diverged(let step, let found, let lastGood):
      let state =
        lastGood.map {
          "the adapter is as it was when the loss of step \(step - 1) was \(NumberFormat.fixed($0))"
        }
        ?? "the adapter is as it was"
      self.init(
        .diverged, "training went wrong at step \(step): \(found); \(state)",
        help: "try a smaller lr, more warmup, or clip; spike= says what counts as too high a loss")
    case .interrupted:
      self.init(.interrupted, "interrupted")
    }
  }

  /// Whether more lines could complete the source: for a prompt that continues.
  public var isIncomplete: Bool {
    code == .unclosedBracket || (code == .unclosedString && message.contains("\"\"\""))
  }

  /// error[G012]: message, then file:line:column and the cell, the line, and a caret under the place.
  ///
  /// - Parameter width: where the words are broken; the line and the caret never are.
  public func lines(width: Int) -> [String] {
    // Nothing is wrong with the line that was stopped.
    if code == .interrupted { return [message] }
    let place = cell.map { ", cell #\($0)" } ?? ""
    var location: String?
    if let range {
      location = "\(file ?? "input"):\(range.line):\(range.columns.lowerBound)\(place)"
    } else if let file {
      location = file + place
    }
    return words("error[\(code.rawValue)]: \(message)", width)
      + (location.map { ["  --> " + VisibleText.line($0)] } ?? [])
      + excerpt(number: (range?.line).map(String.init) ?? "") + difference.map(VisibleText.line)
      + helpLines(width)
  }

  /// As a notebook records it: without the file's name and line numbers, which change with the text around the cell.
  func recordedLines(width: Int) -> [String] {
    words("error[\(code.rawValue)]: " + detail.map(\.recorded).joined(), width)
      + excerpt(number: "") + helpLines(width)
  }

  /// Messages quote files and what was typed, of any length.
  private func words(_ text: String, _ width: Int) -> [String] {
    let shown = text.utf8.count > 4000 ? text.prefix(1000) + "…" : text[...]
    return DisplayWidth.wrap(VisibleText.of(String(shown)), to: width)
  }

  private func helpLines(_ width: Int) -> [String] { help.map { words("help: " + $0, width) } ?? [] }

  /// The line and the caret; the caret counts columns as the terminal does: a Japanese character takes two.
  private func excerpt(number: String) -> [String] {
    guard let range, let sourceLine else { return [] }
    let characters = SourceText.characters(sourceLine)
    let start = min(range.columns.lowerBound - 1, characters.count)
    let end = min(max(range.columns.upperBound - 1, start), characters.count)
    // Of a very long line, what is around the place.
    let shown =
      characters.count <= 400
      ? 0..<characters.count : max(0, start - 60)..<min(characters.count, min(end, start + 100) + 100)
    func part(_ range: Range<Int>) -> String { VisibleText.line(String(characters[range])) }
    let marked = start..<min(end, shown.upperBound)
    let before = (shown.lowerBound > 0 ? "…" : "") + part(shown.lowerBound..<start)
    let after =
      part(marked.upperBound..<shown.upperBound) + (shown.upperBound < characters.count ? "…" : "")
    let margin = String(repeating: " ", count: number.count)
    return [
      " \(number) | " + before + part(marked) + after,
      " \(margin) | " + String(repeating: " ", count: DisplayWidth.of(before))
        + String(repeating: "^", count: max(1, DisplayWidth.of(part(marked)))),
    ]
  }

  /// With the file's name and the line's text filled in.
  public func located(file: String?, cell: String? = nil, source: String, firstLine: Int = 1) -> Diagnostic {
    var copy = self
    copy.file = copy.file ?? file
    copy.cell = copy.cell ?? cell
    if let range, copy.sourceLine == nil {
      let lines = SourceText.lines(source)
      if range.line >= 1, range.line <= lines.count { copy.sourceLine = String(lines[range.line - 1]) }
      copy.range?.line = range.line + firstLine - 1
    }
    return copy
  }
}
