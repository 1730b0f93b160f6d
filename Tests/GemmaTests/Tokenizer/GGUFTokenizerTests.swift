import Foundation
import Gemma
import Testing

/// The `tokenizer.*` keys of GGUF files: used, harmless or refused by name.
@Suite struct GGUFTokenizerTests {
  enum Value: Sendable {
    case text(String)
    case id(UInt32)
    case flag(Bool)
    case texts([String])
    case scores([Float])
    case types([Int32])

    var bytes: [UInt8] {
      func number<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
      }
      func string(_ text: String) -> [UInt8] { number(UInt64(text.utf8.count)) + Array(text.utf8) }
      func array(_ type: UInt32, _ items: [[UInt8]]) -> [UInt8] {
        number(UInt32(9)) + number(type) + number(UInt64(items.count)) + items.joined()
      }
      switch self {
      case .text(let text): return number(UInt32(8)) + string(text)
      case .id(let id): return number(UInt32(4)) + number(id)
      case .flag(let flag): return number(UInt32(7)) + [flag ? 1 : 0]
      case .texts(let texts): return array(8, texts.map(string))
      case .scores(let scores): return array(6, scores.map { number($0.bitPattern) })
      case .types(let types): return array(5, types.map(number))
      }
    }
  }

  private static let pieces = [
    "<pad>", "<eos>", "<bos>", "<unk>", "<end_of_turn>", "a", "b", "c", "\u{2581}", "ab", "bc", "ca", "  ",
    "zym",
    "<|im_end|>",
  ]
  private static let base: [String: Value] = [
    "model": .text("llama"), "pre": .text("default"), "tokens": .texts(pieces),
    "scores": .scores([0, 0, 0, 0, 0, -20, -21, -22, -23, -2, -1, -3, 0, 0, 0]),
    "token_type": .types([3, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 4, 4, 3]),
    "bos_token_id": .id(2), "eos_token_id": .id(1), "unknown_token_id": .id(3), "padding_token_id": .id(0),
    "add_bos_token": .flag(true), "add_space_prefix": .flag(false),
  ]

  /// A file of metadata alone, with keys replaced or, where nil, left out.
  private func tokenizer(_ change: [String: Value?]) throws -> Tokenizer {
    var keys = Self.base.map { ("tokenizer.ggml." + $0.key, $0.value) }.filter { change[$0.0] == nil }
    keys += change.compactMap { key, value in value.map { (key, $0) } }
    func number<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    var bytes = Array("GGUF".utf8) + number(UInt32(3)) + number(UInt64(0)) + number(UInt64(keys.count))
    for (key, value) in keys { bytes += number(UInt64(key.utf8.count)) + Array(key.utf8) + value.bytes }
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-\(UUID().uuidString).gguf")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try Tokenizer(GGUFFile(path: path))
  }

  @Test(
    arguments: [
      // Keys, the ids of "abc  zym" as llama.cpp gives them, what stands before, what ends an answer.
      ([:], [5, 10, 12, 13], [2], [1, 4]),
      (["tokenizer.ggml.model": nil], [5, 10, 12, 13], [2], [1, 4]),
      (["tokenizer.ggml.add_bos_token": nil], [5, 10, 12, 13], [2], [1, 4]),
      (["tokenizer.ggml.add_bos_token": .flag(false)], [5, 10, 12, 13], [], [1, 4]),
      // Scores of 0: the pair on the left comes first.
      (["tokenizer.ggml.scores": nil], [9, 7, 12, 13], [2], [1, 4]),
      // All pieces are normal: runs of spaces and added words are not found, and "z" has no piece.
      (["tokenizer.ggml.token_type": nil], [5, 10, 8, 8, 3], [2], [1, 4]),
      (["tokenizer.ggml.eos_token_id": .id(14)], [5, 10, 12, 13], [2], [4, 14]),
      (["tokenizer.ggml.eot_token_id": .id(14)], [5, 10, 12, 13], [2], [1, 14]),
      (
        ["tokenizer.ggml.bos_token_id": nil, "tokenizer.ggml.eos_token_id": nil], [5, 10, 12, 13], [2],
        [1, 4]
      ),
      (["tokenizer.ggml.bos_token_id": .id(4)], [5, 10, 12, 13], [4], [1, 4]),
      (
        [
          "tokenizer.ggml.mask_token_id": .id(4), "tokenizer.chat_template": .text("{{ x }}"),
          "tokenizer.chat_template.tool_use": .text("y"),
          "tokenizer.ggml.merges": .texts(["a b"]), "tokenizer.ggml.add_eos_token": .flag(false),
        ], [5, 10, 12, 13], [2], [1, 4]
      ),
    ] as [([String: Value?], [Int32], [Int32], Set<Int32>)])
  func keysAreUsed(_ change: [String: Value?], _ ids: [Int32], _ start: [Int32], _ stops: Set<Int32>) throws {
    let tokenizer = try tokenizer(change)
    #expect(tokenizer.encode("abc  zym") == ids)
    #expect(tokenizer.start == start)
    #expect(tokenizer.encodePrompt("ab") == start + [9])
    #expect(tokenizer.stopIDs == stops)
    #expect(tokenizer.encode("<end_of_turn>", parsingSpecialTokens: true) == [4])
  }

  @Test(
    arguments: [
      ("tokenizer.ggml.model", .text("gpt2")), ("tokenizer.ggml.model", .text("bert")),
      ("tokenizer.ggml.model", .text("t5")),
      ("tokenizer.ggml.add_space_prefix", .flag(true)), ("tokenizer.ggml.add_eos_token", .flag(true)),
      ("tokenizer.ggml.shrinks", .flag(true)), ("tokenizer.rwkv.world", .text("x")),
      ("tokenizer.ggml.scores", .scores([1, 2])), ("tokenizer.ggml.scores", .types([])),
      ("tokenizer.ggml.token_type", .types([1])),
      ("tokenizer.ggml.bos_token_id", .id(15)), ("tokenizer.ggml.eos_token_id", .text("<eos>")),
      ("tokenizer.ggml.tokens", nil), ("tokenizer.ggml.tokens", .texts(pieces.dropLast() + ["ab"])),
      ("tokenizer.ggml.tokens", .texts(pieces.map { $0 == "<bos>" ? "<s>" : $0 })),
    ] as [(String, Value?)])
  func keysAreRefusedByName(_ key: String, _ value: Value?) throws {
    // Without its number <bos> goes by its name.
    let isBOS = if case .texts(let texts) = value { texts.contains("<s>") } else { false }
    do {
      _ = try tokenizer(isBOS ? [key: value, "tokenizer.ggml.bos_token_id": nil] : [key: value])
      Issue.record("read, though \(key) is not Gemma's")
    } catch let error as GemmaError {
      #expect("\(error)".contains(isBOS ? "<bos>" : key), "\(error)")
    }
  }

  @Test func piecesOfNoBytesAreNeverFoundAndEndNothing() throws {
    var pieces = Self.pieces
    (pieces[5], pieces[12], pieces[14]) = ("", "", "")
    let tokenizer = try tokenizer(["tokenizer.ggml.tokens": .texts(pieces)])
    #expect(tokenizer.encode("abc  zym<|im_end|>", parsingSpecialTokens: true) == [3, 10, 8, 8, 13, 3])
    #expect(tokenizer.decode([5, 12, 14, 10]) == "bc")
  }
}
