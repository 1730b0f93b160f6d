/// The notebook as Jupyter reads it (nbformat 4.5): text as Markdown cells, cells as code with their outputs.
enum JupyterExport {
  static func text(_ notebook: Notebook) -> String {
    var cells: [JSONValue] = []
    var count = 0
    for part in notebook.parts {
      switch part {
      case .prose(let lines):
        let inner = trimmed(lines)
        guard !inner.isEmpty else { continue }
        cells.append(markdown(inner, id: "text-\(cells.count + 1)"))
      case .cell(let cell):
        count += 1
        if let exercise = cell.exercise {
          cells.append(markdown(Export.lines(exercise, cell), id: "cell-\(count)"))
          continue
        }
        cells.append(
          .object([
            ("cell_type", .string("code")), ("execution_count", cell.recording == nil ? .null : .int(count)),
            ("id", .string("cell-\(count)")),
            ("metadata", .object(cell.hasID ? [("name", .string(cell.name))] : [])),
            ("outputs", .array(cell.recording.map { outputs($0) } ?? [])),
            ("source", source(cell.source.components(separatedBy: "\n"))),
          ]))
      }
    }
    return document(
      cells,
      metadata: [
        ("language_info", .object([("name", .string("gnb")), ("file_extension", .string(".gnb"))]))
      ] + (notebook.title.map { [("title", .string($0))] } ?? []))
  }

  static func document(_ cells: [JSONValue], metadata: [(name: String, value: JSONValue)]) -> String {
    JSONValue.object([
      ("cells", .array(cells)), ("metadata", .object(metadata)), ("nbformat", .int(4)),
      ("nbformat_minor", .int(5)),
    ]).indented + "\n"
  }

  static func markdown(_ lines: [String], id: String) -> JSONValue {
    .object([
      ("cell_type", .string("markdown")), ("id", .string(id)), ("metadata", .object([])),
      ("source", source(lines)),
    ])
  }

  static func trimmed(_ lines: [String]) -> [String] {
    var lines = lines[...]
    while lines.first?.isEmpty == true { lines.removeFirst() }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return Array(lines)
  }

  /// Lines with their ends, as nbformat keeps text.
  static func source(_ lines: [String]) -> JSONValue {
    .strings(lines.enumerated().map { $0 < lines.count - 1 ? $1 + "\n" : $1 })
  }

  private static func outputs(_ recording: Notebook.Recording) -> [JSONValue] {
    if recording.isError {
      let first = recording.lines.first { $0.hasPrefix("error[") } ?? ""
      let parts = first.dropFirst("error[".count).split(separator: "]", maxSplits: 1)
      return [
        .object([
          ("ename", .string(parts.first.map(String.init) ?? "error")),
          ("evalue", .string(parts.count > 1 ? String(parts[1].dropFirst(2)) : first)),
          ("output_type", .string("error")), ("traceback", .strings(recording.lines)),
        ])
      ]
    }
    return RecordedOutput.blocks(recording).map { block in
      func display(_ type: String, _ text: String) -> JSONValue {
        .object([
          (
            "data",
            .object([(type, source(text.components(separatedBy: "\n"))), ("text/plain", source(block.lines))])
          ),
          ("metadata", .object([])), ("output_type", .string("display_data")),
        ])
      }
      switch block.output {
      case .table(let table): return display("text/html", table.html)
      case .chart(let chart): return display("image/svg+xml", chart.svg(standalone: true))
      default:
        return .object([
          ("name", .string("stdout")), ("output_type", .string("stream")),
          ("text", .strings(block.lines.map { $0 + "\n" })),
        ])
      }
    }
  }
}
