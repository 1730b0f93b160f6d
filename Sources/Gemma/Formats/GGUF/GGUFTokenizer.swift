/// The tokenizer in a GGUF file: its `tokenizer.*` keys, read and written.
extension Tokenizer {
  /// The known `tokenizer.*` keys. A file with another key is refused by the key's name.
  private enum Use {
    /// The key is read.
    case used
    /// The key does not change the ids of a text, or llama.cpp ignores it for a SentencePiece vocabulary.
    case harmless
    /// The key must be false: gnb does not do what it asks for.
    case mustBeFalse
  }

  private static let keys: [String: Use] = [
    "ggml.model": .used, "ggml.tokens": .used, "ggml.scores": .used, "ggml.token_type": .used,
    "ggml.bos_token_id": .used, "ggml.eos_token_id": .used, "ggml.eot_token_id": .used,
    "ggml.eom_token_id": .used, "ggml.unknown_token_id": .used, "ggml.padding_token_id": .used,
    "ggml.add_bos_token": .used, "chat_template": .used,
    // Without the key llama.cpp would set a space before a text, which no Gemma has seen. Converters write false,
    // Ollama's nothing.
    "ggml.add_space_prefix": .mustBeFalse,
    "ggml.add_eos_token": .mustBeFalse, "ggml.add_padding_token": .mustBeFalse,
    "ggml.add_unknown_token": .mustBeFalse,
    // Of byte-level, WordPiece and unigram vocabularies.
    "ggml.pre": .harmless, "ggml.merges": .harmless, "ggml.token_type_count": .harmless,
    "ggml.remove_extra_whitespaces": .harmless, "ggml.precompiled_charsmap": .harmless,
    "ggml.add_sep_token": .harmless, "ggml.seperator_token_id": .harmless, "ggml.cls_token_id": .harmless,
    "ggml.mask_token_id": .harmless,
    // For filling in the middle, which gnb does not do.
    "ggml.prefix_token_id": .harmless, "ggml.suffix_token_id": .harmless, "ggml.middle_token_id": .harmless,
    "ggml.fim_pre_token_id": .harmless, "ggml.fim_suf_token_id": .harmless,
    "ggml.fim_mid_token_id": .harmless,
    "ggml.fim_pad_token_id": .harmless, "ggml.fim_rep_token_id": .harmless,
    "ggml.fim_sep_token_id": .harmless,
    // The same tokenizer once more, and further chat formats.
    "huggingface.json": .harmless, "chat_templates": .harmless,
  ]

  /// Reads the metadata of a GGUF file. Missing keys have the defaults of llama.cpp: scores of 0, and normal pieces.
  /// Missing ids of special tokens are found by Gemma's names.
  package convenience init(_ file: GGUFFile) throws {
    let path = file.file.path
    let prefix = "tokenizer."
    for key in file.metadata.keys.sorted() where key.hasPrefix(prefix) {
      let name = String(key.dropFirst(prefix.count))
      switch Self.keys[name] ?? (name.hasPrefix("chat_template.") ? .harmless : nil) {
      case .used, .harmless: break
      case .mustBeFalse:
        guard file.metadata[key] == .bool(false) else {
          throw GemmaError.unsupported(path: path, feature: "\(key) = true")
        }
      case nil: throw GemmaError.unsupported(path: path, feature: "the key \(key)")
      }
    }
    let ggml = prefix + "ggml."
    if let model = file.string(ggml + "model"), model != "llama" {
      throw GemmaError.unsupported(
        path: path, feature: "\(ggml)model = \(model); Gemma's tokenizer has the value \"llama\"")
    }
    let vocabulary = try Self.vocabulary(file, ggml)
    func id(_ key: String, _ name: String?) throws -> Int32? {
      guard file.metadata[ggml + key] != nil else { return name.flatMap { vocabulary.id($0) } }
      guard let number = file.integer(ggml + key), number >= 0, number < vocabulary.count else {
        throw GemmaError.malformed(
          path: path, location: ggml + key, expected: "an id below \(vocabulary.count)",
          found: file.integer(ggml + key).map(String.init) ?? "something else")
      }
      return Int32(number)
    }
    func needed(_ key: String, _ name: String) throws -> Int32 {
      guard let id = try id(key, name) else {
        throw GemmaError.malformed(
          path: path, location: ggml + key, expected: "an id, or a piece \(name)", found: "neither")
      }
      return id
    }
    let eos = try needed("eos_token_id", "<eos>")
    var contents = Tokenizer.Contents(
      vocabulary: vocabulary, unknownID: try id("unknown_token_id", "<unk>"),
      bosID: try needed("bos_token_id", "<bos>"), eosID: eos,
      padID: try id("padding_token_id", "<pad>") ?? eos, endOfTurnID: try id("eot_token_id", "<end_of_turn>"))
    if let end = try id("eom_token_id", nil) { contents.stopIDs.insert(end) }
    if file.metadata[ggml + "add_bos_token"] == .bool(false) { contents.start = [] }
    for id in 0..<Int32(vocabulary.count) {
      let piece = Array(vocabulary.piece(id))
      switch vocabulary.kinds[Int(id)] {
      case .control, .unknown: contents.added.append(AddedToken(content: piece, id: id, isSpecial: true))
      // The converter writes these pieces with spaces.
      case .userDefined: contents.userDefined.append(AddedToken(content: Self.escapingSpaces(piece), id: id))
      case .normal, .unused, .byte: break
      }
    }
    self.init(contents)
  }

