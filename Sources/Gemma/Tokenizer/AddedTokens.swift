/// A token that is found in the text before the rest is split, and is never part of a merge: <bos>, a run of line feeds, a word that
/// somebody added.
struct AddedToken: Sendable, Equatable {
  var content: [UInt8]
  var id: Int32
  /// Found only where special tokens are meant: in templates, not in data.
  var isSpecial = false
  /// Counts only where no letter, digit or underscore stands beside it.
  var isSingleWord = false
  /// Takes the white space before it along.
  var stripsLeft = false
  /// Takes the white space after it along.
  var stripsRight = false
}

/// Finds added tokens: the leftmost first, and of those that begin there the longest, as the tokenizers library's AddedVocabulary does.
struct AddedTokens: Sendable {
  /// A stretch of text: one token, or what lies between tokens.
  enum Piece {
    case token(Int32)
    case text(Range<Int>)
  }

  private struct Node {
    var byte: UInt8
    var child: Int32 = -1
    var sibling: Int32 = -1
    /// Index of the token that ends here.
    var token: Int32 = -1
  }

  let tokens: [AddedToken]
  let hasSpecial: Bool
  /// A trie: the first bytes by value, below them each node's children as a list.
  private var roots = [Int32](repeating: -1, count: 256)
  private var nodes: [Node] = []

  /// Tokens of no bytes are left out: they stand for no text. Of two with the same bytes the first counts.
  init(_ tokens: [AddedToken]) {
    self.tokens = tokens
    hasSpecial = tokens.contains(where: \.isSpecial)
    for (index, token) in tokens.enumerated() {
      guard let first = token.content.first else { continue }
      var at = roots[Int(first)]
      if at < 0 {
        at = Int32(nodes.count)
        roots[Int(first)] = at
        nodes.append(Node(byte: first))
      }
      for byte in token.content.dropFirst() {
        var next = nodes[Int(at)].child
        while next >= 0, nodes[Int(next)].byte != byte { next = nodes[Int(next)].sibling }
        if next < 0 {
          next = Int32(nodes.count)
          nodes.append(Node(byte: byte, sibling: nodes[Int(at)].child))
          nodes[Int(at)].child = next
        }
        at = next
      }
      if nodes[Int(at)].token < 0 { nodes[Int(at)].token = Int32(index) }
    }
  }

  /// The longest token at a place.
  private func longest(_ text: UnsafeRawBufferPointer, _ start: Int) -> (token: AddedToken, end: Int)? {
    var node = roots[Int(text[start])]
    var best: (index: Int32, end: Int)?
    var at = start
    while node >= 0 {
      at += 1
      if nodes[Int(node)].token >= 0 { best = (nodes[Int(node)].token, at) }
      guard at < text.count else { break }
      node = nodes[Int(node)].child
      while node >= 0, nodes[Int(node)].byte != text[at] { node = nodes[Int(node)].sibling }
    }
    return best.map { (tokens[Int($0.index)], $0.end) }
  }

  /// The text, cut at its tokens.
  ///
  /// - Parameter special: the stretches in which special tokens are meant. One that is not wholly inside is text.
  func split(_ text: UnsafeRawBufferPointer, special: [Range<Int>], _ body: (Piece) -> Void) {
    var done = 0
    var at = 0
    while at < text.count {
      guard roots[Int(text[at])] >= 0, let (token, found) = longest(text, at) else {
        at += 1
        continue
      }
      var (start, end) = (at, found)
      let isMeant = !token.isSpecial || special.contains { $0.lowerBound <= start && end <= $0.upperBound }
      let stands =
        !token.isSingleWord
        || !Self.isWord(Self.scalar(before: start, in: text)) && !Self.isWord(Self.scalar(at: end, in: text))
      guard isMeant, stands else {
        // The library goes on after it. Where two parts of a prompt meet, a marker may begin inside.
        at = special.contains { $0.overlaps(start..<end) } && !isMeant ? at + 1 : end
        continue
      }
      if token.stripsLeft {
        while start > done, let before = Self.scalar(before: start, in: text), before.properties.isWhitespace
        {
          start -= UTF8.width(before)
        }
      }
      if token.stripsRight {
        while let after = Self.scalar(at: end, in: text), after.properties.isWhitespace {
          end += UTF8.width(after)
        }
      }
      // Of one that the token before it has taken along nothing is left, if it takes white space itself.
      if token.stripsLeft { start = max(start, done) }
      if start > done { body(.text(done..<start)) }
      if start < end { body(.token(token.id)) }
      // The library looks on behind the token itself, and so finds one in the white space that was taken along.
      (done, at) = (end, found)
    }
    if done < text.count { body(.text(done..<text.count)) }
  }

  private static func scalar(at place: Int, in text: UnsafeRawBufferPointer) -> Unicode.Scalar? {
    guard place < text.count else { return nil }
    return String(decoding: text[place..<min(place + 4, text.count)], as: UTF8.self).unicodeScalars.first
  }

  private static func scalar(before place: Int, in text: UnsafeRawBufferPointer) -> Unicode.Scalar? {
    guard place > 0 else { return nil }
    var start = place - 1
    while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
    return scalar(at: start, in: text)
  }

  /// What a regular expression's \w takes.
  private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar else { return false }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
    default: return scalar.properties.isAlphabetic || scalar.properties.isJoinControl
    }
  }
}
