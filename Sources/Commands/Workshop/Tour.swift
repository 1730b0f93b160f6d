import CNotebooks
import Foundation
import Gemma

/// The lessons that are compiled into the program: the quickstart, then notebooks/lessons by their numbers.
public struct Tour: Sendable {
  public enum Language: String, Sendable, Codable, CaseIterable {
    case english = "en"
    case japanese = "ja"

    /// The words beside the lessons.
    package var words: ReaderLanguage { self == .japanese ? .japanese : .english }
  }

  public struct Lesson: Sendable {
    /// The file's name without its ending.
    public let name: String
    /// The quickstart is 0; others have the number that their name begins with, or none.
    public let number: Int?
    let texts: [Language: String]

    /// What a participant types: the number, or the name where there is none.
    public var reference: String { number.map(String.init) ?? name }

    /// The lesson in this language; in English if it is not written in it.
    public func notebook(in language: Language) throws -> Notebook {
      try NotebookReader.read(text: texts[language] ?? texts[.english] ?? "", path: "tour/\(name)")
    }

    public func title(in language: Language) -> String {
      (try? notebook(in: language))?.title ?? name
    }
  }

  /// The program's version, compiled in beside them.
  public static let version = String(cString: gnb_version())

  public static let compiledIn = Tour(
    files: (0..<gnb_notebook_count).compactMap { index in
      guard let file = gnb_notebook(index)?.pointee, let path = file.path, let bytes = file.bytes else {
        return nil
      }
      return (
        String(cString: path),
        String(decoding: UnsafeBufferPointer(start: bytes, count: file.count), as: UTF8.self)
      )
    })

  public let lessons: [Lesson]
  public let times: LessonTimes

  /// - Parameter files: paths below `notebooks/`, with their texts.
  package init(files: [(path: String, text: String)]) {
    var texts: [String: [Language: String]] = [:]
    var tables = ""
    for (path, text) in files {
      if path.hasSuffix("README.md") { tables += text + "\n" }
      guard path.hasSuffix(".gnb"), let file = path.split(separator: "/").last else { continue }
      let language = Language.allCases.first { "/\(path)".contains("/\($0.rawValue)/") } ?? .english
      texts[String(file.dropLast(4)), default: [:]][language] = text
    }
    lessons = texts.map { name, texts in
      Lesson(name: name, number: name == "quickstart" ? 0 : Int(name.prefix(while: \.isNumber)), texts: texts)
    }.sorted { ($0.number ?? .max, $0.name) < ($1.number ?? .max, $1.name) }
    times = LessonTimes(table: tables)
  }

  /// The lesson with this number, name, or beginning of a name.
  public func lesson(_ reference: String) throws -> Lesson {
    let word = reference.hasSuffix(".gnb") ? String(reference.dropLast(4)) : reference
    if let number = Int(word), let found = lessons.first(where: { $0.number == number }) { return found }
    if let found = lessons.first(where: { $0.name == word }) { return found }
    let alike = lessons.filter { $0.name.hasPrefix(word) || $0.name.contains("-" + word) }
    if alike.count == 1 { return alike[0] }
    throw GemmaError.invalidValue(
      name: "lesson", expected: "one of \(lessons.map(\.reference).joined(separator: ", "))", found: reference
    )
  }

  /// The lesson after this one, if there is one.
  public func lesson(after lesson: Lesson) -> Lesson? {
    guard let index = lessons.firstIndex(where: { $0.name == lesson.name }) else { return nil }
    return lessons.dropFirst(index + 1).first
  }

  /// The lessons with what a participant has done of them, and how long they take if this computer was measured.
  public func list(_ state: TourState, language: Language) -> Table {
    let hasTimes = state.speed != nil
    let (words, titles) = (language.words, language.words.lessonTitles)
    return Table(
      [.init(""), .init(titles[0], .right), .init(titles[1], flexible: true), .init(titles[2])]
        + (hasTimes ? [.init(titles[3], .right)] : []),
      rows: lessons.map { lesson in
        [
          lesson.name == state.last ? "→" : "", lesson.reference, lesson.title(in: language),
          state.lessons[lesson.name]?.progress(words) ?? "",
        ] + (hasTimes ? [times.text(lesson, at: state.speed, in: language) ?? "?"] : [])
      })
  }
}
