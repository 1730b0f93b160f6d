import Foundation
import Gemma
import Testing

@Suite struct DataTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "gnb-data-\(UUID().uuidString)"
  ).path

  private func write(_ name: String, _ text: String) throws -> String {
    try write(name, Data(text.utf8))
  }

  private func write(_ name: String, _ data: Data) throws -> String {
    let path = folder + "/" + name
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try data.write(to: URL(fileURLWithPath: path))
    return path
  }

  private func dataset(_ counts: [Int]) throws -> Dataset {
    try Dataset(
      name: "made",
      samples: counts.enumerated().flatMap { c, n in
        (0..<n).map { Sample(id: "\(c)-\($0)", title: "", text: "text \(c) \($0)", category: "c\(c)") }
      })
  }

  @Test func miniNewsHasSixtyArticlesOfEachCategory() throws {
    let data = try Dataset.miniNews()
    #expect(
      data.categories == ["it-life-hack", "kaden-channel", "movie-enter", "sports-watch", "topic-news"])
    #expect(data.counts == [60, 60, 60, 60, 60])
    #expect(data.duplicates == 0)
  }

  @Test func theCompiledArticlesAreTheFolders() throws {
    let root = URL(fileURLWithPath: Fixtures.folder).deletingLastPathComponent().deletingLastPathComponent()
    let fromFolder = try Dataset.load(path: root.appendingPathComponent("notebooks/data/mini-news").path)
    #expect(try Dataset.miniNews().sha256 == fromFolder.sha256, "run Sources/CDataSets/generate")
    for (set, file) in [
      ("support-messages", "messages.csv"), ("butler-rows", "rows.jsonl"), ("leaky-messages", "messages.csv"),
    ] {
      let path = root.appendingPathComponent("notebooks/data/\(set)/\(file)").path
      #expect(
        try Dataset.bundled(set)?.sha256 == Dataset.load(path: path).sha256, "run Sources/CDataSets/generate")
    }
  }

  @Test func theOtherSetsThatComeWithGnbAreWhole() throws {
    let messages = try #require(try Dataset.bundled("support-messages"))
    #expect(messages.categories == ["account", "billing", "delivery", "returns"])
    #expect(messages.counts == [75, 75, 75, 75] && messages.rejects.isEmpty && messages.duplicates == 0)
    #expect(DataWarning.all(of: messages).isEmpty)
    let rows = try #require(try Dataset.bundled("butler-rows"))
    #expect(rows.task == .instruction && rows.samples.count == 200 && rows.rejects.isEmpty)
    #expect(rows.samples.count { $0.request?.input.isEmpty == true } == 80)
    #expect(rows.samples.count { $0.category.hasPrefix("Very good. ") } == 100)
    #expect(rows.samples.count { $0.category.hasSuffix("ほかにご用はございませんか。") } == 100)
    let leaky = try #require(try Dataset.bundled("leaky-messages"))
    #expect(leaky.counts == [40, 40, 40, 40] && leaky.duplicates == 40)
    #expect(leaky.samples.allSatisfy { $0.columns.first?.value.first == $0.category.uppercased().first })
    #expect(try Dataset.bundled("other") == nil)
  }

  /// Counting characters must leave something to learn.
  @Test func countingCharactersDoesNotSolveTheSupportMessages() throws {
    let data = try #require(try Dataset.bundled("support-messages"))
    let split = try Split.make(data, train: 100, validation: 200, seed: 200)
    var looks = 0
    let baseline = try TFIDFBaseline(
      texts: split.train.map { data.samples[$0].text }, labels: split.train.map { data.samples[$0].category },
      classes: data.categories, check: { looks += 1 })
    let right = split.validation.count {
      baseline.predict(data.samples[$0].text).prediction == data.samples[$0].category
    }
    #expect((140...180).contains(right), "\(right) of 200")
    // The fit ends, although near its end the values of the loss differ by less than their rounding.
    #expect(looks < 100)
  }

  @Test func aStratifiedSplitKeepsProportionsAndNeverOverlaps() throws {
    let data = try dataset([50, 30, 20])
    let split = try Split.make(data, train: 10, validation: 37, seed: 5)
    #expect(split.train.count == 10 && split.validation.count == 37)
    #expect(Set(split.train).isDisjoint(with: split.validation))
    let perCategory = data.categories.map { c in split.train.count { data.samples[$0].category == c } }
    #expect(perCategory == [5, 3, 2])
    #expect(try Split.make(data, train: 10, validation: 37, seed: 5) == split)
    #expect(try Split.make(data, train: 10, validation: 37, seed: 6) != split)
    let plain = try Split.make(data, train: 3, validation: 2, seed: 5, stratify: false, shuffle: false)
    #expect(plain.train == [0, 1, 2] && plain.validation == [3, 4])
  }

  @Test func askingForMoreThanThereIsSaysHowMuchThereIs() throws {
    let data = try dataset([5, 5])
    #expect(
      throws: GemmaError.invalidValue(
        name: "split", expected: "train + validation of at most 10 samples", found: "8 + 3 = 11")
    ) { try Split.make(data, train: 8, validation: 3, seed: 1) }
  }

  @Test func delimitedTextFollowsRFC4180() throws {
    let path = try write("a.csv", "\u{FEFF}id,Text,label\r\n1,\"a, \"\"b\"\"\nc\",x\r\n2,d,y\r\n")
    let data = try Dataset.load(path: path)
    #expect(data.samples.map(\.text) == ["a, \"b\"\nc", "d"])
    #expect(data.samples.map(\.id) == ["1", "2"])
  }

  @Test(arguments: [
    ("a.csv", "", "line 1"), ("a.csv", "foo,bar\n1,2\n", "line 1"), ("a.csv", "text,label\na\n", "line 2"),
    ("a.csv", "text,label\n\"a,b\n", "line 2"),
    ("a.jsonl", "{\"input\":\"a\",\"output\":\"b\"}\n{oops\n", "line 2, byte 1"),
    ("a.jsonl", "{\"input\":\"a\"}\n", "line 1"),
  ])
  func brokenTextFilesNameTheLine(_ name: String, _ text: String, _ line: String) throws {
    let path = try write(name, text)
    var options = DataOptions()
    options.isStrict = true
    do {
      _ = try Dataset.load(path: path, options: options)
      Issue.record("no error")
    } catch GemmaError.malformed(_, let location, _, _) {
      #expect(location == line)
    }
  }

  @Test func alpacaLinesLoad() throws {
    let path = try write(
      "a.jsonl", #"{"instruction":"i","input":"今日","output":"x"}"# + "\n\n" + #"{"text":"t","label":"y"}"#)
    #expect(try Dataset.load(path: path).samples.map(\.text) == ["今日", "t"])
  }

  @Test func aFolderInLivedoorLayoutLoadsWithoutItsLicences() throws {
    for (category, n) in [("aa", 1), ("aa", 2), ("bb", 1)] {
      _ = try write(
        "set/text/\(category)/\(category)-\(n).txt", "http://x/\n2012-01-01\n題\(n)\n\n本文\(category)\n")
    }
    _ = try write("set/text/aa/LICENSE.txt", "words")
    _ = try write("set/text/README.txt", "words")
    let data = try Dataset.load(path: folder + "/set")
    #expect(data.samples.map(\.id) == ["aa-1.txt", "aa-2.txt", "bb-1.txt"])
    #expect(data.samples[0].text == "題1\n\n本文aa")
    #expect(throws: GemmaError.self) { try Dataset.load(path: folder + "/set", categories: ["cc"]) }
    #expect(throws: GemmaError.self) { try Dataset.load(path: folder + "/set", categories: ["aa"]) }
    #expect(throws: GemmaError.fileNotFound(path: folder + "/none")) {
      try Dataset.load(path: folder + "/none")
    }
  }

  /// One tar entry with its header and padding.
  private func entry(_ name: String, _ body: String, type: Character = "0", damage: Bool = false) -> Data {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      for (i, byte) in text.utf8.enumerated() { header[offset + i] = byte }
    }
    put(name, at: 0)
    let size = String(body.utf8.count, radix: 8)
    put(String(repeating: "0", count: 11 - size.count) + size, at: 124)
    put(String(type), at: 156)
    put("ustar", at: 257)
    put("        ", at: 148)
    let sum = String(header.reduce(0) { $0 + Int($1) } + (damage ? 1 : 0), radix: 8)
    put(String(repeating: "0", count: 6 - sum.count) + sum + "\0", at: 148)
    let padding = (512 - body.utf8.count % 512) % 512
    return Data(header) + Data(body.utf8) + Data(count: padding)
  }

  @Test func anArchiveLoadsAndBrokenOnesAreErrors() throws {
    let article = "http://x/\n2012-01-01\n題\n本文"
    let good =
      entry("text/aa/aa-1.txt", article) + entry("text/aa/._aa-1.txt", "shadow")
      + entry("text/bb/bb-1.txt", article)
      + entry("text/CHANGES.txt", "words")
    let data = try Dataset.load(path: try write("good.tar", good + Data(count: 1024)))
    #expect(data.samples.map(\.id) == ["aa-1.txt", "bb-1.txt"])
    let broken: [(String, Data)] = [
      ("short", good.prefix(700)), ("sum", entry("text/aa/a.txt", article, damage: true)),
      ("away", entry("../../etc/a.txt", article)), ("root", entry("/etc/a.txt", article)), ("empty", Data()),
      ("words", Data("not an archive at all, just some words".utf8)),
      ("gzip", Data([0x1F, 0x8B, 8, 0, 1, 2, 3])),
    ]
    for (name, bytes) in broken {
      let path = try write(name + ".tar.gz", bytes)
      #expect(throws: GemmaError.self, "\(name)") { try Dataset.load(path: path) }
    }
  }

  @Test(.enabled(if: Fixtures.livedoor != nil, "needs the Livedoor corpus: gnb pull livedoor"))
  func theRealCorpusHasTheDemosArticles() throws {
    let data = try Dataset.load(path: Fixtures.livedoor ?? "")
    #expect(data.samples.count + data.duplicates == 4274)
    #expect(data.categories.count == 5)
  }
}
