import Foundation
import Gemma
import Testing

@Suite struct TokenizerTests {
  private func rows(_ path: String) throws -> [[String: Any]] {
    let data = try Data(contentsOf: URL(fileURLWithPath: Fixtures.folder + "/" + path))
    return try JSONSerialization.jsonObject(with: data) as? [[String: Any]] ?? []
  }

  private func check(_ tokenizer: Tokenizer, _ row: [String: Any], key: String = "ids") {
    let text = row["text"] as? String ?? ""
    let ids = (row[key] as? [Int] ?? []).map(Int32.init)
    #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
    #expect(tokenizer.decode(ids) == row["decoded"] as? String, "\(text.debugDescription)")
    let special = (row["ids_special"] as? [Int] ?? []).map(Int32.init)
    #expect(tokenizer.encode(text, parsingSpecialTokens: true) == special, "\(text.debugDescription)")
    #expect(tokenizer.decode(special) == row["decoded_special"] as? String)
  }

  @Test(arguments: ["tokenizer.model", "tokenizer.json"])
  func bothFilesGiveTheReferencesIds(_ name: String) throws {
    let path = Fixtures.folder + "/tiny/tokenizer/" + name
    let tokenizer =
      try name.hasSuffix(".json") ? Tokenizer(tokenizerJSON: path) : Tokenizer(sentencePieceModel: path)
    let rows = try rows("tiny/tokenizer/expected.json")
    #expect(rows.count == 20)
    for row in rows { check(tokenizer, row) }
  }

  @Test func piecesThatDifferInHowAnAccentIsComposedAreTwo() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-\(UUID().uuidString).json")
      .path
    let json = #"""
      {"added_tokens": [{"id": 0, "content": "<pad>", "special": true}, {"id": 1, "content": "<eos>", "special": true},
        {"id": 2, "content": "<bos>", "special": true}, {"id": 3, "content": "<unk>", "special": true}],
       "model": {"type": "BPE", "vocab": {"<pad>": 0, "<eos>": 1, "<bos>": 2, "<unk>": 3, "\u00e9": 4, "e\u0301": 5,
         "e": 6, "\u0301": 7, "\ud83d\ude00": 8, "\"\\": 9, "\"": 10, "\\": 11}, "merges": [["e", "\u0301"], "\" \\"]}}
      """#
    try json.write(toFile: path, atomically: true, encoding: .utf8)
    let tokenizer = try Tokenizer(tokenizerJSON: path)
    #expect(tokenizer.encode("\u{e9}e\u{301}\u{1F600}\"\\e") == [4, 5, 8, 9, 6])
    #expect(Array(tokenizer.decode([5, 4]).unicodeScalars.map(\.value)) == [0x65, 0x301, 0xe9])
  }

  @Test(.enabled(if: Fixtures.gemma270m != nil, "needs the model: run `make demo` once"))
  func nastyStringsGiveTheReferencesIds() throws {
    let tokenizer = try ModelFile.open(path: Fixtures.gemma270m ?? "").tokenizer()
    let rows = try rows("tokenizer/strings.json")
    #expect(rows.count == 66)
    for row in rows { check(tokenizer, row) }
  }
}

extension TokenizerTests {
  @Test(
    .enabled(
      if: Fixtures.gemma270m != nil && Fixtures.livedoor != nil, "needs the model and the corpus: see .ci/run"
    ))
  func everyArticleOfTheCorpusGivesTheReferencesIds() throws {
    let tokenizer = try ModelFile.open(path: Fixtures.gemma270m ?? "").tokenizer()
    var expected: [String: (count: Int, hash: String)] = [:]
    let table = try String(contentsOfFile: Fixtures.folder + "/tokenizer/livedoor.tsv", encoding: .utf8)
    for line in table.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: "\t").map(String.init)
      expected[fields[0]] = (Int(fields[1]) ?? 0, fields[2])
    }
    var seen = 0
    try TarGzip(path: Fixtures.livedoor ?? "").forEachFile { name, data in
      guard let truth = expected[(name as NSString).lastPathComponent] else { return }
      let ids = tokenizer.encode(String(decoding: data, as: UTF8.self))
      let hash = ids.withUnsafeBytes { SHA256.hexDigest($0) }
      #expect(ids.count == truth.count && hash.hasPrefix(truth.hash), "\(name)")
      seen += 1
    }
    #expect(seen == 4274)
  }
}