  private static func vocabulary(_ file: GGUFFile, _ ggml: String) throws -> Vocabulary {
    let path = file.file.path
    func malformed(_ key: String, _ expected: String, _ found: String) -> GemmaError {
      .malformed(path: path, location: ggml + key, expected: expected, found: found)
    }
    guard let pieces = try file.strings(ggml + "tokens") else {
      throw malformed("tokens", "an array of strings", "none")
    }
    /// The numbers of a key, one for each piece; nil if the key is missing.
    func words<T: FixedWidthInteger>(_ key: String, _ type: UInt32, _: T.Type) throws -> [T]? {
      guard file.metadata[ggml + key] != nil else { return nil }
      guard let words = try file.words(ggml + key, type: type, as: T.self), words.count == pieces.count else {
        throw malformed(key, "\(pieces.count) numbers, one for each token", "something else")
      }
      return words
    }
    let scores = try words("scores", 6, UInt32.self)
    let kinds = try words("token_type", 5, Int32.self)
    var vocabulary = Vocabulary(capacity: pieces.count)
    for (i, piece) in pieces.enumerated() {
      var kind = kinds.flatMap { UInt8(exactly: $0[i]).flatMap(Vocabulary.Kind.init) } ?? .normal
      // llama.cpp finds this token by its name.
      if kind == .normal, piece.elementsEqual("<end_of_turn>".utf8) { kind = .control }
      vocabulary.append(piece, kind: kind, score: scores.map { Float(bitPattern: $0[i]) } ?? 0)
    }
    if let (first, second) = vocabulary.duplicate {
      throw malformed(
        "tokens", "different pieces",
        "\(String(decoding: vocabulary.piece(first), as: UTF8.self)) as \(first) and as \(second)")
    }
    return vocabulary
  }

  /// The `tokenizer.ggml.*` keys of a GGUF file.
  ///
  /// - Parameter count: rows of the embedding. As in llama.cpp's converter, surplus pieces are dropped, and missing
  ///   pieces get generated names.
  func write(to writer: inout GGUFWriter, count: Int) {
    let known = min(count, self.count)
    let missing = known..<count
    let key = "tokenizer.ggml."
    var pieces: [ArraySlice<UInt8>] = []
    var kinds: [Vocabulary.Kind] = []
    for id in 0..<Int32(count) {
      let piece = vocabulary.piece(id)
      let kind: Vocabulary.Kind = piece.isEmpty ? .unused : vocabulary.kinds[Int(id)]
      // Spaces as the converter writes them: llama.cpp finds these tokens before spaces become U+2581.
      pieces.append(
        piece.isEmpty
          ? Self.padding(id)[...] : kind == .userDefined ? Self.unescapingSpaces(piece)[...] : piece)
      kinds.append(kind)
    }
    writer.set(key + "model", "llama")
    writer.set(key + "pre", "default")
    writer.set(key + "tokens", .strings(pieces))
    writer.set(key + "scores", .numbers(scores.prefix(known) + missing.map { _ in -1000 }))
    writer.set(key + "token_type", .integers(kinds.map { Int32($0.rawValue) }))
    writer.set(key + "bos_token_id", Int(bosID))
    writer.set(key + "eos_token_id", Int(eosID))
    if let endOfTurnID, piece(endOfTurnID) != "<end_of_turn>" {
      writer.set(key + "eot_token_id", Int(endOfTurnID))
    }
    if let unknownID { writer.set(key + "unknown_token_id", Int(unknownID)) }
    writer.set(key + "padding_token_id", Int(padID))
    writer.set(key + "add_bos_token", .bool(!start.isEmpty))
    writer.set(key + "add_eos_token", .bool(false))
    writer.set(key + "add_space_prefix", .bool(false))
  }
}
