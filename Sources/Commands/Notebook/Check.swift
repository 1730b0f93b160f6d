import Foundation

/// Compares a notebook's recorded outputs with the outputs of a new run.
public enum Check {
  /// The cells whose recorded output belongs to another text, seed or input. Nothing is run to find them.
  public static func outdated(_ notebook: Notebook) -> [Diagnostic] {
    zip(notebook.cells, notebook.inputHashes).compactMap { cell, hash in
      guard let recording = cell.recording, recording.inputHash != hash else { return nil }
      return diagnostic(
        .outdated,
        "this output is out of date: it was recorded for in=\(recording.inputHash ?? "(nothing)"), now it is in=\(hash)",
        cell, line: recording.firstLine - 1, notebook)
    }
  }

  /// The difference between a run's output and the recording, byte by byte; nil if they are equal.
  public static func difference(_ cell: Notebook.Cell, _ run: CellRun, in notebook: Notebook) -> Diagnostic? {
    let found = run.transcript.recorded(width: notebook.recordedWidth)
    let recorded = cell.recording?.lines ?? []
    let isError = run.transcript.error != nil
    if found.count == recorded.count, zip(found, recorded).allSatisfy(isSame),
      cell.recording == nil || cell.recording?.isError == isError
    {
      return numbersDifference(cell, run, in: notebook)
    }
    let (lines, first) = diff(recorded, found)
    let what =
      cell.recording == nil
      ? "nothing is recorded for this cell" : "this cell's output differs from its recording"
    var result = diagnostic(
      .differs, what, cell, line: cell.recording.map { $0.firstLine + first } ?? cell.firstLine, notebook)
    result.difference = lines
    if cell.recording == nil { result.help = "gnb record \(notebook.path)" }
    return result
  }

  /// Of numbers whose text is the same. A notebook recorded without numbers has none to compare.
  private static func numbersDifference(_ cell: Notebook.Cell, _ run: CellRun, in notebook: Notebook)
    -> Diagnostic?
  {
    guard let recording = cell.recording, let recorded = recording.numbers else { return nil }
    let found = RecordedNumbers(run.transcript, width: notebook.recordedWidth)
    let (lines, first) = diff(recorded.lines, found?.lines ?? [])
    guard !lines.isEmpty else { return nil }
    // Below the output: its fence, and the line that opens the comment.
    var result = diagnostic(
      .differs, "a number differs from its recording, though its text is the same", cell,
      line: recording.firstLine + recording.lines.count + 2 + first, notebook)
    let named = diff(recorded.named, found?.named ?? []).lines
    result.difference = named.isEmpty ? lines : named
    return result
  }

  private static func diagnostic(
    _ code: Diagnostic.Code, _ message: String, _ cell: Notebook.Cell, line: Int, _ notebook: Notebook
  ) -> Diagnostic {
    var result = Diagnostic(code, message, range: SourceRange(line: line, columns: 1..<2))
    result.file = notebook.path
    result.cell = cell.name
    return result
  }

  /// Compares bytes, because Swift strings with differently composed accents count as equal.
  private static func isSame(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

  /// - Returns: lines with - and +, an ellipsis in the place of equal lines, and the index of the first old line that
  ///   differs.
  static func diff(_ old: [String], _ new: [String]) -> (lines: [String], first: Int) {
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in new.difference(from: old, by: isSame) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var lines: [String] = []
    var first: Int?
    var (i, j) = (0, 0)
    var wasEqual = false
    while i < old.count || j < new.count {
      if removed.contains(i) || inserted.contains(j) {
        if wasEqual, first != nil { lines.append("  …") }
        wasEqual = false
        first = first ?? i
        while removed.contains(i) {
          lines.append("- " + old[i])
          i += 1
        }
        while inserted.contains(j) {
          lines.append("+ " + new[j])
          j += 1
        }
      } else {
        wasEqual = true
        i += 1
        j += 1
      }
    }
    return (lines, first ?? 0)
  }

  /// The results as JUnit's XML, which CI systems read: a suite for each notebook, a case for each cell.
  public static func junit(
    _ suites: [(notebook: Notebook, cases: [(name: String, seconds: Double, failures: [Diagnostic])])]
  ) -> String {
    func escaped(_ text: String) -> String { HTML.escaped(text) }
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
    for (notebook, cases) in suites {
      let failed = cases.count { !$0.failures.isEmpty }
      let seconds = cases.reduce(0) { $0 + $1.seconds }
      text +=
        "  <testsuite name=\"\(escaped(notebook.path))\" tests=\"\(cases.count)\" failures=\"\(failed)\" "
        + "time=\"\(NumberFormat.fixed(seconds, 3))\">\n"
      for test in cases {
        text +=
          "    <testcase classname=\"\(escaped(notebook.path))\" name=\"\(escaped(test.name))\" "
          + "time=\"\(NumberFormat.fixed(test.seconds, 3))\""
        if test.failures.isEmpty {
          text += "/>\n"
          continue
        }
        text += ">\n"
        for failure in test.failures {
          text +=
            "      <failure type=\"\(failure.code.rawValue)\" message=\"\(escaped(failure.message))\">"
            + escaped(failure.lines(width: 100).joined(separator: "\n")) + "</failure>\n"
        }
        text += "    </testcase>\n"
      }
      text += "  </testsuite>\n"
    }
    return text + "</testsuites>\n"
  }
}
