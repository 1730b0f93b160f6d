import Foundation

/// The Markdown that notebooks are written in, as HTML: headings, paragraphs, lists, quotes, fenced code, tables, and emphasis,
/// code and links within lines. What it does not know stays text.
enum MarkdownHTML {
  static func html(_ lines: [String]) -> String {
    var result = ""
    var paragraph: [String] = []
    func flush() {
      if !paragraph.isEmpty { result += "<p>" + inline(paragraph.joined(separator: "\n")) + "</p>\n" }
      paragraph = []
    }
    var at = 0
    while at < lines.count {
      let line = lines[at]
      let trimmed = line.trimmingCharacters(in: .whitespaces)
      let level = trimmed.prefix { $0 == "#" }.count
      if let fence = Markdown.fence(line) {
        flush()
        let end = lines[(at + 1)...].firstIndex { Markdown.closes($0, fence) } ?? lines.count
        result +=
          "<pre><code>" + HTML.escaped(lines[(at + 1)..<end].joined(separator: "\n")) + "</code></pre>\n"
        at = end + 1
      } else if (1...6).contains(level), trimmed.dropFirst(level).first == " " {
        flush()
        result += "<h\(level)>" + inline(trimmed.dropFirst(level + 1)) + "</h\(level)>\n"
        at += 1
      } else if let tag = listTag(trimmed), paragraph.isEmpty || tag == "ul" {
        flush()
        let (list, end) = list(lines, at, tag)
        result += list
        at = end
      } else if trimmed.hasPrefix("|"), at + 1 < lines.count, isTableRule(lines[at + 1]) {
        flush()
        let rows = lines[at...].prefix { $0.trimmingCharacters(in: .whitespaces).hasPrefix("|") }.map(cells)
        let columns = rows[0].enumerated().map { i, title in
          Table.Column(title, i < rows[1].count && rows[1][i].hasSuffix(":") ? .right : .left)
        }
        let body = rows.dropFirst(2).map { row in columns.indices.map { $0 < row.count ? row[$0] : "" } }
        result += Table(columns, rows: Array(body)).html + "\n"
        at += rows.count
      } else if trimmed.hasPrefix(">") {
        flush()
        let quoted = lines[at...].prefix { $0.trimmingCharacters(in: .whitespaces).hasPrefix(">") }
        let inner = quoted.map { line in
          String(line.trimmingCharacters(in: .whitespaces).dropFirst()).trimmingCharacters(in: .whitespaces)
        }
        result += "<blockquote>\n" + html(Array(inner)) + "</blockquote>\n"
        at += quoted.count
      } else {
        if trimmed.isEmpty { flush() } else { paragraph.append(trimmed) }
        at += 1
      }
    }
    flush()
    return result
  }

  private static func listTag(_ line: String) -> String? {
    if line.hasPrefix("- ") || line.hasPrefix("* ") { return "ul" }
    let digits = line.prefix(while: \.isNumber)
    return !digits.isEmpty && line.dropFirst(digits.count).hasPrefix(". ") ? "ol" : nil
  }

  private static func list(_ lines: [String], _ start: Int, _ tag: String) -> (String, end: Int) {
    var items: [String] = []
    var at = start
    while at < lines.count {
      let trimmed = lines[at].trimmingCharacters(in: .whitespaces)
      if listTag(trimmed) == tag {
        items.append(String(trimmed.drop { $0 != " " }.dropFirst()))
      } else if lines[at].hasPrefix(" "), !trimmed.isEmpty, !items.isEmpty {
        items[items.count - 1] += "\n" + trimmed
      } else {
        break
      }
      at += 1
    }
    return ("<\(tag)>\n" + items.map { "<li>" + inline($0) + "</li>\n" }.joined() + "</\(tag)>\n", at)
  }

  private static func cells(_ line: String) -> [String] {
    var line = line.trimmingCharacters(in: .whitespaces)[...]
    if line.hasPrefix("|") { line = line.dropFirst() }
    if line.hasSuffix("|") { line = line.dropLast() }
    return line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private static func isTableRule(_ line: String) -> Bool {
    let cells = cells(line)
    return line.contains("-") && cells.allSatisfy { !$0.isEmpty && $0.allSatisfy { "-: ".contains($0) } }
  }

  /// Code, emphasis and links within a line. Everything else is escaped.
  static func inline(_ text: some StringProtocol) -> String {
    var result = ""
    var rest = Substring(text)
    /// What stands between `mark` here and its next place.
    func enclosed(_ mark: String) -> Substring? {
      guard rest.hasPrefix(mark) else { return nil }
      let inner = rest.dropFirst(mark.count)
      guard let end = inner.range(of: mark), end.lowerBound > inner.startIndex, inner.first != " " else {
        return nil
      }
      return inner[..<end.lowerBound]
    }
    while let character = rest.first {
      if let code = enclosed("`") {
        result += "<code>" + HTML.escaped(code) + "</code>"
        rest = rest.dropFirst(code.count + 2)
      } else if let strong = enclosed("**") {
        result += "<strong>" + inline(strong) + "</strong>"
        rest = rest.dropFirst(strong.count + 4)
      } else if let emphasis = enclosed("*") {
        result += "<em>" + inline(emphasis) + "</em>"
        rest = rest.dropFirst(emphasis.count + 2)
      } else if let link = link(rest) {
        result += "<a href=\"\(HTML.escaped(link.address))\">" + inline(link.text) + "</a>"
        rest = rest.dropFirst(link.length)
      } else {
        result += HTML.escaped(String(character))
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// `[text](address)` or `<address>` at the beginning; addresses of the web and of files only.
  private static func link(_ text: Substring) -> (text: Substring, address: Substring, length: Int)? {
    if text.hasPrefix("<http"), let end = text.firstIndex(of: ">") {
      let address = text[text.index(after: text.startIndex)..<end]
      return address.contains(" ") ? nil : (address, address, address.count + 2)
    }
    guard text.hasPrefix("["), let close = text.range(of: "]("),
      let end = text[close.upperBound...].firstIndex(of: ")")
    else { return nil }
    let inner = text[text.index(after: text.startIndex)..<close.lowerBound]
    let address = text[close.upperBound..<end]
    let scheme = address.prefix { $0 != "/" && $0 != "#" }
    guard !inner.contains("["), !address.contains(" "),
      !scheme.contains(":") || ["http:", "https:"].contains(scheme)
    else {
      return nil
    }
    return (inner, address, inner.count + address.count + 4)
  }
}
