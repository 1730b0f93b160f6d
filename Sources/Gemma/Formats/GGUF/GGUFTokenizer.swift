/// The tokenizer in a GGUF file: its `tokenizer.ggml.*` keys, read and written.
extension Tokenizer {
  /// From a GGUF file's metadata.
  convenience init(_ file: GGUFFile) throws {
    let path = file.file.path
    func missing(_ key: String) -> GemmaError {
      .malformed(path: path, location: key, expected: "an array", found: "none")
    }
    guard let pieces = try file.strings("tokenizer.ggml.tokens") else {
      throw missing("tokenizer.ggml.tokens")
    }
    guard let scores = try file.words("tokenizer.ggml.scores", type: 6, as: UInt32.self),
      let kinds = try file.words("tokenizer.ggml.token_type", type: 5, as: Int32.self)
    else { throw missing("tokenizer.ggml.scores, token_type") }
    guard scores.count == pieces.count, kinds.count == pieces.count else {
      throw GemmaError.malformed(
        path: path, location: "tokenizer.ggml", expected: "\(pieces.count) scores and types",
        found: "\(scores.count) and \(kinds.count)")
    }
    var vocabulary = Vocabulary(capacity: pieces.count)
    for (i, piece) in pieces.enumerated() {
      vocabulary.append(
        piece, kind: UInt8(exactly: kinds[i]).flatMap(Vocabulary.Kind.init) ?? .normal,
        score: Float(bitPattern: scores[i]))
    }
    try self.init(vocabulary, ranks: nil, path: path)
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
}
