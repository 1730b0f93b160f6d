extension Tokenizer {
  /// From a Hugging Face `tokenizer.json` with a BPE model.
  public convenience init(tokenizerJSON path: String) throws {
    let contents = try MappedFile(path: path).withBytes { try TokenizerJSON(path: path, bytes: $0) }
    func malformed(_ location: String, _ expected: String, _ found: String) -> GemmaError {
      .malformed(path: path, location: location, expected: expected, found: found)
    }
    guard !contents.vocabulary.isEmpty else { throw malformed("model.vocab", "an object of ids", "none") }
    if let type = contents.type, type != "BPE" {
      throw GemmaError.unsupported(path: path, feature: "tokenizer model \(type)")
    }
    // No more ids than entries, so that one wrong number does not ask for memory without end.
    let count = contents.vocabulary.count + contents.added.count
    var pieces = [(bytes: [UInt8], kind: Vocabulary.Kind)?](repeating: nil, count: count)
    func put(_ piece: [UInt8], _ id: Int, _ kind: Vocabulary.Kind) throws {
      guard pieces.indices.contains(id) else { throw malformed("model.vocab", "ids below \(count)", "\(id)") }
      pieces[id] = (piece, kind)
    }
    for (piece, id) in contents.vocabulary {
      let isByte = piece.count == 6 && piece.starts(with: "<0x".utf8) && piece.last == UInt8(ascii: ">")
      try put(piece, id, isByte ? .byte : .normal)
    }
    for (piece, id, isSpecial) in contents.added { try put(piece, id, isSpecial ? .control : .userDefined) }
    let used = (pieces.lastIndex { $0 != nil } ?? -1) + 1
    var vocabulary = Vocabulary(capacity: used)
    for id in 0..<used {
      guard let piece = pieces[id] else { throw malformed("model.vocab", "ids without a gap", "no id \(id)") }
      piece.bytes.withUnsafeBytes { vocabulary.append($0, kind: piece.kind, score: 0) }
    }
    var ranks: [UInt64: Int32] = [:]
    ranks.reserveCapacity(contents.merges.count)
    try contents.mergeBytes.withUnsafeBytes { bytes in
      func id(_ range: Range<Int>) -> Int32? { vocabulary.id(UnsafeRawBufferPointer(rebasing: bytes[range])) }
      var start = 0
      for (rank, merge) in contents.merges.enumerated() {
        guard let a = id(start..<merge.middle), let b = id(merge.middle..<merge.end) else {
          throw malformed("model.merges[\(rank)]", "two pieces of the vocabulary", "something else")
        }
        ranks[BytePairEncoder.pair(a, b)] = Int32(rank)
        start = merge.end
      }
    }
    try self.init(vocabulary, ranks: ranks, path: path)
  }
}

/// The parts of a `tokenizer.json` that matter here.
private struct TokenizerJSON {
  var type: String?
  var vocabulary: [(piece: [UInt8], id: Int)] = []
  /// The pieces of all merges one after the other, and for each merge where its first and its second end: half a million small arrays
  /// would take seconds.
  var mergeBytes: [UInt8] = []
  var merges: [(middle: Int, end: Int)] = []
  var added: [(piece: [UInt8], id: Int, isSpecial: Bool)] = []

  init(path: String, bytes: UnsafeRawBufferPointer) throws {
    var reader = JSONReader(path: path, bytes: bytes)
    try reader.object { reader, key in
      switch String(decoding: key, as: UTF8.self) {
      case "model": try readModel(&reader)
      case "added_tokens": try reader.array { try readAdded(&$0) }
      default: try reader.skip()
      }
    }
  }

  private mutating func readModel(_ reader: inout JSONReader) throws {
    try reader.object { reader, key in
      switch String(decoding: key, as: UTF8.self) {
      case "type": type = String(decoding: try reader.string(), as: UTF8.self)
      case "vocab": try reader.object { reader, piece in vocabulary.append((piece, try reader.integer())) }
      case "merges":
        try reader.array { reader in
          // Either ["a", "b"] or the older "a b".
          let start = mergeBytes.count
          var ends: [Int] = []
          if reader.peek() == UInt8(ascii: "[") {
            try reader.array {
              try $0.string(into: &mergeBytes)
              ends.append(mergeBytes.count)
            }
          } else {
            try reader.string(into: &mergeBytes)
            if let space = mergeBytes[start...].firstIndex(of: 0x20) {
              mergeBytes.remove(at: space)
              ends = [space, mergeBytes.count]
            }
          }
          guard ends.count == 2 else { throw reader.malformed("a pair of pieces") }
          merges.append((ends[0], ends[1]))
        }
      default: try reader.skip()
      }
    }
  }

  private mutating func readAdded(_ reader: inout JSONReader) throws {
    var (piece, id, isSpecial): ([UInt8]?, Int?, Bool) = (nil, nil, false)
    try reader.object { reader, key in
      switch String(decoding: key, as: UTF8.self) {
      case "content": piece = try reader.string()
      case "id": id = try reader.integer()
      case "special": isSpecial = try reader.bool()
      default: try reader.skip()
      }
    }
    if let piece, let id { added.append((piece, id, isSpecial)) }
  }
}
