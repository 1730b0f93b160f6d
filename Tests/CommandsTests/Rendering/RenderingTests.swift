import Commands
import Testing

@Suite struct RenderingTests {
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
  }

  @Test func aTableAlignsAndNarrows() {
    let table = Table(
      [.init("名前", flexible: true), .init("n", .right)], rows: [["映画の長い題名です", "1"], ["b", "200"]], rules: [1])
    #expect(
      table.lines(width: 40) == [
        "名前                  n", "──────────────────  ───", "映画の長い題名です    1", "──────────────────  ───",
        "b                   200",
      ])
    #expect(table.lines(width: 15).allSatisfy { DisplayWidth.of($0) <= 15 })
    #expect(table.lines(width: 15)[2] == "映画の長…     1")
  }

  @Test func numbersAreTheSameInEveryLocale() {
    #expect(NumberFormat.short(3.6363e-5) == "3.6e-05")
    #expect(NumberFormat.count(-1_234_567) == "-1,234,567")
    #expect(NumberFormat.bytes(241_000_000) == "241 MB")
    #expect(NumberFormat.bytes(999) == "999 B")
    #expect(NumberFormat.percent(0.815) == "81.5%")
    #expect(
      [0.05, 12.34, 65, 3725].map(NumberFormat.duration) == ["50 ms", "12.3 s", "1 min 05 s", "1 h 02 min"])
  }

  @Test func plotsTakeAnything() {
    for points in [[], [1], [2, 2, 2], [.nan, 1, .infinity, 0], Array(repeating: 0.5, count: 500)]
      as [[Double]]
    {
      for width in [20, 40, 80] {
        let lines = Plot.line(points, title: "t", xLabel: "step", width: width)
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= width })
      }
    }
    #expect(
      Plot.bars([("a", 1, "1"), ("bb", 0.5, "½"), ("c", 0, "0")], title: "t", width: 20) == [
        "t", "a   1  █████████████", "bb  ½  ██████▌", "c   0",
      ])
  }

  @Test func jsonKeepsEveryBit() {
    let value = JSONValue.object([
      ("a", .number(0.1)), ("b", .string("\"\u{1}\n角")), ("c", .numbers([1e-300, .nan])),
    ])
    #expect(value.text == "{\"a\":0.1,\"b\":\"\\\"\\u0001\\n角\",\"c\":[1e-300,null]}")
  }
}
