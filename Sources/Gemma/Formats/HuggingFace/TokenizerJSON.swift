/// A Hugging Face `tokenizer.json` with a BPE model. Of its keys
/// - used: model (type BPE, vocab, merges, unk_token, fuse_unk, byte_fallback, ignore_merges), added_tokens with all
///   flags, normalizer (Replace of " " by U+2581, or none), post_processor (TemplateProcessing that puts tokens before
///   a text);
/// - harmless: version; truncation and padding, which transformers sets by call; a pre_tokenizer that splits at spaces,
///   since none is left; a decoder that undoes the normaliser;
/// - refused by name: all else.
struct TokenizerJSON {
  let path: String
  /// The bytes of all pieces, one after the other, with the end and the id of each piece. A separate array for each
  /// piece would take seconds.
  private var vocabularyBytes: [UInt8] = []
  private var vocabulary: [(end: Int, id: Int)] = []
  /// The bytes of all merges, with the ends of the first and the second piece of each merge.
  private var mergeBytes: [UInt8] = []
  private var merges: [(middle: Int, end: Int)] = []
  private(set) var added: [HubTokenizer.Entry] = []
  private(set) var rules = BytePairEncoder.Rules(fallsBackToBytes: false, fusesUnknown: false)
  private(set) var unknown: String?
  private(set) var escapesSpaces = false
  private var splitsAtSpaces = false
  /// The tokens before every text, if the file has them.
  private(set) var start: [Int32]?

  init(path: String, bytes: UnsafeRawBufferPointer) throws {
    self.path = path
    var reader = JSONReader(path: path, bytes: bytes)
    try reader.object { reader, key in
      switch String(decoding: key, as: UTF8.self) {
      case "model": try readModel(&reader)
      case "added_tokens":
        try reader.array { added.append(try Self.entry(&$0)) }
      case "normalizer": try readNormalizer(try reader.value())
      case "pre_tokenizer": try readPreTokenizer(try reader.value())
      case "post_processor": try readPostProcessor(try reader.value())
      case "decoder": try readDecoder(try reader.value())
      case "version", "truncation", "padding": try reader.skip()
      case let other: throw unsupported("the key \(other)")
      }
    }
    guard !vocabulary.isEmpty else { throw malformed("model.vocab", "an object of ids", "none") }
    guard escapesSpaces || !splitsAtSpaces else { throw unsupported("a pre_tokenizer that splits at spaces") }
  }

  private func malformed(_ location: String, _ expected: String, _ found: String) -> GemmaError {
    .malformed(path: path, location: location, expected: expected, found: found)
  }

  private func unsupported(_ feature: String) -> GemmaError { .unsupported(path: path, feature: feature) }

  private static func entry(_ reader: inout JSONReader) throws -> HubTokenizer.Entry {
    var entry = HubTokenizer.Entry(token: AddedToken(content: [], id: -1))
    try reader.object { reader, key in
      switch String(decoding: key, as: UTF8.self) {
      case "content": entry.token.content = try reader.string()
      case "special": entry.token.isSpecial = try reader.bool()
      case "single_word": entry.token.isSingleWord = try reader.bool()
      case "lstrip": entry.token.stripsLeft = try reader.bool()
      case "rstrip": entry.token.stripsRight = try reader.bool()
      case "normalized": entry.isNormalized = try reader.bool()
      case "id": try reader.skip()
      case let other: throw reader.malformed("a flag of an added token, not \(other)")
      }
    }
    return entry
  }

  // MARK: The model

