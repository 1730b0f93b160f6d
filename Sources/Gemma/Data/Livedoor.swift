import Foundation

/// The Livedoor news corpus: text/CATEGORY/CATEGORY-NUMBER.txt, each with its address, its date, its title and then the body.
package enum Livedoor {
  package static let allCategories = [
    "dokujo-tsushin", "it-life-hack", "kaden-channel", "livedoor-homme", "movie-enter", "peachy", "smax",
    "sports-watch", "topic-news",
  ]
  /// The five of the demo.
  package static let demoCategories = [
    "it-life-hack", "kaden-channel", "movie-enter", "sports-watch", "topic-news",
  ]

  /// - Parameter file: with LF as line ends.
  /// - Returns: the title, and title and body; nil for less than three lines.
  static func article(_ file: String) -> (title: String, text: String)? {
    let lines = file.split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false)
    guard lines.count >= 3 else { return nil }
    let title = lines[2].trimmingCharacters(in: .whitespacesAndNewlines)
    let body = lines.count > 3 ? String(lines[3]) : ""
    return (title, (title + "\n" + body).trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
