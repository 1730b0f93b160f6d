/// Help text, made from the command table.
public struct Help: Sendable {
  public let table: CommandTable

  public init(_ table: CommandTable) { self.table = table }

  /// All commands by group, a line each.
  public func overview(width: Int) -> [String] {
    var lines: [String] = []
    let names = table.commands.map { DisplayWidth.of($0.name) }.max() ?? 0
    for group in Command.Group.allCases {
      let commands = table.commands.filter { $0.group == group }
      guard !commands.isEmpty else { continue }
      lines += ["\(group.rawValue)"]
      for command in commands {
        lines += Self.entry(command.name, command.summary, indent: 2, column: names + 4, width: width)
      }
    }
    lines.append("Language")
    for page in Self.pages {
      let name = page.isTyped ? page.name : "help \(page.name)"
      lines += Self.entry(name, page.summary, indent: 2, column: names + 4, width: width)
    }
    lines += [
      "", "help COMMAND shows the arguments of a command; so does COMMAND? at the prompt.",
      "help loss explains a word; help G012 explains an error.",
    ]
    return lines.flatMap { DisplayWidth.wrap($0, to: width) }
  }

  /// A name and its text beside it, wrapped.
  private static func entry(_ name: String, _ text: String, indent: Int, column: Int, width: Int) -> [String]
  {
    DisplayWidth.wrap(text, to: max(20, width - column)).enumerated().map { i, line in
      DisplayWidth.pad(String(repeating: " ", count: indent) + (i == 0 ? name : ""), to: column) + line
    }
  }

  /// Help pages on subjects that are not commands.
  static let pages: [(name: String, isTyped: Bool, summary: String, text: String)] = [
    (
      "let", true, "set a variable",
      """
      let NAME = VALUE
      Sets a variable. A value is a word, a number (60, 2e-4, 1k), a string "...", a block of lines \"""...\""" or a list [a, b].
      $NAME is replaced by the value, also inside strings. 'gnb run FILE --set NAME=VALUE' sets it from the command line.
      for example:
        let rank = 8
        lora rank=$rank; train; evaluate as="rank $rank"
      """
    ),
    (
      "for", true, "run lines once for each value of a list",
      """
      for NAME in [VALUE, VALUE] { LINES }
      Runs the lines once for each value. The variable ends with the loop. While the brace is open, Enter begins a new line.
      for example:
        for rank in [4, 8, 16] { lora rank=$rank; train; evaluate as="r$rank" }
        compare
      """
    ),
    (
      "time", true, "run a command and say how long it took",
      """
      time COMMAND
      Runs the command and says how long it took. In a notebook the duration is recorded as «time».
      for example:
        time evaluate limit=50
      """
    ),
    (
      "keys", false, "what the keys do at the prompt",
      """
      Enter     end the cell; in an open bracket or block, begin a line; on an empty line, run the next cell
      Tab       complete commands, arguments, values, variables, cells and files
      Up, Down  earlier cells; Ctrl-R searches them
      Ctrl-C    forget the line; while a cell runs, stop after this step, and at the second time go back to before the cell
      Ctrl-D    leave, on an empty line
      """
    ),
    ("words", false, "the field's words, such as loss, rank, perplexity", ""),
    ("errors", false, "all error codes", ""),
  ]

  private func page(_ name: String) -> Page? {
    if name == "words" {
      let column = (Glossary.entries.map(\.word.count).max() ?? 0) + 2
      return Page { width in
        Glossary.entries.flatMap { entry in
          width < 2 * column + 20
            ? DisplayWidth.wrap("\(entry.word): \(entry.text)", to: width)
            : Self.entry(entry.word, entry.text, indent: 0, column: column, width: width)
        }
      }
    }
    if name == "errors" {
      return Page { width in
        Diagnostic.Code.allCases.flatMap {
          Self.entry($0.rawValue, $0.explanation, indent: 0, column: 6, width: width)
        }
      }
    }
    guard let page = Self.pages.first(where: { $0.name == name }) else { return nil }
    return Page { width in
      page.text.components(separatedBy: "\n").flatMap { line -> [String] in
        // A line with two columns stays in two columns.
        guard let gap = line.range(of: "  "), !line.hasPrefix(" ") else {
          return DisplayWidth.wrap(line, to: width)
        }
        let text = line[gap.upperBound...].drop { $0 == " " }
        return Self.entry(String(line[..<gap.lowerBound]), String(text), indent: 0, column: 10, width: width)
      }
    }
  }

