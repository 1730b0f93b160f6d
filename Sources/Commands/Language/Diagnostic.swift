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
    case internalError = "G099"
  }

  public var code: Code
  public var message: String
  public var range: SourceRange?
  /// What to do instead.
  public var help: String?
  /// Added where it is known: the file and the text of the line.
  public var file: String?
  public var sourceLine: String?

  public init(_ code: Code, _ detail: String, range: SourceRange? = nil, help: String? = nil) {
    self.code = code
    self.range = range
    self.help = help
    switch code {
    case .unexpected: message = "expected \(detail)"
    case .unclosedString: message = "the string that begins with \(detail) is never closed"
    case .unclosedBracket: message = "the bracket \(detail) is never closed"
    default: message = detail
    }
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
      self.init(.fileNotFound, "there is nothing at \(path)")
    case .inputOutput(let path, let reason):
      self.init(.inputOutput, "\(path): \(reason)")
    case .malformed(let path, let location, let expected, let found):
      self.init(.malformedFile, "\(path): \(location): expected \(expected), found \(found)")
    case .unsupported(let path, let feature):
      self.init(.unsupported, "\(path): gnb cannot do \(feature)")
    case .hashMismatch(let path, let expected, let found):
      self.init(
        .hashMismatch, "\(path): expected sha256 \(expected.prefix(16))…, found \(found.prefix(16))…",
        help: "fetch it again, or change the hash if the new file is meant")
    case .invalidValue(let name, let expected, let found):
      self.init(.invalidValue, "\(name): expected \(expected), found \(found)")
    case .missing(let need, let remedy):
      self.init(.missingStep, "this needs \(need)", help: remedy)
    case .interrupted:
      self.init(.interrupted, "interrupted")
    }
  }

  /// Whether more lines could complete the source: for a prompt that continues.
  public var isIncomplete: Bool {
    code == .unclosedBracket || (code == .unclosedString && message.contains("\"\"\""))
  }

  /// error[G012]: message, then file:line:column, the line, and a caret under the place.
  public var lines: [String] {
    // Nothing is wrong with the line that was stopped.
    if code == .interrupted { return [message] }
    var lines = ["error[\(code.rawValue)]: \(message)"]
    if let range {
      lines.append("  --> \(file ?? "input"):\(range.line):\(range.columns.lowerBound)")
      if let sourceLine {
        let characters = Array(sourceLine)
        let start = min(range.columns.lowerBound - 1, characters.count)
        let end = min(max(range.columns.upperBound - 1, start), characters.count)
        // The caret counts columns as the terminal does: a Japanese character takes two.
        let before = DisplayWidth.of(String(characters[..<start]))
        let under = max(1, DisplayWidth.of(String(characters[start..<end])))
        let number = String(range.line)
        let margin = String(repeating: " ", count: number.count)
        lines.append(" \(number) | \(sourceLine)")
        lines.append(
          " \(margin) | " + String(repeating: " ", count: before) + String(repeating: "^", count: under))
      }
    } else if let file {
      lines.append("  --> \(file)")
    }
    if let help { lines.append("help: \(help)") }
    return lines
  }

  /// With the file's name and the line's text filled in.
  public func located(file: String?, source: String, firstLine: Int = 1) -> Diagnostic {
    var copy = self
    copy.file = copy.file ?? file
    if let range, copy.sourceLine == nil {
      let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
      if range.line >= 1, range.line <= lines.count { copy.sourceLine = String(lines[range.line - 1]) }
      copy.range?.line = range.line + firstLine - 1
    }
    return copy
  }
}