  private mutating func readModel(_ reader: inout JSONReader) throws {
    try reader.object { reader, key in
      switch String(decoding: key, as: UTF8.self) {
      case "type":
        let type = String(decoding: try reader.string(), as: UTF8.self)
        guard type == "BPE" else { throw unsupported("a tokenizer model of type \(type)") }
      case "vocab":
        try reader.object { reader, piece in
          vocabularyBytes += piece
          vocabulary.append((vocabularyBytes.count, try reader.integer()))
        }
      case "merges": try reader.array { try readMerge(&$0) }
      case "unk_token": unknown = try reader.value() as? String
      case "fuse_unk": rules.fusesUnknown = try reader.value() as? Bool ?? false
      case "byte_fallback": rules.fallsBackToBytes = try reader.value() as? Bool ?? false
      case "ignore_merges": rules.ignoresMerges = try reader.value() as? Bool ?? false
      case "dropout":
        let value = try reader.value()
        if let share = value as? Double, share != 0 { throw unsupported("model.dropout \(share)") }
      case let name where ["continuing_subword_prefix", "end_of_word_suffix"].contains(name):
        let value = try reader.value()
        if let text = value as? String, !text.isEmpty { throw unsupported("model.\(name) \"\(text)\"") }
      case let other: throw unsupported("the key model.\(other)")
      }
    }
  }

  /// Reads a merge: either ["a", "b"] or the older "a b".
  private mutating func readMerge(_ reader: inout JSONReader) throws {
    let start = mergeBytes.count
    var (middle, parts) = (start, 0)
    if reader.peek() == UInt8(ascii: "[") {
      try reader.array {
        if parts == 1 { middle = mergeBytes.count }
        try $0.string(into: &mergeBytes)
        parts += 1
      }
    } else {
      try reader.string(into: &mergeBytes)
      if let space = mergeBytes[start...].firstIndex(of: 0x20) {
        mergeBytes.remove(at: space)
        (middle, parts) = (space, 2)
      }
    }
    guard parts == 2 else { throw reader.malformed("a pair of pieces") }
    merges.append((middle, mergeBytes.count))
  }

  /// The vocabulary by id. Ids may be unused, but there is a limit, so that a large number cannot use up the memory.
  func pieces() throws -> Vocabulary {
    let limit = 2 * vocabulary.count + 65_536
    let used = (vocabulary.map(\.id).max() ?? 0) + 1
    guard used <= limit else { throw malformed("model.vocab", "ids below \(limit)", "\(used - 1)") }
    var places = [Range<Int>?](repeating: nil, count: max(0, used))
    var start = 0
    for (end, id) in vocabulary {
      guard places.indices.contains(id), places[id] == nil else {
        throw malformed("model.vocab", "each id from 0 once", "\(id)")
      }
      places[id] = start..<end
      start = end
    }
    var result = Vocabulary(capacity: used)
    vocabularyBytes.withUnsafeBytes { bytes in
      for place in places {
        let piece = UnsafeRawBufferPointer(rebasing: bytes[place ?? 0..<0])
        result.append(piece, kind: place == nil ? .unused : Self.isByte(piece) ? .byte : .normal, score: 0)
      }
    }
    return result
  }

  var count: Int { vocabulary.count }

  /// Whether a piece is the name of a byte, "<0x0A>".
  private static func isByte(_ piece: UnsafeRawBufferPointer) -> Bool {
    guard piece.count == 6, piece[5] == UInt8(ascii: ">"), piece.starts(with: "<0x".utf8) else {
      return false
    }
    return UInt8(String(decoding: piece[3..<5], as: UTF8.self), radix: 16) != nil
  }

  /// The rank of each merge: its position in the list.
  func ranks(_ vocabulary: Vocabulary) throws -> [UInt64: Int32] {
    var ranks: [UInt64: Int32] = [:]
    ranks.reserveCapacity(merges.count)
    try mergeBytes.withUnsafeBytes { bytes in
      func id(_ range: Range<Int>) -> Int32? { vocabulary.id(UnsafeRawBufferPointer(rebasing: bytes[range])) }
      var start = 0
      for (rank, merge) in merges.enumerated() {
        guard let a = id(start..<merge.middle), let b = id(merge.middle..<merge.end),
          id(start..<merge.end) != nil
        else { throw malformed("model.merges[\(rank)]", "two pieces that form a third", "something else") }
        ranks[BytePairEncoder.pair(a, b)] = Int32(rank)
        start = merge.end
      }
    }
    return ranks
  }

