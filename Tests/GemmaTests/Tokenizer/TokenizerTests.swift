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
    let tokenizer = try name.hasSuffix(".json") ? Tokenizer(tokenizerJSON: path) : Tokenizer(sentencePieceModel: path)
    let rows = try rows("tiny/tokenizer/expected.json")
    #expect(rows.count == 20)
    for row in rows { check(tokenizer, row) }
  }

  @Test(.enabled(if: Fixtures.gemma270m != nil, "needs the model: run `make demo` once"))
  func nastyStringsGiveTheReferencesIds() throws {
    let tokenizer = try ModelFile.open(path: Fixtures.gemma270m ?? "").tokenizer()
    let rows = try rows("tokenizer/strings.json")
    #expect(rows.count == 66)
    for row in rows { check(tokenizer, row) }
  }
}
