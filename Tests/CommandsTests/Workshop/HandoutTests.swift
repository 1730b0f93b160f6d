import Commands
import Foundation
import Testing

/// What is printed: handouts with pictures, the card, the glossary; and what only the speaker sees.
@Suite struct HandoutTests {
  private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private let text = #"""
    ---
    gnb: 1
    title: T
    ---
    # A title
    <!-- note: Ask who has
    seen this before. -->
    Seen text. <!-- hidden --> More.

    ```lora
    outputs 640
    inputs 2048
    rank 8
    ```

    ```math
    W' = W + \frac{\alpha}{r} B A
    ```

    ```
    <!-- note: code, no comment -->
    ```

    ```gnb
    load data mini-news
    ```
    <!-- note: At the end. -->
    """#

  private func notebook() throws -> Notebook { try NotebookReader.read(text: text, path: "t.gnb") }

  @Test func notesAreForTheSpeakerOnly() throws {
    let notebook = try notebook()
    #expect(ProseText.notes(notebook.prose(beforeCell: 0)).first == "Ask who has seen this before.")
    #expect(ProseText.notes(notebook.prose(beforeCell: 1)) == ["At the end."])
    let blocks = ProseText.blocks(notebook.prose(beforeCell: 0))
    #expect(blocks.first == .text(["# A title", "Seen text.  More.", ""]), "\(blocks)")
    #expect(
      blocks.last == .text([""])
        && blocks.contains(.fenced(kind: "", lines: ["<!-- note: code, no comment -->"])))
    for format in Export.Format.allCases {
      let exported = Export.text(notebook, to: format)
      #expect(!exported.contains("Ask who has") && !exported.contains("At the end."), "\(format)")
      #expect(exported.contains("Seen text."), "\(format)")
    }
    let lines = SpeakerNotes.lines(notebook, at: 0, minutes: 3).flatMap { $0.lines(width: 60) }
      .map { $0.map(\.text).joined() }
    #expect(
      lines.contains("T  cell 1 of 1, 3 min") && lines.contains("Ask who has seen this before."), "\(lines)")
  }

  @Test func aLessonsPlaceIsTheSameInEveryFolderAndANotebooksIsItsOwn() {
    let here = FileManager.default.currentDirectoryPath
    #expect(SpeakerNotes.path(of: "a.gnb") == SpeakerNotes.path(of: here + "/a.gnb"))
    #expect(SpeakerNotes.path(of: "/x/a.gnb") != SpeakerNotes.path(of: "/y/a.gnb"))
    #expect(SpeakerNotes.path(of: "tour/01-a") != SpeakerNotes.path(of: here + "/tour/01-a.gnb"))
  }

  @Test func pictureAndEquationAreSVGThatParses() throws {
    let html = Export.text(try notebook(), to: .html)
    let pictures = html.matches(of: /<svg [\s\S]*?<\/svg>/).map { String($0.0) }
    #expect(pictures.count == 2 && html.contains("640 × 2048") && html.contains("trained: 21,504, 1.6%"))
    for picture in pictures {
      let parser = XMLProbe(picture)
      #expect(parser.isWellFormed, "\(picture)")
    }
    #expect(!html.contains("rank 8\n"), "the block's source is not on the page")
  }

  @Test(arguments: [
    (#"W' = W + \frac{\alpha}{r} B A"#, "W' = W + (α / r) BA"), (#"-\log p"#, "− log p"),
    ("x^2 + y_i", "x² + y_i"),
    (#"\frac{a + b}{2}"#, "(a + b) / 2"), (#"\sqrt{n}"#, "√n"),
    (#"L = -\frac{1}{n} \sum_i \log p_i"#, "L = − (1 / n) ∑_i log p_i"),
  ])
  func anEquationIsALineOnATerminal(_ source: String, _ line: String) {
    #expect(Equation(source).text == line)
  }

  @Test(arguments: [40, 60, 80]) func thePictureFitsATerminal(_ width: Int) throws {
    let picture = try #require(LoRAPicture(["rank 4"]))
    #expect(picture.lines(width: width).allSatisfy { DisplayWidth.of($0) <= max(width, 42) })
    #expect(picture.lines(width: width).joined().contains("W, frozen"))
    #expect(
      LoRAPicture(["rank many"]) == nil && LoRAPicture(["rank 0"]) == nil && LoRAPicture(["breadth 3"]) == nil
    )
  }

  @Test func aPageForPrintSaysSo() throws {
    let html = Export.text(try notebook(), to: .html)
    #expect(html.contains("@page { size: A4;") && html.contains("@media print"))
  }

  @Test func notesFitTheSpeakersTerminal() throws {
    let notebook = try NotebookReader.read(
      text: """
        ---
        gnb: 1
        ---
        <!-- note: Ask: Who has seen this? -->
        ```gnb
        load data mini-news
        split train=20
        ```
        <!-- note: Expect: A guess. -->
        ```exercise
        question: Draw 20 articles.
        command: split train=20
        accept: train = 20
        ```