  // MARK: The parts around the model

  /// The parts of a Sequence, or a single part; none for null.
  private func parts(_ value: Any, _ key: String) throws -> [(type: String, fields: [String: Any])] {
    guard let fields = value as? [String: Any] else { return [] }
    let type = fields["type"] as? String ?? "of no type"
    guard type == "Sequence" else { return [(type, fields)] }
    return try (fields[key] as? [Any] ?? []).flatMap { try parts($0, key) }
  }

  private func isReplace(_ fields: [String: Any], _ old: String, _ new: String) -> Bool {
    (fields["pattern"] as? [String: String]) == ["String": old] && fields["content"] as? String == new
  }

  private mutating func readNormalizer(_ value: Any) throws {
    for (type, fields) in try parts(value, "normalizers") {
      guard type == "Replace", isReplace(fields, " ", "\u{2581}") else {
        throw unsupported("the normalizer \(type)\(type == "Replace" ? " of anything but a space" : "")")
      }
      escapesSpaces = true
    }
  }

  private mutating func readPreTokenizer(_ value: Any) throws {
    for (type, fields) in try parts(value, "pretokenizers") {
      guard type == "Split", (fields["pattern"] as? [String: String]) == ["String": " "],
        fields["invert"] as? Bool != true
      else { throw unsupported("the pre_tokenizer \(type)") }
      splitsAtSpaces = true
    }
  }

  private mutating func readPostProcessor(_ value: Any) throws {
    for (type, fields) in try parts(value, "processors") {
      guard type == "TemplateProcessing" else { throw unsupported("the post_processor \(type)") }
      guard let items = fields["single"] as? [[String: [String: Any]]] else {
        throw malformed("post_processor.single", "a list of tokens and sequences", "something else")
      }
      let listed = fields["special_tokens"] as? [String: [String: Any]] ?? [:]
      var (before, isText) = ([Int32](), false)
      for item in items {
        if item["Sequence"] != nil {
          isText = true
        } else if let name = item["SpecialToken"]?["id"] as? String {
          guard !isText else { throw unsupported("a post_processor that puts \(name) after a text") }
          guard let ids = listed[name]?["ids"] as? [Int] else {
            throw malformed("post_processor.special_tokens", "the ids of \(name)", "none")
          }
          before += ids.compactMap { Int32(exactly: $0) }
        }
      }
      // transformers 5 writes a template of the text alone where it read a tokenizer.model; Gemma needs its <bos> all
      // the same.
      if !before.isEmpty { start = before }
    }
  }

  private func readDecoder(_ value: Any) throws {
    for (type, fields) in try parts(value, "decoders") where !["ByteFallback", "Fuse"].contains(type) {
      guard type == "Replace", isReplace(fields, "\u{2581}", " ") else {
        throw unsupported("the decoder \(type)")
      }
    }
  }
}

extension HubTokenizer {
  init(tokenizerJSON path: String) throws {
    let file = try MappedFile(path: path).withBytes { try TokenizerJSON(path: path, bytes: $0) }
    self.init(path: path, vocabulary: try file.pieces(), modelCount: file.count)
    rules = file.rules
    rules.ranks = try file.ranks(vocabulary)
    (escapesSpaces, unknown, start) = (file.escapesSpaces, file.unknown, file.start)
    let bytes = (0..<256).count { vocabulary.id(BytePairEncoder.bytePiece($0)) != nil }
    guard !rules.fallsBackToBytes || bytes == 0 || bytes == 256 else {
      throw GemmaError.unsupported(path: path, feature: "byte_fallback with \(bytes) of the 256 bytes")
    }
    for entry in file.added { try add(entry) }
  }
}