  /// The help page for a word: a command, all commands of a verb, a word of the glossary, or an error code.
  public func topic(_ topic: String) throws -> Page {
    if let code = Diagnostic.Code(rawValue: topic.uppercased()) {
      return Page { DisplayWidth.wrap("\(code.rawValue): \(code.explanation)", to: $0) }
    }
    if let page = page(topic) { return page }
    let words = topic.split(separator: " ").map(String.init)
    let matching = table.commands.filter { command in
      command.name == topic || (words.count == 1 && command.verb == topic)
    }
    guard !matching.isEmpty else {
      if let entry = Glossary.entry(of: topic) {
        return Page { width in
          DisplayWidth.wrap("\(entry.word): \(entry.text)", to: width)
            + DisplayWidth.wrap("In gnb: \(entry.see.joined(separator: "; "))", to: width)
        }
      }
      throw Diagnostic(
        .unknownCommand, "there is no help on '\(topic)'",
        help: Suggestion.nearest(topic, in: topics).map {
          "did you mean 'help \($0)'?"
        }
          ?? "type 'help' for all commands")
    }
    return Page { width in
      var lines = Array(matching.map { describe($0, width: width) }.joined(separator: [""]))
      if let entry = Glossary.entry(of: topic) {
        lines += [""] + DisplayWidth.wrap("\(entry.word): \(entry.text)", to: width)
      }
      return lines
    }
  }

  /// Every word that has a help page.
  var topics: [String] {
    table.commands.map(\.name) + table.verbs + Self.pages.map(\.name)
      + Glossary.entries.flatMap { [$0.word] + $0.others }
  }

  /// How a command is typed: "split [train=] [validation=]".
  public func usage(_ command: Command) -> String {
    ([command.name]
      + command.arguments.map { argument in
        let text = argument.positional ? argument.name.uppercased() : argument.name + "="
        return argument.required ? text : "[\(text)]"
      }).joined(separator: " ")
  }

  private func describe(_ command: Command, width: Int) -> [String] {
    var lines = DisplayWidth.wrap(usage(command), to: width)
    lines += DisplayWidth.wrap(command.summary.capitalisedFirst + ".", to: width)
    if !command.details.isEmpty { lines += DisplayWidth.wrap(command.details, to: width) }
    let column = (command.arguments.map(\.name.count).max() ?? 0) + 4
    for argument in command.arguments {
      let standard = argument.standard.map { "; default \($0.source)" } ?? ""
      lines += Self.entry(
        argument.name, "\(argument.help) (\(argument.kind.description)\(standard))", indent: 2,
        column: column,
        width: width)
    }
    if !command.examples.isEmpty { lines += ["for example:"] + command.examples.map { "  " + $0 } }
    return lines
  }

  /// docs/language.md's part on commands.
  public var markdown: String {
    var text = ""
    for group in Command.Group.allCases {
      let commands = table.commands.filter { $0.group == group }
      guard !commands.isEmpty else { continue }
      text += "## \(group.rawValue)\n\n"
      for command in commands {
        text += "### `\(command.name)`\n\n```\n\(usage(command))\n```\n\n\(command.summary.capitalisedFirst)."
        text += command.details.isEmpty ? "\n\n" : " \(command.details)\n\n"
        if !command.arguments.isEmpty {
          text += "| argument | takes | default | |\n| --- | --- | --- | --- |\n"
          for a in command.arguments {
            text +=
              "| `\(a.name)` | \(a.kind.description) | \(a.standard.map { "`\($0.source)`" } ?? (a.required ? "required" : "")) "
            text += "| \(a.help) |\n"
          }
          text += "\n"
        }
        if !command.examples.isEmpty {
          text += "```\n" + command.examples.joined(separator: "\n") + "\n```\n\n"
        }
      }
    }
    text += "## Words\n\n| word | meaning | in gnb |\n| --- | --- | --- |\n"
    for entry in Glossary.entries {
      text += "| \(entry.word) | \(entry.text) | \(entry.see.map { "`\($0)`" }.joined(separator: ", ")) |\n"
    }
    text += "\n## Errors\n\n| code | meaning |\n| --- | --- |\n"
    for code in Diagnostic.Code.allCases { text += "| \(code.rawValue) | \(code.explanation) |\n" }
    return text
  }
}

