import Commands
import Foundation
import Testing

@Suite struct NotebookTests {
  private let good = """
    ---
    gnb: 1
    title: "A title"
    seed: 7
    width: 60
    inputs:
      mini-news: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    ---
    # Words

    ```gnb #first
    set width=44
    ```
    ```out in=9c1f02ab
    old
    ```

    ```python
    not ours
    ```
    ```gnb raises=G036
    report
    ```
    """

  @Test func cellsAttributesAndRecordedOutputsAreRead() throws {
    let notebook = try NotebookReader.read(text: good, path: "a.gnb")
    #expect(notebook.title == "A title" && notebook.seed == 7 && notebook.width == 60)
    #expect(notebook.inputs.map(\.name) == ["mini-news"])
    #expect(notebook.cells.map(\.name) == ["first", "2"])
    #expect(
      notebook.cells[0].recording?.lines == ["old"] && notebook.cells[0].recording?.inputHash == "9c1f02ab")
    #expect(notebook.cells[0].firstLine == 12)
    #expect(notebook.cells[1].raises == .missingStep)
  }

  @Test(arguments: [
    ("no front matter", "", 1), ("gnb: 1", "gnb: 2", 1), ("seed: 7", "seed: x", 4),
    ("seed: 7", "seed: 9223372036854775808", 4),
    ("width: 60", "width: 9", 5),
    ("title", "titel", 3), ("#first", "first", 11), ("raises=G036", "raises=G999", 21),
    ("raises=G036", "#first", 21),
    ("```out in=9c1f02ab", "```out on=9c1f02ab", 14), ("# Words", "```out\n```", 9),
    ("abcdef\n---", "abcdeg\n---", 7),
  ])
  func mistakesNameTheirLine(_ old: String, _ new: String, _ line: Int) {
    let text = old == "no front matter" ? "# Words" : good.replacingOccurrences(of: old, with: new)
    do {
      _ = try NotebookReader.read(text: text, path: "a.gnb")
      Issue.record("no error for \(new)")
    } catch {
      let diagnostic = error as? Diagnostic
      #expect(diagnostic?.range?.line == line, "\(new): \(diagnostic?.message ?? "")")
      #expect(diagnostic?.file == "a.gnb")
    }
  }

  @Test func aMistakeAnywhereStopsBeforeTheFirstCell() throws {
    let recorder = Recorder()
    let text = good.replacingOccurrences(of: "report", with: "rport")
    let replay = Replay(try NotebookReader.read(text: text, path: "a.gnb"), session: recorder.session)
    do {
      _ = try replay.run { _, _ in true }
      Issue.record("no error")
    } catch {
      let diagnostic = error as? Diagnostic
      #expect(diagnostic?.code == .unknownCommand && diagnostic?.range?.line == 22)
    }
    #expect(recorder.events.isEmpty)
  }

  private func failures(of replay: Replay) throws -> [Diagnostic.Code] {
    try replay.run { _, run in run.failure == nil }.compactMap { $0.failure?.code }
  }

  @Test func aCellThatMustFailMayFailAndMustNotRun() throws {
    let recorder = Recorder()
    let replay = Replay(try NotebookReader.read(text: good, path: "a.gnb"), session: recorder.session)
    #expect(try failures(of: replay).isEmpty)
    let tame = good.replacingOccurrences(of: "\nreport\n", with: "\nhelp\n")
    let other = Replay(try NotebookReader.read(text: tame, path: "a.gnb"), session: Recorder().session)
    #expect(try failures(of: other) == [.notRaised])
  }

  @Test(arguments: ["quickstart", "livedoor-270m", "alpaca-270m"])
  func theNotebooksOfTheRepositoryAreValid(_ name: String)
    throws
  {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let notebook = try NotebookReader.read(path: root.appendingPathComponent("notebooks/\(name).gnb").path)
    _ = try Replay(notebook, session: Recorder().session).check()
    #expect(!notebook.cells.isEmpty)
  }

  @Test func theUnrecordedColabDemoIsValid() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let path = root.appendingPathComponent("notebooks/colab-gemma2-2b.gnb").path
    var text = try String(contentsOfFile: path, encoding: .utf8)
    let precision = CommandTable.standard.commands.first { $0.name == "load model" }?.arguments
      .first { $0.name == "precision" }
    // A gnb without 4-bit weights still reads the rest.
    if case .choice(let names)? = precision?.kind, !names.contains("nf4") {
      text = text.replacingOccurrences(of: " precision=nf4", with: "")
    }
    let notebook = try NotebookReader.read(text: text, path: path)
    _ = try Replay(notebook, session: Recorder().session).check()
    #expect(notebook.cells.allSatisfy { $0.recording == nil })
  }

  @Test func anInputWithAnotherHashIsRefused() throws {
    let text = good.replacingOccurrences(of: "set width=44", with: "load data mini-news")
    let replay = Replay(try NotebookReader.read(text: text, path: "a.gnb"), session: Recorder().session)
    #expect(try failures(of: replay) == [.hashMismatch])
  }

  /// Rows of the table below a heading, or after a text, by their first column without backticks.
  private func table(_ page: String, after text: String) throws -> [String] {
    let rest = try #require(page.components(separatedBy: text).dropFirst().first)
    return rest.components(separatedBy: "\n").drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
      .dropFirst(2)
      .map { $0.split(separator: "|")[0].trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
  }

  @Test func thePageOnTheFormatIsTrue() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(contentsOf: root.appendingPathComponent("docs/notebook-format.md"), encoding: .utf8)
    #expect(try table(page, after: "## Front matter") == NotebookReader.frontMatter)
    #expect(try table(page, after: "## Cells") == NotebookReader.attributes)
    #expect(try table(page, after: "in the file. Everything") == Volatile.allCases.map { "«\($0.rawValue)»" })
    let example = try #require(page.components(separatedBy: "````\n").dropFirst().first)
    let notebook = try NotebookReader.read(text: example, path: "example.gnb")
    let runs = try Replay(notebook, session: Recorder().session).run { _, _ in true }
    #expect(runs.count == 2 && runs.allSatisfy { $0.failure == nil })
    let recorded = NotebookWriter.text(notebook.recorded(runs))
    #expect(recorded.contains("\n```err in="))
  }
}
