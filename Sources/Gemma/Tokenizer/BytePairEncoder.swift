/// Byte-pair encoding by merging neighbours, the best merge first, ties from the left (Sennrich et al. 2016).
///
/// What it gets is text between added tokens, spaces replaced already.
struct BytePairEncoder: Sendable {
  /// In which the files' kinds of tokenizer differ.
  struct Rules: Sendable {
    /// Rank of a merge by its two ids, lower first, for tokenizers that list merges. Otherwise the score of the merged
    /// piece decides, higher first.
    var ranks: [UInt64: Int32]?
    /// A text that is a piece as a whole is that piece, whether merges lead there or not.
    var ignoresMerges = false
    /// A character without a piece becomes its bytes, where the vocabulary has those.
    var fallsBackToBytes = true
    /// Characters without a piece that follow each other are one unknown token.
    var fusesUnknown = true
    /// SentencePiece takes unused pieces apart again.
    var splitsUnused = false
    /// Ids that are in the vocabulary but no pieces of the model: tokens that somebody added.
    var added: Set<Int32> = []
  }

  let vocabulary: Vocabulary
  let rules: Rules
  /// Ids of <0x00>...<0xFF>; empty where characters do not become bytes.
  private let byteIDs: [Int32]
  /// What a character without a piece becomes; nil leaves it out.
  private let unknown: Int32?

  init(vocabulary: Vocabulary, rules: Rules, unknown: Int32?) {
    self.vocabulary = vocabulary
    self.rules = rules
    self.unknown = unknown
    let bytes = (0..<256).compactMap { vocabulary.id(Self.bytePiece($0)) }
    byteIDs = rules.fallsBackToBytes && bytes.count == 256 ? bytes : []
  }

  var fallsBackToBytes: Bool { !byteIDs.isEmpty }

  /// "<0x0A>"
  static func bytePiece(_ byte: Int) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
  }

  private struct Symbol {
    var start: Int32
    var length: Int32
    var previous: Int32
    var next: Int32
    /// The piece it is, or -1.
    var id: Int32
  }

  private struct Merge {
    var priority: Float
    var left: Int32
    /// Length of the pair when it was queued: a different one now means it is out of date.
    var length: Int32
    var id: Int32

    /// Whether this one comes first.
    @inline(__always)
    func precedes(_ other: Merge) -> Bool {
      priority != other.priority ? priority > other.priority : left < other.left
    }
  }

  /// Bytes of the two symbols that a piece was last made of.
  private struct Halves {
    var left: Int
    var right: Int
  }

  /// The merges that can be made, as a binary heap, and the halves of unused pieces.
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

  /// The ids of normalised text (spaces are U+2581 already).
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

  /// A piece, or what an unused one was made of.
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

  /// The piece of the model that a text is as a whole.
  private func piece(_ text: UnsafeRawBufferPointer) -> Int32? {
    guard let id = vocabulary.id(text), rules.added.isEmpty || !rules.added.contains(id) else { return nil }
    return id
  }

  /// One symbol a character.
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

  /// Queues the merge of symbol `left` with its right neighbour, if the two make a piece.
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
