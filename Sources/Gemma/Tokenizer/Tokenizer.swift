/// Gemma's tokenizer: text to ids and back.
///
/// Spaces become U+2581 and nothing else is normalised: no prefix, no NFKC, no splitting into words.
public final class Tokenizer: Sendable {
  let vocabulary: Vocabulary
  let encoder: BytePairEncoder
  /// Pieces such as <bos> that stand for no text, longest first.
  private let controls: [(text: String, id: Int32)]
  private let byteValues: [Int32: UInt8]

  public let bosID: Int32
  public let eosID: Int32
  public let padID: Int32
  public let unknownID: Int32
  /// <end_of_turn>, which ends an answer in the chat format.
  public let endOfTurnID: Int32?

  public var count: Int { vocabulary.count }

  private static let space: [UInt8] = [0xE2, 0x96, 0x81]

  /// - Parameter path: named in errors.
  init(_ vocabulary: Vocabulary, ranks: [UInt64: Int32]?, path: String) throws {
    func control(_ name: String) throws -> Int32 {
      guard let id = vocabulary.id(name) else {
        throw GemmaError.malformed(
          path: path, location: "vocabulary", expected: "the piece \(name)", found: "none")
      }
      return id
    }
    self.vocabulary = vocabulary
    bosID = try control("<bos>")
    eosID = try control("<eos>")
    padID = try control("<pad>")
    unknownID = try control("<unk>")
    endOfTurnID = vocabulary.id("<end_of_turn>")
    var controls: [(text: String, id: Int32)] = []
    var userDefined: [(bytes: [UInt8], id: Int32)] = []
    var byteValues: [Int32: UInt8] = [:]
    for id in 0..<Int32(vocabulary.count) {
      switch vocabulary.kinds[Int(id)] {
      case .control, .unknown: controls.append((String(decoding: vocabulary.piece(id), as: UTF8.self), id))
      case .userDefined: userDefined.append((Self.normalise(Array(vocabulary.piece(id))), id))
      case .byte:
        // <0xAB>
        let digits = vocabulary.piece(id).dropFirst(3).dropLast()
        if let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) { byteValues[id] = value }
      case .normal, .unused: break
      }
    }
    self.controls = controls.sorted { $0.text.utf8.count > $1.text.utf8.count }
    self.byteValues = byteValues
    encoder = BytePairEncoder(
      vocabulary: vocabulary, ranks: ranks, unknown: unknownID, userDefined: userDefined)
  }

  private static func normalise(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 8)
    for byte in text { if byte == 0x20 { result += space } else { result.append(byte) } }
    return result
  }

  /// The ids of `text`, without <bos>.
  /// - Parameter parsingSpecialTokens: whether "<eos>" and the like in the text mean the tokens. Off for articles.
  public func encode(_ text: String, parsingSpecialTokens: Bool = false) -> [Int32] {
    encode([(text, parsingSpecialTokens)])
  }

  /// The ids of parts in a row, as of one text: special tokens are found in some of the parts only.
  func encode(_ parts: [(text: String, parsingSpecialTokens: Bool)]) -> [Int32] {
    var ids: [Int32] = []
    // What stands between two special tokens, of however many parts.
    var plain: [UInt8] = []
    func flush() {
      Self.normalise(plain).withUnsafeBytes { encoder.encode($0, into: &ids) }
      plain.removeAll()
    }
    for (text, parsingSpecialTokens) in parts {
      var rest = Array(text.utf8)[...]
      // Every control piece begins with this character.
      while parsingSpecialTokens, let at = rest.firstIndex(of: UInt8(ascii: "<")) {
        plain += rest[..<at]
        if let found = controls.first(where: { rest[at...].starts(with: $0.text.utf8) }) {
          flush()
          ids.append(found.id)
          rest = rest.dropFirst(at - rest.startIndex + found.text.utf8.count)
        } else {
          plain.append(rest[at])
          rest = rest[(at + 1)...]
        }
      }
      plain += rest
    }
    flush()
    return ids
  }

  /// What one token is, as the vocabulary has it: "▁the", "<0x0A>", "<bos>".
  public func piece(_ id: Int32) -> String { String(decoding: vocabulary.piece(id), as: UTF8.self) }

  /// The bytes a token stands for.
  fileprivate func bytes(_ id: Int32, skippingSpecialTokens: Bool) -> [UInt8] {
    if let byte = byteValues[id] { return [byte] }
    guard id >= 0, id < vocabulary.count else { return [] }
    let kind = vocabulary.kinds[Int(id)]
    // SentencePiece's sign for a token that stands for no text.
    // GGUF files call it a control token like the others.
    if skippingSpecialTokens, id == unknownID { return Array(" \u{2047} ".utf8) }
    if skippingSpecialTokens, kind == .control { return [] }
    var result: [UInt8] = []
    var rest = vocabulary.piece(id)
    while !rest.isEmpty {
      if rest.starts(with: Self.space) {
        result.append(0x20)
        rest = rest.dropFirst(3)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result
  }

  /// The text of ids. Bytes that make no character become U+FFFD.
  public func decode(_ ids: [Int32], skippingSpecialTokens: Bool = true) -> String {
    var decoder = StreamingDecoder(self, skippingSpecialTokens: skippingSpecialTokens)
    var text = ""
    for id in ids { text += decoder.push(id) }
    return text + decoder.finish()
  }
}

/// Text as its tokens come: a character is given out only when all its bytes are there.
public struct StreamingDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let skippingSpecialTokens: Bool
  private var pending: [UInt8] = []

  public init(_ tokenizer: Tokenizer, skippingSpecialTokens: Bool = true) {
    self.tokenizer = tokenizer
    self.skippingSpecialTokens = skippingSpecialTokens
  }

  /// The characters that `id` completes.
  public mutating func push(_ id: Int32) -> String {
    pending += tokenizer.bytes(id, skippingSpecialTokens: skippingSpecialTokens)
    return drain(all: false)
  }

  /// What is left: broken characters become U+FFFD, one for each byte.
  public mutating func finish() -> String { drain(all: true) }

  private mutating func drain(all: Bool) -> String {
    var text = ""
    var at = 0
    while at < pending.count {
      let length: Int
      switch pending[at] {
      case 0x00...0x7F: length = 1
      case 0xC2...0xDF: length = 2
      case 0xE0...0xEF: length = 3
      case 0xF0...0xF4: length = 4
      default: length = 0
      }
      if length > 0, at + length <= pending.count,
        let character = String(validating: pending[at..<at + length], as: UTF8.self)
      {
        text += character
        at += length
      } else if !all, length > 0, at + length > pending.count,
        pending[(at + 1)...].allSatisfy({ $0 & 0xC0 == 0x80 })
      {
        break
      } else {
        text += "\u{FFFD}"
        at += 1
      }
    }
    pending.removeFirst(at)
    return text
  }
}
