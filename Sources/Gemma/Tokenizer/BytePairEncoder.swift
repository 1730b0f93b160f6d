/// Byte-pair encoding: neighbours are merged, the best pair first, and equal pairs from the left (Sennrich et al.
/// 2016).
///
/// The input is text between added tokens, with U+2581 in place of spaces.
struct BytePairEncoder: Sendable {
  /// The rules that differ between tokenizer files.
  struct Rules: Sendable {
    /// The rank of each merge by its two ids, for tokenizers that list merges; the lowest rank is merged first. If nil,
    /// the merged piece with the highest score is merged first.
    var ranks: [UInt64: Int32]?
    /// Whether a text that equals a piece becomes that piece, even if no merges lead to it.
    var ignoresMerges = false
    /// Whether a character without a piece becomes its bytes, if the vocabulary has the byte pieces.
    var fallsBackToBytes = true
    /// Whether consecutive characters without a piece become one unknown token.
    var fusesUnknown = true
    /// Whether unused pieces are split again, as in SentencePiece.
    var splitsUnused = false
    /// Ids in the vocabulary that are added tokens, not pieces of the model.
    var added: Set<Int32> = []
  }

  let vocabulary: Vocabulary
  let rules: Rules
  /// The ids of <0x00>...<0xFF>; empty if characters do not become bytes.
  private let byteIDs: [Int32]
  /// The token for a character without a piece; nil drops the character.
  private let unknown: Int32?

  init(vocabulary: Vocabulary, rules: Rules, unknown: Int32?) {
    self.vocabulary = vocabulary
    self.rules = rules
    self.unknown = unknown
    let bytes = (0..<256).compactMap { vocabulary.id(Self.bytePiece($0)) }
    byteIDs = rules.fallsBackToBytes && bytes.count == 256 ? bytes : []
  }

  var fallsBackToBytes: Bool { !byteIDs.isEmpty }