extension String {
  var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}

extension Diagnostic.Code {
  /// What it means and what to do, in a sentence or two.
  public var explanation: String {
    switch self {
    case .unexpected:
      "The line does not follow the grammar of the language. The caret marks the first place that is wrong."
    case .unclosedString:
      "A string begins with \" and must end with \" on its line; \"\"\" begins a text of several lines."
    case .unclosedBracket:
      "A [ or { has no partner. At a prompt, go on typing: the command runs when the bracket is closed."
    case .unknownCommand: "No command has that name. 'help' lists all."
    case .unknownNoun:
      "The command exists but has no such subject. 'help' with the command's name lists its subjects."
    case .unknownArgument:
      "The command has no argument of that name. 'help' with the command's name lists its arguments."
    case .missingArgument: "The command needs this argument."
    case .tooManyValues: "The command takes fewer values without a name. Write further values as NAME=VALUE."
    case .wrongType: "The argument takes another kind of value, such as a number in place of a word."
    case .notAChoice: "The argument takes one of a few words."
    case .outOfRange: "The number is outside what the argument takes."
    case .unknownVariable: "A $name is used before any 'let' sets it."
    case .givenTwice: "The same argument has two values on one line."
    case .badNotebook: "The file is not a .gnb notebook as docs/notebook-format.md describes it."
    case .badAttribute:
      "The first line of a cell has an unknown attribute. It may have #id, raises=, rows=, pause and timeout=."
    case .fileNotFound: "There is no file or folder at that path."
    case .inputOutput:
      "The system refused to read or write the file. The message ends with the system's reason."
    case .malformedFile: "The file is damaged, cut short, or not of the kind that its name says."
    case .unsupported: "The file is correct but needs a feature that this version of gnb does not have."
    case .hashMismatch: "The file is not the expected file: its sha256 differs."
    case .invalidValue: "The value cannot be used here. The message says which values can."
    case .missingStep: "Another command has to run first. The help line names it."
    case .interrupted: "Ctrl-C stopped the command. The results of earlier commands are kept."
    case .notRaised: "The cell has raises=, so it should fail, but it did not fail."
    case .promptOnly:
      "Commands such as 'next', 'back' and 'goto' work at the prompt only. A notebook or a script runs from its first line to its last."
    case .timedOut: "The cell took longer than its timeout= allows, and was stopped."
    case .outdated:
      "The recorded output was made before this cell, an earlier cell, the seed or an input file changed. "
        + "'gnb record' records it again."
    case .differs:
      "The output of the cell differs from its recorded output. Lines with - were recorded. Lines with + are the output now."
    case .notSolved:
      "The notebook says that an exercise's solution is right, but it is not: change the solution, or what is accepted."
    case .diverged:
      "The loss rose suddenly, or was no longer a number. Training stopped, and the adapter of the last good step was restored."
    case .gpu:
      "The GPU cannot be used, or it failed. The session is as it was before the command. gnb needs a GPU of NVIDIA with compute capability 7.5 or "
        + "higher (GTX 16, RTX 20 or newer) and a driver for CUDA 10.0 or newer. Without a GPU, the processor computes the same results."
    case .internalError: "An error in gnb itself. Please report it with the notebook that caused it."
    }
  }
}
