import Foundation

/// How fast a computer trains (tokens a second, batches of two) and reads (articles a second, cut to 96 tokens), with the 270M.
public struct MeasuredSpeed: Codable, Sendable, Equatable {
  public var training: Double
  public var reading: Double
  public var threads: Int

  public init(training: Double, reading: Double, threads: Int) {
    (self.training, self.reading, self.threads) = (training, reading, threads)
  }

  /// The computer on which the times of the lessons were measured: two quiet cores, AVX-512 (docs/log.md).
  public static let reference = MeasuredSpeed(training: 395, reading: 8.5, threads: 2)

  /// How many times as long as on the computer of the table. Lessons train about half of their time and read in the other half.
  public var factor: Double {
    (Self.reference.training / training + Self.reference.reading / reading) / 2
  }
}

/// The seconds that each lesson takes on two cores. They come from the table in notebooks/lessons/README.md.
public struct LessonTimes: Sendable {
  private let seconds: [String: Double]

  /// Those that no table has: docs/log.md has the runs.
  private static let others = ["quickstart": 170.0, "rank-sweep": 435]

  /// - Parameter table: Markdown. A row counts if one cell has a lesson's name or number, and another a time such as "5 min 20 s".
  init(table: String) {
    var seconds = Self.others
    for line in table.components(separatedBy: "\n") where line.hasPrefix("|") {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard let time = cells.lazy.compactMap(Self.seconds).first else { continue }
      for cell in cells {
        if let match = cell.firstMatch(of: /([A-Za-z0-9][A-Za-z0-9-]*)\.gnb/) {
          seconds[String(match.1)] = time
        }
      }
      if let first = cells.first, let number = Int(first) { seconds["\(number)"] = time }
    }
    self.seconds = seconds
  }

  /// "5 min 20 s", "5 min", "5:20" or "40 s"; nil for any other text.
  static func seconds(_ text: String) -> Double? {
    if let match = text.wholeMatch(of: /(\d+) min(?: (\d+) s)?/) {
      return (Double(match.1) ?? 0) * 60 + (match.2.flatMap { Double($0) } ?? 0)
    }
    if let match = text.wholeMatch(of: /(\d+):(\d\d)/) {
      return (Double(match.1) ?? 0) * 60 + (Double(match.2) ?? 0)
    }
    return text.wholeMatch(of: /(\d+) s/).flatMap { Double($0.1) }
  }

  /// On the two cores of the table; nil if it was not measured.
  public func seconds(_ lesson: Tour.Lesson) -> Double? {
    seconds[lesson.name] ?? lesson.number.flatMap { seconds["\($0)"] }
  }

  /// On a computer of this speed, rounded as an estimate is.
  public func text(
    _ lesson: Tour.Lesson, at speed: MeasuredSpeed?, in language: Tour.Language = .english
  ) -> String? {
    guard let speed, let seconds = seconds(lesson) else { return nil }
    let minutes = seconds * speed.factor / 60
    return language.words.takes(minutes: minutes < 1 ? nil : minutes)
  }
}
