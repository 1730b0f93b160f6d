import Foundation
import Gemma

/// Reads `.gnb` text. Every error names its line.
public struct NotebookReader {
  /// The keys of the front matter, and the attributes of a cell's opening line.
  public static let frontMatter = ["gnb", "title", "seed", "width", "inputs"]
  public static let attributes = ["#id", "raises=CODE", "rows=N", "pause", "timeout=S"]
  /// The attributes of an exercise.
  public static let exerciseAttributes = ["#id", "rows=N", "timeout=S"]

  private let path: String
  private let lines: [String]
  private var at = 0
  private var notebook: Notebook
  private var names: Set<String> = []

  public static func read(path: String) throws -> Notebook {
    try read(text: utf8Text(path: path), path: path)
  }

  public static func read(text: String, path: String) throws -> Notebook {
    var reader = NotebookReader(text: text, path: path)
    try reader.readFrontMatter()
    try reader.readBody()
    return reader.notebook
  }

  private init(text: String, path: String) {
    self.path = path
    lines = Self.lines(text)
    notebook = Notebook(path: path)
  }

  /// Splits text into lines, without the byte order mark. Lines end with LF or CRLF; with CR if the text has no LF.
  static func lines(_ text: String) -> [String] {
    let marked = text.unicodeScalars.first == "\u{FEFF}"
    let utf8 = marked ? Substring(text.unicodeScalars.dropFirst()).utf8 : text[...].utf8
    let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
    let end = utf8.contains(lf) ? lf : cr
    return utf8.split(separator: end, omittingEmptySubsequences: false).map { line in
      String(Substring(end == lf && line.last == cr ? line.dropLast() : line))
    }
  }

  private func error(_ code: Diagnostic.Code, _ message: String, line: Int, help: String? = nil) -> Diagnostic
  {
    var diagnostic = Diagnostic(
      code, message, range: SourceRange(line: line, columns: 1..<max(2, lines[line - 1].count + 1)),
      help: help)
    diagnostic.file = path
    diagnostic.sourceLine = lines[line - 1]
    return diagnostic
  }

  private mutating func readFrontMatter() throws {
    guard lines.first == "---" else {
      throw error(.badNotebook, "a notebook begins with front matter", line: 1, help: "---\ngnb: 1\n---")
    }
    at = 1
    var version: String?
    var inInputs = false
    while at < lines.count, lines[at] != "---" {
      let line = lines[at]
      at += 1
      let trimmed = line.trimmingCharacters(in: .whitespaces)
      if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
      guard let colon = trimmed.firstIndex(of: ":") else {
        throw error(.badNotebook, "expected 'name: value' in the front matter", line: at)
      }
      let name = String(trimmed[..<colon])
      var value = trimmed[trimmed.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
        value = String(value.dropFirst().dropLast())
      }
      if inInputs, line.hasPrefix(" ") {
        guard value.count == 64, value.allSatisfy(\.isHexDigit) else {
          throw error(.badNotebook, "an input's value is its sha256: 64 hexadecimal digits", line: at)
        }
        notebook.inputs.append((name, value.lowercased()))
        continue
      }
      inInputs = false
      switch name {
      case "gnb": version = value
      case "title": notebook.title = value
      case "seed":
        guard let seed = Int(value), seed >= 0 else {
          throw error(.badNotebook, "seed is a whole number from 0 to \(Int.max)", line: at)
        }
        notebook.seed = UInt64(seed)
      case "width":
        guard let width = Int(value), (40...400).contains(width) else {
          throw error(.badNotebook, "width is a number from 40 to 400", line: at)
        }
        notebook.width = width
      case "inputs": inInputs = true
      default:
        let near = Suggestion.nearest(name, in: NotebookReader.frontMatter)
        throw error(
          .badNotebook, "unknown front matter '\(name)'", line: at, help: near.map { "did you mean '\($0)'?" }
        )
      }
    }
    guard at < lines.count else {
      throw error(.badNotebook, "the front matter is never closed with ---", line: 1)
    }
    notebook.frontMatter = Array(lines[1..<at])
    at += 1
    guard version == "1" else {
      throw error(.badNotebook, "expected 'gnb: 1', the version of the format", line: 1)
    }
  }

