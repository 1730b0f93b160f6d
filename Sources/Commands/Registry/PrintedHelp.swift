/// Pages for print, A4, made from the command table and the glossary: they need no script and nothing from elsewhere.
public enum PrintedHelp {
  /// All commands on one sheet, with the keys of the prompt.
  ///
  /// - Parameter version: the program's, in the page's foot; nil leaves it out.
  public static func card(_ table: CommandTable, version: String? = nil) -> String {
    var body = "<h1>gnb on one page</h1>\n<main>\n"
    for group in Command.Group.allCases {
      let commands = table.commands.filter { $0.group == group }
      guard !commands.isEmpty else { continue }
      body += "<section>\n<h2>\(group.rawValue)</h2>\n<dl>\n"
      for command in commands {
        body += "<dt>\(HTML.escaped(call(command)))</dt><dd>\(HTML.escaped(command.summary))</dd>\n"
      }
      body += "</dl>\n</section>\n"
    }
    body += "<section>\n<h2>Language</h2>\n<dl>\n"
    for page in Help.pages where page.isTyped {
      let usage = page.text.split(separator: "\n").first.map(String.init) ?? page.name
      body += "<dt>\(HTML.escaped(usage))</dt><dd>\(HTML.escaped(page.summary))</dd>\n"
    }
    body += "</dl>\n</section>\n<section>\n<h2>Keys</h2>\n<dl>\n"
    let keys = Help.pages.first { $0.name == "keys" }?.text ?? ""
    for line in keys.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard let gap = line.firstRange(of: "  ") else { continue }
      let key = parts.isEmpty ? "" : String(line[..<gap.lowerBound])
      let text = line[gap.upperBound...].drop { $0 == " " }
      body += "<dt>\(HTML.escaped(key))</dt><dd>\(HTML.escaped(text))</dd>\n"
    }
    body += "</dl>\n</section>\n</main>\n"
    let foot = "help COMMAND, or COMMAND? at the prompt, shows the arguments; help WORD explains a word."
    return page(title: "gnb on one page", body: body, foot: foot, version: version, style: cardStyle)
  }

  /// The name, and what must be given.
  private static func call(_ command: Command) -> String {
    ([command.name]
      + command.arguments.filter { $0.positional || $0.required }.map {
        $0.required ? $0.name.uppercased() : "[\($0.name.uppercased())]"
      }).joined(separator: " ")
  }

  /// The field's words, with where gnb shows them.
  public static func glossary(version: String? = nil) -> String {
    var body = "<h1>The words of fine-tuning</h1>\n<main>\n"
    for entry in Glossary.entries {
      let others =
        entry.others.isEmpty ? "" : " <small>\(HTML.escaped(entry.others.joined(separator: ", ")))</small>"
      let see = entry.see.map { "<code>\(HTML.escaped($0))</code>" }.joined(separator: "; ")
      body +=
        "<article><h2>\(HTML.escaped(entry.word))\(others)</h2><p>\(HTML.escaped(entry.text))</p><p class=\"see\">\(see)</p></article>\n"
    }
    body += "</main>\n"
    return page(
      title: "The words of fine-tuning", body: body, foot: "help WORD explains each of them at the prompt.",
      version: version, style: glossaryStyle)
  }

  private static func page(title: String, body: String, foot: String, version: String?, style: String)
    -> String
  {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(title)</title>
    <style>
    @page { size: A4; margin: 11mm; }
    * { box-sizing: border-box; }
    html { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
    body { margin: 0 auto; max-width: 188mm; color: #1d2126; background: #fff; line-height: 1.3;
      font-family: "Noto Sans", "Noto Sans CJK JP", "DejaVu Sans", system-ui, sans-serif; }
    @media screen { body { padding: 8mm 4mm; } }
    code, dt { font-family: "DejaVu Sans Mono", ui-monospace, monospace; }
    h1 { margin: 0 0 2mm; }
    footer { border-top: 0.3mm solid #aab2bd; color: #626a75; margin-top: 2mm; padding-top: 1mm; font-size: 7pt; }
    \(style)
    </style>
    </head>
    <body>
    \(body)<footer>\(HTML.escaped(foot))\(version.map { " gnb \(HTML.escaped($0))" } ?? "")</footer>
    </body>
    </html>

    """
  }

  private static let cardStyle = """
    h1 { font-size: 14pt; }
    main { columns: 3 54mm; column-gap: 5mm; font-size: 7.7pt; }
    section { margin-bottom: 1.6mm; }
    h2 { font-size: 8.6pt; margin: 0 0 0.6mm; padding: 0.3mm 1.2mm; background: #2f6fd0; color: #fff; break-after: avoid; }
    dl { margin: 0; }
    dt { font-size: 7.3pt; font-weight: 700; break-after: avoid; overflow-wrap: anywhere; }
    dd { margin: 0 0 0.7mm 2.5mm; color: #39414b; break-before: avoid; }
    """

  private static let glossaryStyle = """
    h1 { font-size: 18pt; margin-bottom: 4mm; }
    main { columns: 2 70mm; column-gap: 8mm; font-size: 9pt; }
    article { break-inside: avoid; margin-bottom: 3mm; }
    h2 { font-size: 10pt; margin: 0; color: #2f6fd0; }
    h2 small { font-weight: 400; font-size: 7.5pt; color: #626a75; }
    p { margin: 0.5mm 0 0; }
    .see { font-size: 7.5pt; color: #626a75; }
    """
}
