/// One HTML file that needs nothing else: no script, no font, no picture from elsewhere. For a phone, a projector, paper, light
/// and dark.
enum HTMLExport {
  static func text(_ notebook: Notebook) -> String {
    var body = ""
    var number = 0
    var explained: Set<Volatile> = []
    let definitions = MarkdownHTML.definitions(notebook)
    let language = ReaderLanguage(of: notebook)
    for part in notebook.parts {
      switch part {
      case .prose(let lines): body += prose(lines, definitions, language)
      case .cell(let cell):
        number += 1
        let name = cell.hasID ? cell.name : "\(number)"
        if let exercise = cell.exercise {
          body += self.exercise(exercise, cell, name: name, definitions, language, &explained)
          continue
        }
        body += "<section class=\"cell\" id=\"\(HTML.escaped(name))\">\n"
        body += "<pre class=\"in\"><code>" + source(cell.source) + "</code></pre>\n"
        if let recording = cell.recording { body += output(recording, language, &explained) }
        body += "</section>\n"
      }
    }
    let title = HTML.escaped(notebook.title ?? "gnb notebook")
    return """
      <!DOCTYPE html>
      <html lang="\(language.code)">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="generator" content="gnb">
      <title>\(title)</title>
      <style>
      \(style)
      .choice::before { content: "\(language.wrapped) ⇄"; }
      #scroll:checked ~ main .choice::before { content: "\(language.scrolled) ⇄"; }
      </style>
      </head>
      <body>
      <input type="checkbox" id="scroll">
      <main>
      <label class="choice" for="scroll"></label>
      \(body)</main>
      </body>
      </html>

      """
  }

  /// An exercise: its question, and the answer folded.
  private static func exercise(
    _ exercise: Exercise, _ cell: Notebook.Cell, name: String, _ definitions: [String],
    _ language: ReaderLanguage, _ explained: inout Set<Volatile>
  ) -> String {
    let solution =
      exercise.isCommand
      ? "<pre class=\"in\"><code>" + source(exercise.solution) + "</code></pre>\n"
        + (cell.recording.map { output(exercise.translated($0), language, &explained) } ?? "")
      : "<p><strong>\(HTML.escaped(exercise.solution))</strong></p>\n"
    let (hintTitle, answerTitle) = (exercise.language.hintTitle, exercise.language.answerTitle)
    let hint =
      exercise.hint.map {
        "<details><summary>\(hintTitle)</summary>\n<p>\(HTML.escaped($0))</p>\n</details>\n"
      } ?? ""
    return "<section class=\"exercise\" id=\"\(HTML.escaped(name))\">\n"
      + prose([VisibleText.of(exercise.question)], definitions, language) + hint
      + "<details class=\"answer\"><summary>\(answerTitle)</summary>\n" + solution
      + "</details>\n</section>\n"
  }

  /// A notebook's text. Blocks of `lora` and `math` become pictures; other blocks are part of their Markdown.
  private static func prose(
    _ lines: [String], _ definitions: [String], _ language: ReaderLanguage
  ) -> String {
    var html = ""
    var text: [String] = []
    func flush() {
      if !text.isEmpty { html += MarkdownHTML.html(text, definitions: definitions) }
      text = []
    }
    for block in ProseText.blocks(lines, keepsComments: true) {
      switch block {
      case .text(let more): text += more
      case .fenced("lora", let inner):
        guard let picture = LoRAPicture(inner) else {
          text += ["```"] + inner + ["```"]
          continue
        }
        flush()
        html += "<figure class=\"picture\">\(picture.svg(language.picture))</figure>\n"
      case .fenced("math", let inner):
        flush()
        for line in inner where !line.allSatisfy(\.isWhitespace) {
          html += "<figure class=\"picture\">\(Equation(line).svg())</figure>\n"
        }
      case .fenced(let kind, let inner):
        let fence = NotebookWriter.fence(around: inner)
        text += [fence + kind] + inner + [fence]
      }
    }
    flush()
    return html
  }

