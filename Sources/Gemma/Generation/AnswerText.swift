/// Collects an answer's text from its tokens. The text ends before the first stop text.
///
/// Text that may be the beginning of a stop text is held back until later tokens decide. Everything is compared as
/// UTF-8 bytes: a stop text in valid UTF-8 always begins and ends between characters.
package struct AnswerText {
  private var decoder: StreamingDecoder
  private let stops: [[UInt8]]
  /// Bytes that are decoded but not yet returned.
  private var held: [UInt8] = []
  /// Number of decoded bytes before each token.
  private var starts: [Int] = []
  private var decoded = 0
  /// The text returned so far.
  package private(set) var text = ""
  /// Whether a stop text was found.
  package private(set) var isStopped = false

  package init(_ tokenizer: Tokenizer, stops: [String]) {
    decoder = StreamingDecoder(tokenizer)
    self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
  }

  /// Number of tokens that belong to the text: all, or those that begin before the stop text.
  package var tokenCount: Int {
    let end = text.utf8.count
    return isStopped ? starts.count { $0 < end } : starts.count
  }

  /// Adds `token`, and returns the text that can be shown now.
  package mutating func push(_ token: Int32) -> String {
    starts.append(decoded)
    return take(decoder.push(token), isLast: false)
  }

  /// The text that is still held back, at the end of the answer.
  package mutating func finish() -> String { isStopped ? "" : take(decoder.finish(), isLast: true) }

  private mutating func take(_ piece: String, isLast: Bool) -> String {
    held += piece.utf8
    decoded += piece.utf8.count
    let end: Int
    if let stop = firstStop() {
      isStopped = true
      end = stop
    } else {
      end = isLast ? held.count : held.count - heldBack
    }
    let given = String(decoding: held[..<end], as: UTF8.self)
    held.removeFirst(end)
    text += given
    return given
  }

  /// The position of the earliest stop text.
  private func firstStop() -> Int? {
    held.indices.first { start in stops.contains { held[start...].starts(with: $0) } }
  }

  /// Length of the longest end of `held` that is the beginning of a stop text.
  private var heldBack: Int {
    let start = held.indices.first { start in
      stops.contains { $0.starts(with: held[start...]) }
    }
    return held.count - (start ?? held.count)
  }
}