  private mutating func readBody() throws {
    var prose: [String] = []
    func flush(_ notebook: inout Notebook) {
      if !prose.isEmpty { notebook.parts.append(.prose(prose)) }
      prose = []
    }
    while at < lines.count {
      let line = lines[at]
      guard let fence = Markdown.fence(line) else {
        prose.append(line)
        at += 1
        continue
      }
      let info = line.dropFirst(fence.count).split(separator: " ").map(String.init)
      let start = at + 1
      guard let end = lines[start...].firstIndex(where: { Markdown.closes($0, fence) }) else {
        throw error(.badNotebook, "this block is never closed with \(fence)", line: at + 1)
      }
      let inside = Array(lines[start..<end])
      switch info.first {
      case "gnb", "exercise":
        flush(&notebook)
        try addCell(
          inside, isExercise: info[0] == "exercise", attributes: info.dropFirst(), line: at + 1,
          closing: lines[end])
      case "out", "err":
        guard prose.allSatisfy(\.isEmpty), case .cell(var cell)? = notebook.parts.last, cell.recording == nil
        else {
          throw error(.badNotebook, "an output block comes right after its cell", line: at + 1)
        }
        var recording = Notebook.Recording(
          lines: inside, inputHash: nil, isError: info.first == "err", firstLine: at + 2)
        for attribute in info.dropFirst() {
          guard attribute.hasPrefix("in=") else {
            throw error(
              .badAttribute, "unknown attribute '\(attribute)'", line: at + 1, help: "an output has in=HASH")
          }
          recording.inputHash = String(attribute.dropFirst(3))
        }
        at = end + 1
        recording.numbers = try readNumbers(count: inside.count)
        cell.recording = recording
        prose = []
        notebook.parts[notebook.parts.count - 1] = .cell(cell)
        continue
      default: prose += lines[at...end]
      }
      at = end + 1
    }
    flush(&notebook)
  }

  /// The comment below an output of `count` lines; nil without one.
  private mutating func readNumbers(count: Int) throws -> RecordedNumbers? {
    guard at < lines.count, lines[at] == RecordedNumbers.opening else { return nil }
    let start = at + 1
    let help =
      "delete the lines from '\(RecordedNumbers.opening)' to '\(RecordedNumbers.closing)', or undo the change"
    guard let end = lines[start...].firstIndex(of: RecordedNumbers.closing) else {
      throw error(
        .badNotebook, "this comment is never closed with \(RecordedNumbers.closing)", line: start, help: help)
    }
    guard let numbers = try? RecordedNumbers(lines: Array(lines[start..<end]), count: count) else {
      throw error(.badNotebook, "these numbers are not as 'gnb record' wrote them", line: start, help: help)
    }
    at = end + 1
    return numbers
  }

  /// - Parameter line: of the line that opens the block.
  private func exercise(_ source: [String], line: Int) throws -> Exercise {
    do { return try Exercise(source) } catch let mistake as Exercise.Mistake {
      throw error(
        .badNotebook, mistake.message, line: line + 1 + mistake.line,
        help: mistake.help)
    }
  }

  private mutating func addCell(
    _ source: [String], isExercise: Bool, attributes: ArraySlice<String>, line: Int, closing: String
  ) throws {
    var cell = Notebook.Cell(
      name: "\(notebook.cells.count + 1)", source: source.joined(separator: "\n"), firstLine: line + 1)
    cell.opening = lines[line - 1]
    cell.closing = closing
    if isExercise { cell.exercise = try exercise(source, line: line) }
    for attribute in attributes {
      let parts = attribute.split(separator: "=", maxSplits: 1).map(String.init)
      switch (parts[0], parts.count) {
      case (let id, 1) where id.hasPrefix("#") && id.count > 1:
        cell.name = String(id.dropFirst())
        cell.hasID = true
      case ("raises", 2) where !isExercise:
        guard let code = Diagnostic.Code(rawValue: parts[1]) else {
          throw error(
            .badAttribute, "unknown error code '\(parts[1])'", line: line, help: "see 'help errors'")
        }
        cell.raises = code
      case ("rows", 2), ("timeout", 2):
        guard let number = Int(parts[1]), number > 0 else {
          throw error(.badAttribute, "'\(parts[0])' takes a whole number", line: line)
        }
        if parts[0] == "rows" { cell.rows = number } else { cell.timeout = number }
      case ("pause", 1) where !isExercise: cell.pauses = true
      default:
        throw error(
          .badAttribute, "unknown attribute '\(attribute)'", line: line,
          help: isExercise
            ? "an exercise has: " + NotebookReader.exerciseAttributes.joined(separator: " ")
            : "a cell has: " + NotebookReader.attributes.joined(separator: " "))
      }
    }
    guard names.insert(cell.name).inserted else {
      throw error(.badAttribute, "two cells have the id '#\(cell.name)'", line: line)
    }
    notebook.parts.append(.cell(cell))
  }
}

/// Fenced code as in CommonMark, except that an indented fence is text.
enum Markdown {
  /// The fence that opens a block: three or more backticks or tildes; nil if the line opens no block.
  static func fence(_ line: String) -> String? {
    // Bytes are compared, because a combining mark after the last backtick would join it to one character.
    let line = line.utf8
    guard let sign = line.first, sign == UInt8(ascii: "`") || sign == UInt8(ascii: "~") else { return nil }
    let fence = line.prefix { $0 == sign }
    // A line with more backticks after the first is inline code.
    guard fence.count >= 3, sign == UInt8(ascii: "~") || !line.dropFirst(fence.count).contains(sign) else {
      return nil
    }
    return String(decoding: fence, as: UTF8.self)
  }

  static func closes(_ line: String, _ fence: String) -> Bool {
    guard line.utf8.starts(with: fence.utf8), let sign = fence.utf8.first else { return false }
    return line.utf8.drop { $0 == sign }.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }
}
