import Commands

/// What `--present` paints: each cell, and then its output, on a screen of its own.
extension TerminalPainter {
  /// A cell on a screen of its own, for an audience: what it is about, and its source in double size, or else in a frame with room
  /// around it.
  func present(_ steps: [Replay.Step], place: String) {
    clear()
    out(styled(place, .faint) + "\n\n")
    for step in steps {
      switch step {
      case .prose(let lines): prose(lines, large: hasLargeType)
      case .cell(let cell) where hasLargeType:
        out("\n")
        for line in DisplayWidth.wrap(VisibleText.of(cell.shown), to: max(10, width() / 2 - 3)) {
          out(LargeType.lines(styled(" ┃ ", .faint) + styled(line, .strong)))
        }
        out("\n")
      case .cell(let cell):
        let inner = max(10, width() - 8)
        let lines = DisplayWidth.wrap(VisibleText.of(cell.shown), to: inner)
        let widest = lines.map { DisplayWidth.of($0) }.max() ?? 0
        func row(_ text: String) {
          out(
            styled("  ┃", .faint) + "  " + styled(DisplayWidth.pad(text, to: widest), .strong) + "  "
              + styled("┃", .faint) + "\n")
        }
        let bar = String(repeating: "━", count: widest + 4)
        out("\n" + styled("  ┏" + bar + "┓", .faint) + "\n")
        row("")
        for line in lines {
          row(line)
          row("")
        }
        out(styled("  ┗" + bar + "┛", .faint) + "\n\n")
      }
    }
  }

  /// What a cell told as pages of `rows` lines; a page ends at an empty line if there is one in its second half.
  func pages(_ transcript: Transcript, rows: Int) -> [String] {
    let error = transcript.error?.lines(width: width()).map { [Span($0)] } ?? []
    var lines = (transcript.outputs.flatMap { $0.lines(width: width()) } + error)[...]
    var pages: [String] = []
    while !lines.isEmpty {
      var page = lines.prefix(max(rows, 1))
      if page.count < lines.count,
        let gap = page.lastIndex(where: { $0.allSatisfy { $0.text.isEmpty } }),
        gap - page.startIndex >= rows / 2
      {
        page = page[..<gap]
      }
      lines = lines[page.endIndex...].drop { $0.allSatisfy { $0.text.isEmpty } }
      pages.append(page.map { $0.map { styled($0.text, $0.style) }.joined() + "\n" }.joined())
    }
    return pages
  }

  /// A page of an output on a screen of its own.
  func present(page: String) {
    clear()
    out(page)
  }
}
