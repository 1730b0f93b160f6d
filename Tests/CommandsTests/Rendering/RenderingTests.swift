import Commands
import Testing

@Suite struct RenderingTests {
  @Test func longTitlesAreTakenWhereTheyFit() {
    let table = Table(
      [
        .init("truth", flexible: true), .init("1", .right, longTitle: "映画"),
        .init("2", .right, longTitle: "sports"),
      ],
      rows: [["1 映画", "10", "2"], ["2 sports", "3", "9"]])
    // 8 + 2 + 4 + 2 + 6
    #expect(table.lines(width: 22).texts.first == "truth     映画  sports")
    #expect(table.lines(width: 21).texts.first == "truth      1  2")
  }

  @Test func barsMayBeOfAFullValue() {
    let bars = [Chart.Bar("a", 0.5, "50%"), Chart.Bar("b", 0.25, "25%")]
    func lengths(_ chart: Chart) -> [Int] { chart.lines(width: 60).map { line in line.count { $0 == "█" } } }
    #expect(lengths(Chart(title: "t", .bars(bars), full: 1)) == [0, 25, 12])
    #expect(lengths(Chart(title: "t", .bars(bars))) == [0, 51, 25])
  }

  @Test func widthsFollowUAX11() {
    for (text, width) in [
      ("abc", 3), ("日本", 4), ("ｱ", 1), ("Ａ", 2), ("e\u{301}", 1), ("👨‍👩‍👧", 2), ("🇯🇵", 2), ("…", 1), ("", 0),
      ("が", 2),
      ("か\u{3099}", 2), ("❤️", 2), ("—", 1),
    ] {
      #expect(DisplayWidth.of(text) == width, "\(text)")
    }
  }

  @Test func cuttingAndWrappingNeverExceedTheWidth() {
    let text = "あの角度からの free kick が決まる 👨‍👩‍👧 なんて！ a-very-long-word-without-any-space"
    for width in 2...40 {
      #expect(DisplayWidth.of(DisplayWidth.truncate(text, to: width)) <= width)
      for line in DisplayWidth.wrap(text, to: width) { #expect(DisplayWidth.of(line) <= width) }
    }
    #expect(DisplayWidth.truncate("日本語", to: 5) == "日本…")
    #expect(DisplayWidth.wrap("one two three", to: 7) == ["one two", "three"])
    #expect(DisplayWidth.wrap("あいう、えお", to: 6) == ["あいう", "、えお"])
    #expect(DisplayWidth.wrap("あいう、えお", to: 6, typeset: true) == ["あい", "う、え", "お"])
    #expect(DisplayWidth.wrap("あい「う」え", to: 6, typeset: true) == ["あい", "「う」", "え"])
    #expect(DisplayWidth.wrap("映画、sports-watch", to: 14, typeset: true) == ["映画、", "sports-watch"])
    #expect(DisplayWidth.wrap("映画「ab」", to: 7, typeset: true) == ["映画", "「ab」"])
    #expect(DisplayWidth.wrap("sports", to: 4, typeset: true) == ["spor", "ts"])
    #expect(DisplayWidth.wrap("。。。。", to: 4, typeset: true).allSatisfy { DisplayWidth.of($0) <= 4 })
  }

  private let table = Table(
    [.init("名前", flexible: true), .init("n", .right)], rows: [["映画の長い題名です", "1"], ["b", "200"]], rules: [1])

  @Test func aTableAlignsAndNarrows() {
    #expect(
      table.lines(width: 40).texts == [
        "名前                  n", "──────────────────  ───", "映画の長い題名です    1", "──────────────────  ───",
        "b                   200", "━━━━━━━━━━━━━━━━━━  ━━━",
      ])
    #expect(table.lines(width: 15).texts.allSatisfy { DisplayWidth.of($0) <= 15 })
    #expect(table.lines(width: 15).texts[2] == "映画の長…     1")
  }

