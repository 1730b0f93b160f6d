/// Escapes text for HTML and SVG.
enum HTML {
  /// XML cannot contain control characters, so they are replaced by visible signs.
  static func escaped(_ text: some StringProtocol) -> String {
    VisibleText.of(String(text)).replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(
      of: "<", with: "&lt;"
    )
    .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
  }
}
