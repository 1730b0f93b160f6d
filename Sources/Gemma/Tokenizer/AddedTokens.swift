/// A token that is found in the text before the rest of the text is split. It is never part of a merge. Examples:
/// <bos>, a run of line feeds, a word that a user added.
struct AddedToken: Sendable, Equatable {
  var content: [UInt8]
  var id: Int32
  /// Whether the token is special. Special tokens are found in templates, but not in data.
  var isSpecial = false
  /// Whether the token is found only if there is no letter, digit or underscore next to it.
  var isSingleWord = false
  /// Whether the token includes the white space before it.
  var stripsLeft = false
  /// Whether the token includes the white space after it.
  var stripsRight = false
}

/// Finds added tokens: the leftmost first, and the longest of those that begin there. AddedVocabulary of the tokenizers
/// library does the same.
struct AddedTokens: Sendable {
  /// A part of the text: one token, or the text between tokens.
  enum Piece {
    case token(Int32)
    case text(Range<Int>)
  }

  private struct Node {
    var byte: UInt8
    var child: Int32 = -1
    var sibling: Int32 = -1
    /// Index of the token that ends at this node.
    var token: Int32 = -1
  }

  let tokens: [AddedToken]
  let hasSpecial: Bool
  /// A trie. The nodes of first bytes are found by the byte's value; every other node is in its parent's list of
  /// children.
  private var roots = [Int32](repeating: -1, count: 256)
  private var nodes: [Node] = []

  /// Empty tokens are ignored. If two tokens have the same bytes, the first one counts.
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

  /// The longest token that begins at a position.
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

  /// Splits the text at its tokens.
  ///
  /// - Parameter special: the ranges in which special tokens are found. A special token that is not completely inside
  ///   is text.
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
        // The library continues after the token. But where two parts of a prompt meet, another token may begin inside
        // this one.
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
      // The token before may have included a part of this one, if this one is white space.
      if token.stripsLeft { start = max(start, done) }
      if start > done { body(.text(done..<start)) }
      if start < end { body(.token(token.id)) }
      // The library continues after the token without its white space. So it may find another token in that white
      // space.
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

  /// Whether \w of a regular expression matches the character.
  private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar else { return false }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
    default: return scalar.properties.isAlphabetic || scalar.properties.isJoinControl
    }
  }
}
