/// Text within HTML and SVG.
enum HTML {
  /// XML has no way to write control characters: they are made visible.
  static func escaped(_ text: some StringProtocol) -> String {
    VisibleText.of(String(text)).replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(
      of: "<", with: "&lt;"
    )
    .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
  }
}
