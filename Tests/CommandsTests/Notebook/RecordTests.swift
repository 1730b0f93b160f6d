import Commands
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// record and check: what is written into a file, and what is made of it.
@Suite struct RecordTests {
  private let text = """
    ---
    gnb: 1
    seed: 7
    width: 50
    # a comment
    ---
    # 題

    ```gnb #data
    load data mini-news
    split train=10 validation=5
    ```

    ~~~text
    ```gnb
    not run
    ```
    ~~~

    ````gnb rows=2 timeout=60
    show split
    time show config
    ````
    words
    ```gnb raises=G036
    report
    ```
    ```gnb
    let a = "```"
    ```

    """

  private func record(_ text: String) throws -> Notebook {
    let notebook = try NotebookReader.read(text: text, path: "a.gnb")
    let runs = try Replay(notebook, session: Recorder().session).run { _, run in run.failure == nil }
    #expect(runs.count == notebook.cells.count)
    return notebook.recorded(runs)
  }

  /// What data may hold.
  @Test(arguments: [
    "one\r\ntwo", "one\rtwo", "one\r\n", "one  \ntwo\t\nthree \u{3000}\u{A0}", "one\u{2028}two\u{2029}",
    "one\u{85}two\u{85}", "one\u{C}two\u{C}",
    "one\u{B}", "one\n```\ntwo\n  `````\n~~~~\n", "a\u{7}\u{1B}[31mb", "a\u{0}b", "\u{FEFF}one",
    "\n\n\none\n\n\n", "`\u{301}``\n```\u{301}\n```",
    "\u{3099}か\n\u{3099}", "---\n```gnb\nload\n```", "«time»", "\u{202E}abc", "が か\u{3099} é e\u{301}",
    String(repeating: "長い", count: 100) + "\r",
  ])
  func aRecordingEqualsItself(_ text: String) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "gnb-record-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let data = folder.appendingPathComponent("a.jsonl")
    let rows = try ["x", "y"].map { label in
      String(
        decoding: try JSONEncoder().encode(["text": text + label, "category": label, "title": text]),
        as: UTF8.self)
    }
    try Data(rows.joined(separator: "\n").utf8).write(to: data)
    let source =
      "---\ngnb: 1\n---\n```gnb\nload data \(data.path)\nshow data\nsplit train=1 validation=1\nshow sample 1\n```\n"
    let once = NotebookWriter.text(try record(source))
    #expect(once.utf8.elementsEqual(NotebookWriter.text(try record(once)).utf8))
    #expect(
      !once.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t" })
    // As it is, from Windows, and with trailing white space taken away by an editor.
    let stripped = once.components(separatedBy: "\n").map { line in
      String(
        String.UnicodeScalarView(
          line.unicodeScalars.reversed().drop { $0.properties.isWhitespace }.reversed()))
    }.joined(separator: "\n")
    for edited in [once, "\u{FEFF}" + once, once.replacingOccurrences(of: "\n", with: "\r\n"), stripped] {
      let notebook = try NotebookReader.read(text: edited, path: "a.gnb")
      #expect(Check.outdated(notebook).isEmpty)
      let runs = try Replay(notebook, session: Recorder().session).run { _, run in run.failure == nil }
      for (cell, run) in zip(notebook.cells, runs) {
        #expect(
          Check.difference(cell, run, in: notebook)?.difference ?? [] == [], "\(edited.debugDescription)")
      }
    }
  }

  @Test func aMarkAndLineEndsOfOtherSystemsChangeNothing() throws {
    let plain = try NotebookReader.read(text: text, path: "a.gnb")
    for edited in [
      "\u{FEFF}" + text, text.replacingOccurrences(of: "\n", with: "\r\n"),
      "\u{FEFF}" + text.replacingOccurrences(of: "\n", with: "\r\n"),
      text.replacingOccurrences(of: "\n", with: "\r"),
    ] {
      let notebook = try NotebookReader.read(text: edited, path: "a.gnb")
      #expect(NotebookWriter.text(notebook) == NotebookWriter.text(plain))
      #expect(notebook.inputHashes == plain.inputHashes)
    }
  }

  @Test func checkComparesBytesNotCharacters() throws {
    let source = "---\ngnb: 1\n---\n```gnb\nload data no-\u{E9}\n```\n```err in=0\nx\n```\n"
    let notebook = try NotebookReader.read(text: source, path: "a.gnb")
    let run = try #require(try Replay(notebook, session: Recorder().session).run { _, _ in true }.first)
    var recorded = notebook.recorded([run])
    #expect(Check.difference(recorded.cells[0], run, in: recorded) == nil)
    recorded.update(cell: 0) { cell in
      let lines = cell.recording?.lines ?? []
      cell.recording?.lines = lines.map(\.decomposedStringWithCanonicalMapping)
    }
    #expect(Check.difference(recorded.cells[0], run, in: recorded)?.code == .differs)
  }

  @Test func recordingTwiceGivesTheSameBytes() throws {
    let once = NotebookWriter.text(try record(text))
    let twice = NotebookWriter.text(try record(once))
    #expect(once == twice)
    #expect(
      once.hasPrefix(text.components(separatedBy: "```\n\n~~~")[0]), "what is not output stays as it was")
    #expect(once.contains("```err in=") && once.contains("… 4 more rows") && once.contains("took «time»"))
    #expect(!once.contains("let a = \"```\"\n```\n```out"), "a cell that tells nothing gets no block")
    let withoutBlocks = NotebookWriter.text(try NotebookReader.read(text: text, path: "a.gnb"))
    #expect(withoutBlocks == text)
  }

  @Test func anythingThatIsReadIsWrittenBack() throws {
    for ending in ["", "\n", "\n\n", "\ntext without an end", "\n````gnb\nlet a = 1\n````\n```out\n```"] {
      let all = text + ending
      let written = NotebookWriter.text(try NotebookReader.read(text: all, path: "a.gnb"))
      #expect(written == (all.hasSuffix("\n") ? all : all + "\n"), "\(ending)")
    }
  }

  @Test func anOutputWithFencesIsFencedWider() throws {
    var notebook = try NotebookReader.read(text: text, path: "a.gnb")
    notebook.update(cell: 0) {
      $0.recording = .init(lines: ["```", "````x", ""], inputHash: "12345678", isError: false)
    }
    let again = try NotebookReader.read(text: NotebookWriter.text(notebook), path: "a.gnb")
    #expect(again.cells[0].recording?.lines == ["```", "````x", ""] && again.cells.count == 4)
  }

  @Test func whatIsRecordedDependsOnNoTerminalAndNoMachine() throws {
    let wide = Recorder()
    wide.session.settings.width = 200
    let notebook = try NotebookReader.read(text: text, path: "elsewhere/b.gnb")
    let runs = try Replay(notebook, session: wide.session).run { _, _ in true }
    #expect(NotebookWriter.text(notebook.recorded(runs)) == NotebookWriter.text(try record(text)))
  }

  @Test(arguments: [
    ("seed: 7", "seed: 8", ["data", "2", "3"]), ("width: 50", "width: 51", ["data", "2", "3"]),
    ("rows=2", "rows=3", ["2", "3"]), ("train=10", "train=11", ["data", "2", "3"]),
    ("time show", "show", ["2", "3"]),
    ("words", "other words", []), ("# a comment", "title: t", []), ("timeout=60", "pause", []),
    ("let a = \"```\"", "let a = 2", []),
  ])
  func whatIsOutOfDateIsKnownWithoutRunning(_ old: String, _ new: String, _ cells: [String]) throws {
    let recorded = NotebookWriter.text(try record(text))
    #expect(recorded.contains(old))
    let changed = try NotebookReader.read(
      text: recorded.replacingOccurrences(of: old, with: new), path: "a.gnb")
    #expect(Check.outdated(changed).map(\.cell) == cells)
    #expect(Check.outdated(changed).allSatisfy { $0.code == .outdated && $0.file == "a.gnb" })
  }

  @Test func aDifferenceNamesCellLineAndBothSides() throws {
    let recorded = NotebookWriter.text(try record(text))
    let lines = recorded.components(separatedBy: "\n")
    // In the table of the split.
    let line = try #require(lines.firstIndex { $0.hasPrefix("it-life-hack") && !$0.contains("196") })
    let wrong = lines[line].replacingOccurrences(of: "2", with: "3")
    var changed = lines
    changed[line] = wrong
    let notebook = try NotebookReader.read(text: changed.joined(separator: "\n"), path: "a.gnb")
    #expect(Check.outdated(notebook).isEmpty, "an output's text is no input")
    let runs = try Replay(notebook, session: Recorder().session).run { _, _ in true }
    let found = zip(notebook.cells, runs).compactMap { Check.difference($0, $1, in: notebook) }
    #expect(found.count == 1)
    #expect(found[0].cell == "data" && found[0].range?.line == line + 1 && found[0].code == .differs)
    #expect(wrong != lines[line] && found[0].difference == ["- " + wrong, "+ " + lines[line]])
  }

  @Test func aDifferenceThatNoTextShowsNamesItsNumber() throws {
    let source =
      "---\ngnb: 1\n---\n```gnb\nload data mini-news\nsplit train=10 validation=10\nbaseline\ncompare\n```\n"
    let recorded = NotebookWriter.text(try record(source))
    let line = try #require(recorded.components(separatedBy: "\n").first { $0.hasPrefix("[\"1 majority\"") })
    let interval = try #require(line.firstMatch(of: /\[\[(0\.[0-9]+),(0\.[0-9]+)\]/))
    let wrong = line.replacingOccurrences(of: interval.1, with: "0.057")
    let changed = recorded.replacingOccurrences(of: line, with: wrong)
    let notebook = try NotebookReader.read(text: changed, path: "a.gnb")
    let runs = try Replay(notebook, session: Recorder().session).run { _, _ in true }
    let found = try #require(Check.difference(notebook.cells[0], runs[0], in: notebook))
    #expect(
      found.difference == [
        "- 1 majority, 95% interval: 0.057–\(interval.2)",
        "+ 1 majority, 95% interval: \(interval.1)–\(interval.2)",
      ])
    #expect(found.range?.line == 1 + (changed.components(separatedBy: "\n").firstIndex(of: wrong) ?? 0))
    #expect(found.code == .differs && found.cell == "1")
    // Recorded without numbers, as older notebooks are: the text alone is compared.
    let end = try #require(recorded.range(of: "<!-- numbers"))
    let old = try NotebookReader.read(text: String(recorded[..<end.lowerBound]), path: "a.gnb")
    #expect(old.cells[0].recording?.numbers == nil && Check.difference(old.cells[0], runs[0], in: old) == nil)
    #expect(Export.text(old, to: .html).contains("<td class=\"n\">0.2000</td>"))
  }

  @Test(arguments: [
    ("[{\"lines\":[", "[{\"lines\":[0,1],\"x\":["), ("-->", "->"), ("\"rows\":[", "\"rows\":[1,"),
    ("[{", "{"), ("]]},\n{\"lines\":[", "]]},\n{\"lines\":[1,3],\"z\":["),
    ("\"table\":[", "\"table\":[\"more\","), ("\"lines\":[2,", "\"lines\":[9223372036854775807,"),
  ])
  func numbersThatWereEditedAreRefusedOrRead(_ old: String, _ new: String) throws {
    let recorded = NotebookWriter.text(try record(text))
    #expect(recorded.contains(old))
    let start = try #require(recorded.range(of: "<!-- numbers"))
    var tail = String(recorded[start.lowerBound...])
    if let range = tail.range(of: old) { tail.replaceSubrange(range, with: new) }
    do {
      let notebook = try NotebookReader.read(text: recorded[..<start.lowerBound] + tail, path: "a.gnb")
      for format in Export.Format.allCases { #expect(!Export.text(notebook, to: format).isEmpty) }
    } catch let error as Diagnostic {
      #expect(
        error.code == .badNotebook && error.help?.contains("'<!-- numbers'") == true && error.range != nil)
    }
  }

  @Test(arguments: ["-9223372036854775808,9223372036854775807", "2,1", "1", "1,2,3"])
  func placesThatNoCurveHasAreRefused(_ places: String) {
    let text =
      "---\ngnb: 1\n---\n```gnb\nplot loss\n```\n```out\na\n```\n<!-- numbers\n"
      + "[{\"lines\":[1,1],\"curve\":\"c\",\"series\":[{\"name\":\"\",\"x\":[\(places)],\"y\":[1,2]}]}]\n-->\n"
    let error = #expect(throws: Diagnostic.self) { try NotebookReader.read(text: text, path: "a.gnb") }
    #expect(error?.code == .badNotebook && error?.range?.line == 10)
  }

  @Test func aMissingOrSuperfluousOutputDiffers() throws {
    var notebook = try record(text)
    let runs = try Replay(notebook, session: Recorder().session).run { _, _ in true }
    notebook.update(cell: 0) { $0.recording = nil }
    notebook.update(cell: 2) { $0.recording?.isError = false }
    notebook.update(cell: 3) { $0.recording = .init(lines: ["x"], inputHash: nil, isError: false) }
    let found = zip(notebook.cells, runs).map { Check.difference($0, $1, in: notebook) }
    #expect(found.map { $0 != nil } == [true, false, true, true])
    #expect(found[0]?.help == "gnb record a.gnb")
    #expect(found[3]?.difference == ["- x"])
  }

  @Test func aCellThatTakesTooLongFails() throws {
    let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/tiny/gemma3").path
    let slow = """
      ---
      gnb: 1
      ---
      ```gnb
      load model \(tiny)
      load data mini-news categories=[movie-enter, sports-watch]
      split train=6 validation=4
      prompt "{input} => {output}" max_input_tokens=19
      lora rank=2
      ```
      ```gnb timeout=1
      train steps=1000000 batch=2
      ```
      ```gnb raises=G040 timeout=1
      train steps=1000000 batch=2
      ```
      """
    let notebook = try NotebookReader.read(text: slow, path: "a.gnb")
    let runs = try Replay(notebook, session: Recorder().session).run { _, _ in true }
    #expect(runs.map { $0.failure?.code } == [nil, .timedOut, nil])
  }

  @Test func junitIsXML() throws {
    let notebook = try record(text)
    var bad = Diagnostic(.differs, "a <b> & \"c\" \u{1}")
    bad.difference = ["- あ<", "+ い>"]
    let xml = Check.junit([(notebook, [("data", 1.25, []), ("2", 0, [bad])])])
    #expect(XMLParser(data: Data(xml.utf8)).parse())
    #expect(
      xml.contains("tests=\"2\" failures=\"1\" time=\"1.250\"")
        && xml.contains("a &lt;b&gt; &amp; &quot;c&quot; "))
    #expect(!xml.unicodeScalars.contains("\u{1}"))
    #expect(xml.contains("<failure type=\"G042\"") && xml.contains("+ い&gt;</failure>"))
  }

  @Test func everyTruncatedNotebookIsReadOrRefused() throws {
    let recorded = NotebookWriter.text(try record(text))
    for length in 0..<recorded.count {
      let part = String(recorded.prefix(length))
      guard let notebook = try? NotebookReader.read(text: part, path: "a.gnb") else { continue }
      _ = Check.outdated(notebook)
      for format in Export.Format.allCases { #expect(!Export.text(notebook, to: format).isEmpty) }
    }
  }
}