  /// - Parameter explained: the marks of volatile values that the page has explained; grows.
  private static func output(
    _ recording: Notebook.Recording, _ language: ReaderLanguage, _ explained: inout Set<Volatile>
  ) -> String {
    let blocks = RecordedOutput.blocks(recording).map { block in
      switch block.output {
      case .table(let table): "<div class=\"table\">\(table.html)</div>\n"
      case .chart(let chart): figure(chart)
      default: text(block.lines, isError: recording.isError)
      }
    }
    let marks = Volatile.allCases.filter { kind in
      !explained.contains(kind) && recording.lines.contains { $0.contains("«\(kind.rawValue)»") }
    }
    explained.formUnion(marks)
    let notes = marks.map { "<p class=\"note\">\(language.explanation(of: $0))</p>\n" }
    return (blocks + notes).joined()
  }

  private static func text(_ lines: [String], isError: Bool) -> String {
    // A curve drawn in dots would fall apart where lines are broken.
    let isDrawn = lines.contains { $0.unicodeScalars.contains { (0x2800...0x28FF).contains($0.value) } }
    let type = "out" + (isError ? " err" : "") + (isDrawn ? " drawn" : "")
    return "<pre class=\"\(type)\">" + HTML.escaped(lines.joined(separator: "\n")) + "</pre>\n"
  }

  private static func figure(_ chart: Chart) -> String {
    let margin = NumberFormat.fixed(chart.svgMargin, 2)
    return "<figure><figcaption>\(HTML.escaped(chart.title))</figcaption>"
      + "<div style=\"padding-left:\(margin)em\">\(chart.svg(standalone: false))</div></figure>\n"
  }

  /// Source with its words marked: commands, strings, variables, comments.
  private static func source(_ text: String) -> String {
    text.components(separatedBy: "\n").map { line in
      var result = ""
      var rest = line[...]
      var isFirstWord = true
      while let character = rest.first {
        let piece: Substring
        var type: String?
        switch character {
        case "#": (piece, type) = (rest, "comment")
        case "\"":
          var escaped = false
          let end = rest.dropFirst().firstIndex { character in
            defer { escaped = character == "\\" && !escaped }
            return character == "\"" && !escaped
          }
          (piece, type) = (end.map { rest[...$0] } ?? rest, "string")
        case "$":
          (piece, type) = (
            rest.prefix(1) + rest.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" }, "variable"
          )
        case _ where character.isLetter:
          piece = rest.prefix { $0.isLetter || $0.isNumber || "_-.".contains($0) }
          if isFirstWord { type = "verb" }
          isFirstWord = false
        default:
          piece = rest.prefix(1)
          if character == ";" || character == "{" { isFirstWord = true }
        }
        let escaped = HTML.escaped(piece)
        result += type.map { "<span class=\"\($0)\">\(escaped)</span>" } ?? escaped
        rest = rest.dropFirst(piece.count)
      }
      return result
    }.joined(separator: "\n")
  }

