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
  public static func lines(_ notebook: Notebook, at position: Int, minutes: Int) -> [Output] {
    let cells = notebook.cells
    let place = position < cells.count ? "cell \(position + 1) of \(cells.count)" : "the end"
    var outputs: [Output] = [
      .line(Span("\(notebook.title ?? notebook.path)  ", .strong), Span("\(place), \(minutes) min", .faint)),
      .line(""),
    ]
    let notes = ProseText.notes(notebook.prose(beforeCell: position))
    outputs += notes.isEmpty ? [.line(Span("no note for this cell", .faint))] : notes.map { .line($0) }
    if position < cells.count {
      outputs += [.line(""), .line(Span("on the screen:", .faint))]
      outputs += cells[position].source.components(separatedBy: "\n").map { .line("  " + $0) }
    }
    if position + 1 < cells.count {
      outputs += [.line(""), .line(Span("then:", .faint))]
      outputs += ProseText.notes(notebook.prose(beforeCell: position + 1)).map { .line(Span($0, .faint)) }
      outputs += cells[position + 1].source.components(separatedBy: "\n").map {
        .line(Span("  " + $0, .faint))
      }
    }
    return outputs
  }
}
