import Foundation
import Gemma

/// Where a participant is in the tour. It is a file of the user's state, `tour.json`; the work itself is in the cache.
public struct TourState: Codable, Sendable, Equatable {
  /// How far a lesson was done.
  public struct Place: Codable, Sendable, Equatable {
    public var cells: Int
    public var of: Int
    /// Whether the last cell was run. A finished lesson begins anew.
    public var isFinished: Bool
    /// Of the lesson's cells as they were then, and the language of its text.
    public var hash: String
    public var language: Tour.Language

    public init(cells: Int, of: Int, hash: String, language: Tour.Language) {
      self.cells = cells
      self.of = of
      isFinished = cells == of
      self.hash = hash
      self.language = language
    }

    func progress(_ words: ReaderLanguage) -> String {
      isFinished ? words.isFinished : cells == 0 ? "" : words.cellsDone(cells, of: of)
    }
  }

  public var language: Tour.Language?
  /// The name of the lesson that was open last.
  public var last: String?
  public var lessons: [String: Place] = [:]
  /// What `gnb doctor` measured.
  public var speed: MeasuredSpeed?

  public init() {}

  /// `$XDG_STATE_HOME/gnb/tour.json`, or `~/.local/state/gnb/tour.json`.
  public static func path(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
    func set(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    return (set("XDG_STATE_HOME") ?? (set("HOME") ?? NSHomeDirectory()) + "/.local/state") + "/gnb/tour.json"
  }

  /// - Returns: an empty state if there is no file, or one that this version cannot read.
  public static func read(path: String = path()) -> TourState {
    guard let data = FileManager.default.contents(atPath: path),
      let state = try? JSONDecoder().decode(TourState.self, from: data)
    else { return TourState() }
    return state
  }

  public func write(path: String = path()) throws {
    let folder = (path as NSString).deletingLastPathComponent
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      try AtomicFile.write(encoder.encode(self), to: path)
    } catch let error as GemmaError { throw error } catch {
      throw GemmaError.inputOutput(path: path, reason: error.localizedDescription)
    }
  }
}

/// One lesson at the prompt: opened where the participant left it, and kept after each cell.
public struct OpenLesson {
  public let stepper: Stepper
  public let keeper: SessionKeeper
  private let lesson: Tour.Lesson
  private let language: Tour.Language
  private let hash: String
  private let path: String

  /// - Parameters:
  ///   - path: of the file with the participant's place.
  ///   - tell: called with what a participant should know about the place.
  public init(
    _ lesson: Tour.Lesson, in language: Tour.Language, session: Session, path: String = TourState.path(),
    prepare: (Notebook) throws -> Void = { _ in }, tell: (String) -> Void
  ) throws {
    self.lesson = lesson
    self.language = language
    self.path = path
    let notebook = try lesson.notebook(in: language)
    hash = notebook.inputHashes.last ?? ""
    let folder = "\(session.cache.path)/tour/\(lesson.name)"
    let place = TourState.read(path: path).lessons[lesson.name]
    try prepare(notebook)
    var restored: Stepper?
    if let place, place.hash != hash, place.cells > 0 {
      tell(language.words.lessonHasChanged)
    } else if let place, place.cells > 0, !place.isFinished {
      do {
        let last = try LastSession(in: session.cache, at: folder)
        // What the participant has changed or added stays; other cells are those of the language asked for.
        let own = try NotebookReader.read(text: last.text, path: notebook.path)
        let isSame = own.cells.map(\.source) == notebook.cells.map(\.source) && place.language != language
        restored = try last.restore(session, at: folder, own: isSame ? notebook : own, tell: tell)
      } catch {
        tell(language.words.placeIsLost(Diagnostic(error).message))
      }
    }
    if let restored {
      stepper = restored
    } else {
      _ = Replay(notebook, session: session)
      stepper = try Stepper(notebook, session: session)
    }
    keeper = SessionKeeper(stepper, at: folder)
    try note()
  }

  /// Writes down where the participant is.
  public func note() throws {
    var state = TourState.read(path: path)
    state.language = language
    state.last = lesson.name
    state.lessons[lesson.name] = TourState.Place(
      cells: stepper.position, of: stepper.cells.count, hash: hash, language: language)
    try state.write(path: path)
  }

  public var isFinished: Bool { stepper.isAtEnd }
}
