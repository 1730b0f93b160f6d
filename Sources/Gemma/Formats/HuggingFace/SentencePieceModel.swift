import Foundation

/// A SentencePiece `tokenizer.model`: a protocol buffer whose field 1, repeated, is (piece, score, type), 2
/// trainer_spec and 3 normalizer_spec. Settings that would split text in another way than Gemma's tokenizer are refused
/// by name: models other than BPE, and normalisers other than the replacement of spaces.
extension HubTokenizer {
  init(sentencePieceModel path: String) throws {
    let (vocabulary, fallsBackToBytes) = try MappedFile(path: path).withBytes {
      try Self.read(ProtocolBuffer(path: path, bytes: $0), path: path)
    }
    guard vocabulary.count > 0 else {
      throw GemmaError.malformed(
        path: path, location: "start", expected: "a SentencePiece model", found: "no pieces")
    }
    self.init(path: path, vocabulary: vocabulary, modelCount: vocabulary.count)
    rules.fallsBackToBytes = fallsBackToBytes
    rules.splitsUnused = true
    for id in 0..<Int32(vocabulary.count) {
      let piece = Array(vocabulary.piece(id))
      guard !piece.isEmpty else {
        throw GemmaError.malformed(path: path, location: "piece \(id)", expected: "a text", found: "none")
      }
      let kind = vocabulary.kinds[Int(id)]
      if kind == .unknown { unknown = String(decoding: piece, as: UTF8.self) }
      switch kind {
      case .control, .unknown: list(AddedToken(content: piece, id: id, isSpecial: true), isNormalized: false)
      case .userDefined: list(AddedToken(content: piece, id: id), isNormalized: true)
      case .normal, .unused, .byte: break
      }
    }
  }

  private static func read(_ fields: ProtocolBuffer, path: String) throws -> (Vocabulary, Bool) {
    var vocabulary = Vocabulary(capacity: 4096)
    var message = fields
    // The defaults of the library.
    var (model, fallsBackToBytes, isSuffix): (UInt64, Bool, Bool) = (1, false, false)
    var (prefix, removes, escapes, hasMap): (Bool, Bool, Bool, Bool) = (true, true, true, false)
    while let field = try message.next() {
      guard case .bytes(let body) = field.value else { continue }
      var entry = ProtocolBuffer(path: path, bytes: body)
      switch field.number {
      case 1: try readPiece(&entry, into: &vocabulary)
      case 2:
        while let part = try entry.next() {
          switch (part.number, part.value) {
          case (3, .varint(let number)): model = number
          case (24, .varint(let number)): isSuffix = number != 0
          case (35, .varint(let number)): fallsBackToBytes = number != 0
          default: break
          }
        }
      case 3:
        while let part = try entry.next() {
          switch (part.number, part.value) {
          case (2, .bytes(let map)): hasMap = !map.isEmpty
          case (3, .varint(let number)): prefix = number != 0
          case (4, .varint(let number)): removes = number != 0
          case (5, .varint(let number)): escapes = number != 0
          default: break
          }
        }
      default: break
      }
    }
    let types: [UInt64: String] = [1: "unigram", 3: "word", 4: "char"]
    let refused = [
      (model != 2, "a SentencePiece model of type \(types[model] ?? "\(model)")"),
      (hasMap, "the SentencePiece normaliser's precompiled_charsmap"),
      (prefix, "SentencePiece's add_dummy_prefix"), (removes, "SentencePiece's remove_extra_whitespaces"),
      (!escapes, "SentencePiece without escape_whitespaces"),
      (isSuffix, "SentencePiece's treat_whitespace_as_suffix"),
    ]
    if vocabulary.count > 0, let (_, feature) = refused.first(where: \.0) {
      throw GemmaError.unsupported(path: path, feature: feature)
    }
    return (vocabulary, fallsBackToBytes)
  }

  private static func readPiece(_ entry: inout ProtocolBuffer, into vocabulary: inout Vocabulary) throws {
    var piece = UnsafeRawBufferPointer(start: nil, count: 0)
    var score: Float = 0
    var kind = Vocabulary.Kind.normal
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
}

extension Tokenizer {
  /// The protocol buffer of a SentencePiece `tokenizer.model`, with the parts of pieces, trainer_spec and
  /// normalizer_spec that readers need.
  ///
  /// Nil if the library could not split text as this tokenizer does: if it lists merges, or has no unknown token.
  func sentencePieceModel() -> Data? {
    guard contents.rules.ranks == nil, let unknownID else { return nil }
    var model = ProtocolBufferWriter()
    for (id, score) in zip(Int32(0)..., vocabulary.scores) {
      var piece = ProtocolBufferWriter()
      var kind = vocabulary.kinds[Int(id)]
      // In GGUF files <unk> is a control token; the library needs the kind "unknown".
      if id == unknownID { kind = .unknown } else if kind == .unknown { kind = .control }
      let bytes = Array(vocabulary.piece(id))
      // GGUF files have spaces in user-defined pieces; the library looks for U+2581.
      piece.bytes(
        1, bytes.isEmpty ? Self.padding(id) : kind == .userDefined ? Self.escapingSpaces(bytes) : bytes)
      piece.float(2, score)
      if bytes.isEmpty { kind = .unused }
      if kind != .normal { piece.number(3, Int(kind.rawValue)) }
      model.bytes(1, piece.data)
    }
    var trainer = ProtocolBufferWriter()
    let bytePairEncoding = 2
    trainer.number(3, bytePairEncoding)
    trainer.number(4, count)
    trainer.number(35, encoder.fallsBackToBytes ? 1 : 0)
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

  /// A generated name for an id without a piece, as in llama.cpp's converter.
  static func padding(_ id: Int32) -> [UInt8] { Array("[PAD\(id)]".utf8) }
}
