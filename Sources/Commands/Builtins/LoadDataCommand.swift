import Gemma

/// load data.
enum LoadDataCommand {
  /// What to do with rows that are there twice.
  enum Duplicates: String, CaseIterable {
    case drop, keep
  }

  enum Header: String, CaseIterable {
    case auto
    case yes = "true"
    case no = "false"
  }

  enum TaskChoice: String, CaseIterable {
    case auto, classification, instruction
  }

  private static let auto = "auto"

  struct LoadDataArguments: Sendable {
    let name = Argument("name", .dataName, "mini-news", positional: true, "the data set's name or path")
    let categories = Argument("categories", .categories, "only these categories")
    let text = Argument("text", .text, "the column of the texts; by default found by its name or content")
    let label = Argument(
      "label", .text, "the column of the categories; by default found by its name or content")
    let title = Argument("title", .text, "the column of the titles; by default found by its name")
    let id = Argument("id", .text, "the column of the ids; the row's line by default")
    let delimiter = Argument(
      "delimiter", .choice([auto] + Delimiter.allCases.map(\.rawValue)), auto,
      "the character between two fields")
    let encoding = Argument(
      "encoding", .choice([auto] + TextEncoding.allCases.map(\.rawValue)), auto,
      "how characters are written as bytes")
    let header = Argument("header", .choice(Header.self), .auto, "whether the first row names the columns")
    let strict = Argument("strict", .bool, false, "stop at the first row that cannot be used")
    let duplicates = Argument(
      "duplicates", .choice(Duplicates.self), .drop, "whether to leave out or keep a row that occurs twice")
    let task = Argument(
      "task", .choice(TaskChoice.self), .auto,
      "what is to be learnt: classification is one of few answers, instruction an answer in free words")
    let train = Argument("train", .path, "the file to train on, if each part has its own file")
    let validation = Argument("validation", .path, "the file to validate with")
    let test = Argument("test", .path, "the file to test with")

    /// For the details.
    static let sets = BundledData.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
  }

  static let loadData = Command(
    "load data", .load, "load texts with their categories, or instructions with their answers",
    details:
      "\(LoadDataArguments.sets) come with gnb. Otherwise a name in the cache ('livedoor'), a file, a folder or an archive, "
      + "or - for standard input. A file is a table of text (CSV, TSV, or with semicolons or bars), JSON lines or a JSON "
      + "array, and may be compressed by gzip. Separator, encoding (UTF-8, UTF-16, Shift_JIS, EUC-JP), header and columns are "
      + "found out and shown; an argument overrides each of them. Columns are known by names such as text, body, 本文, label, "
      + "category, 分類, title, 件名, or by their values. Numbers, true and false are labels too. Rows may be instructions: "
      + "Alpaca's instruction, input and output, prompt and completion, or chats (messages, ShareGPT's conversations). "
      + "A folder or archive has a folder of .txt files for each category, plain or in the Livedoor layout. "
      + "The task follows from the answers and is shown: classification if there are few different ones, instruction if they are free words. "
      + "A row that cannot be used is left out and counted: 'show rejects' lists them. "
      + "Of the full Livedoor corpus the demo's five categories are taken unless others are named. Evaluations stay: each knows "
      + "its articles.",
    arguments: LoadDataArguments(),
    examples: [
      "load data mini-news", "load data livedoor", "load data articles.csv categories=[sport, film]",
      "load data tickets.csv text=body label=kind", "load data train=a.csv validation=b.csv test=c.csv",
    ]
  ) { arguments, invocation in
    let session = invocation.session
    let data = try read(arguments, invocation)
    try session.checkInput(arguments.name, path: arguments.name) { data.sha256 }
    try invocation.checkInterruption()
    var split: Split?
    if data.hasFile(for: .train) {
      let sizes = Split.sizes(data, train: nil, validation: nil, test: nil)
      split = try Split.make(
        data, train: sizes.train, validation: sizes.validation, test: sizes.test,
        seed: SplitCommand.SplitArguments.standardSeed)
    }
    if !session.workspace.answers.isEmpty {
      invocation.print(
        "the evaluations of the instruction task before are dropped: "
          + session.workspace.answers.map(\.name).joined(separator: ", "))
    }
    session.workspace.data = data
    session.workspace.split = split
    let classifier = session.workspace.classifier
    session.workspace.prompt = classifier.map { _ in session.workspace.prompt } ?? nil
    session.workspace.findTexts()
    let warnings =
      DataWarning.all(of: data)
      + (session.workspace.model.map { DataWarning.sameStart(data, tokenizer: $0.tokenizer) } ?? [])
    invocation.tell(LoadedData(data: data, warnings: warnings))
    if let misfit = classifier?.misfit(data).map({ Diagnostic($0) }) {
      invocation.print("note: \(misfit.message); \(misfit.help ?? "")")
    }
    if let split { invocation.tell(DrawnSplit(split: split, data: data, method: .gnb)) }
  } python: {
    python(data: $0, &$1)
  }

