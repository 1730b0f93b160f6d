import Foundation

/// The tokenizer in the forms that other programs read.
extension Tokenizer {
  /// Scores that put merges in the order of the tokenizer's own. Where it lists merges, a piece's score is minus the rank of the first
  /// merge that makes it, as the converters of the other direction number them; what no merge makes comes last.
  private var scores: [Float] {
    guard let ranks = encoder.ranks else { return vocabulary.scores }
    var best = [Int32](repeating: .max, count: vocabulary.count)
    for (pair, rank) in ranks {
      let (a, b) = BytePairEncoder.ids(pair)
      let piece = Array(vocabulary.piece(a)) + Array(vocabulary.piece(b))
      guard let id = piece.withUnsafeBytes({ vocabulary.id($0) }) else { continue }
      best[Int(id)] = min(best[Int(id)], rank)
    }
    return best.map { $0 == .max ? -Float(ranks.count + 1) : -Float($0) }
  }

  /// The `tokenizer.ggml.*` keys of a GGUF file.
  ///
  /// - Parameter count: rows of the embedding. As in llama.cpp's converter, pieces beyond are left out and missing ones made up.
  func write(to writer: inout GGUFWriter, count: Int) {
    let known = min(count, self.count)
    let missing = known..<count
    let key = "tokenizer.ggml."
    writer.set(key + "model", "llama")
    writer.set(key + "pre", "default")
    writer.set(
      key + "tokens",
      .strings((0..<Int32(known)).map(vocabulary.piece) + missing.map { Array("[PAD\($0)]".utf8)[...] }))
    writer.set(key + "scores", .numbers(scores.prefix(known) + missing.map { _ in -1000 }))
    writer.set(
      key + "token_type",
      .integers(
        vocabulary.kinds.prefix(known).map { Int32($0.rawValue) }
          + missing.map { _ in Int32(Vocabulary.Kind.unused.rawValue) }))
    writer.set(key + "bos_token_id", Int(bosID))
    writer.set(key + "eos_token_id", Int(eosID))
    writer.set(key + "unknown_token_id", Int(unknownID))
    writer.set(key + "padding_token_id", Int(padID))
    writer.set(key + "add_bos_token", .bool(true))
    writer.set(key + "add_eos_token", .bool(false))
    writer.set(key + "add_space_prefix", .bool(false))
  }

  /// A SentencePiece `tokenizer.model`: its protocol buffer with pieces, trainer_spec and normalizer_spec, as far as a reader needs them.
  func sentencePieceModel() -> Data {
    var model = Message()
    for (id, score) in zip(Int32(0)..., scores) {
      var piece = Message()
      piece.bytes(1, Array(vocabulary.piece(id)))
      piece.float(2, score)
      // GGUF files call <unk> a control token; the library wants one of its own kind.
      let kind = id == unknownID ? Vocabulary.Kind.unknown : vocabulary.kinds[Int(id)]
      if kind != .normal { piece.number(3, Int(kind.rawValue)) }
      model.bytes(1, piece.data)
    }
    var trainer = Message()
    let bytePairEncoding = 2
    trainer.number(3, bytePairEncoding)
    trainer.number(4, count)
    trainer.number(35, 1)  // byte_fallback
    for (field, id) in zip(40..., [unknownID, bosID, eosID, padID]) { trainer.number(field, Int(id)) }
    for (field, id) in zip(45..., [unknownID, bosID, eosID, padID]) {
      trainer.bytes(field, Array(vocabulary.piece(id)))
    }
    model.bytes(2, trainer.data)
    var normalizer = Message()
    normalizer.bytes(1, Array("identity".utf8))
    normalizer.number(3, 0)  // add_dummy_prefix
    normalizer.number(4, 0)  // remove_extra_whitespaces
    normalizer.number(5, 1)  // escape_whitespaces
    model.bytes(3, normalizer.data)
    return Data(model.data)
  }

  /// The `tokenizer_config.json` to go with it.
  func hubConfig(chatTemplate: String?) -> [String: Any] {
    var config: [String: Any] = [
      "tokenizer_class": "GemmaTokenizer", "add_bos_token": true, "add_eos_token": false,
      "bos_token": piece(bosID), "eos_token": piece(eosID), "pad_token": piece(padID),
      "unk_token": piece(unknownID), "clean_up_tokenization_spaces": false,
    ]
    config["chat_template"] = chatTemplate
    return config
  }
}

/// A protocol buffer message being written.
private struct Message {
  private(set) var data: [UInt8] = []

  private mutating func varint(_ value: Int) {
    var rest = UInt64(value)
    while rest > 0x7F {
      data.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    data.append(UInt8(rest))
  }

  mutating func number(_ field: Int, _ value: Int) {
    varint(field << 3)
    varint(value)
  }

  mutating func float(_ field: Int, _ value: Float) {
    varint(field << 3 | 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
  }

  mutating func bytes(_ field: Int, _ value: [UInt8]) {
    varint(field << 3 | 2)
    varint(value.count)
    data.append(contentsOf: value)
  }
}
