import Gemma

/// The notebook's steps in Python, for Unsloth and TRL on a GPU: the way on for whoever outgrows a laptop. It needs no gnb.
struct ColabExport {
  /// Settings and variables at the place being written. Nothing runs.
  let session: Session
  private let notebook: Notebook
  private var cells: [JSONValue] = []
  private var placed: Set<ColabPiece> = []
  /// Helpers that the cell being written needs before it.
  private var pending: [ColabPiece] = []
  /// Cells of data that must stand before, as Python.
  var pendingData: [String] = []
  var hasPrompt = false
  /// Whether the prompt has max_input_tokens.
  var cutsArticles = false
  var hasAdapter = false
  var hasSplit = false
  var isInLoop = false
  /// The trainings that wrote checkpoints, by where.
  var checkpointed: [String: ColabCall] = [:]
  /// Of the data loaded last, if that can be known without reading it.
  var data: Dataset?

  static func text(_ notebook: Notebook) -> String {
    var export = ColabExport(notebook)
    return export.text()
  }

  private init(_ notebook: Notebook) {
    self.notebook = notebook
    session = Session(cache: Cache(), settings: Settings(threads: 1), context: RunContext(sink: { _ in }))
    if let seed = notebook.seed { session.settings.seed = seed }
  }

  private mutating func text() -> String {
    markdown([
      "Written by `gnb export --to colab` from a gnb notebook, with the same articles, prompts and settings, for "
        + "[Unsloth](https://unsloth.ai) and TRL on a GPU (on Colab: Runtime, Change runtime type, T4). "
        + "A GPU computes in 16 bits and mixes the articles in another order: figures come out close, not equal."
    ])
    code(ColabPiece.install)
    for part in notebook.parts {
      switch part {
      case .prose(let lines): markdown(JupyterExport.trimmed(lines))
      case .cell(let cell): add(cell)
      }
    }
    return JupyterExport.document(
      cells,
      metadata: [
        ("accelerator", .string("GPU")), ("colab", .object([("gpuType", .string("T4"))])),
        (
          "kernelspec",
          .object([
            ("display_name", .string("Python 3")), ("language", .string("python")),
            ("name", .string("python3")),
          ])
        ), ("language_info", .object([("name", .string("python"))])),
      ] + (notebook.title.map { [("title", .string($0))] } ?? []))
  }

  private mutating func markdown(_ lines: [String]) {
    guard !lines.isEmpty else { return }
    cells.append(JupyterExport.markdown(lines, id: "cell-\(cells.count + 1)"))
  }

  private mutating func code(_ python: String) {
    cells.append(
      .object([
        ("cell_type", .string("code")), ("execution_count", .null),
        ("id", .string("cell-\(cells.count + 1)")),
        ("metadata", .object([])), ("outputs", .array([])),
        ("source", JupyterExport.source(python.components(separatedBy: "\n"))),
      ]))
  }

  private mutating func add(_ cell: Notebook.Cell) {
    // The whole notebook was checked before: what does not parse here cannot be.
    let statements = (try? Parser.parse(cell.source)) ?? []
    let python = lines(statements).joined(separator: "\n")
    for piece in pending { code(piece.python) }
    for data in pendingData { code(data) }
    pending = []
    pendingData = []
    code(python)
  }

  /// Puts helpers before the cell being written, unless they are there.
  mutating func need(_ piece: ColabPiece) {
    guard placed.insert(piece).inserted else { return }
    for other in piece.needs { need(other) }
    pending.append(piece)
  }

  private mutating func lines(_ statements: [Statement]) -> [String] {
    var result: [String] = []
    for statement in statements {
      switch statement {
      case .assignment(let name, let value, _):
        session.variables[name] = try? Interpreter(session, .standard).evaluate(value)
        result.append("\(Python.name(name)) = \(Python.expression(value))")
      case .loop(let variable, let values, let body, _):
        // Types are checked with the first value; Python goes through all.
        if case .list(let items)? = try? Interpreter(session, .standard).evaluate(values) {
          session.variables[variable] = items.first
        }
        result.append("for \(Python.name(variable)) in \(Python.expression(values)):")
        let isNested = isInLoop
        isInLoop = true
        let inner = lines(body)
        isInLoop = isNested
        result += inner.map { $0.isEmpty ? "" : "    " + $0 }
        if inner.allSatisfy({ $0.hasPrefix("#") || $0.isEmpty }) { result.append("    pass") }
      case .command(var line):
        let source = line.source.components(separatedBy: "\n").map { "# gnb: " + $0 }
        while let timed = line.timed { line = timed }
        if !result.isEmpty { result.append("") }
        result += source + command(line)
      }
    }
    return result
  }

  private mutating func command(_ line: CommandCall) -> [String] {
    guard let call = try? ColabCall(line, session) else { return ["# this could not be read"] }
    return python(call)
  }
}

/// A command with its arguments, and the Python for each of them.
struct ColabCall {
  let command: Command
  let arguments: BoundArguments
  /// Arguments whose value has a variable in it.
  private var expressions: [String: Expression] = [:]

  init(_ line: CommandCall, _ session: Session) throws {
    (command, arguments) = try CommandTable.standard.bind(
      line, value: Interpreter(session, .standard).evaluate)
    for named in line.named where Interpreter.mentionsVariable(named.value) {
      expressions[named.name] = named.value
    }
    let words = line.words.dropFirst(command.noun == nil ? 1 : 2)
    if words.count == 1, let word = words.first, Interpreter.mentionsVariable(word),
      let spec = command.arguments.first(where: \.positional)
    {
      expressions[spec.name] = word
    }
  }

  /// Whether it is only known where Python runs.
  func isVariable(_ name: String) -> Bool { expressions[name] != nil }

  /// Whether it is anything but the default.
  func isChanged(_ name: String) -> Bool {
    isVariable(name)
      || arguments.values[name] != command.arguments.first { $0.name == name }?.standard
  }

  /// The same with the values that variables have now.
  var withoutVariables: ColabCall {
    var call = self
    call.expressions = [:]
    return call
  }

  /// The argument's value, or None.
  func python(_ name: String) -> String {
    let isText =
      switch command.arguments.first(where: { $0.name == name })?.kind {
      case .integer, .number, .bool, .list, nil: false
      default: true
      }
    guard let expression = expressions[name] else {
      return arguments.values[name].map { Python.literal($0) } ?? "None"
    }
    if isText, case .variable(let variable) = expression.kind { return "str(\(Python.name(variable)))" }
    return Python.expression(expression)
  }

  /// The seed given, or the session's.
  func seed(_ session: Session) -> String {
    arguments.has("seed") ? python("seed") : "\(session.settings.seed)"
  }
}

extension BoundArguments {
  func has(_ name: String) -> Bool { values[name] != nil }
  func string(_ name: String) -> String { values[name]?.text ?? "" }
  func double(_ name: String) -> Double {
    if case .number(let value)? = values[name] { return value }
    return 0
  }
  func int(_ name: String) -> Int { Int(exactly: double(name).rounded()) ?? 0 }
  func optionalInt(_ name: String) -> Int? { values[name] == nil ? nil : int(name) }
  func bool(_ name: String) -> Bool { values[name] == .bool(true) }
  func strings(_ name: String) -> [String]? {
    switch values[name] {
    case .list(let items): items.map(\.text)
    case .some(let value): [value.text]
    case nil: nil
    }
  }
}