  private static func read(_ arguments: Arguments<LoadDataArguments>, _ invocation: Invocation) throws
    -> Dataset
  {
    let session = invocation.session
    var options = DataOptions()
    options.check = invocation.checkInterruption
    (options.text, options.label) = (arguments.text, arguments.label)
    (options.title, options.id) = (arguments.title, arguments.id)
    options.delimiter = Delimiter(rawValue: arguments.delimiter)
    options.encoding = TextEncoding(rawValue: arguments.encoding)
    if arguments.header != .auto { options.header = arguments.header == .yes }
    options.isStrict = arguments.strict
    options.keepsDuplicates = arguments.duplicates == .keep
    options.task = Dataset.Task(rawValue: arguments.task.rawValue)
    let (name, categories) = (arguments.name, arguments.categories)
    let parts = [
      (Part.train, arguments.train), (.validation, arguments.validation), (.test, arguments.test),
    ].compactMap { part, path in path.map { (part: part, path: $0) } }
    guard let first = parts.first else {
      if let data = try Dataset.bundled(name, categories: categories, options: options) { return data }
      return try Dataset.load(
        path: name == "-" ? name : session.cache.data(name), categories: categories, options: options)
    }
    guard first.part == .train else {
      throw GemmaError.invalidValue(
        name: "load data", expected: "train= too, the file to train on", found: "\(first.part.rawValue)=")
    }
    guard name == "mini-news" else {
      throw GemmaError.invalidValue(
        name: "load data", expected: "one name, or files for the parts", found: "\(name) and train=")
    }
    return try Dataset.load(parts: parts, categories: categories, options: options)
  }
}

/// What `load data` loaded.
struct LoadedData: CommandResult {
  let data: Dataset
  let warnings: [DataWarning]

  /// What was found out about the files. Nothing is to be found out about folders in Livedoor's layout.
  private var sources: [DataSource] { data.sources.filter { $0.format != .livedoor } }

  var outputs: [Output] {
    var left = data.duplicates == 0 ? "" : " (\(NumberFormat.count(data.duplicates, "duplicate")) left out)"
    if data.keptDuplicates > 0 { left += " (\(data.keptDuplicates) exact duplicates kept)" }
    let count = NumberFormat.count(data.samples.count)
    var outputs = sources.map { Output.line($0.summary) }
    switch data.task {
    case .instruction:
      outputs.append(
        .line(
          "\(count) instructions with \(NumberFormat.count(data.categories.count)) different answers\(left)"))
    case .classification:
      outputs += [
        .line("\(count) articles in \(data.categories.count) categories\(left)"), categories,
      ]
    }
    if !sources.isEmpty { outputs += [.line(data.taskWords), sample] }
    return outputs + notes.map { .line($0) }
  }

  private var categories: Output {
    let lengths = Dictionary(grouping: data.samples, by: \.category).mapValues { samples in
      let counts = samples.map(\.text.count).sorted()
      return counts[counts.count / 2]
    }
    return .table(
      Table(
        [.init("category"), .init("articles", .right), .init("median characters", .right)],
        rows: zip(data.categories, data.counts).map {
          [$0, NumberFormat.count($1), NumberFormat.count(lengths[$0, default: 0])]
        }))
  }

  /// The first three rows, for the eye to check.
  private var sample: Output {
    func short(_ text: String) -> String {
      let line = ShowCommands.visible(text)
      return line.count > 60 ? line.prefix(59) + "…" : line
    }
    let rows = data.samples.prefix(3).map { sample in
      let request = sample.request.map { [short($0.instruction), short($0.input)] }
      return [sample.id] + (request ?? [short(sample.text)]) + [short(sample.category)]
    }
    let hasRequests = data.samples.first?.request != nil
    let columns: [Table.Column] =
      hasRequests
      ? [
        .init("instruction", flexible: true), .init("input", flexible: true), .init("answer", flexible: true),
      ]
      : [.init("text", flexible: true), .init("label")]
    return .table(
      Table([.init("row")] + columns, rows: rows.filter { $0.count == columns.count + 1 }))
  }

  private var notes: [String] {
    var notes: [String] = []
    if let first = data.rejects.first {
      notes.append(
        "\(NumberFormat.count(data.rejects.count)) row\(data.rejects.count == 1 ? "" : "s") cannot be used, and \(data.rejects.count == 1 ? "is" : "are") "
          + "left out: 'show rejects' lists them. The first: \(first.place): \(first.reason)")
    }
    if data.hasLongConversations {
      notes.append("these are conversations: 'prompt gemma-chat' shows them whole")
    }
    let trimmed = data.sources.reduce(0) { $0 + $1.trimmedLabels }
    if trimmed > 0 {
      notes.append("white space around \(trimmed) label\(trimmed == 1 ? "" : "s") is cut off")
    }
    if data.sources.contains(where: \.hasRepeatedIDs) {
      notes.append("ids repeat in the column of ids, so rows are called by their place in the file")
    }
    return notes + warnings.map { "warning: \($0.words)" }
  }

  var fields: [(name: String, value: JSONValue)] {
    let common: [(name: String, value: JSONValue)] = [
      ("name", .string(data.name)), ("sha256", .string(data.sha256)), ("samples", .int(data.samples.count)),
      ("duplicates", .int(data.duplicates)), ("categories", .strings(data.categories)),
      ("counts", .array(data.counts.map(JSONValue.int))),
    ]
    if sources.isEmpty { return common }
    return common + [
      ("task", .string(data.task.rawValue)), ("rejects", .int(data.rejects.count)),
      ("taken", .strings(sources.map(\.summary))),
      ("warnings", .strings(warnings.map(\.words))),
    ]
  }
}
