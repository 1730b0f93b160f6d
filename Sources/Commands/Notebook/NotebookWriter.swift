import Foundation
import Gemma

/// Writes `.gnb` text. Everything except the output blocks is written as it was read.
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
        if let numbers = recording.numbers {
          lines += [RecordedNumbers.opening] + numbers.lines + [RecordedNumbers.closing]
        }
      }
    }
    return lines.joined(separator: "\n") + (lines.last == "" ? "" : "\n")
  }

  /// A fence longer than any run of backticks at the beginning of a line inside. Lines with spaces before the backticks
  /// count too, because CommonMark closes a block at those as well.
  static func fence(around lines: [String]) -> String {
    let (space, sign) = (UInt8(ascii: " "), UInt8(ascii: "`"))
    let longest = lines.map { $0.utf8.drop { $0 == space }.prefix { $0 == sign }.count }.max() ?? 0
    return String(repeating: "`", count: max(3, longest + 1))
  }

  /// - Parameter path: if this is a link, the file that it points to is replaced.
  public static func write(_ notebook: Notebook, to path: String) throws {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    try AtomicFile.write(Data(text(notebook).utf8), to: target)
  }
}

extension CellRun {
  /// The recording of a run; nil if it had no output.
  func recording(width: Int, inputHash: String) -> Notebook.Recording? {
    let lines = transcript.recorded(width: width)
    return lines.isEmpty
      ? nil
      : Notebook.Recording(
        lines: lines, inputHash: inputHash, isError: transcript.error != nil,
        numbers: RecordedNumbers(transcript, width: width))
  }
}

extension Notebook {
  /// A copy with the outputs of these runs. A cell without output gets no block.
  public func recorded(_ runs: [CellRun]) -> Notebook {
    var copy = self
    let hashes = inputHashes
    for (i, run) in runs.enumerated() {
      copy.update(cell: i) { $0.recording = run.recording(width: recordedWidth, inputHash: hashes[i]) }
    }
    return copy
  }
}
