import Foundation
import Gemma

/// Writes `.gnb` text: everything as it was read, but for the output blocks.
public enum NotebookWriter {
  public static func text(_ notebook: Notebook) -> String {
    var lines = ["---"] + notebook.frontMatter + ["---"]
    for part in notebook.parts {
      switch part {
      case .prose(let prose): lines += prose
      case .cell(let cell):
        lines += [cell.opening] + cell.source.components(separatedBy: "\n") + [cell.closing]
        guard let recording = cell.recording else { continue }
        let fence = fence(around: recording.lines)
        let hash = recording.inputHash.map { " in=\($0)" } ?? ""
        lines += [fence + (recording.isError ? "err" : "out") + hash] + recording.lines + [fence]
      }
    }
    return lines.joined(separator: "\n") + (lines.last == "" ? "" : "\n")
  }

  /// More backticks than any line within begins with, after spaces too: for CommonMark those close a block as well.
  static func fence(around lines: [String]) -> String {
    let (space, sign) = (UInt8(ascii: " "), UInt8(ascii: "`"))
    let longest = lines.map { $0.utf8.drop { $0 == space }.prefix { $0 == sign }.count }.max() ?? 0
    return String(repeating: "`", count: max(3, longest + 1))
  }

  /// - Parameter path: a link is followed, and what it points to replaced.
  public static func write(_ notebook: Notebook, to path: String) throws {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    try AtomicFile.write(Data(text(notebook).utf8), to: target)
  }
}

extension CellRun {
  /// What a notebook keeps of the run; nil if it told nothing.
  func recording(width: Int, inputHash: String) -> Notebook.Recording? {
    let lines = transcript.recorded(width: width)
    return lines.isEmpty
      ? nil : Notebook.Recording(lines: lines, inputHash: inputHash, isError: transcript.error != nil)
  }
}

extension Notebook {
  /// With the outputs of these runs in place of the recorded ones; a cell that told nothing gets no block.
  public func recorded(_ runs: [CellRun]) -> Notebook {
    var copy = self
    let hashes = inputHashes
    for (i, run) in runs.enumerated() {
      copy.update(cell: i) { $0.recording = run.recording(width: recordedWidth, inputHash: hashes[i]) }
    }
    return copy
  }
}
