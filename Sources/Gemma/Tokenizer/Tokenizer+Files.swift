/// A Gemma tokenizer from a GGUF file and from a SentencePiece model.
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
}

/// The fields of a protocol buffer message, one after the other.
private struct ProtocolBuffer {
  enum Value {
    case varint(UInt64)
    case word(UInt32)
    case long(UInt64)
    case bytes(UnsafeRawBufferPointer)
  }

  private var reader: ByteReader

  init(path: String, bytes: UnsafeRawBufferPointer) { reader = ByteReader(path: path, bytes: bytes) }

  private mutating func varint() throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let byte = try reader.integer(UInt8.self, "a number")
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw reader.malformed("a number of at most ten bytes", found: "more")
  }

  mutating func next() throws -> (number: UInt64, value: Value)? {
    guard reader.remaining > 0 else { return nil }
    let tag = try varint()
    switch tag & 7 {
    case 0: return (tag >> 3, .varint(try varint()))
    case 1: return (tag >> 3, .long(try reader.integer(UInt64.self, "a value")))
    case 2:
      let count = try varint()
      guard count <= UInt64(reader.remaining) else {
        throw reader.malformed("\(count) bytes", found: "the end")
      }
      return (tag >> 3, .bytes(try reader.take(Int(count), "a field")))
    case 5: return (tag >> 3, .word(try reader.integer(UInt32.self, "a value")))
    default: throw reader.malformed("a protocol buffer field", found: "wire type \(tag & 7)")
    }
  }
}
