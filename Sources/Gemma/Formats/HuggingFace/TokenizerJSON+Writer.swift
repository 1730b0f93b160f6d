import Foundation

extension Tokenizer {
  /// A `tokenizer.json` that splits text as this tokenizer does. Readers need only the tokenizers library.
  ///
  /// User-defined pieces become added tokens that are found after spaces became U+2581. So runs of spaces are split as
  /// in SentencePiece. The merges are all pairs that form a piece, the highest score first.
  ///
  /// Nil if the library cannot do the same. It ranks merges, so two pieces cannot have the same score (SentencePiece
  /// takes those from the left), and it has no unused pieces. Nil also for a tokenizer that lists merges.
  func tokenizerJSON() -> Data? {
    guard contents.rules.ranks == nil, let merges = rankedMerges() else { return nil }
    var json = JSONText()
    json.text += #"{"version": "1.0", "truncation": null, "padding": null, "added_tokens": ["#
    for (index, token) in (contents.added + contents.userDefined).sorted(by: { $0.id < $1.id }).enumerated() {
      json.text += "\(index > 0 ? "," : "")\n{\"id\": \(token.id), \"content\": "
      guard json.string(token.content) else { return nil }
      let isNormalized = vocabulary.kinds[Int(token.id)] == .userDefined && !token.isSpecial
      json.text += """
        , "single_word": \(token.isSingleWord), "lstrip": \(token.stripsLeft), "rstrip": \(token.stripsRight), \
        "normalized": \(isNormalized), "special": \(token.isSpecial)}
        """
    }
    json.text += #"""
      ],
      "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "\#u{2581}"}, "pre_tokenizer": null,
      "post_processor": \#(postProcessor),
      "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "\#u{2581}"}, "content": " "},
        {"type": "ByteFallback"}, {"type": "Fuse"}]},
      "model": {"type": "BPE", "dropout": null, "unk_token":
      """#
    guard json.string(unknownID.map { Array(vocabulary.piece($0)) }) else { return nil }
    json.text += """
      , "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": \(contents.rules.fusesUnknown), \
      "byte_fallback": \(encoder.fallsBackToBytes), "ignore_merges": false, "vocab": {
      """
    for id in 0..<Int32(count) {
      json.text += id > 0 ? ",\n" : "\n"
      guard json.string(hubPiece(id)) else { return nil }
      json.text += ": \(id)"
    }
    json.text += "\n}, \"merges\": ["
    for (index, (left, right)) in merges.enumerated() {
      json.text += index > 0 ? ",\n[" : "\n["
      guard json.string(hubPiece(left)) else { return nil }
      json.text += ", "
      guard json.string(hubPiece(right)) else { return nil }
      json.text += "]"
    }
    json.text += "\n]}}\n"
    return Data(json.text.utf8)
  }

  /// A piece in the written file: spaces in user-defined pieces become U+2581, and an id without a piece gets a name.
  private func hubPiece(_ id: Int32) -> [UInt8] {
    let piece = Array(vocabulary.piece(id))
    if piece.isEmpty { return Self.padding(id) }
    return vocabulary.kinds[Int(id)] == .userDefined ? Self.escapingSpaces(piece) : piece
  }

  private var postProcessor: String {
    var json = JSONText()
    let names = start.map { id in
      json.text = ""
      _ = json.string(Array(vocabulary.piece(id)))
      return (id, json.text)
    }
    func template(_ text: String) -> String {
      (names.map { "{\"SpecialToken\": {\"id\": \($0.1), \"type_id\": 0}}" }
        + ["{\"Sequence\": {\"id\": \"\(text)\", \"type_id\": 0}}"]).joined(separator: ", ")
    }
    let special = names.map { "\($0.1): {\"id\": \($0.1), \"ids\": [\($0.0)], \"tokens\": [\($0.1)]}" }
    return """
      {"type": "TemplateProcessing", "single": [\(template("A"))], "pair": [\(template("A")), \(template("B"))], \
      "special_tokens": {\(special.joined(separator: ", "))}}
      """
  }

  /// All pairs of pieces that form a piece, in the order of merging.
  private func rankedMerges() -> [(Int32, Int32)]? {
    /// Score of the piece that is made, its id, and its halves.
    var merges: [(score: Float, id: Int32, left: Int32, right: Int32)] = []
    // User-defined pieces are never merged here. Their merges are for readers that find pieces only by merges; the
    // shortest come first.
    var runs: [(Int32, Int32)] = []
    for id in 0..<Int32(count) {
      let kind = vocabulary.kinds[Int(id)]
      guard kind == .normal || kind == .unused || kind == .userDefined else { continue }
      let piece = hubPiece(id)
      for cut in 1..<max(1, piece.count) where piece[cut] & 0xC0 != 0x80 {
        guard let left = merged(piece[..<cut], kind), let right = merged(piece[cut...], kind) else {
          continue
        }
        if kind == .userDefined {
          runs.append((left, right))
        } else {
          merges.append((vocabulary.scores[Int(id)], id, left, right))
        }
        if kind == .unused, contents.rules.splitsUnused { return nil }
      }
    }
    guard merges.allSatisfy({ $0.score.isFinite }) else { return nil }
    merges.sort { ($1.score, $0.id, $0.left) < ($0.score, $1.id, $1.left) }
    for (one, next) in zip(merges, merges.dropFirst()) where one.score == next.score && one.id != next.id {
      return nil
    }
    runs.sort { (length($0), $0.0) < (length($1), $1.0) }
    return runs + merges.map { ($0.left, $0.right) }
  }

  private func length(_ pair: (Int32, Int32)) -> Int { hubPiece(pair.0).count + hubPiece(pair.1).count }

  /// The id of one half of a piece, if its kind can occur in a merge for that piece.
  private func merged(_ half: ArraySlice<UInt8>, _ kind: Vocabulary.Kind) -> Int32? {
    func id(_ bytes: ArraySlice<UInt8>) -> Int32? {
      bytes.withUnsafeBytes { vocabulary.id($0) }
    }
    var found = id(half)
    // GGUF files have spaces in user-defined pieces.
    if found == nil, kind == .userDefined { found = id(Self.unescapingSpaces(half)[...]) }
    guard let found else { return nil }
    let other = vocabulary.kinds[Int(found)]
    return other == .normal || other == .unused || kind == .userDefined && other == .userDefined ? found : nil
  }
}

/// Composes JSON text.
private struct JSONText {
  var text = ""

  /// Adds a string or null. Returns false if the bytes are not valid UTF-8.
  mutating func string(_ bytes: [UInt8]?) -> Bool {
    guard let bytes else {
      text += "null"
      return true
    }
    guard let string = String(validating: bytes, as: UTF8.self) else { return false }
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"", "\\": text += "\\\(scalar)"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
    return true
  }
}
