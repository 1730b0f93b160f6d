import Foundation

/// The tokenizer as a SentencePiece `tokenizer.model`, read and written.
extension Tokenizer {
  /// From a SentencePiece `tokenizer.model`: field 1 of the protocol buffer, repeated, is (piece, score, type).
  public convenience init(sentencePieceModel path: String) throws {
    let vocabulary = try MappedFile(path: path).withBytes { try Self.pieces($0, path: path) }
    guard vocabulary.count > 0 else {
      throw GemmaError.malformed(
        path: path, location: "start", expected: "a SentencePiece model", found: "no pieces")
    }
    try self.init(vocabulary, ranks: nil, path: path)
  }

  private static func pieces(_ bytes: UnsafeRawBufferPointer, path: String) throws -> Vocabulary {
    var vocabulary = Vocabulary(capacity: bytes.count / 16)
    var message = ProtocolBuffer(path: path, bytes: bytes)
    while let field = try message.next() {
      guard field.number == 1, case .bytes(let body) = field.value else { continue }
      var piece = UnsafeRawBufferPointer(start: nil, count: 0)
      var score: Float = 0
      var kind = Vocabulary.Kind.normal
      var entry = ProtocolBuffer(path: path, bytes: body)
      while let part = try entry.next() {
        switch (part.number, part.value) {
        case (1, .bytes(let bytes)): piece = bytes
        case (2, .word(let bits)): score = Float(bitPattern: bits)
        case (3, .varint(let number)): kind = UInt8(exactly: number).flatMap(Vocabulary.Kind.init) ?? .normal
        default: break
        }
      }
      vocabulary.append(piece, kind: kind, score: score)
    }
    return vocabulary
  }

  /// A SentencePiece `tokenizer.model`: its protocol buffer with pieces, trainer_spec and normalizer_spec, as far as a reader needs them.
  func sentencePieceModel() -> Data {
    var model = ProtocolBufferWriter()
    for (id, score) in zip(Int32(0)..., scores) {
      var piece = ProtocolBufferWriter()
      piece.bytes(1, Array(vocabulary.piece(id)))
      piece.float(2, score)
      // GGUF files call <unk> a control token; the library wants one of its own kind.
      let kind = id == unknownID ? Vocabulary.Kind.unknown : vocabulary.kinds[Int(id)]
      if kind != .normal { piece.number(3, Int(kind.rawValue)) }
      model.bytes(1, piece.data)
    }
    var trainer = ProtocolBufferWriter()
    let bytePairEncoding = 2
    trainer.number(3, bytePairEncoding)
    trainer.number(4, count)
    trainer.number(35, 1)  // byte_fallback
    for (field, id) in zip(40..., [unknownID, bosID, eosID, padID]) { trainer.number(field, Int(id)) }
    for (field, id) in zip(45..., [unknownID, bosID, eosID, padID]) {
      trainer.bytes(field, Array(vocabulary.piece(id)))
    }
    model.bytes(2, trainer.data)
    var normalizer = ProtocolBufferWriter()
    normalizer.bytes(1, Array("identity".utf8))
    normalizer.number(3, 0)  // add_dummy_prefix
    normalizer.number(4, 0)  // remove_extra_whitespaces
    normalizer.number(5, 1)  // escape_whitespaces
    model.bytes(3, normalizer.data)
    return Data(model.data)
  }
}
