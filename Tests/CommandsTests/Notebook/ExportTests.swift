import Commands
import Foundation
import Testing

@Suite struct ExportTests {
  private let table = Table(
    [.init("名前", flexible: true), .init("n", .right)], rows: [["映画 館", "1.50"], ["", "200"], ["b", ""]],
    rules: [1])
  private let matrix = Table(
    [.init("truth ↓ prediction →"), .init("1", .right), .init("2", .right)],
    rows: [["1 a", "3", "·"], ["2 b", "·", "12"]],
    shaded: true)

  @Test func recordedTablesAreReadBack() {
    for original in [table, matrix, table.limited(to: 2)] {
      let lines = ["before", ""] + Output.table(original).lines(width: 60).texts + ["after"]
      let blocks = RecordedOutput.blocks(lines)
      #expect(blocks.count == 3 && blocks.flatMap(\.lines) == lines)
      guard case .table(let read)? = blocks.dropFirst().first?.output else {
        Issue.record("no table in \(lines)")
        continue
      }
      #expect(read.rows == original.rows && read.rules == original.rules && read.shaded == original.shaded)
      #expect(read.columns.map(\.title) == original.columns.map(\.title))
      #expect(read.columns.map(\.alignment) == original.columns.map(\.alignment))
      #expect(read.lines(width: 60).texts == original.lines(width: 60).texts)
    }
  }

