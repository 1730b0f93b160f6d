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

  @Test func aRecordedCurveIsReadBackToThePrecisionOfItsDots() throws {
    let points = (0..<60).map { 3 / (1 + Double($0) / 5) }
    let chart = Chart.curve(points, title: "loss", xLabel: "step of training")
    let lines = Output.chart(chart).lines(width: 80).texts
    let blocks = RecordedOutput.blocks(lines)
    guard case .chart(let read)? = blocks.first?.output,
      case .curve(let found, let first, let label, let last) = read.shape
    else {
      Issue.record("no curve")
      return
    }
    #expect(blocks.count == 1 && first == "1" && label == "step of training" && last == "60")
    for (i, value) in found.enumerated() where value.isFinite {
      let x = Double(i) / Double(found.count - 1) * 59
      let (low, high) = (points[min(59, Int(x.rounded(.up)))], points[Int(x)])
      #expect(value > low - 0.12 && value < high + 0.12, "\(i)")
    }
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
    for piece in ["<script", "src=", "@import", "url("] { #expect(!html.contains(piece), "\(piece)") }
    #expect(isWellFormed(html))
  }

  /// Whether every opened element is closed, in order.
  private func isWellFormed(_ html: String) -> Bool {
    var open: [String] = []
    for piece in html.components(separatedBy: "<").dropFirst() {
      let name = String(piece.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber })
      let isVoid = ["meta", "DOCTYPE", "br", "line", "rect", "circle", "polyline", "path"].contains(name)
      if piece.hasPrefix("!") || piece.prefix(while: { $0 != ">" }).hasSuffix("/") || isVoid { continue }
      if piece.hasPrefix("/") {
        guard open.popLast() == name else { return false }
      } else {
        open.append(name)
      }
    }
    return open.isEmpty
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
