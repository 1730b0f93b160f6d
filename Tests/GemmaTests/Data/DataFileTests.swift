import Foundation
import Gemma
import Testing

/// CSV, TSV and JSON as data: what is read, and what is refused by name.
@Suite struct DataFileTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "gnb-files-\(UUID().uuidString)"
  ).path

  private func load(_ name: String, _ bytes: some Sequence<UInt8>, strict: Bool = false) throws -> Dataset {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = folder + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var options = DataOptions()
    options.isStrict = strict
    return try Dataset.load(path: path, options: options)
  }

  private func load(_ name: String, _ text: String) throws -> Dataset { try load(name, text.utf8) }

  /// Texts and categories, in the order of the file's lines: code point by code point, unlike `==` of strings.
  private func rows(_ data: Dataset) -> [[[Unicode.Scalar]]] {
    data.samples.map { [Array($0.text.unicodeScalars), Array($0.category.unicodeScalars)] }
  }

  private func rows(_ pairs: [(String, String)]) -> [[[Unicode.Scalar]]] {
    pairs.map { [Array($0.0.unicodeScalars), Array($0.1.unicodeScalars)] }
  }

  private func refusal(_ name: String, _ bytes: some Sequence<UInt8>) -> GemmaError? {
    do {
      _ = try load(name, bytes, strict: true)
      return nil
    } catch { return error as? GemmaError }
  }

  // MARK: CSV

  private struct Case: Decodable {
    var text: String
    var separator: String
    var rows: [[String]]?
  }

  @Test func rowsAndFieldsAreThoseOfPythonsCSVModule() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: Fixtures.folder + "/texts/csv.json"))
    let cases = try JSONDecoder().decode([Case].self, from: data)
    #expect(cases.count > 400)
    for item in cases {
      let separator = try #require(item.separator.unicodeScalars.first)
      guard let expected = item.rows else {
        #expect(throws: GemmaError.self, "\(item.text.debugDescription)") {
          try DelimitedText.parse(item.text.utf8, separator: separator, path: "a.csv")
        }
        continue
      }
      let found = try DelimitedText.parse(item.text.utf8, separator: separator, path: "a.csv")
      #expect(
        found.map { $0.fields.map { Array($0.utf8) } } == expected.map { $0.map { Array($0.utf8) } },
        "\(item.text.debugDescription)")
    }
  }

  @Test(arguments: ["\u{3099}", "\u{301}", "\u{FE0F}", "\u{200D}", "\u{E31}", "\u{1F3FD}"])
  func aMarkAfterACommaOrAQuoteIsText(_ mark: String) throws {
    let data = try load("a.csv", "category,text\nx,\(mark)a\n\"y\",\"\(mark)b, \"\"\(mark)c\"\"\"\n")
    #expect(rows(data) == rows([("\(mark)a", "x"), ("\(mark)b, \"\(mark)c\"", "y")]))
  }

  @Test func lineEndsMarksAndSpacesAroundNamesMakeNoDifference() throws {
    let expected = rows([("a", "x"), ("b", "y")])
    for text in [
      "text,label\na,x\nb,y\n", "text,label\r\na,x\r\nb,y", "text,label\ra,x\rb,y\r",
      "\u{FEFF}text,label\r\n\r\na,x\r\nb,y\r\n", " Text , LABEL\u{3000}\na,x\nb,y\n",
      "\"text\",\"label\"\na,x\nb,y\n",
    ] {
      #expect(rows(try load("a.csv", text)) == expected, "\(text.debugDescription)")
      let tabs = text.replacingOccurrences(of: ",", with: "\t")
      #expect(rows(try load("a.tsv", tabs)) == expected, "\(tabs.debugDescription)")
    }
    #expect(
      rows(try load("a.csv", "text,label\n a ,x\nb,y\n"))[0] == rows([(" a ", "x")])[0],
      "only names are trimmed")
  }

  @Test(arguments: [
    ("text,label\na,x\nb\n", "line 3", "2 fields", "1"), ("text,label\na,x,\n", "line 2", "2 fields", "3"),
    ("text,label\n\"a\nb\",x\nc\n", "line 4", "2 fields", "1"),
    ("text,label\ra,x\rb\r", "line 3", "2 fields", "1"),
    ("text,label\na,\n", "line 2, column 'label'", "a label", "nothing"),
    ("text,label,text\na,x,b\n", "line 1", "one column 'text'", "2 of that name"),
    ("\n\ntext,label\na,x\n\"b,y\n", "line 5", "a closing quote", "the end"),
  ])
  func aBrokenRowIsNamedByItsLine(_ text: String, _ line: String, _ expected: String, _ found: String) {
    guard case .malformed(_, let location, let wanted, let got)? = refusal("a.csv", text.utf8) else {
      Issue.record("no error for \(text.debugDescription)")
      return
    }
    #expect([location, wanted, got] == [line, expected, found])
  }

  @Test func anAlpacaTableTakesInputAndOutputThoughItHasThePromptAsText() throws {
    let line = #"{"instruction":"i","input":"in 1","output":"x","text":"i in 1 x"}"#
    let other = #"{"instruction":"i","input":"in 2","output":"y","text":"i in 2 y"}"#
    let expected = rows([("in 1", "x"), ("in 2", "y")])
    #expect(rows(try load("a.jsonl", line + "\n" + other)) == expected)
    #expect(rows(try load("a.csv", "text,input,output\np,in 1,x\nq,in 2,y\n")) == expected)
  }

  // MARK: JSON

  @Test(arguments: ["\u{2028}", "\u{2029}", "\u{85}", "\\u000b", "\\f", "\\r\\n", "\u{1F}"])
  func onlyALineFeedEndsALineOfJSON(_ sign: String) throws {
    let lines = ["x", "y"].map { "{\"text\":\"a\(sign)\($0)\",\"label\":\"\($0)\"}" }
    guard sign != "\u{1F}" else {
      // JSON has no control characters as they are.
      #expect(refusal("a.jsonl", lines.joined(separator: "\n").utf8) != nil)
      return
    }
    let text = [
      "\\u000b": "\u{B}", "\\f": "\u{C}", "\\r\\n": "\r\n",
    ][sign, default: sign]
    for end in ["\n", "\r\n"] {
      #expect(
        rows(try load("a.jsonl", lines.joined(separator: end)))
          == rows([("a\(text)x", "x"), ("a\(text)y", "y")]))
    }
  }

  @Test func labelsMayBeNumbersAndTruthValuesAndIdsNumbers() throws {
    func labels(_ values: [String]) throws -> [String] {
      try load(
        "a.jsonl",
        values.enumerated().map { "{\"text\":\"\($0)\",\"label\":\($1),\"id\":\($0),\"title\":null}" }.joined(
          separator: "\n")
      ).categories
    }
    #expect(try labels(["0", "1", "0"]) == ["0", "1"])
    #expect(try labels(["true", "false"]) == ["false", "true"])
    #expect(try labels(["\"1\"", "2"]) == ["1", "2"])
    #expect(
      try labels(["-1.50", "12345678901234567890"]) == ["-1.50", "12345678901234567890"],
      "as they are written")
    let data = try load(
      "a.jsonl", "{\"text\":\"a\",\"label\":1,\"id\":7}\n{\"text\":\"b\",\"label\":2,\"id\":null}")
    #expect(data.samples.map(\.id) == ["7", "line-2"])
  }

  @Test(arguments: [
    ("{\"text\":\"a\",\"label\":null}", "label", "a label", "nothing"),
    ("{\"text\":\"a\",\"label\":[\"x\"]}", "label", "a label", "a list"),
    ("{\"text\":{},\"label\":1}", "text", "a text", "an object"),
    ("{\"text\":\"a\",\"label\":NaN}", "label", "a label", "NaN"),
    ("{\"text\":\" \",\"label\":1}", "text", "a text", "nothing"),
    (
      "{\"messages\":[]}", "messages", "a turn of the user, and the assistant's answer after it", "no turn"
    ),
    (
      "{\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]}", nil,
      "a column of texts and one of labels; name them: text=COLUMN label=COLUMN", "the columns messages"
    ),
    ("{}", nil, "a column of texts and one of labels; name them: text=COLUMN label=COLUMN", "no column"),
  ])
  func aRecordWithoutTextOrCategorySaysWhatItHas(
    _ line: String, _ column: String?, _ expected: String, _ found: String
  ) {
    for (name, text, place) in [("a.jsonl", "\n" + line, "line 2"), ("a.json", "[" + line + "]", "record 1")]
    {
      let location = place + (column.map { ", column '\($0)'" } ?? "")
      guard case .malformed(_, location, expected, found)? = refusal(name, text.utf8) else {
        Issue.record("\(text): \(String(describing: refusal(name, text.utf8)))")
        continue
      }
    }
  }

  @Test func anArrayOfObjectsIsRead() throws {
    let expected = rows([("a", "x"), ("b", "y")])
    let array =
      "\u{FEFF}[\n  {\"text\": \"a\",\n   \"label\": \"x\"},\r\n {\"label\":\"y\",\"text\":\"b\"} ]\n"
    for name in ["a.json", "a.jsonl"] { #expect(rows(try load(name, array)) == expected) }
    #expect(try load("a.json", array).samples.map(\.id) == ["record-1", "record-2"])
    #expect(
      rows(try load("a.json", "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\",\"label\":\"y\"}"))
        == expected)
  }

  @Test(arguments: [
    "{\"text\":\"a\",\"label\":1} {\"text\":\"b\",\"label\":2}", "{\"text\":\"a\",\"label\":01}",
    "{\"text\":\"a\",\"label\":+1}", "{\"text\":\"a\",\"label\":.5}", "{\"text\":\"a\",\"label\":oops}",
    "{\"text\":\"a\\q\",\"label\":1}", "{\"text\":\"\\ud83d\",\"label\":1}",
    "{\"text\":\"\\u+123\",\"label\":1}",
    "{\"text\":\"a\",\"label\":1", "{\"text\":\"a\",\"label\":", "{\"text\":\"a", "\"text\"",
    "[{\"text\":\"a\",\"label\":1}",
    "[{\"text\":\"a\",\"label\":1}] x", "[1]", "{\"text\":\"a\nb\",\"label\":1}", "{text:\"a\",\"label\":1}",
  ])
  func whatIsNotJSONIsAnError(_ text: String) {
    guard case .malformed? = refusal("a.jsonl", text.utf8) else {
      Issue.record("\(text) was read")
      return
    }
  }

  @Test func deepNestingIsAnErrorAndNoOverflow() {
    for open in ["[", "{\"a\":"] {
      let deep = String(repeating: open, count: 200_000)
      for text in [deep, "{\"text\":\"a\",\"label\":1,\"x\":" + deep, "[{\"text\":" + deep] {
        guard case .malformed? = refusal("a.jsonl", text.utf8) else {
          Issue.record("\(text.prefix(30)) was read")
          continue
        }
      }
    }
  }

  // MARK: Other kinds

  /// gzip of bytes that are stored as they are.
  private func gzip(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    var crc: UInt32 = .max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    func little(_ value: UInt32, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(value >> (8 * $0) & 255) }
    }
    let count = UInt32(bytes.count)
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + little(count, 2) + little(~count & 0xFFFF, 2) + bytes
      + little(~crc, 4) + little(count, 4)
  }

  @Test func oneCompressedFileIsReadByTheNameBeforeGz() throws {
    let expected = rows([("a", "x"), ("b", "y")])
    #expect(rows(try load("a.csv.gz", gzip("text,label\na,x\nb,y\n"))) == expected)
    #expect(rows(try load("a.TSV.GZ", gzip("text\tlabel\na\tx\nb\ty\n"))) == expected)
    #expect(
      rows(try load("a.jsonl.gz", gzip("{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\",\"label\":\"y\"}")))
        == expected)
    #expect(
      rows(try load("a.csv.gz", gzip("text,label\na,x\n") + gzip("b,y\n"))) == expected, "two joined are one")
    #expect(
      rows(try load("a.csv.gz", gzip("text,label\na,x\nb,y\n") + [0, 0, 0])) == expected, "padding is none")
    guard case .malformed? = refusal("a.csv.gz", gzip("text,label\na,x\nb,y\n").dropLast(9)) else {
      Issue.record("a short one was read")
      return
    }
    #expect(rows(try load("a.gz", gzip("text,label\na,x\nb,y\n"))) == expected, "by what is within")
    guard case .wrongKind(_, _, "a Parquet file", _)? = refusal("a.csv.gz", gzip("PAR1....")) else {
      Issue.record("what is within is not looked at")
      return
    }
  }

  @Test(arguments: [
    ("a.parquet", Array("PAR1\u{15}\0\u{15}".utf8), "a Parquet file"),
    ("a.csv", Array("PAR1".utf8), "a Parquet file"),
    ("a.zip", Array("PK\u{3}\u{4}..".utf8), "a zip archive"),
    ("a.csv", Array("PK\u{3}\u{4}..".utf8), "a zip archive"),
    (
      "a.csv", Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8),
      "a Git LFS pointer, not the file itself"
    ),
    ("a.csv", Array("\n<!DOCTYPE html><html>".utf8), "a web page"),
    ("data", Array("GGUF\u{3}".utf8), "a GGUF file"),
  ])
  func anotherKindOfFileIsRefusedByName(_ name: String, _ bytes: [UInt8], _ kind: String) {
    guard case .wrongKind(_, _, kind, let remedy?)? = refusal(name, bytes) else {
      Issue.record("\(String(describing: refusal(name, bytes)))")
      return
    }
    #expect(!remedy.isEmpty)
  }

  @Test func bytesOfNoEncodingAreNamedByTheirLine() {
    let bytes = Array("text,label\na,x\n".utf8) + [0xFF, 0xFF, 0x8B, 0x9E] + Array(",y\n".utf8)
    guard
      case .malformed(_, "line 3", "text in UTF-8, UTF-16, Shift_JIS or EUC-JP", _)? = refusal("a.csv", bytes)
    else {
      Issue.record("\(String(describing: refusal("a.csv", bytes)))")
      return
    }
  }
}
