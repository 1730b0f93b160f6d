/// The role of each column of a table: given by the user, known by its name, or guessed from its values.
struct ColumnRoles {
  enum Form: Equatable {
    case labelled(text: Int, label: Int)
    /// Texts without labels, to be answered.
    case unlabelled(text: Int)
    /// Alpaca's columns, or a prompt and its completion. The answer may be missing in rows to be answered.
    case instructions(instruction: Int, input: Int?, output: Int?)
    case conversation(Int)
  }

  var form: Form
  var title: Int?
  var id: Int?

  /// Names that belong together. Alpaca's `text` is the whole prompt with the answer, so it comes last.
  private static let pairs = [
    ("text", "category"), ("text", "label"), ("input", "output"), ("text", "output"), ("input", "category"),
    ("input", "label"),
  ]
  private static let looked = 1000

  /// - Throws: `malformed`, which lists the columns, if gnb cannot know which column has the texts and which the labels.
  init(_ table: RecordTable, options: DataOptions) throws {
    let names = table.columns.map(ColumnNames.normalised)
    func named(_ role: String, _ name: String?) throws -> Int? {
      guard let name else { return nil }
      if let place = names.firstIndex(of: ColumnNames.normalised(name)) { return place }
      throw GemmaError.invalidValue(
        name: role, expected: "a column of \(table.path): \(table.columns.joined(separator: ", "))",
        found: name)
    }
    let text = try named("text", options.text)
    let label = try named("label", options.label)
    title = try named("title", options.title)
    id = try named("id", options.id)
    if let text, text == label {
      throw GemmaError.invalidValue(
        name: "label", expected: "another column than text", found: table.columns[text])
    }
    let given = Set([text, label, title, id].compactMap { $0 })
    if title == nil { title = ColumnNames.find(ColumnNames.title, in: names, but: given) }
    if id == nil { id = ColumnNames.find(ColumnNames.id, in: names, but: given) }
    let form: Form?
    if !options.needsLabels {
      form = Self.withoutLabels(
        table, names, like: options.likeRoles, text: text,
        but: Set([label, title, id].compactMap { $0 }))
    } else if text != nil || label != nil {
      form = Self.guess(table, names, text: text, label: label, but: Set([title, id].compactMap { $0 }))
    } else {
      form =
        Self.byName(
          names,
          isConversation: { column in
            table.rows.contains { if case .turns = $0.fields[column] { true } else { false } }
          }) ?? Self.guess(table, names, text: nil, label: nil, but: Set([title, id].compactMap { $0 }))
    }
    guard let form else {
      let first = table.rows.first?.number ?? 1
      throw GemmaError.malformed(
        path: table.path,
        location: table.format.hasHeader ? "line 1" : table.place(first),
        expected: options.needsLabels
          ? "a column of texts and one of labels; name them: text=COLUMN label=COLUMN"
          : "a column of texts; name it: text=COLUMN",
        found: table.columns.isEmpty ? "no column" : "the columns " + table.columns.joined(separator: ", "))
    }
    self.form = form
    let used = self.columns
    if let title, used.contains(title) { self.title = nil }
    if let id, used.contains(id) { self.id = nil }
  }

  /// The form of one row, by the columns that it has.
  init?(row: RecordTable.Row, names: [String], like other: ColumnRoles) {
    let names = zip(names, row.fields).map { $1 == .missing ? "" : $0 }
    let form = Self.byName(names) {
      if case .turns = row.fields[$0] { true } else { false }
    }
    guard let form else { return nil }
    self.form = form
    (title, id) = (other.title, other.id)
  }

  /// The columns of the form.
  private var columns: [Int] {
    switch form {
    case .labelled(let text, let label): [text, label]
    case .unlabelled(let text): [text]
    case .instructions(let instruction, let input, let output):
      [instruction] + [input, output].compactMap { $0 }
    case .conversation(let turns): [turns]
    }
  }

  private static func byName(_ names: [String], isConversation: (Int) -> Bool) -> Form? {
    func place(_ wanted: [String]) -> Int? {
      wanted.lazy.compactMap { names.firstIndex(of: $0) }.first
    }
    if let turns = place(ColumnNames.conversation), isConversation(turns) { return .conversation(turns) }
    if let instruction = place(ColumnNames.instruction), let output = place(ColumnNames.output) {
      return .instructions(instruction: instruction, input: place(ColumnNames.input), output: output)
    }
    if let prompt = place(["prompt"]), let completion = place(["completion"]) {
      return .instructions(instruction: prompt, input: nil, output: completion)
    }
    for (text, label) in pairs {
      if let text = place([text]), let label = place([label]) { return .labelled(text: text, label: label) }
    }
    return nil
  }

