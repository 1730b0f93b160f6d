import Gemma

/// A mistake, with its place and its remedy. This is the only place where typed errors become words.
public struct Diagnostic: Error, Sendable, Equatable {
  /// Every kind of mistake. The raw values never change: notebooks name them in `raises=`.
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
    case gpu = "G044"
    case internalError = "G099"
  }

  public var code: Code
  /// The message. Paths in it are marked as volatile.
  public var detail: [Span]
  public var range: SourceRange?
  /// The remedy.
  public var help: String?
  /// The file of the line, where there is one.
  public var file: String?
  public var cell: String?
  /// Whether the cell's `raises=` names this mistake.
  public var isExpected = false
  /// For outputs that differ: lines that begin with - (recorded) or + (new).
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

  /// Turns an error of the engine into words.
  public init(_ error: any Error) {
    if let diagnostic = error as? Diagnostic {
      self = diagnostic
      return
    }
    if let failure = error as? GPUFailure {
      self.init(failure)
      return
    }
    guard let error = error as? GemmaError else {
      self.init(.internalError, "\(error)")
      return
    }
    switch error {
    case .fileNotFound(let path):
      self.init(.fileNotFound, [Span("there is no file or folder "), Span(path, volatile: .path)])
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
        .unsupported, [Span(path, volatile: .path), Span(": this is \(found), but \(expected) is needed")],
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
        help: "fetch the file again, or change the expected hash if this file is the right one")
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
          "the token was added to the tokenizer, but the model was not resized for it: call "
          + "resize_token_embeddings in the program that made the model, or write the text without the token")
    case .diverged(let step, let found, let lastGood):
      let state =
        lastGood.map {
          "the adapter is the one for which step \(step - 1) measured the loss \(NumberFormat.fixed($0))"
        }
        ?? "the adapter is unchanged"
      self.init(
        .diverged, "training diverged at step \(step): \(found); \(state)",
        help: "try a smaller lr, more warmup steps, or clip; spike= sets the limit of the loss")
    case .interrupted:
      self.init(.interrupted, "interrupted")
    }
  }

  /// Whether more lines could complete the source, so that a prompt should ask for them.
  public var isIncomplete: Bool {
    code == .unclosedBracket || (code == .unclosedString && message.contains("\"\"\""))
  }

  /// The lines to print: "error[G012]: message", then "file:line:column" and the cell, the source line, and a caret
  /// under the place.
  ///
  /// - Parameter width: words are wrapped at this column; the source line and the caret are not.
  public func lines(width: Int) -> [String] {
    // An interrupted line has no mistake to point at.
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
      + excerpt(number: (range?.line).map(String.init) ?? "", width: width) + difference.map(VisibleText.line)
      + helpLines(width)
  }

  /// The lines for a notebook's recording. They have no file name and no line number, because text around the cell
  /// changes those.
  func recordedLines(width: Int) -> [String] {
    words("error[\(code.rawValue)]: " + detail.map(\.recorded).joined(), width)
      + excerpt(number: "", width: nil) + helpLines(width)
  }

  /// Wraps a message. It may quote a file or typed text of any length, so it is cut first.
  private func words(_ text: String, _ width: Int) -> [String] {
    let shown = text.utf8.count > 4000 ? text.prefix(1000) + "…" : text[...]
    return DisplayWidth.wrap(VisibleText.of(String(shown)), to: width)
  }

  private func helpLines(_ width: Int) -> [String] { help.map { words("help: " + $0, width) } ?? [] }

  /// The source line and the caret. Columns are those of a terminal: a Japanese character takes two.
  ///
  /// - Parameter width: a longer line is cut to the part around the caret; nil cuts only very long lines.
  private func excerpt(number: String, width: Int?) -> [String] {
    guard let range, let sourceLine else { return [] }
    let characters = SourceText.characters(sourceLine)
    let start = min(range.columns.lowerBound - 1, characters.count)
    let end = min(max(range.columns.upperBound - 1, start), characters.count)
    let shown = Self.window(
      characters, around: start..<end, columns: width.map { max(24, $0 - number.count - 4) })
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

  /// The part of a line to show, so that it fits into `columns` with a sign at each cut.
  private static func window(_ characters: [Character], around place: Range<Int>, columns: Int?) -> Range<Int>
  {
    guard let columns else {
      return characters.count <= 400
        ? 0..<characters.count
        : max(
          0, place.lowerBound - 60)..<min(
            characters.count, min(place.upperBound, place.lowerBound + 100) + 100)
    }
    func width(_ i: Int) -> Int { DisplayWidth.of(VisibleText.line(String(characters[i]))) }
    var used = 0
    if characters.count <= columns,
      characters.indices.allSatisfy({
        used += width($0)
        return used <= columns
      })
    {
      return 0..<characters.count
    }
    var (low, high) = (place.lowerBound, place.lowerBound)
    used = 2
    func extendLeft(to limit: Int) {
      while low > 0, used + width(low - 1) <= limit {
        low -= 1
        used += width(low)
      }
    }
    extendLeft(to: columns / 3)
    while high < characters.count, used + width(high) <= columns {
      used += width(high)
      high += 1
    }
    extendLeft(to: columns)
    return low..<high
  }

  /// A copy with the file's name and the text of the line.
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

extension Diagnostic {
  /// A failure of the GPU in words.
  private init(_ failure: GPUFailure) {
    let onCPU = "'set device=cpu' computes on the processor: slower, with the same results"
    switch failure {
    case .noDriver(let reason):
      self.init(
        .gpu, "there is no driver for a GPU of NVIDIA on this computer (\(reason))", help: onCPU)
    case .noGPU: self.init(.gpu, "the driver finds no GPU of NVIDIA", help: onCPU)
    case .tooOld(let found, let needed):
      self.init(.gpu, "this computer has \(found), but gnb needs \(needed)", help: onCPU)
    case .outOfMemory(let needed, let free):
      self.init(
        .gpu,
        "the memory of the GPU is not enough: \(NumberFormat.bytes(needed)) more are needed, "
          + "\(NumberFormat.bytes(free)) are free",
        help:
          "load the model with precision=nf4, train with a smaller batch, or end other programs on the GPU; "
          + onCPU)
    case .lost(let reason):
      self.init(
        .gpu, "the GPU stopped: \(reason)",
        help: "the session is as it was before this command; \(onCPU); to use the GPU again, restart gnb")
    }
  }
}