  @Test func aTableThatCannotNarrowBecomesBlocks() {
    let wide = Table(
      [.init("label"), .init("precision", .right), .init("support", .right)],
      rows: [["a", "0.5", "10"], ["b", "1.0", "2"]])
    #expect(
      wide.lines(width: 20).texts == [
        "label      a", "precision  0.5", "support    10", "", "label      b", "precision  1.0",
        "support    2",
      ])
  }

  @Test func aLimitedTableSaysWhatIsMissing() {
    #expect(table.limited(to: 5) == table)
    let one = table.limited(to: 1)
    #expect(one.lines(width: 40).texts.last == "… 1 more row" && one.markdown.hasSuffix("\n… 1 more row"))
    #expect(one.html.contains("… 1 more row"))
  }

  @Test func aTableIsWrittenInEveryFormat() {
    let odd = Table(
      [.init("a|b"), .init("n", .right), .init("")],
      rows: [["x \"y\", <z>\n", "0.50", "日本"], ["c\td", "3", ""]])
    #expect(
      odd.markdown
        == "| a\\|b | n |  |\n| --- | ---: | --- |\n| x \"y\", \\<z\\>  | 0.50 | 日本 |\n| c\td | 3 |  |"
    )
    #expect(odd.text(ending: "csv") == "a|b,n,\n\"x \"\"y\"\", <z>\n\",0.50,日本\nc\td,3,\n")
    #expect(odd.text(ending: "tsv") == "a|b\tn\t\n\"x \"\"y\"\", <z>\n\"\t0.50\t日本\n\"c\td\"\t3\t\n")
    #expect(
      odd.text(ending: "json")
        == "[{\"a|b\":\"x \\\"y\\\", <z>\\n\",\"n\":0.5,\"column 3\":\"日本\"},{\"a|b\":\"c\\td\",\"n\":3,\"column 3\":\"\"}]\n"
    )
    #expect(odd.html.contains("<td>x &quot;y&quot;, &lt;z&gt;\n</td><td class=\"n\">0.50</td>"))
    #expect(odd.text(ending: "xlsx") == nil)
    let counts = Table([.init("t"), .init("n", .right)], rows: [["a", Table.zero]])
    #expect(
      counts.text(ending: "csv") == "t,n\na,0\n" && counts.text(ending: "json") == "[{\"t\":\"a\",\"n\":0}]\n"
    )
  }

  @Test func aConfusionMatrixIsShadedByShareOfItsRow() {
    let matrix = Table(
      [.init("truth"), .init("a", .right), .init("b", .right)], rows: [["a", "3", "1"], ["b", "0", "0"]],
      shaded: true)
    let styles = matrix.lines(width: 40)[2].map(\.style)
    #expect(styles.contains(.shade(0.75)) && styles.contains(.shade(0.25)))
    #expect(!matrix.lines(width: 40)[3].contains { $0.style != .plain }, "an empty row has no shares")
    #expect(matrix.html.contains("--share:0.750"))
  }

  @Test func whatATerminalWouldObeyIsMadeVisible() {
    for (text, shown) in [
      ("a\u{1B}[31m\u{7}\u{0}\u{7F}", "a␛[31m␇␀␡"), ("a\r\nb\rc\td\n", "a␍\nb␍c\td\n"), ("\u{C}\u{B}", "␌␋"),
      ("\u{9B}2J\u{85}", "\\u{9b}2J\\u{85}"),
      ("\u{2028}\u{2029}\u{202E}\u{2067}", "\\u{2028}\\u{2029}\\u{202e}\\u{2067}"),
      ("か\u{3099}\u{200D}\u{FEFF} é 👨‍👩‍👧", "か\u{3099}\u{200D}\u{FEFF} é 👨‍👩‍👧"),
    ] {
      #expect(VisibleText.of(text) == shown)
      #expect(VisibleText.of(shown) == shown, "what is visible stays")
    }
    #expect(VisibleText.line("a\tb\n") == "a␉b␊")
  }

  @Test func everyEventIsVisible() {
    let bad = "\u{1B}]0;x\u{7}\r"
    let transcript = [
      Output.line([Span(bad)]), .stream(bad), .page(Page { _ in [bad] }),
      .table(Table([.init(bad, longTitle: bad)], rows: [[bad + "\n\t"]])),
      .chart(Chart(title: bad, .bars([.init(bad, 1, bad)]))),
    ].map { Event(.output($0), cell: "", command: "") }
    for event in transcript {
      guard case .output(let output) = event.kind else { continue }
      let text = output.lines(width: 80).texts.joined()
      #expect(
        text.contains("␛]0;x␇␍") && !text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F })
    }
    let progress = Event(
      .progress(ProgressReport(done: 1, total: 2, unit: "step", note: [Span(bad)])), cell: "", command: "")
    guard case .progress(let shown) = progress.kind else { return }
    #expect(shown.note.map(\.text) == ["␛]0;x␇␍"])
    var diagnostic = Diagnostic(.invalidValue, bad, range: SourceRange(line: 1, columns: 5..<6), help: bad)
    diagnostic.file = bad
    diagnostic.sourceLine = "ask \u{1B}"
    diagnostic.difference = ["- " + bad]
    #expect(
      diagnostic.lines(width: 80) == [
        "error[G035]: ␛]0;x␇␍", "  --> ␛]0;x␇␍:1:5", " 1 | ask ␛", "   |     ^", "- ␛]0;x␇␍", "help: ␛]0;x␇␍",
      ])
  }

  @Test func aTabCountsToTheNextStop() {
    #expect(DisplayWidth.wrap("a\tbcdef", to: 12) == ["a\tbcde", "f"])
  }

  @Test func numbersAreTheSameInEveryLocale() {
    #expect(NumberFormat.count(.min) == "-9,223,372,036,854,775,808")
    #expect([0, 1, 2].map { NumberFormat.count($0, "row") } == ["0 rows", "1 row", "2 rows"])
    #expect(NumberFormat.duration(.infinity) == "more than 30 years")
    #expect(NumberFormat.short(3.6363e-5) == "3.6e-05")
    #expect(NumberFormat.count(-1_234_567) == "-1,234,567")
    #expect(NumberFormat.bytes(241_000_000) == "241 MB")
    #expect(NumberFormat.bytes(999) == "999 B")
    #expect(NumberFormat.percent(0.815) == "81.5%")
    #expect(
      [0.05, 12.34, 65, 3725].map(NumberFormat.duration) == ["50 ms", "12.3 s", "1 min 05 s", "1 h 02 min"])
  }

  @Test func chartsTakeAnything() {
    for points in [
      [], [1], [2, 2, 2], [.nan, 1, .infinity, 0], [1e308, -1.7e308], Array(repeating: 0.5, count: 500),
    ]
      as [[Double]]
    {
      let chart = Chart.curve(points, title: "t", xLabel: "step")
      for width in [20, 40, 80] {
        #expect(chart.lines(width: width).allSatisfy { DisplayWidth.of($0) <= width })
      }
      for svg in [chart.svg(standalone: true), chart.svg(standalone: false)] {
        #expect(svg.hasPrefix("<svg") && !svg.contains("nan") && !svg.contains("inf"))
      }
    }
    let bars = Chart(title: "t", .bars([.init("a", 1, "1"), .init("bb", 0.5, "½"), .init("c", 0, "0")]))
    #expect(bars.lines(width: 20) == ["t", "a   1 ┤████████████", "bb  ½ ┤██████", "c   0 ┤"])
    let ends = Chart(title: "t", .bars([.init("x", .nan, "nan"), .init("<&>", -1, "-1")]))
    #expect(
      ends.lines(width: 20).allSatisfy { DisplayWidth.of($0) <= 20 }
        && ends.svg(standalone: true).contains("&lt;&amp;&gt;"))
  }

  @Test func aCurveRisesFromLeftToRight() {
    let lines = Chart.curve([0, 3, 6, 9], title: "up", xLabel: "step").lines(width: 30)
    #expect(lines[0] == "up" && lines[1].hasPrefix("9 ┤") && lines[10].hasPrefix("0 ┤"))
    #expect(lines[1].last != "\u{2800}" && lines[10].dropFirst(3).first != "\u{2800}")
    #expect(lines[11].hasPrefix("  └──") && lines[12].contains("step"))
    #expect(lines[12].contains(" 1 ") && lines[12].hasSuffix("4"))
  }

  @Test func aSecondSeriesIsMarksOverTheFirst() {
    let chart = Chart(
      title: "t", .curve(xLabel: "step", [.init("a", [4, 3, 2, 1]), .init("b", x: [2, 4], y: [4, .nan])]))
    let lines = chart.lines(width: 30)
    #expect(
      lines[1] == "─ a  o b" && lines[2].hasPrefix("   4 ┤") && lines[2].filter { $0 == "o" }.count == 1)
    #expect(lines.dropFirst(2).joined().filter { $0 == "o" }.count == 1, "what is not finite is left out")
    #expect(lines.allSatisfy { DisplayWidth.of($0) <= 30 })
    let svg = chart.svg(standalone: true)
    #expect(svg.matches(of: /<circle/).count == 1 && svg.matches(of: /<polyline/).count == 1)
  }

  @Test func savedTablesHaveFullPrecision() {
    let third = 1.0 / 3
    let table = Table(
      [.init("a"), .init("p", .right), .init("n", .right)],
      rows: [
        [.init("*x*"), .number(third), .init("0.2–0.3", .numbers([0.25, third]))],
        [.init(""), .count(2), .init("·", .int(0))],
      ])
    #expect(table.text(ending: "csv") == "a,p,n\n*x*,0.3333333333333333,0.25–0.3333333333333333\n,2,0\n")
    #expect(
      table.text(ending: "json")
        == "[{\"a\":\"*x*\",\"p\":0.3333333333333333,\"n\":[0.25,0.3333333333333333]},{\"a\":\"\",\"p\":2,\"n\":0}]\n"
    )
    #expect(table.text(ending: "md")?.contains("| \\*x\\* | 0.3333 | 0.2–0.3 |") == true)
  }

  @Test func jsonKeepsEveryBit() {
    let value = JSONValue.object([
      ("a", .number(0.1)), ("b", .string("\"\u{1}\n角")), ("c", .numbers([1e-300, .nan])),
    ])
    #expect(value.text == "{\"a\":0.1,\"b\":\"\\\"\\u0001\\n角\",\"c\":[1e-300,null]}")
  }
}
