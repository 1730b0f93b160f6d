import Foundation
import Gemma

/// Listing the cells of a stepper's notebook, and writing the notebook.
extension Stepper {
  /// A row for each cell: which one is next, which were run, and whether their recordings are up to date.
  var list: Table {
    let outdated = Set(Check.outdated(notebook).compactMap(\.cell))
    return Table(
      [
        .init(""), .init("cell", flexible: true), .init("state"), .init("recorded"),
        .init("source", flexible: true),
      ],
      rows: cells.enumerated().map { i, cell in
        let lines = cell.shown.split(separator: "\n")
        let number = DisplayWidth.pad("\(i + 1)", to: "\(states.count)".count, right: true)
        return [
          i == position ? "→" : "", cell.hasID ? "\(number) #\(cell.name)" : number,
          states[i] == .waiting ? "" : states[i].rawValue,
          runs[i] != nil
            ? "new" : cell.recording == nil ? "" : outdated.contains(cell.name) ? "stale" : "yes",
          (lines.first.map(String.init) ?? "") + (lines.count > 1 ? " …" : ""),
        ]
      })
  }

  /// The notebook with the outputs of the cells that were run. A cell that was not run keeps the recording of the file.
  /// A cell after a skipped or interrupted cell gets no recording, because a replay would have another output.
  public var document: Notebook {
    var copy = notebook
    let hashes = notebook.inputHashes
    var isReplayable = session.overrides.isEmpty
    for i in states.indices {
      if states[i] == .interrupted || states[i] == .skipped { isReplayable = false }
      guard let run = runs[i] else { continue }
      copy.update(cell: i) { cell in
        cell.recording =
          isReplayable ? run.recording(width: notebook.recordedWidth, inputHash: hashes[i]) : nil
      }
    }
    return copy
  }

  /// Writes the notebook with the outputs of the cells that were run.
  func save(to given: String?, overwriting: Bool) throws -> String {
    guard let path = given ?? (isSession || !notebook.path.hasSuffix(".gnb") ? nil : notebook.path) else {
      throw GemmaError.missing(need: "a name for the file", remedy: "save notebook lesson.gnb")
    }
    guard path.hasSuffix(".gnb") else {
      throw GemmaError.invalidValue(name: "path", expected: "a name that ends in .gnb", found: path)
    }
    guard !cells.isEmpty else {
      throw GemmaError.missing(need: "at least one cell", remedy: "load model")
    }
    if path != notebook.path, !overwriting, FileManager.default.fileExists(atPath: path) {
      throw GemmaError.invalidValue(
        name: "path", expected: Overwriting.expected, found: path)
    }
    try NotebookWriter.write(document, to: path)
    hasSaved()
    return path
  }
}
