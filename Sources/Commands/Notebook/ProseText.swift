import Foundation

/// A notebook's text in the parts that are shown in different ways: Markdown, fenced blocks, and comments, which nobody sees.
public enum ProseText {
  public enum Block: Equatable, Sendable {
    case text([String])
    /// A fenced block with the first word of its opening line.
    case fenced(kind: String, lines: [String])
  }

  /// The text without comments, cut at its fenced blocks. A line that held nothing but a comment is gone.
  ///
  /// - Parameter keepsComments: for a reader of Markdown, which leaves them out itself.
  public static func blocks(_ lines: [String], keepsComments: Bool = false) -> [Block] {
    var blocks: [Block] = []
    var text: [String] = []
    func flush() {
      if !text.isEmpty { blocks.append(.text(text)) }
      text = []
    }
    var at = 0
    var isComment = false
    while at < lines.count {
      if !isComment, let fence = Markdown.fence(lines[at]),
        let end = lines[(at + 1)...].firstIndex(where: { Markdown.closes($0, fence) })
      {
        flush()
        let kind = lines[at].dropFirst(fence.count).split(separator: " ").first.map(String.init) ?? ""
        blocks.append(.fenced(kind: kind, lines: Array(lines[(at + 1)..<end])))
        at = end + 1
        continue
      }
      if keepsComments {
        text.append(lines[at])
        at += 1
        continue
      }
      var hadComment = isComment
      let line = withoutComments(lines[at], &isComment, &hadComment)
      if !(hadComment && line.allSatisfy(\.isWhitespace)) { text.append(line) }
      at += 1
    }
    flush()
    return blocks
  }

  /// - Parameters:
  ///   - isComment: whether the line begins in a comment; whether the next one does, afterwards.
  ///   - hadComment: set if the line has a part of one.
  private static func withoutComments(_ line: String, _ isComment: inout Bool, _ hadComment: inout Bool)
    -> String
  {
    var result = ""
    var rest = line[...]
    while true {
      if isComment {
        guard let end = rest.firstRange(of: "-->") else { return result }
        rest = rest[end.upperBound...]
        isComment = false
      }
      guard let start = rest.firstRange(of: "<!--") else { return result + rest }
      // In inline code it is text.
      if rest[..<start.lowerBound].count(where: { $0 == "`" }) % 2 == 1 { return result + rest }
      hadComment = true
      result += rest[..<start.lowerBound]
      rest = rest[start.upperBound...]
      isComment = true
    }
  }

  /// The speaker's notes: comments that begin with "note:".
  public static func notes(_ lines: [String]) -> [String] {
    lines.joined(separator: "\n").matches(of: /<!--\s*note:([\s\S]*?)-->/).map { match in
      match.1.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { !$0.isEmpty }.joined(separator: " ")
    }
  }
}
