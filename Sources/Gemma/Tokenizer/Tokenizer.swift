import Synchronization

/// Gemma's tokenizer: text to ids and back.
///
/// Spaces become U+2581. Nothing else is normalised: no prefix, no NFKC, no splitting into words. Added tokens are
/// found first; the text between them is split by byte-pair merges.
public final class Tokenizer: Sendable {
  /// The contents of a tokenizer file.
  struct Contents {
    var vocabulary: Vocabulary
    var rules = BytePairEncoder.Rules()
    /// Tokens that are found in the original text: special tokens, and tokens that a user added.
    var added: [AddedToken] = []
    /// Tokens that are found after spaces became U+2581: SentencePiece's user-defined pieces.
    var userDefined: [AddedToken] = []
    var escapesSpaces = true
    /// The token for a character that has neither a piece nor byte pieces; nil drops the character.
    var unknownID: Int32?
    var bosID: Int32
    var eosID: Int32
    var padID: Int32
    var endOfTurnID: Int32?
    /// More tokens that end an answer.
    var stopIDs: Set<Int32> = []
    /// The tokens before every text; nil is <bos>.
    var start: [Int32]?
  }

  let vocabulary: Vocabulary
  let encoder: BytePairEncoder
  let contents: Contents
  private let added: AddedTokens
  private let userDefined: AddedTokens
  private let byteValues: [Int32: UInt8]
  private let texts = Atomic<Int>(0)
  /// How many texts were encoded so far.
  package var encodedTexts: Int { texts.load(ordering: .relaxed) }

  public let bosID: Int32
  public let eosID: Int32
  public let padID: Int32
  public let unknownID: Int32?
  /// <end_of_turn>, which ends an answer in the chat format.
  public let endOfTurnID: Int32?
  /// The tokens that end an answer.
  public let stopIDs: Set<Int32>
  /// The tokens before every text: <bos>, unless the file says that there are none.
  public let start: [Int32]

  public var count: Int { vocabulary.count }

  private static let space: [UInt8] = [0xE2, 0x96, 0x81]

  init(_ contents: Contents) {
    self.contents = contents
    vocabulary = contents.vocabulary
    (bosID, eosID, padID) = (contents.bosID, contents.eosID, contents.padID)
    (unknownID, endOfTurnID) = (contents.unknownID, contents.endOfTurnID)
    stopIDs = contents.stopIDs.union([contents.eosID]).union(contents.endOfTurnID.map { [$0] } ?? [])
    start = contents.start ?? [contents.bosID]
    var byteValues: [Int32: UInt8] = [:]
    for id in 0..<Int32(vocabulary.count) where vocabulary.kinds[Int(id)] == .byte {
      // The form is <0xAB>.
      let digits = vocabulary.piece(id).dropFirst(3).dropLast()
      if let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) { byteValues[id] = value }
    }
    self.byteValues = byteValues
    added = AddedTokens(contents.added)
    userDefined = AddedTokens(contents.userDefined)
    encoder = BytePairEncoder(vocabulary: vocabulary, rules: contents.rules, unknown: contents.unknownID)
  }

  /// Text with U+2581 for each space.
  static func escapingSpaces(_ text: some Collection<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 8)
    for byte in text { if byte == 0x20 { result += space } else { result.append(byte) } }
    return result
  }

  /// Text with a space for each U+2581.
  static func unescapingSpaces(_ text: some Collection<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var rest = text[...]
    while let first = rest.first {
      if first == space[0], rest.starts(with: space) {
        result.append(0x20)
        rest = rest.dropFirst(3)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// The ids of `text`, without the tokens before every text.
  /// - Parameter parsingSpecialTokens: whether "<eos>" and other markers in the text become special tokens. Articles
  ///   use false.
  public func encode(_ text: String, parsingSpecialTokens: Bool = false) -> [Int32] {
    encode([(text, parsingSpecialTokens)])
  }

  /// The ids of several parts that form one text. Special tokens are found in some of the parts only.
  func encode(_ parts: [(text: String, parsingSpecialTokens: Bool)]) -> [Int32] {
    texts.add(1, ordering: .relaxed)
    var ids: [Int32] = []
    var text: [UInt8] = []
    var special: [Range<Int>] = []
    for part in parts {
      let start = text.count
      text += part.text.utf8
      if part.parsingSpecialTokens { special.append(start..<text.count) }
    }
    text.withUnsafeBytes { text in
      added.split(text, special: special) { piece in
        switch piece {
        case .token(let id): ids.append(id)
        case .text(let range): encodePlain(text, range, special: special, into: &ids)
        }
      }
    }
    return ids
  }

  /// The ids of text between the tokens that are found before spaces are replaced.
  private func encodePlain(
    _ text: UnsafeRawBufferPointer, _ stretch: Range<Int>, special: [Range<Int>], into ids: inout [Int32]
  ) {
    let plain = text[stretch]
    let normalised = contents.escapesSpaces ? Self.escapingSpaces(plain) : Array(plain)
    // The special ranges after the replacement: each space has become two bytes longer.
    let inside = userDefined.hasSpecial ? special.map { $0.clamped(to: stretch) } : []
    let places = inside.filter { !$0.isEmpty }.map { range in
      func place(_ end: Int) -> Int {
        let before = text[stretch.lowerBound..<end]
        return before.count + (contents.escapesSpaces ? 2 * before.count { $0 == 0x20 } : 0)
      }
      return place(range.lowerBound)..<place(range.upperBound)
    }
    normalised.withUnsafeBytes { text in
      userDefined.split(text, special: places) { piece in
        switch piece {
        case .token(let id): ids.append(id)
        case .text(let range): encoder.encode(UnsafeRawBufferPointer(rebasing: text[range]), into: &ids)
        }
      }
    }
  }

  /// The ids of a typed text that the model continues. Special tokens in it are found, and it begins with exactly one
  /// <bos>.
  public func encodePrompt(_ text: String) -> [Int32] { starting(encode(text, parsingSpecialTokens: true)) }

  /// `ids` with the tokens before every text, unless they begin with these tokens.
  func starting(_ ids: [Int32]) -> [Int32] { ids.starts(with: start) ? ids : start + ids }

  /// The piece of a token as in the vocabulary: "▁the", "<0x0A>", "<bos>".
  public func piece(_ id: Int32) -> String { String(decoding: vocabulary.piece(id), as: UTF8.self) }

  /// The bytes of a token's text.
  func bytes(_ id: Int32, skippingSpecialTokens: Bool) -> [UInt8] {
    if let byte = byteValues[id] { return [byte] }
    guard id >= 0, id < vocabulary.count else { return [] }
    let kind = vocabulary.kinds[Int(id)]
    // SentencePiece's text for the unknown token.
    // GGUF files call it a control token like the others.
    if skippingSpecialTokens, id == unknownID { return Array(" \u{2047} ".utf8) }
    if skippingSpecialTokens, kind == .control { return [] }
    return Self.unescapingSpaces(vocabulary.piece(id))
  }

  /// The text of ids. Bytes that make no character become U+FFFD.
  public func decode(_ ids: [Int32], skippingSpecialTokens: Bool = true) -> String {
    var decoder = StreamingDecoder(self, skippingSpecialTokens: skippingSpecialTokens)
    var text = ""
    for id in ids { text += decoder.push(id) }
    return text + decoder.finish()
  }
}