  /// The piece of a byte, such as "<0x0A>".
  static func bytePiece(_ byte: Int) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
  }

  private struct Symbol {
    var start: Int32
    var length: Int32
    var previous: Int32
    var next: Int32
    /// The id of the symbol's piece, or -1.
    var id: Int32
  }

  private struct Merge {
    var priority: Float
    var left: Int32
    /// Length of the pair when it was queued. If the length is different now, the entry is out of date.
    var length: Int32
    var id: Int32

    /// Whether this merge is done before the other.
    @inline(__always)
    func precedes(_ other: Merge) -> Bool {
      priority != other.priority ? priority > other.priority : left < other.left
    }
  }

  /// The byte lengths of the two symbols that last formed a piece.
  private struct Halves {
    var left: Int
    var right: Int
  }

  /// The possible merges as a binary heap, and the halves of unused pieces.
  private struct Agenda {
    var heap: [Merge] = []
    var halves: [Int32: Halves] = [:]

    mutating func push(_ merge: Merge) {
      heap.append(merge)
      var i = heap.count - 1
      while i > 0 {
        let parent = (i - 1) / 2
        guard heap[i].precedes(heap[parent]) else { return }
        heap.swapAt(i, parent)
        i = parent
      }
    }

    mutating func pop() -> Merge? {
      guard let top = heap.first, let last = heap.popLast() else { return nil }
      if heap.isEmpty { return top }
      heap[0] = last
      var i = 0
      while true {
        var child = 2 * i + 1
        guard child < heap.count else { return top }
        if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
        guard heap[child].precedes(heap[i]) else { return top }
        heap.swapAt(i, child)
        i = child
      }
    }
  }

  /// The ids of normalised text, in which spaces are U+2581.
  func encode(_ text: UnsafeRawBufferPointer, into ids: inout [Int32]) {
    guard !text.isEmpty else { return }
    if rules.ignoresMerges, let id = piece(text) {
      ids.append(id)
      return
    }
    var symbols = characters(text)
    var agenda = Agenda()
    agenda.heap.reserveCapacity(symbols.count)
    for i in 0..<symbols.count - 1 { consider(Int32(i), symbols, text, &agenda) }
    while let merge = agenda.pop() {
      let left = Int(merge.left)
      guard symbols[left].length > 0, symbols[left].next >= 0 else { continue }
      let right = Int(symbols[left].next)
      guard symbols[left].length + symbols[right].length == merge.length else { continue }
      symbols[left].length = merge.length
      symbols[left].id = merge.id
      symbols[left].next = symbols[right].next
      symbols[right].length = 0
      if symbols[left].next >= 0 {
        symbols[Int(symbols[left].next)].previous = merge.left
        consider(merge.left, symbols, text, &agenda)
      }
      if symbols[left].previous >= 0 { consider(symbols[left].previous, symbols, text, &agenda) }
    }
    var i: Int32 = 0
    var afterUnknown = false
    while i >= 0 {
      let symbol = symbols[Int(i)]
      let range = Int(symbol.start)..<Int(symbol.start + symbol.length)
      if symbol.id >= 0 {
        append(symbol.id, range, text, agenda.halves, into: &ids)
        afterUnknown = false
      } else if fallsBackToBytes {
        for k in range { ids.append(byteIDs[Int(text[k])]) }
        afterUnknown = false
      } else if let unknown {
        if !(afterUnknown && rules.fusesUnknown) { ids.append(unknown) }
        afterUnknown = true
      }
      i = symbol.next
    }
  }

  /// Appends a piece, or the parts of an unused piece.
  private func append(
    _ id: Int32, _ range: Range<Int>, _ text: UnsafeRawBufferPointer, _ halves: [Int32: Halves],
    into ids: inout [Int32]
  ) {
    guard let parts = halves[id], parts.left + parts.right == range.count else {
      ids.append(id)
      return
    }
    let middle = range.lowerBound + parts.left
    for part in [range.lowerBound..<middle, middle..<range.upperBound] {
      if let id = vocabulary.id(UnsafeRawBufferPointer(rebasing: text[part])) {
        append(id, part, text, halves, into: &ids)
      } else if byteIDs.isEmpty {
        if let unknown { ids.append(unknown) }
      } else {
        for k in part { ids.append(byteIDs[Int(text[k])]) }
      }
    }
  }

  /// The id of the piece that equals the whole text.
  private func piece(_ text: UnsafeRawBufferPointer) -> Int32? {
    guard let id = vocabulary.id(text), rules.added.isEmpty || !rules.added.contains(id) else { return nil }
    return id
  }

  /// One symbol for each character.
  private func characters(_ text: UnsafeRawBufferPointer) -> [Symbol] {
    var symbols: [Symbol] = []
    symbols.reserveCapacity(text.count / 2 + 1)
    var at = 0
    while at < text.count {
      let length: Int
      switch text[at] {
      case 0xF0...: length = min(4, text.count - at)
      case 0xE0...: length = min(3, text.count - at)
      case 0xC0...: length = min(2, text.count - at)
      default: length = 1
      }
      let id = piece(UnsafeRawBufferPointer(rebasing: text[at..<at + length])) ?? -1
      let number = Int32(symbols.count)
      symbols.append(
        Symbol(start: Int32(at), length: Int32(length), previous: number - 1, next: number + 1, id: id))
      at += length
    }
    symbols[symbols.count - 1].next = -1
    return symbols
  }

  /// Queues the merge of symbol `left` with its right neighbour, if the two form a piece.
  @inline(__always)
  private func consider(
    _ left: Int32, _ symbols: [Symbol], _ text: UnsafeRawBufferPointer, _ agenda: inout Agenda
  ) {
    let a = symbols[Int(left)]
    guard a.next >= 0 else { return }
    let b = symbols[Int(a.next)]
    let length = a.length + b.length
    let bytes = UnsafeRawBufferPointer(rebasing: text[Int(a.start)..<Int(a.start + length)])
    let priority: Float
    guard let id = vocabulary.id(bytes) else { return }
    if let ranks = rules.ranks {
      guard a.id >= 0, b.id >= 0, let rank = ranks[Self.pair(a.id, b.id)] else { return }
      priority = -Float(rank)
    } else {
      let kind = vocabulary.kinds[Int(id)]
      guard kind == .normal || kind == .unused else { return }
      priority = vocabulary.scores[Int(id)]
      if kind == .unused, rules.splitsUnused {
        agenda.halves[id] = Halves(left: Int(a.length), right: Int(b.length))
      }
    }
    agenda.push(Merge(priority: priority, left: left, length: length, id: id))
  }

  /// The key of two ids in `Rules.ranks`.
  static func pair(_ a: Int32, _ b: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: a)) << 32 | UInt64(UInt32(bitPattern: b))
  }

  /// The two ids of a pair.
  static func ids(_ pair: UInt64) -> (Int32, Int32) {
    (Int32(truncatingIfNeeded: pair >> 32), Int32(truncatingIfNeeded: pair))
  }
}