  private static let style = """
    :root { color-scheme: light dark; --text: #1d2126; --back: #ffffff; --soft: #f3f5f8; --line: #d5dae1; --faint: #626a75;
      --accent: #2f6fd0; --string: #2d7a3e; --variable: #9a4d00; --bad: #b3261e; }
    @media (prefers-color-scheme: dark) {
      :root { --text: #e3e6ea; --back: #14171b; --soft: #1e2329; --line: #39414b; --faint: #98a1ad;
        --accent: #7fb0ff; --string: #8fd19e; --variable: #f0b36b; --bad: #ff8a80; }
    }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--back); color: var(--text); line-height: 1.6;
      font-family: system-ui, "Noto Sans", "Noto Sans CJK JP", "Hiragino Sans", sans-serif; font-size: clamp(16px, 0.6vw + 12px, 28px); }
    main { max-width: 52em; margin: 0 auto; padding: 1.5em 1em 4em; }
    h1, h2, h3 { line-height: 1.25; margin: 1.8em 0 0.5em; }
    h1 { font-size: 1.9em; margin-top: 0.5em; }
    h2 { font-size: 1.35em; border-bottom: 1px solid var(--line); padding-bottom: 0.2em; }
    a { color: var(--accent); }
    code, pre { font-family: ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", "Noto Sans Mono CJK JP", monospace; font-size: 0.9em; }
    pre code { font-size: inherit; }
    p code, li code { background: var(--soft); padding: 0.1em 0.3em; border-radius: 0.2em; }
    pre { white-space: pre-wrap; overflow-wrap: anywhere; overflow-x: auto; margin: 0; padding: 0.7em 0.9em; line-height: 1.45; }
    .cell { margin: 1.2em 0; border: 1px solid var(--line); border-radius: 0.4em; overflow: hidden; }
    .exercise { margin: 1.2em 0; padding: 0.2em 1em 0.7em; border: 1px solid var(--line); border-left: 0.25em solid var(--string);
      border-radius: 0.4em; break-inside: avoid; }
    .exercise > p:first-child { font-weight: 600; }
    summary { cursor: pointer; color: var(--faint); }
    .in { background: var(--soft); border-left: 0.25em solid var(--accent); }
    .in + * { border-top: 1px solid var(--line); }
    .drawn, #scroll:checked ~ main pre { white-space: pre; overflow-wrap: normal; }
    #scroll { position: absolute; opacity: 0; }
    .choice { float: right; color: var(--faint); font-size: 0.8em; cursor: pointer; }
    #scroll:focus-visible ~ main .choice { outline: 2px solid var(--accent); }
    .note { margin: 0; padding: 0.2em 0.9em 0.7em; color: var(--faint); font-size: 0.8em; }
    .err { color: var(--bad); }
    .verb { color: var(--accent); font-weight: 600; }
    .string { color: var(--string); }
    .variable { color: var(--variable); }
    .comment { color: var(--faint); font-style: italic; }
    .table { overflow-x: auto; padding: 0.7em 0.9em; }
    main > table { display: block; overflow-x: auto; }
    table { border-collapse: collapse; font-size: 0.9em; font-variant-numeric: tabular-nums; }
    th, td { padding: 0.2em 0.8em 0.2em 0; text-align: left; vertical-align: top; }
    th { border-bottom: 1px solid var(--line); }
    .n { text-align: right; padding-left: 0.8em; }
    td.n, td:first-child { white-space: nowrap; }
    td:last-child:not(.n) { min-width: 12em; }
    .rule td { border-top: 1px solid var(--line); }
    .shaded td.n { text-align: center; min-width: 2.6em; padding: 0.2em 0.5em;
      background: color-mix(in srgb, var(--accent) calc(var(--share, 0) * 75%), transparent); }
    .shaded th.n { text-align: center; }
    caption { caption-side: bottom; text-align: left; color: var(--faint); }
    .cell figure { margin: 0; padding: 0.7em 0.9em; }
    figure div { font-size: 0.8em; max-width: 60em; padding-right: 1em; }
    figure svg { font-size: 1em; }
    figcaption { font-weight: 600; font-size: 0.9em; color: var(--faint); margin-bottom: 0.5em; }
    img { max-width: 100%; height: auto; }
    blockquote { margin: 1em 0; padding-left: 1em; border-left: 0.25em solid var(--line); color: var(--faint); }
    @media (max-width: 30em) {
      .table { padding: 0.5em; }
      table { font-size: 0.72em; }
      th, td { padding-right: 0.6em; }
      .n { padding-left: 0.2em; }
      td:last-child:not(.n) { min-width: 7em; }
      .choice { float: none; display: block; text-align: right; }
    }
    .picture { margin: 1.2em 0; text-align: center; }
    @page { size: A4; margin: 14mm 15mm; }
    @media print {
      :root { color-scheme: light; --text: #000000; --back: #ffffff; --soft: #f3f5f8; --line: #c3c9d2; --faint: #545b65;
        --accent: #1f5cb8; --string: #1f6b30; --variable: #7d3f00; --bad: #9c1a12; }
      html { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
      body { font-size: 10.5pt; line-height: 1.4; }
      main { max-width: none; padding: 0; }
      .choice { display: none; }
      h1, h2, h3 { break-after: avoid; }
      p, li { orphans: 3; widows: 3; }
      pre, #scroll:checked ~ main pre { white-space: pre-wrap; overflow-wrap: anywhere; }
      .drawn { white-space: pre; }
      figure, table, .picture, .exercise, .in { break-inside: avoid; }
      .in { break-after: avoid; }
      .cell { overflow: visible; }
      tr { break-inside: avoid; }
      a { color: inherit; }
      .exercise::after { content: ""; display: block; height: 2.2em; border-bottom: 1px dotted var(--faint); }
    }
    """
}
