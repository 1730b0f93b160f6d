import Gemma

/// The notebook's steps in Python, for Unsloth and TRL on a GPU: the way on for whoever outgrows a laptop. It needs no gnb.
struct ColabExport {
  /// Variables at the place being written. Nothing runs.
  private let session: Session
  private let interpreter: Interpreter
  private let notebook: Notebook
  private var cells: [JSONValue] = []
  private var script: PythonScript

  static func text(_ notebook: Notebook, _ table: CommandTable) -> String {
    var export = ColabExport(notebook, table)
    return export.text()
  }

  private init(_ notebook: Notebook, _ table: CommandTable) {
    self.notebook = notebook
    let settings = Settings(threads: 1)
    session = Session(cache: Cache(), settings: settings, context: RunContext(sink: { _ in }))
    interpreter = Interpreter(session, table)
    script = PythonScript(seed: notebook.seed ?? settings.seed)
  }

  private mutating func text() -> String {
    markdown([
      "Written by `gnb export --to colab` from a gnb notebook, with the same articles, prompts and settings, for "
        + "[Unsloth](https://unsloth.ai) and TRL on a GPU (on Colab: Runtime, Change runtime type, T4). "
        + "A GPU computes in 16 bits and mixes the articles in another order: figures come out close, not equal."
    ])
    code(PythonPiece.install)
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
    // In Python it could not run on a copy.
    if let exercise = cell.exercise {
      var bare = cell
      bare.recording = nil
      return markdown(Export.lines(exercise, bare))
    }
    // The whole notebook was checked before: what does not parse here cannot be.
    let statements = (try? Parser.parse(cell.source)) ?? []
    let python = lines(statements).joined(separator: "\n")
    for needed in script.takePending() { code(needed) }
    code(python)
  }

  private mutating func lines(_ statements: [Statement]) -> [String] {
    var result: [String] = []
    for statement in statements {
      switch statement {
      case .assignment(let name, let value, _):
        session.variables[name] = try? interpreter.evaluate(value)
        result.append("\(Python.name(name)) = \(Python.expression(value))")
      case .loop(let variable, let values, let body, _):
        // Types are checked with the first value; Python goes through all.
        if case .list(let items)? = try? interpreter.evaluate(values) {
          session.variables[variable] = items.first
        }
        result.append("for \(Python.name(variable)) in \(Python.expression(values)):")
        let isNested = script.isInLoop
        script.isInLoop = true
        let inner = lines(body)
        script.isInLoop = isNested
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
    guard let (command, arguments) = try? interpreter.table.bind(line, value: interpreter.evaluate) else {
      return ["# this could not be read"]
    }
    guard let python = command.python else { return ["# \(command.name) has no counterpart here"] }
    return python(arguments, &script)
  }
}