  /// Of rows that want an answer: the columns of the same names as those learnt from, then those with usual names, then the one with
  /// the longest texts.
  private static func withoutLabels(
    _ table: RecordTable, _ names: [String], like roles: [DataSource.Role], text: Int?, but taken: Set<Int>
  ) -> Form? {
    if let text { return .unlabelled(text: text) }
    func place(_ wanted: [String]) -> Int? {
      wanted.lazy.compactMap { names.firstIndex(of: $0) }.first
    }
    func like(_ role: String) -> Int? {
      place(roles.filter { $0.name == role }.map { ColumnNames.normalised($0.column) })
    }
    func instructions(_ instruction: Int) -> Form {
      .instructions(
        instruction: instruction, input: like("input") ?? place(ColumnNames.input),
        output: like("output") ?? place(ColumnNames.output + ["completion"]))
    }
    if let text = like("text") { return .unlabelled(text: text) }
    if let instruction = like("instruction") { return instructions(instruction) }
    let isClassified = roles.contains { $0.name == "text" }
    if !isClassified {
      let turns = like("conversation") ?? place(ColumnNames.conversation)
      if let turns, table.rows.contains(where: { if case .turns = $0.fields[turns] { true } else { false } })
      {
        return .conversation(turns)
      }
      if let instruction = place(ColumnNames.instruction) ?? place(["prompt"]) {
        return instructions(instruction)
      }
    }
    if let text = ColumnNames.find(ColumnNames.text, in: names, but: taken) { return .unlabelled(text: text) }
    let columns = table.columns.indices.map { Content(table.rows.prefix(looked).map(\.fields), column: $0) }
    let free = columns.indices.filter { !taken.contains($0) && columns[$0].filled > 0 }
    let text = free.filter { !columns[$0].isNumber }.max { columns[$0].meanLength < columns[$1].meanLength }
    // A table of one column has nothing but texts, even if they are numbers.
    let only = table.columns.count == 1 && table.format.isDelimited ? free.first : nil
    return (text ?? only).map { .unlabelled(text: $0) }
  }

  /// Finds both columns by their usual names. If no name is known, by content: labels are few and short, texts are long.
  private static func guess(
    _ table: RecordTable, _ names: [String], text: Int?, label: Int?, but taken: Set<Int>
  ) -> Form? {
    let columns = table.columns.indices.map { Content(table.rows.prefix(looked).map(\.fields), column: $0) }
    var taken = taken.union([text, label].compactMap { $0 })
    var (text, label) = (text, label)
    if text == nil {
      text = ColumnNames.find(ColumnNames.text, in: names, but: taken)
      text.map { _ = taken.insert($0) }
    }
    if label == nil {
      label = ColumnNames.find(ColumnNames.label, in: names, but: taken)
      label.map { _ = taken.insert($0) }
    }
    let free = columns.indices.filter { !taken.contains($0) && columns[$0].filled > 0 }
    if label == nil {
      let few = free.filter { columns[$0].isLabel }
      // Words before numbers, short ones before long ones.
      label = few.min {
        (columns[$0].isNumber ? 1 : 0, columns[$0].meanLength)
          < (columns[$1].isNumber ? 1 : 0, columns[$1].meanLength)
      }
      if label == nil, text != nil, free.count == 1 { label = free[0] }
    }
    if text == nil {
      text = free.filter { $0 != label && !columns[$0].isNumber }.max {
        columns[$0].meanLength < columns[$1].meanLength
      }
    }
    guard let text, let label else { return nil }
    return .labelled(text: text, label: label)
  }

  /// Facts about the values of a column.
  private struct Content {
    var filled = 0
    private var distinct: Set<String> = []
    private var length = 0
    private var numbers = 0

    init(_ rows: [[RecordTable.Field]], column: Int) {
      for row in rows {
        guard case .text(let value) = row[column], !value.isEmpty else { continue }
        filled += 1
        distinct.insert(value)
        length += value.count
        if Double(value) != nil { numbers += 1 }
      }
    }

    var meanLength: Double { Double(length) / Double(max(filled, 1)) }
    var isNumber: Bool { numbers == filled }
    var isLabel: Bool { distinct.count > 1 && distinct.count * 2 <= filled && meanLength <= 60 }
  }
}

extension DataSource.Format {
  fileprivate var isDelimited: Bool { if case .delimited = self { true } else { false } }
  var hasHeader: Bool { if case .delimited(_, true) = self { true } else { false } }
}
