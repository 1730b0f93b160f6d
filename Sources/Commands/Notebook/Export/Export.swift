import Foundation

/// A notebook with its recorded outputs, in a form for other readers. Nothing is run.
public enum Export {
  public enum Format: String, Sendable, CaseIterable {
    case ipynb, html, md
    /// The steps in Python, for a GPU.
    case colab

    /// Of the file.
    public var ending: String { self == .colab ? "colab.ipynb" : rawValue }
    public static let names = allCases.map(\.rawValue)
  }

  /// - Parameter table: the commands that the notebook's cells call.
  public static func text(_ notebook: Notebook, to format: Format, table: CommandTable = .standard) -> String
  {
    let notebook = visible(notebook)
    return switch format {
    case .ipynb: JupyterExport.text(notebook)
    case .html: HTMLExport.text(notebook)
    case .md: markdown(notebook)
    case .colab: ColabExport.text(notebook, table)
    }
  }

  /// The notebook with the text that people read made visible: it comes from a file. Sources stay as they run.
  private static func visible(_ notebook: Notebook) -> Notebook {
    var copy = notebook
    copy.title = copy.title.map(VisibleText.line)
    copy.parts = copy.parts.map { part in
      switch part {
      case .prose(let lines): return .prose(withoutNotes(lines.map(VisibleText.of)))
      case .cell(var cell):
        if let lines = cell.recording?.lines { cell.recording?.lines = lines.map(VisibleText.of) }
        return .cell(cell)
      }
    }
    return copy
  }

  /// The text without the speaker's notes, which are for nobody else.
  private static func withoutNotes(_ lines: [String]) -> [String] {
    guard lines.contains(where: { $0.contains("note:") }) else { return lines }
    return lines.joined(separator: "\n").replacing(/<!--\s*note:[\s\S]*?-->\n?/, with: "").components(
      separatedBy: "\n")
  }

  /// Markdown that shows everywhere: tables as tables, all other output as text.
  static func markdown(_ notebook: Notebook) -> String {
    var lines: [String] = []
    for part in notebook.parts {
      switch part {
      case .prose(let prose): lines += prose
      case .cell(let cell):
        if let exercise = cell.exercise {
          lines += self.lines(exercise, cell)
          continue
        }
        lines += ["```gnb", VisibleText.of(cell.source), "```"] + (cell.recording.map(outputs) ?? [])
      }
    }
    while lines.first?.isEmpty == true { lines.removeFirst() }
    return lines.joined(separator: "\n") + (lines.last == "" ? "" : "\n")
  }

  private static func outputs(_ recording: Notebook.Recording) -> [String] {
    var lines: [String] = []
    for block in RecordedOutput.blocks(recording) {
      lines.append("")
      if case .table(let table) = block.output, !recording.isError {
        lines.append(table.markdown)
      } else {
        let fence = NotebookWriter.fence(around: block.lines)
        lines += [fence + "text"] + block.lines + [fence]
      }
    }
    return lines
  }

  /// An exercise as Markdown: its question, and the answer folded, which GitHub and Jupyter show as HTML.
  static func lines(_ exercise: Exercise, _ cell: Notebook.Cell) -> [String] {
    let solution =
      exercise.isCommand
      ? ["```gnb", VisibleText.of(exercise.solution), "```"] : ["**\(VisibleText.of(exercise.solution))**"]
    let title = exercise.language.answerTitle
    return ["**?** " + VisibleText.of(exercise.question), "", "<details><summary>\(title)</summary>", ""]
      + solution + (exercise.isCommand ? cell.recording.map(exercise.translated).map(outputs) ?? [] : [])
      + ["", "</details>"]
  }
}
