import Foundation
import Gemma
import Testing

/// Tokenizer files one step beside Gemma's: the libraries' ids, or a refusal that names the reason.
@Suite struct TokenizerVariantTests {
  struct Row: Sendable, CustomTestStringConvertible {
    struct Text: Decodable, Sendable {
      var text: String
      var ids: [Int32]
      var special: [Int32]?

      enum CodingKeys: String, CodingKey {
        case text, ids
        case special = "ids_special"
      }
    }
    var testDescription: String
    /// The files of a folder; of a file alone there is one.
    var files: [String: Data]
    var texts: [Text]
    var refused: String?
    var eos: Int?
  }

  static func rows(_ kind: String) throws -> [Row] {
    func json(_ path: String) throws -> Any {
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: Fixtures.folder + path)))
    }
    func data(_ value: Any) throws -> Data { try JSONSerialization.data(withJSONObject: value) }
    let base = try json("/tiny/tokenizer/tokenizer.json") as? [String: Any] ?? [:]
    return try (json("/tokenizer/variants.json") as? [[String: Any]] ?? []).filter {
      $0["kind"] as? String == kind
    }
    .map { row in
      var files: [String: Data] = [:]
      if let model = (row["model"] as? String).flatMap({ Data(base64Encoded: $0) }) {
        files["tokenizer.model"] = model
      } else {
        let change = row["change"] as? [String: Any] ?? [:]
        var file = base.merging(change["set"] as? [String: Any] ?? [:]) { $1 }
        var model = (base["model"] as? [String: Any] ?? [:]).merging(change["model"] as? [String: Any] ?? [:])
        { $1 }
        var pieces = (model["vocab"] as? [String: Any] ?? [:]).merging(
          change["vocab"] as? [String: Any] ?? [:]
        ) { $1 }
        for piece in change["without"] as? [String] ?? [] { pieces[piece] = nil }
        model["vocab"] = pieces
        file["model"] = model
        file["added_tokens"] = (base["added_tokens"] as? [Any] ?? []) + (change["added"] as? [Any] ?? [])
        files["tokenizer.json"] = try data(file)
      }
      for (name, value) in row["files"] as? [String: Any] ?? [:] { files[name] = try data(value) }
      return Row(
        testDescription: row["name"] as? String ?? "", files: files,
        texts: try JSONDecoder().decode([Row.Text].self, from: data(row["texts"] ?? [])),
        refused: row["refused"] as? String, eos: row["eos"] as? Int)
    }
  }

  /// A tiny Gemma whose tokenizer is the row's.
  private func tokenizer(_ row: Row) throws -> Tokenizer {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in ["config.json", "model.safetensors"] {
      try FileManager.default.copyItem(
        atPath: Fixtures.folder + "/tiny/gemma3/" + name, toPath: folder.path + "/" + name)
    }
    for (name, data) in row.files { try data.write(to: folder.appendingPathComponent(name)) }
    return try ModelFile.open(path: folder.path).tokenizer()
  }

  private func check(_ row: Row) throws {
    guard let refused = row.refused else {
      let tokenizer = try tokenizer(row)
      for text in row.texts {
        #expect(tokenizer.encode(text.text) == text.ids, "\(text.text.debugDescription)")
        if let special = text.special {
          #expect(
            tokenizer.encode(text.text, parsingSpecialTokens: true) == special,
            "\(text.text.debugDescription)")
        }
      }
      #expect(tokenizer.start == [2], "one <bos>, whatever the template says")
      if let eos = row.eos { #expect(Int(tokenizer.eosID) == eos) }
      return
    }
    do {
      _ = try tokenizer(row)
      Issue.record("read, though \(refused)")
    } catch let error as GemmaError {
      #expect("\(error)".contains(refused), "\(error)")
    }
  }

  @Test(arguments: try rows("json")) func aTokenizerJSONGivesTheLibrarysIdsOrIsRefused(_ row: Row) throws {
    try check(row)
  }

  @Test(arguments: try rows("folder")) func whatStandsBesideATokenizerJSONCountsAsInTransformers(_ row: Row)
    throws
  {
    try check(row)
  }

  @Test(arguments: try rows("model")) func aSentencePieceModelGivesTheLibrarysIdsOrIsRefused(_ row: Row)
    throws
  {
    try check(row)
  }

  @Test func eachKindIsTried() throws {
    #expect(try ["json", "folder", "model"].map { try Self.rows($0).count } == [51, 6, 16])
  }
}
