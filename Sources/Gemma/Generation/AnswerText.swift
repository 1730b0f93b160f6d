/// An answer's text as its tokens come. It ends before the first stop text.
///
/// What may be the beginning of a stop text is held back until the tokens after it decide. All in UTF-8: a stop text
/// found in bytes that make whole characters begins and ends where characters do.
package struct AnswerText {
  private var decoder: StreamingDecoder
  private let stops: [[UInt8]]
  /// Decoded and not given out.
  private var held: [UInt8] = []
  /// Bytes decoded before each token came.
  private var starts: [Int] = []
  private var decoded = 0
  /// What was given out.
  package private(set) var text = ""
  /// Whether a stop text came.
  package private(set) var isStopped = false

  package init(_ tokenizer: Tokenizer, stops: [String]) {
    decoder = StreamingDecoder(tokenizer)
    self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
  }

  /// How many tokens have a part in the text: all, or those that began before a stop text did.
  package var tokenCount: Int {
    let end = text.utf8.count
    return isStopped ? starts.count { $0 < end } : starts.count
  }

  /// What can be shown now that `token` is there.
  package mutating func push(_ token: Int32) -> String {
    starts.append(decoded)
    return take(decoder.push(token), isLast: false)
  }

  /// What was held back, when nothing more comes.
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

  /// Where the earliest stop text begins.
  private func firstStop() -> Int? {
    held.indices.first { start in stops.contains { held[start...].starts(with: $0) } }
  }

  /// Length of the longest end of `held` that a stop text begins with.
  private var heldBack: Int {
    let start = held.indices.first { start in
      stops.contains { $0.starts(with: held[start...]) }
    }
    return held.count - (start ?? held.count)
  }
}
