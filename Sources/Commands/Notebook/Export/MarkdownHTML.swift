import CCmark
import Foundation

/// A notebook's text as HTML: CommonMark with GFM's tables, strikethrough, task lists and autolinks, as libcmark-gfm has them.
///
/// No text can put markup of its own on the page. Raw HTML is shown as text; comments are left out, and `<br>` breaks the line. Links
/// and images keep addresses without a scheme and those of `schemes`; all others lose them.
enum MarkdownHTML {
  private static let schemes: Set<String> = ["http", "https", "mailto"]
  private static let pictures = ["png", "jpeg", "gif", "webp"].map { "data:image/\($0);" }
  private static let extensions = ["table", "strikethrough", "autolink", "tasklist"]
  private static let register: Void = cmark_gfm_core_extensions_ensure_registered()

  /// The definitions of link references, such as `[LoRA]: https://...`, in all texts of a notebook. A cell between two texts does not
  /// end the document, so a text may use a definition that another text has.
  static func definitions(_ notebook: Notebook) -> [String] {
    notebook.parts.flatMap { part -> [String] in
      guard case .prose(let lines) = part else { return [] }
      return lines.filter { $0.firstMatch(of: /^ {0,3}\[[^\]\^][^\]]*\]:[ \t]*\S/) != nil }
    }
  }

  /// - Parameter definitions: link references for these lines, beside their own.
  static func html(_ lines: [String], definitions: [String] = []) -> String {
    register
    let lines = definitions.isEmpty ? lines : lines + [""] + definitions
    // What is not UTF-8, and NUL, become U+FFFD. Without CMARK_OPT_UNSAFE no raw HTML is ever written.
    let options = CMARK_OPT_VALIDATE_UTF8
    guard let parser = cmark_parser_new(options) else { return "" }
    defer { cmark_parser_free(parser) }
    for name in extensions {
      if let found = cmark_find_syntax_extension(name) { cmark_parser_attach_syntax_extension(parser, found) }
    }
    let text = lines.joined(separator: "\n")
    cmark_parser_feed(parser, text, text.utf8.count)
    guard let document = cmark_parser_finish(parser) else { return "" }
    defer { cmark_node_free(document) }
    makeSafe(document)
    let used = cmark_parser_get_syntax_extensions(parser)
    guard let html = cmark_render_html(document, options, used) else { return "" }
    defer { free(html) }
    return String(cString: html)
  }

  private static func makeSafe(_ document: OpaquePointer) {
    // Collected first: a node must not be replaced while it is walked over.
    var nodes: [OpaquePointer] = []
    let walk = cmark_iter_new(document)
    while case let event = cmark_iter_next(walk), event != CMARK_EVENT_DONE {
      if event == CMARK_EVENT_ENTER, let node = cmark_iter_get_node(walk) { nodes.append(node) }
    }
    cmark_iter_free(walk)
    for node in nodes {
      switch cmark_node_get_type(node) {
      case CMARK_NODE_HTML_BLOCK, CMARK_NODE_HTML_INLINE: showAsText(node)
      case CMARK_NODE_LINK: keepIfSafe(node, isPicture: false)
      case CMARK_NODE_IMAGE: keepIfSafe(node, isPicture: true)
      default: break
      }
    }
  }

  private static func showAsText(_ node: OpaquePointer) {
    let isBlock = cmark_node_get_type(node) == CMARK_NODE_HTML_BLOCK
    let html = cmark_node_get_literal(node).map { String(cString: $0) } ?? ""
    let text = html.replacing(/<!--[\s\S]*?(-->|$)/, with: "")
    defer { cmark_node_free(node) }
    guard text.contains(where: { !$0.isWhitespace }) else { return }
    if text.wholeMatch(of: /<(br|BR)\s*\/?>/) != nil {
      // The cells of a table have one line each.
      let space = cmark_node_new(CMARK_NODE_TEXT)
      cmark_node_set_literal(space, " ")
      if insert(cmark_node_new(CMARK_NODE_LINEBREAK), before: node) {
        cmark_node_free(space)
      } else {
        _ = insert(space, before: node)
      }
      return
    }
    let shown = cmark_node_new(CMARK_NODE_TEXT)
    cmark_node_set_literal(shown, isBlock ? text.trimmingCharacters(in: .whitespacesAndNewlines) : text)
    guard isBlock else {
      _ = insert(shown, before: node)
      return
    }
    let paragraph = cmark_node_new(CMARK_NODE_PARAGRAPH)
    cmark_node_append_child(paragraph, shown)
    _ = insert(paragraph, before: node)
  }

  /// - Returns: false where no such node may stand: a line break in a table's cell.
  private static func insert(_ new: OpaquePointer?, before node: OpaquePointer) -> Bool {
    let isIn = cmark_node_insert_before(node, new) == 1
    if !isIn { cmark_node_free(new) }
    return isIn
  }

  private static func keepIfSafe(_ node: OpaquePointer, isPicture: Bool) {
    let address = cmark_node_get_url(node).map { String(cString: $0) } ?? ""
    if !isSafe(address, isPicture: isPicture) { cmark_node_set_url(node, "") }
  }

  /// Whether an address leads to a page, a file, or, for a picture, to one that it holds itself.
  static func isSafe(_ address: String, isPicture: Bool) -> Bool {
    guard let colon = address.utf8.firstIndex(of: UInt8(ascii: ":")) else { return true }
    let scheme = address[..<colon].lowercased()
    // A colon after one of these belongs to no scheme.
    if scheme.utf8.contains(where: { "/?#".utf8.contains($0) }) { return true }
    let isOwnPicture = pictures.contains { address.lowercased().hasPrefix($0) }
    return schemes.contains(scheme) || isPicture && isOwnPicture
  }
}
