import Foundation
import Gemma
import Testing

/// What somebody brings along: any separator, encoding, header and names of columns.
@Suite struct OwnDataTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "gnb-own-\(UUID().uuidString)"
  ).path

  private func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    let path = folder + "/" + name
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func load(
    _ name: String, _ bytes: some Sequence<UInt8>, _ change: (inout DataOptions) -> Void = { _ in }
  ) throws -> Dataset {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var options = DataOptions()
    change(&options)
    return try Dataset.load(path: try write(name, bytes), options: options)
  }

  private func load(_ name: String, _ text: String, _ change: (inout DataOptions) -> Void = { _ in }) throws
    -> Dataset
  { try load(name, text.utf8, change) }

  private func pairs(_ data: Dataset) -> [[String]] { data.samples.map { [$0.text, $0.category] } }

  /// "件名;本文;分類" and two rows, in code page 932 as Excel saves it: with ①, ～ and a half-width ｱ.
  private static let shiftJIS: [UInt8] =
    [0x8C, 0x8F, 0x96, 0xBC, 0x3B, 0x96, 0x7B, 0x95, 0xB6, 0x3B, 0x95, 0xAA, 0x97, 0xDE, 0x0D, 0x0A]
    + [0x87, 0x40, 0x3B, 0x81, 0x60, 0x95, 0x5C, 0xB1, 0x3B, 0x8C, 0x8F, 0x0D, 0x0A]
    + [0x61, 0x3B, 0x96, 0x7B, 0x95, 0xB6, 0x3B, 0x96, 0xBC, 0x0D, 0x0A]
  private static let eucJP: [UInt8] =
    [0xB7, 0xEF, 0xCC, 0xBE, 0x3B, 0xCB, 0xDC, 0xCA, 0xB8, 0x3B, 0xCA, 0xAC, 0xCE, 0xE0, 0x0A]
    + [0xAD, 0xA1, 0x3B, 0xA1, 0xC1, 0xC9, 0xBD, 0x8E, 0xB1, 0x3B, 0xB7, 0xEF, 0x0A]
    + [0x61, 0x3B, 0xCB, 0xDC, 0xCA, 0xB8, 0x3B, 0xCC, 0xBE, 0x0A]
  private static let text = "件名;本文;分類\n①;～表ｱ;件\na;本文;名\n"

  private static func utf16(isBigEndian: Bool, mark: Bool) -> [UInt8] {
    ((mark ? "\u{FEFF}" : "") + text).utf16.flatMap {
      isBigEndian ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)]
    }
  }

  @Test(arguments: [
    (shiftJIS, TextEncoding.shiftJIS), (eucJP, .eucJP), (Array(text.utf8), .utf8),
    (Array(("\u{FEFF}" + text).utf8), .utf8), (utf16(isBigEndian: true, mark: true), .utf16),
    (utf16(isBigEndian: false, mark: true), .utf16),
  ])
  func aStrangersFileLoadsByItsNameAlone(_ bytes: [UInt8], _ encoding: TextEncoding) throws {
    let data = try load("問い合わせ.csv", bytes)
    #expect(pairs(data) == [["～表ｱ", "件"], ["本文", "名"]])
    #expect(data.samples.map(\.title) == ["①", "a"])
    let source = try #require(data.sources.first)
    #expect(source.encoding == encoding)
    #expect(source.format == .delimited(.semicolon, header: true))
    #expect(
      source.roles.map { [$0.name, $0.column] } == [["text", "本文"], ["label", "分類"], ["title", "件名"]])
    #expect(data.samples[0].columns.map(\.name) == ["件名", "本文", "分類"])
  }

  @Test func accentsOfWesternEuropeAreNotTakenForJapanese() throws {
    let bytes = Array("text;label\nf".utf8) + [0xFC] + Array("r;a\ncaf".utf8) + [0xE9] + Array(" x;b\n".utf8)
    #expect(throws: GemmaError.self) { try load("a.csv", bytes) }
    let data = try load("a.csv", bytes) { $0.encoding = .windows1252 }
    #expect(pairs(data) == [["für", "a"], ["café x", "b"]])
    #expect(throws: GemmaError.self) { try load("a.csv", bytes) { $0.encoding = .eucJP } }
  }

  @Test func ofAFileWithFewDamagedBytesTheRowIsLeftOut() throws {
    let rows = (0..<30).map { "日本語の文\($0),\($0 % 2 == 0 ? "偶" : "奇")\n" }.joined()
    let bytes = Array(("text,label\n" + rows).utf8) + [0xFF] + Array("x,偶\n".utf8)
    let data = try load("a.csv", bytes)
    #expect(data.samples.count == 30)
    #expect(data.rejects.map(\.place) == ["line 32"])
    let lines =
      Array("{\"text\":\"本文と本文\",\"label\":\"a\"}\n{\"text\":\"".utf8) + [0xFF]
      + Array("\",\"label\":\"a\"}\n{\"text\":\"本文本文本文本文\",\"label\":\"b\"}\n".utf8)
      + Array("{\"text\":\"本文本文本文本文本文本文\",\"label\":\"b\"}\n".utf8)
    #expect(try load("a.jsonl", lines).rejects.map(\.place) == ["line 2"])
  }

  @Test(arguments: [(",", Delimiter.comma), (";", .semicolon), ("\t", .tab), ("|", .bar)])
  func theSeparatorIsTheOneUnderWhichRowsAgree(_ sign: String, _ delimiter: Delimiter) throws {
    // The other signs stand within the texts.
    let others = [",", ";", "|"].filter { $0 != sign }
    let rows = (0..<6).map { "a\(others[$0 % 2]) b\($0)\(others[0])\(sign)\($0 % 2 == 0 ? "x" : "y")" }
    for name in ["a.csv", "a.txt", "a.tsv", "a"] {
      for head in ["text\(sign)label\n", ""] {
        let data = try load(name, head + rows.joined(separator: "\n"))
        #expect(data.sources.first?.format == .delimited(delimiter, header: !head.isEmpty), "\(name)")
        #expect(data.samples.count == 6 && data.categories == ["x", "y"], "\(name)")
      }
    }
    let forced = try load("a.csv", "text\(sign)label\na\(sign)x\nb\(sign)y\n") { $0.delimiter = delimiter }
    #expect(pairs(forced) == [["a", "x"], ["b", "y"]])
  }

  @Test(arguments: [
    ("body,kind\nlong words here,a\nmore words,b\n", true),
    ("foo,bar\nlong words here,1\nmore words,2\nmore words again,1\nother words,2\n", true),
    ("notes,mood\nlong words here,good\nmore words,bad\nmore words again,good\nother words,bad\n", true),
    (
      "it was fine,good\nlong words here,good\nmore words,bad\nmore words again,good\nother words,bad\n",
      false
    ),
    ("a question,question\nb,question\nc,answer\nd,answer\n", false),
  ])
  func theFirstRowIsAHeaderIfItIsUnlikeTheOthers(_ text: String, _ isHeader: Bool) throws {
    let data = try load("a.csv", text)
    #expect(data.sources.first?.format == .delimited(.comma, header: isHeader))
    let forced = try load("a.csv", text) {
      $0.header = false
      $0.text = "column1"
      $0.label = "column2"
    }
    #expect(forced.samples.count == text.split(separator: "\n").count)
  }

  @Test(arguments: [
    ("id,ticket_body,Category Name\n7,words of it,a\n8,other words,b\n", "ticket_body", "Category Name"),
    ("番号,お問い合わせ内容,大分類\n1,長い文です,甲\n2,別の文です,乙\n", "お問い合わせ内容", "大分類"),
    (
      "date,foo,bar\n2024-01-02,long words here,x\n2024-01-03,more of them,y\n2024-01-04,again words,x\n2024-01-05,the last words,y\n",
      "foo", "bar"
    ),
    ("label,stars,what\nx,1,some words\ny,2,other words\n", "what", "label"),
    ("content,text,label\nb,a,x\nd,c,y\n", "text", "label"),
    ("ＴＥＸＴ,ラベル\na,x\nb,y\n", "ＴＥＸＴ", "ラベル"),
  ])
  func columnsAreFoundByNameAndContent(_ text: String, _ body: String, _ label: String) throws {
    let source = try #require(try load("a.csv", text).sources.first)
    let roles = Dictionary(source.roles.map { ($0.name, $0.column) }, uniquingKeysWith: { $1 })
    #expect(roles["text"] == body && roles["label"] == label)
  }

  @Test func whatTheUserSaysCountsAndAnUnknownColumnIsNamed() throws {
    let text = "text,label,mood,head\na,x,good,h1\nb,y,bad,h2\n"
    let data = try load("a.csv", text) {
      $0.label = "Mood"
      $0.title = "head"
      $0.id = "label"
    }
    #expect(data.categories == ["bad", "good"])
    #expect(data.samples.map(\.title) == ["h1", "h2"] && data.samples.map(\.id) == ["x", "y"])
    #expect { try load("a.csv", text) { $0.text = "body" } } throws: {
      guard case GemmaError.invalidValue("text", let expected, "body") = $0 else { return false }
      return expected.hasSuffix("text, label, mood, head")
    }
    #expect(throws: GemmaError.self) {
      try load("a.csv", text) {
        $0.text = "label"
        $0.label = "label"
      }
    }
  }

  // MARK: Rows

  private static let broken =
    "id,text,label\n1,good text,a\n2,too few\n3,,b\n4,words,\n5,more words,b\n6,\"never closed,a\n7,last words,b\n"

  @Test func rowsThatCannotBeUsedAreListedAndTheRestLoads() throws {
    let data = try load("a.csv", Self.broken)
    #expect(data.samples.map(\.id) == ["1", "5", "7"])
    #expect(
      data.rejects.map { [$0.place, $0.column ?? "", $0.expected, $0.found] } == [
        ["line 3", "", "3 fields", "2"], ["line 4", "text", "a text", "nothing"],
        ["line 5", "label", "a label", "nothing"], ["line 7", "", "a closing quote", "the end"],
      ])
    #expect(data.rejects[0].excerpt == "2,too few")
    for (text, place) in [
      (Self.broken, "line 3"), ("text,label\na,x\nb,y\n,x\nc\n", "line 4, column 'text'"),
    ] {
      #expect { try load("a.csv", text) { $0.isStrict = true } } throws: {
        guard case GemmaError.malformed(_, place, _, _) = $0 else { return false }
        return true
      }
    }
    let long = String(repeating: "x", count: 1_000_001)
    let lines = try load("a.csv", "text,label\n\(long),a\nb,a\nc,b\n")
    #expect(lines.rejects.map { [$0.place, $0.found] } == [["line 2", "1000001"]])
    let json = try load(
      "a.jsonl", "{\"text\":\"a\",\"label\":1}\n{oops\n{\"text\":\"b\",\"label\":2}\n{\"text\":\"c\"}")
    #expect(json.rejects.map(\.place) == ["line 2, byte 1", "line 4"])
    #expect(json.samples.count == 2)
  }

  @Test func theFilesOrderIsKeptAndDuplicatesAreCounted() throws {
    let text = "text,label\nd,x\nb,y\nd,x\na,x\n"
    let data = try load("a.csv", text)
    #expect(data.samples.map(\.text) == ["d", "b", "a"] && data.duplicates == 1)
    let split = try Split.make(data, train: 2, validation: 1, seed: 1, stratify: false, shuffle: false)
    #expect(split.train == [0, 1] && split.validation == [2])
    let kept = try load("a.csv", text) { $0.keepsDuplicates = true }
    #expect(kept.samples.map(\.text) == ["d", "b", "d", "a"])
    #expect(kept.duplicates == 0 && kept.keptDuplicates == 1)
  }

  @Test func repeatedIdsAreNotTakenAsIds() throws {
    let data = try load("a.csv", "id,text,label\n1,a,x\n1,b,y\n")
    #expect(data.samples.map(\.id) == ["line-2", "line-3"])
    #expect(data.sources.first?.hasRepeatedIDs == true)
  }

  // MARK: Labels

  @Test func labelsAreTrimmedAndWhatIsWrongWithThemIsSaid() throws {
    let data = try load(
      "a.csv", "text,label\na,Billing\nb,billing \nc,sport\u{3000}\nd,sport\na,sport\ne,ｽﾎﾟｰﾂ\nf,スポーツ\n")
    #expect(data.categories == ["Billing", "billing", "sport", "スポーツ", "ｽﾎﾟｰﾂ"].sorted())
    #expect(data.sources.first?.trimmedLabels == 2)
    #expect(
      DataWarning.all(of: data) == [
        .nearEqual(["Billing", "billing"]), .nearEqual(["スポーツ", "ｽﾎﾟｰﾂ"].sorted()),
        .conflicts(count: 1, ids: ["line-2", "line-6"], categories: ["Billing", "sport"]),
        .few(data.categories),
      ])
    let rows = (0..<10).map { "t\($0),\($0 % 2)\n" }.joined()
    #expect(DataWarning.all(of: try load("a.csv", "text,label\n" + rows)) == [.numbers(["0", "1"])])
    let signs = (0..<10).map { "t\($0),\($0 % 2 == 0 ? "+" : "-")\n" }.joined()
    #expect(DataWarning.all(of: try load("a.csv", "text,label\n" + signs)).isEmpty)
  }

  @Test func categoriesThatBeginWithTheSameTokenAreNamed() throws {
    let tokenizer = try Tokenizer(tokenizerJSON: Fixtures.folder + "/tiny/tokenizer/tokenizer.json")
    let data = try load("a.csv", "text,label\na,the quick\nb,the lazy\nc,dog\n")
    #expect(DataWarning.sameStart(data, tokenizer: tokenizer) == [.sameStart(["the lazy", "the quick"])])
  }

  // MARK: Instructions

  @Test func rowsOfAlpacaKeepTheirOwnInstruction() throws {
    let lines = (0..<4).map {
      "{\"instruction\":\"say \($0)\",\"input\":\"\($0 % 2 == 0 ? "" : "it")\",\"output\":\"o\($0)\",\"lang\":\"en\"}"
    }
    for (name, text) in [
      ("a.jsonl", lines.joined(separator: "\n")), ("a.json", "[" + lines.joined(separator: ",") + "]"),
    ] {
      let data = try load(name, text)
      #expect(data.task == .instruction && data.samples.count == 4)
      #expect(data.samples[0].request == Sample.Request(instruction: "say 0", input: ""))
      #expect(data.samples.map(\.text) == ["say 0", "it", "say 2", "it"])
      #expect(data.samples[1].columns.last?.value == "en")
    }
    let few = try load(
      "a.jsonl",
      (0..<4).map {
        "{\"instruction\":\"say \($0)\",\"input\":\"\",\"output\":\"\("ab".map(String.init)[$0 % 2])\"}"
      }
      .joined(separator: "\n"))
    #expect(few.task == .classification && few.categories == ["a", "b"])
  }

  @Test(arguments: [
    #"{"messages":[{"role":"user","content":"hello"},{"role":"assistant","content":"A"}]}"#,
    #"{"conversations":[{"from":"human","value":"hello"},{"from":"gpt","value":"A"}]}"#,
    #"{"messages":[{"role":"user","content":[{"type":"text","text":"hello"}]},{"role":"assistant","content":"A"},{"role":"user","content":"more"}]}"#,
    #"{"prompt":"hello","completion":"A"}"#,
  ])
  func chatsAndCompletionsAreRead(_ line: String) throws {
    let data = try load("a.jsonl", line + "\n" + line.replacingOccurrences(of: "A", with: "B"))
    #expect(pairs(data) == [["hello", "A"], ["hello", "B"]])
    #expect(data.samples[0].request?.instruction == "hello" && data.samples[0].request?.input == "")
    #expect(data.samples[0].request?.turns.count == (line.contains("prompt") ? 0 : 2))
  }

  @Test func theSystemTurnIsTheInstruction() throws {
    let line =
      #"{"messages":[{"role":"system","content":"be brief"},{"role":"user","content":"one"},{"role":"assistant","content":"x"},{"role":"user","content":"two"},{"role":"assistant","content":"y"}]}"#
    let data = try load("a.jsonl", line + "\n" + line.replacingOccurrences(of: "\"y\"", with: "\"z\""))
    #expect(data.samples[0].request?.instruction == "be brief" && data.samples[0].request?.input == "two")
    #expect(data.samples.map(\.category) == ["y", "z"] && data.samples[0].request?.turns.count == 5)
    let bad = #"{"messages":[{"role":"user","content":"x"}]}"#
    #expect(try load("a.jsonl", line + "\n" + bad).rejects.map(\.column) == ["messages"])
  }

  // MARK: Folders and parts

  @Test func aFolderOfTextsForEachLabelLoads() throws {
    for (name, text) in [("pos/1.txt", "so good\nreally"), ("neg/1.txt", "bad"), ("neg/2.txt", " \n")] {
      _ = try write("set/" + name, text.utf8)
    }
    _ = try write("set/pos/2.txt", [0x96, 0x7B, 0x95, 0xB6])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try Dataset.load(path: folder + "/set")
    #expect(data.samples.map(\.id) == ["neg/1.txt", "pos/1.txt", "pos/2.txt"])
    #expect(data.samples.map(\.text) == ["bad", "so good\nreally", "本文"])
    #expect(data.rejects.map(\.place) == ["neg/2.txt"] && data.sources.first?.format == .folders)
  }

  @Test func eachPartMayHaveItsOwnFile() throws {
    let train = try write("a.csv", "text,label\n1,x\n2,y\n3,x\n4,y\n".utf8)
    let validation = try write("b.csv", "text,label\n5,x\n2,y\n6,z\n".utf8)
    let test = try write("c.csv", "text,label\n7,x\n8,y\n".utf8)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let data = try Dataset.load(parts: [(.train, train), (.validation, validation), (.test, test)])
    #expect(data.leaks == 1 && DataWarning.all(of: data).contains(.leaks(1)))
    let sizes = Split.sizes(data, train: nil, validation: nil, test: nil)
    #expect(sizes.train == 4 && sizes.validation == 2 && sizes.test == 2)
    let split = try Split.make(data, train: 4, validation: 2, test: 2, seed: 3)
    func texts(_ part: Part) -> [String] { split.samples(of: part).map { data.samples[$0].text }.sorted() }
    #expect(
      texts(.train) == ["1", "2", "3", "4"] && texts(.validation) == ["5", "6"] && texts(.test) == ["7", "8"])
    #expect(split.missingCategories(data).map(\.part) == [.train, .validation, .test])
    #expect(data.samples[0].id == "train/line-2")
    #expect(throws: GemmaError.self) { try Split.make(data, train: 4, validation: 3, seed: 3) }
  }
}
