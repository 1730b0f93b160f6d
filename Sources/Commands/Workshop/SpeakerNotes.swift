import Foundation
import Gemma

/// What a speaker sees beside a notebook that is presented. The notes stand in its text: `<!-- note: Ask who has seen this. -->`.
public struct SpeakerNotes {
  /// Where the presenting session is. It writes this beside the participant's state, and `gnb notes` reads it.
  public struct Place: Codable, Sendable, Equatable {
    /// Number of the next cell, from 0.
    public var position: Int
    /// Seconds since 1970 at which the presentation began.
    public var began: Double
    /// Whether the session has ended.
    public var hasEnded: Bool

    public init(position: Int, began: Double, hasEnded: Bool) {
      (self.position, self.began, self.hasEnded) = (position, began, hasEnded)
    }
  }

  /// The file of a notebook's place. Two notebooks of one name in two folders have two; a lesson of the tour lies in no folder.
  public static func path(of notebook: String) -> String {
    var text =
      notebook.hasSuffix(".gnb")
      ? URL(fileURLWithPath: notebook).standardizedFileURL.resolvingSymlinksInPath().path : notebook
    let hash = text.withUTF8 { SHA256.hexDigest(UnsafeRawBufferPointer($0)) }.prefix(16)
    let folder = (TourState.path() as NSString).deletingLastPathComponent
    return "\(folder)/presented-\(hash).json"
  }

  public static func read(_ path: String) -> Place? {
    FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Place.self, from: $0) }
  }

  public static func write(_ place: Place, to path: String) throws {
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    try AtomicFile.write(JSONEncoder().encode(place), to: path)
  }

  /// The lines for the speaker while the cell at `position` is on the audience's screen.
  ///
  /// - Parameters:
  ///   - width: of the speaker's terminal.
  ///   - rows: lines that it has for them. Where all do not fit, the next cell is left out, and then the source of this one, which the
  ///     audience's screen shows too.
  public static func lines(
    _ notebook: Notebook, at position: Int, minutes: Int, width: Int = 80, rows: Int = .max
  ) -> [Output] {
    let cells = notebook.cells
    let words = ReaderLanguage(of: notebook)
    func source(_ cell: Notebook.Cell, _ style: Span.Style) -> [Output] {
      let text = cell.exercise.map { "\($0.question)\n\(words.solution): \($0.solution)" } ?? cell.source
      return text.components(separatedBy: "\n").map { .line(Span("  " + $0, style)) }
    }
    let place = words.place(position + 1, of: cells.count, minutes: minutes)
    let notes = ProseText.notes(notebook.prose(beforeCell: position))
    var outputs: [Output] =
      [.line(Span("\(notebook.title ?? notebook.path)  ", .strong), Span(place, .faint)), .line("")]
      + (notes.isEmpty ? [.line(Span(words.noNote, .faint))] : notes.map { .line($0) })
    var more: [[Output]] = []
    if position < cells.count {
      more.append([.line(""), .line(Span(words.onScreen, .faint))] + source(cells[position], .plain))
    }
    if position + 1 < cells.count {
      let next = ProseText.notes(notebook.prose(beforeCell: position + 1)).map {
        Output.line(Span($0, .faint))
      }
      more.append([.line(""), .line(Span(words.then, .faint))] + next + source(cells[position + 1], .faint))
    }
    func height(_ outputs: [Output]) -> Int { outputs.map { $0.lines(width: width).count }.reduce(0, +) }
    for part in more {
      guard height(outputs + part) <= rows else { break }
      outputs += part
    }
    return outputs
  }
}