        """, path: "t.gnb")
    func shown(_ position: Int, rows: Int) -> [String] {
      SpeakerNotes.lines(notebook, at: position, minutes: 0, width: 40, rows: rows).flatMap {
        $0.lines(width: 40)
      }.map { $0.map(\.text).joined() }
    }
    let all = shown(0, rows: 50)
    #expect(all.contains("Expect: A guess.") && all.last == "  solution: split train=20")
    for rows in [3, 7, 12] {
      let lines = shown(0, rows: rows)
      #expect(lines.count <= rows && lines == Array(all.prefix(lines.count)) && lines.count >= 3)
    }
    #expect(shown(0, rows: 7).contains("  split train=20") && !shown(0, rows: 7).contains("then:"))
    #expect(shown(1, rows: 50).contains("  Draw 20 articles."))
    #expect(!shown(1, rows: 50).contains { $0.contains("accept") })
  }

  @Test func aJapanesePageHasJapaneseWords() throws {
    let japanese = """
      ---
      gnb: 1
      ---
      日本語の文章です。
      <!-- note: 質問: だれですか。 -->
      ```gnb
      load data mini-news
      ```
      ```exercise
      question: 答えはいくつですか。
      answer: 3
      hint: 二より一つ多い数です。
      ```

      """
    let notebook = try NotebookReader.read(text: japanese, path: "j.gnb")
    let html = Export.text(notebook, to: .html)
    for words in ["<html lang=\"ja\">", "<summary>ヒント</summary>", "<summary>解答</summary>", "長い行: 折り返す"] {
      #expect(html.contains(words), "\(words)")
    }
    #expect(Export.text(try self.notebook(), to: .html).contains("<html lang=\"en\">"))
    let lines = SpeakerNotes.lines(notebook, at: 0, minutes: 2).flatMap { $0.lines(width: 60) }
      .map { $0.map(\.text).joined() }
    #expect(lines.first?.hasSuffix("セル 1 / 2、2 分") == true && lines.contains("画面のセル:"), "\(lines)")
  }

  @Test(arguments: ["card", "glossary"]) func thePrintedPagesAreWrittenFromTheTables(_ name: String) throws {
    let url = root.appendingPathComponent("docs/workshop/\(name).html")
    let expected = name == "card" ? PrintedHelp.card(.standard) : PrintedHelp.glossary()
    if ProcessInfo.processInfo.environment["GNB_UPDATE"] == "1" {
      try expected.write(to: url, atomically: true, encoding: .utf8)
    }
    #expect(
      try String(contentsOf: url, encoding: .utf8) == expected,
      "docs/workshop/\(name).html is out of date: GNB_UPDATE=1 swift test --filter 'HelpTests|HandoutTests'")
    #expect(!expected.contains("<script") && !expected.contains("src="))
    let body = String(expected.drop { $0 != "\n" })
    if name == "card" {
      for command in CommandTable.standard.commands {
        #expect(body.contains(">\(command.name)"), "\(command.name)")
      }
    } else {
      for entry in Glossary.entries { #expect(body.contains("<h2>\(entry.word)"), "\(entry.word)") }
    }
  }
}

/// Whether every tag of a piece of XML is closed in order. Foundation's own parser would need another library.
private struct XMLProbe {
  let isWellFormed: Bool

  init(_ text: String) {
    var open: [Substring] = []
    var isGood = true
    for tag in text.matches(of: /<(\/?)([A-Za-z]+)((?:\s+[A-Za-z:-]+="[^"<]*")*)\s*(\/?)>/) {
      if !tag.1.isEmpty {
        if open.popLast() != tag.2 { isGood = false }
      } else if tag.4.isEmpty {
        open.append(tag.2)
      }
    }
    let rest = text.replacing(/<\/?[A-Za-z]+(?:\s+[A-Za-z:-]+="[^"<]*")*\s*\/?>/, with: "")
    isWellFormed = isGood && open.isEmpty && !rest.contains("<") && !rest.contains(">")
  }
}