  @Test func recordedBarsAreReadBack() throws {
    let chart = Chart(
      title: "t", .bars([.init("a b", 0.9, "90.0%"), .init("角", 0.1, "10.0%"), .init("c", 0, "0.0%")]))
    let blocks = RecordedOutput.blocks(Output.chart(chart).lines(width: 60).texts)
    guard case .chart(let read)? = blocks.first?.output, case .bars(let bars) = read.shape else {
      Issue.record("no bars")
      return
    }
    #expect(
      read.title == "t" && bars.map(\.name) == ["a b", "角", "c"]
        && bars.map(\.text) == ["90.0%", "10.0%", "0.0%"])
    #expect(bars.map(\.value) == [90, 10, 0])
  }

  @Test func aCurveWithoutItsNumbersStaysAsItIsDrawn() throws {
    let lines = Output.chart(.curve([3, 2, 1], title: "loss", xLabel: "step")).lines(width: 60).texts
    let blocks = RecordedOutput.blocks(lines)
    #expect(
      blocks.count == 1 && blocks[0].lines == lines
        && blocks[0].output == .line(lines.joined(separator: "\n")))
    var notebook = Notebook(path: "a.gnb")
    var cell = Notebook.Cell(name: "1", source: "plot loss", firstLine: 1)
    cell.recording = .init(lines: lines, inputHash: nil, isError: false)
    notebook.parts = [.cell(cell)]
    #expect(Export.text(notebook, to: .html).contains("<pre class=\"out drawn\">loss\n"))
  }

  @Test func linesThatOnlyLookLikeTablesStayText() {
    for lines in [["a", "───"], ["──"], ["x ┤"], ["┤⠀"], ["a", "───", "b", "━━"], ["…"], [], ["", ""]] {
      let blocks = RecordedOutput.blocks(lines)
      #expect(blocks.flatMap(\.lines) == lines)
      for block in blocks { if case .table = block.output { Issue.record("a table in \(lines)") } }
    }
  }

  private func notebook() -> Notebook {
    var notebook = Notebook(path: "a.gnb")
    notebook.title = "T <1> & \"2\""
    notebook.parts = [
      .prose([
        "# 題 *x*", "", "Text with `code <b>`, **bold**, [a link](https://example.org/?a=1&b=2) and 3 < 4.",
        "- one", "- two", "",
      ])
    ]
    var first = Notebook.Cell(name: "data", source: "ask \"a # b\" # c\nlet x = $y", firstLine: 1)
    first.hasID = true
    first.recording = .init(
      lines: ["text <i>"] + Output.table(table).lines(width: 60).texts
        + Output.chart(Chart(title: "p", .bars([.init("a", 1, "1")]))).lines(width: 60).texts,
      inputHash: "0", isError: false)
    var second = Notebook.Cell(name: "2", source: "report", firstLine: 1)
    second.recording = .init(
      lines: ["error[G036]: this needs <it>", "help: evaluate"], inputHash: "0", isError: true)
    notebook.parts += [
      .cell(first), .prose([""]), .cell(second),
      .cell(Notebook.Cell(name: "3", source: "split", firstLine: 1)),
    ]
    return notebook
  }

  @Test func htmlIsOneFileWithoutScript() {
    let html = Export.text(notebook(), to: .html)
    for piece in [
      "<title>T &lt;1&gt; &amp; &quot;2&quot;</title>", "<h1>題 <em>x</em></h1>",
      "<code>code &lt;b&gt;</code>",
      "<strong>bold</strong>", "<a href=\"https://example.org/?a=1&amp;b=2\">a link</a>", "3 &lt; 4",
      "<li>one</li>",
      "id=\"data\"", "<span class=\"string\">&quot;a # b&quot;</span>", "<span class=\"comment\"># c</span>",
      "<span class=\"variable\">$y</span>", "text &lt;i&gt;", "<td class=\"n\">1.50</td>", "<svg",
      "<pre class=\"out err\">",
      "this needs &lt;it&gt;", "prefers-color-scheme: dark", "name=\"viewport\"",
    ] { #expect(html.contains(piece), "\(piece)") }
    for piece in ["<script", "src=", "@import", "url(", "onclick"] {
      #expect(!html.contains(piece), "\(piece)")
    }
    #expect(isWellFormed(html))
  }

  /// Whether every opened element is closed, in order.
  private func isWellFormed(_ html: String) -> Bool {
    var open: [String] = []
    for piece in html.components(separatedBy: "<").dropFirst() {
      let name = String(piece.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber })
      let isVoid = ["meta", "input", "DOCTYPE", "br", "line", "rect", "circle", "polyline", "path"].contains(
        name)
      if piece.hasPrefix("!") || piece.prefix(while: { $0 != ">" }).hasSuffix("/") || isVoid { continue }
      if piece.hasPrefix("/") {
        guard open.popLast() == name else { return false }
      } else {
        open.append(name)
      }
    }
    return open.isEmpty
  }

  /// The notebook's text in HTML.
  private func html(_ markdown: String) -> String {
    var notebook = Notebook(path: "a.gnb")
    notebook.parts = [.prose(markdown.components(separatedBy: "\n"))]
    let html = Export.text(notebook, to: .html)
    return html.components(separatedBy: "<main>")[1].components(separatedBy: "</label>")[1].components(
      separatedBy: "</main>")[0].trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test(arguments: [
    ("| a | b |\n| --- | ---: |\n| x \\| `y \\| z` | **w** ![p](q.png) |", "<td>x | <code>y | z</code></td>"),
    (
      "| a | b |\n| --- | ---: |\n| x | **w** ![p](q.png) |",
      "<strong>w</strong> <img src=\"q.png\" alt=\"p\" />"
    ),
    ("|x| is the size\n---\nof x", "<h2>|x| is the size</h2>\n<p>of x</p>"),
    ("|x| is\n|-", "<p>|x| is\n|-</p>"),
    ("7. a\n   1. b\n\n      c\n8. d", "<ol start=\"7\">"),
    ("- a\n  - b\n    - c", "<ul>\n<li>a\n<ul>\n<li>b\n<ul>\n<li>c</li>"),
    ("one\\\ntwo  \nthree", "<p>one<br />\ntwo<br />\nthree</p>"),
    ("a <br> b", "<p>a <br />\n b</p>"), ("``a ` <b>``", "<p><code>a ` &lt;b&gt;</code></p>"),
    ("~~a~~", "<p><del>a</del></p>"),
    (
      "[a][b]\n\n[b]: https://example.org \"t<\"",
      "<p><a href=\"https://example.org\" title=\"t&lt;\">a</a></p>"
    ),
    ("- [x] done", "<input type=\"checkbox\" checked=\"\" disabled=\"\" /> done"),
    ("https://example.org/a_b_c", ">https://example.org/a_b_c</a>"),
    ("a<!-- b\n-->c", "<p>ac</p>"), ("<!-- a\n\nb -->\n\nc", "<p>c</p>"),
    ("<!-- a --><b>", "<p>&lt;b&gt;</p>"),
    ("> a\n> > b", "<blockquote>\n<p>a</p>\n<blockquote>"), ("    indented", "<pre><code>indented"),
  ])
  func textIsReadAsCommonMarkAndGFM(_ markdown: String, _ expected: String) {
    #expect(html(markdown).contains(expected), "\(html(markdown))")
  }

  @Test func aTextMayUseALinkThatAnotherTextDefines() {
    var notebook = Notebook(path: "a.gnb")
    notebook.parts = [
      .prose(["See [LoRA]."]), .prose(["[lora]: https://example.org/lora", "", "[a](b)"]),
    ]
    let html = Export.text(notebook, to: .html)
    #expect(html.contains("<a href=\"https://example.org/lora\">LoRA</a>"))
    #expect(!html.contains("[lora]:") && html.components(separatedBy: "<a href").count == 3)
  }

  @Test(arguments: [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a <svg/onload=alert(1)> b",
    "<iframe src=\"javascript:alert(1)\">",
    "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))", "[a](&#106;avascript:alert(1))",
    "[a](java&#10;script:alert(1))",
    "[a](\u{1}javascript:alert(1))", "[a](<  javascript:alert(1)>)", "[a](vbscript:x)",
    "[a](data:text/html,<script>)", "[a](file:///etc/passwd)",
    "![a](javascript:x)", "![a](data:image/svg+xml;base64,PHN2Zz4=)", "<javascript:alert(1)>",
    "[a]\n\n[a]: javascript:x", "[a](blob:x)",
    "![\"onerror=\"x](\"onerror=\"x)", "[a](x \"\\\" onclick=\\\"x\")",
    "| a |\n| - |\n| <script>x</script> [a](javascript:x) |",
    "```<script>\n```", "<!-- a --!><script>x</script>", "<div\n onclick=x>", "<![CDATA[<script>]]>",
    "<?php <script> ?>", "<!DOCTYPE <script>>",
    "<style>@import 'x'</style>", "# <script>", "- <script>x</script>\n\n  <script>",
    "http://a.b/\"onclick=\"x",
  ])
  func noTextPutsMarkupOfItsOwnOnThePage(_ markdown: String) throws {
    let html = html(markdown)
    for tag in html.matches(of: /<\/?([a-zA-Z!?][^\s>\/]*)([^>]*)>/) {
      let attributes = tag.2.replacing(/"[^"]*"/, with: "\"\"")
      #expect(
        ["p", "a", "img", "table", "thead", "tbody", "tr", "th", "td", "pre", "code", "h1", "ul", "li"]
          .contains(tag.1), "\(html)")
      #expect(!attributes.contains(/\bon[a-z]+\s*=|style/), "\(html)")
      for address in tag.2.matches(of: /(href|src)="([^"]*)"/) {
        #expect(address.2.isEmpty || !address.2.contains(":") || address.2.hasPrefix("http"), "\(html)")
      }
    }
  }

  /// What data, labels and paths may hold.
  @Test func noOutputPutsMarkupOfItsOwnOnThePage() throws {
    let bad = "\"'><script>alert(1)</script><img src=x onerror=y> [a](javascript:x) --> \u{1B}"
    var transcript = Transcript()
    for output: Output in [
      .line(bad), .table(Table([.init(bad), .init(bad, .right)], rows: [[bad, bad], [bad, "1"]])),
      .chart(Chart(title: bad, .bars([.init(bad, 1, bad)]))),
      .chart(Chart(title: bad, .curve(xLabel: bad, [.init(bad, [1, 2]), .init(bad, x: [2], y: [1])]))),
    ] { transcript.add(Event(.output(output), cell: "", command: "")) }
    var notebook = Notebook(path: bad)
    notebook.title = bad
    var cell = Notebook.Cell(name: bad, source: "ask \"\(bad)\" # \(bad)", firstLine: 1)
    cell.hasID = true
    notebook.parts = [.cell(cell)]
    notebook = notebook.recorded([CellRun(transcript: transcript, failure: nil, seconds: 0)])
    let recording = try #require(notebook.cells[0].recording)
    // As it is in a file, with the numbers and without.
    let text = NotebookWriter.text(notebook)
    let comment = text.components(separatedBy: "<!-- numbers\n")[1].components(separatedBy: "\n-->")[0]
    #expect(!comment.contains(">") && !comment.contains("\u{1B}"))
    var old = notebook
    old.update(cell: 0) { $0.recording = .init(lines: recording.lines, inputHash: nil, isError: false) }
    for notebook in [notebook, old] {
      let html = Export.text(notebook, to: .html)
      #expect(!html.contains("<script") && !html.contains("<img") && isWellFormed(html))
      let tags = html.replacing(/"[^"<>]*"/, with: "")
      #expect(!tags.contains(/<[^>]*\son[a-z]+=/) && !html.contains("\u{1B}"))
    }
    let md = Export.text(notebook, to: .md)
    #expect(md.contains("\\<script\\>alert(1)"), "a cell of a table is no markup")
  }

  @Test func exportsDrawFromNumbersAtFullPrecision() throws {
    var transcript = Transcript()
    let third = 1.0 / 3
    for output: Output in [
      .line("┤ no ┤"),
      .table(
        Table(
          [.init("a"), .init("p", .right), .init("range", .right)],
          rows: [
            [.init("x"), .number(third), .init("0–1", .numbers([0.25, third]))],
            [.init("y"), .count(0), .init("·", .int(0))],
          ],
          rules: [1], shaded: true, omitted: 1)),
      .line("between"),
      .chart(
        Chart(
          title: "c",
          .curve(xLabel: "step", [.init("training", [3, .nan, 1]), .init("validation", x: [2], y: [third])]))),
      .chart(Chart(title: "b", .bars([.init("n", third, "33%")]), full: 1)),
    ] { transcript.add(Event(.output(output), cell: "", command: "")) }
    var notebook = Notebook(path: "a.gnb")
    notebook.parts = [.cell(Notebook.Cell(name: "1", source: "report", firstLine: 1))]
    let run = CellRun(transcript: transcript, failure: nil, seconds: 0)
    notebook = try NotebookReader.read(text: NotebookWriter.text(notebook.recorded([run])), path: "a.gnb")
    let blocks = RecordedOutput.blocks(try #require(notebook.cells[0].recording))
    #expect(blocks.flatMap(\.lines) == transcript.recorded(width: 80))
    // NaN is equal to nothing: by their words.
    #expect(
      blocks.filter { if case .line = $0.output { false } else { true } }.map { "\($0.output)" }
        == transcript.outputs.filter { if case .line = $0 { false } else { true } }.map { "\($0)" })
    let html = Export.text(notebook, to: .html)
    #expect(html.contains("<data value=\"0.3333333333333333\">0.3333</data>"))
    #expect(
      html.contains("<data value=\"0.25–0.3333333333333333\">0–1</data>") && html.contains("validation"))
    #expect(html.contains("points=\"0,0 1000,750\"") && html.contains("cx=\"50%\""))
    #expect(Check.difference(notebook.cells[0], run, in: notebook) == nil)
  }

  @Test func marksOfVolatileValuesAreExplainedOnce() {
    var notebook = Notebook(path: "a.gnb")
    notebook.parts = (1...3).map { i in
      var cell = Notebook.Cell(name: "\(i)", source: "train", firstLine: 1)
      cell.recording = .init(
        lines: ["took «time»"] + (i == 2 ? ["at «rate»"] : []), inputHash: nil, isError: false)
      return .cell(cell)
    }
    let html = Export.text(notebook, to: .html)
    #expect(
      html.matches(of: /class="note">«time»/).count == 1 && html.matches(of: /class="note">«rate»/).count == 1
    )
  }

  @Test func aLinkMayNotRunAnything() {
    var notebook = Notebook(path: "a.gnb")
    notebook.parts = [.prose(["[x](javascript:alert(1)) <img src=x onerror=y> [y](data:text/html,z)"])]
    let html = Export.text(notebook, to: .html)
    #expect(!html.contains("href=\"javascript") && !html.contains("<img") && !html.contains("href=\"data"))
  }

  @Test func jupyterGetsCellsWithTheirOutputs() throws {
    let text = Export.text(notebook(), to: .ipynb)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["nbformat"] as? Int == 4 && object["nbformat_minor"] as? Int == 5)
    let cells = try #require(object["cells"] as? [[String: Any]])
    #expect(cells.map { $0["cell_type"] as? String } == ["markdown", "code", "code", "code"])
    #expect(Set(cells.compactMap { $0["id"] as? String }).count == 4)
    #expect(cells[1]["source"] as? [String] == ["ask \"a # b\" # c\n", "let x = $y"])
    let outputs = try #require(cells[1]["outputs"] as? [[String: Any]])
    #expect(outputs.map { $0["output_type"] as? String } == ["stream", "display_data", "display_data"])
    #expect((outputs[1]["data"] as? [String: Any])?.keys.sorted() == ["text/html", "text/plain"])
    #expect((outputs[2]["data"] as? [String: Any])?.keys.sorted() == ["image/svg+xml", "text/plain"])
    let error = try #require((cells[2]["outputs"] as? [[String: Any]])?.first)
    #expect(error["ename"] as? String == "G036" && error["evalue"] as? String == "this needs <it>")
    #expect(cells[3]["execution_count"] is NSNull && cells[1]["execution_count"] as? Int == 1)
  }

  @Test func markdownHasRealTables() {
    let text = Export.text(notebook(), to: .md)
    #expect(text.contains("\n| 名前 | n |\n| --- | ---: |\n| 映画 館 | 1.50 |\n"))
    #expect(text.contains("```gnb\nreport\n```\n\n```text\nerror[G036]: this needs <it>\n"))
  }
}
