import Gemma

/// What is said of a file and its rows.
extension DataSource {
  /// "tickets.csv: Shift_JIS, separated by semicolons, with a header; text=本文 label=分類"
  var summary: String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let kind =
      switch format {
      case .delimited(let delimiter, let header):
        "separated by \(delimiter.words), \(header ? "with" : "without") a header"
      case .jsonLines: "JSON lines"
      case .jsonArray: "a JSON array"
      case .lines: "a text in each line"
      case .folders: "a folder of .txt files for each category"
      case .livedoor: "the Livedoor layout"
      }
    let taken = roles.map { "\($0.name)=\(Value.string($0.column).source)" }.joined(separator: " ")
    return "\(name): " + [encoding?.words, kind].compactMap { $0 }.joined(separator: ", ")
      + (taken.isEmpty ? "" : "; \(taken)")
  }
}

extension Dataset {
  /// "task: instruction (an instruction and an answer in free words)"
  var taskWords: String {
    switch task {
    case .classification:
      let own = hasInstructions && onlyInstruction == nil ? ", each row with its own instruction" : ""
      return "task: classification, into \(categories.count) categories\(own)"
    case .instruction: return "task: instruction, with answers in free words"
    }
  }
}

extension TextEncoding {
  var words: String {
    switch self {
    case .utf8: "UTF-8"
    case .utf16: "UTF-16"
    case .shiftJIS: "Shift_JIS"
    case .eucJP: "EUC-JP"
    case .windows1252: "Windows-1252"
    }
  }
}

extension Delimiter {
  var words: String {
    switch self {
    case .comma: "commas"
    case .semicolon: "semicolons"
    case .tab: "tabs"
    case .bar: "bars"
    }
  }
}

extension Reject {
  /// "column 'label': expected a label, found nothing"
  var reason: String { (column.map { "column '\($0)': " } ?? "") + "expected \(expected), found \(found)" }
}

extension DataWarning {
  /// What it is, why it matters, and what to do.
  var words: String {
    func list(_ names: [String]) -> String {
      names.prefix(6).map { "'\($0)'" }.joined(separator: ", ") + (names.count > 6 ? " and others" : "")
    }
    switch self {
    case .nearEqual(let names):
      return
        "the categories \(list(names)) look like one. They are learnt as different ones. Write them alike in the file."
    case .conflicts(let count, let ids, let categories):
      return
        "\(count == 1 ? "one text stands" : "\(count) texts stand") under two categories, such as \(ids[0]) "
        + "('\(categories[0])') and \(ids[1]) ('\(categories[1])'). Of two such answers one is always counted as wrong. "
        + "Decide on one in the file."
    case .numbers:
      return
        "all labels are numbers. A model knows nothing of what they stand for, and learns more from words. "
        + "If another column names them, load it by label=COLUMN; else write words in the file."
    case .few(let names):
      return
        "\(list(names)) \(names.count == 1 ? "has" : "have") fewer than \(Self.few) rows. So few can hardly be "
        + "learnt, and a part may get none. Add rows, or leave the category out by categories=[...]."
    case .sameStart(let names):
      return
        "the categories \(list(names)) begin with the same token, so that the first token of an answer does not yet "
        + "decide between them. Rename them in the file to begin differently."
    case .leaks(let count):
      return
        "\(count == 1 ? "one row of" : "\(count) rows of") validation or test \(count == 1 ? "is" : "are") also in "
        + "an earlier file, and left out: what was trained on measures nothing. Make the files apart."
    }
  }
}

/// show rejects.
enum RejectsCommand {
  static let rejects = Command(
    "show rejects", .look, "rows of the data that cannot be used, and why",
    details: "'load data' leaves them out; with strict=true it stops at the first.",
    examples: ["show rejects"]
  ) { invocation in
    invocation.tell(ShownRejects(data: try invocation.session.workspace.needData()))
  }
}

/// What `show rejects` shows.
struct ShownRejects: CommandResult {
  let data: Dataset

  var outputs: [Output] {
    let rejects = data.rejects
    guard !rejects.isEmpty else { return [.line("every row is used")] }
    func place(_ reject: Reject) -> String {
      data.sources.count > 1
        ? "\(reject.path.split(separator: "/").last ?? ""): \(reject.place)" : reject.place
    }
    return [
      .table(
        Table(
          [.init("place"), .init("why", flexible: true), .init("row", flexible: true)],
          rows: rejects.map { [place($0), $0.reason, ShowCommands.visible($0.excerpt)] }))
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    let rejects = data.rejects.map { reject -> JSONValue in
      .object([
        ("place", .string(reject.place)), ("column", reject.column.map(JSONValue.string) ?? .null),
        ("expected", .string(reject.expected)), ("found", .string(reject.found)),
        ("row", .string(reject.excerpt)),
      ])
    }
    return [("rejects", .array(rejects))]
  }
}
