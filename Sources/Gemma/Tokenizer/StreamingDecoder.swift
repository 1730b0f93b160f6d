/// Decodes tokens one by one. A character is returned when all its bytes are known.
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

  /// The remaining bytes at the end. Each byte of an incomplete character becomes U+FFFD.
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
