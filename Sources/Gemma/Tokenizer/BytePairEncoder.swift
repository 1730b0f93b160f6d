/// Byte-pair encoding by merging neighbours, the best merge first, ties from the left (Sennrich et al. 2016), as
/// SentencePiece does it for Gemma: user-defined pieces are taken out first and never merged.
struct BytePairEncoder: Sendable {
  let vocabulary: Vocabulary
  /// Rank of a merge by its two ids, lower first, for tokenizers that list merges. Otherwise the score of the merged
  /// piece decides, higher first.
  let ranks: [UInt64: Int32]?
  /// Ids of <0x00>...<0xFF>, where the vocabulary has them.
  private let byteIDs: [Int32]
  private let unknown: Int32
  /// User-defined pieces by first byte, longest first.
  private let userDefined: [[(bytes: [UInt8], id: Int32)]]

  init(
    vocabulary: Vocabulary, ranks: [UInt64: Int32]?, unknown: Int32,
    userDefined: [(bytes: [UInt8], id: Int32)]
  ) {
    self.vocabulary = vocabulary
    self.ranks = ranks
    self.unknown = unknown
    byteIDs = (0..<256).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return vocabulary.id("<0x\(digits.count == 1 ? "0" : "")\(digits)>") ?? unknown
    }
    var table = [[(bytes: [UInt8], id: Int32)]](repeating: [], count: 256)
    for entry in userDefined { if let first = entry.bytes.first { table[Int(first)].append(entry) } }
    self.userDefined = table.map { $0.sorted { $0.bytes.count > $1.bytes.count } }
  }

  private struct Symbol {
    var start: Int32
    var length: Int32
    var previous: Int32
    var next: Int32
    /// The piece it is, or -1.
    var id: Int32
    /// A user-defined piece: no merges.
    var frozen: Bool
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

  /// The ids of normalised text (spaces are U+2581 already).
  func encode(_ text: UnsafeRawBufferPointer, into ids: inout [Int32]) {
    var symbols = split(text)
    guard !symbols.isEmpty else { return }
    var heap: [Merge] = []
    heap.reserveCapacity(symbols.count)
    for i in 0..<symbols.count - 1 { consider(Int32(i), symbols, text, &heap) }
    while let merge = pop(&heap) {
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
        consider(merge.left, symbols, text, &heap)
      }
      if symbols[left].previous >= 0 { consider(symbols[left].previous, symbols, text, &heap) }
    }
    var i: Int32 = 0
    while i >= 0 {
      let symbol = symbols[Int(i)]
      if symbol.id >= 0 {
        ids.append(symbol.id)
      } else {
        for k in Int(symbol.start)..<Int(symbol.start + symbol.length) { ids.append(byteIDs[Int(text[k])]) }
      }
      i = symbol.next
    }
  }

  /// Characters, with user-defined pieces kept whole: at each place the longest.
  private func split(_ text: UnsafeRawBufferPointer) -> [Symbol] {
    var symbols: [Symbol] = []
    symbols.reserveCapacity(text.count / 2)
    var at = 0
    while at < text.count {
      var length = 1
      var id: Int32 = -1
      var frozen = false
      for entry in userDefined[Int(text[at])] where at + entry.bytes.count <= text.count {
        if entry.bytes.indices.allSatisfy({ text[at + $0] == entry.bytes[$0] }) {
          (length, id, frozen) = (entry.bytes.count, entry.id, true)
          break
        }
      }
      if !frozen {
        switch text[at] {
        case 0xF0...: length = 4
        case 0xE0...: length = 3
        case 0xC0...: length = 2
        default: length = 1
        }
        length = min(length, text.count - at)
        id = vocabulary.id(UnsafeRawBufferPointer(rebasing: text[at..<at + length])) ?? -1
      }
      let number = Int32(symbols.count)
      symbols.append(
        Symbol(
          start: Int32(at), length: Int32(length), previous: number - 1, next: number + 1, id: id,
          frozen: frozen))
      at += length
    }
    if !symbols.isEmpty { symbols[symbols.count - 1].next = -1 }
    return symbols
  }

  /// Queues the merge of symbol `left` with its right neighbour, if the two make a piece.
  @inline(__always)
  private func consider(
    _ left: Int32, _ symbols: [Symbol], _ text: UnsafeRawBufferPointer, _ heap: inout [Merge]
  ) {
    let a = symbols[Int(left)]
    guard a.next >= 0 else { return }
    let b = symbols[Int(a.next)]
    guard !a.frozen, !b.frozen else { return }
    let length = a.length + b.length
    let bytes = UnsafeRawBufferPointer(rebasing: text[Int(a.start)..<Int(a.start + length)])
    let priority: Float
    guard let id = vocabulary.id(bytes) else { return }
    if let ranks {
      guard a.id >= 0, b.id >= 0, let rank = ranks[Self.pair(a.id, b.id)] else { return }
      priority = -Float(rank)
    } else {
      guard vocabulary.kinds[Int(id)] == .normal || vocabulary.kinds[Int(id)] == .unused else { return }
      priority = vocabulary.scores[Int(id)]
    }
    push(Merge(priority: priority, left: left, length: length, id: id), &heap)
  }

  static func pair(_ a: Int32, _ b: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: a)) << 32 | UInt64(UInt32(bitPattern: b))
  }

  /// The two ids of a pair.
  static func ids(_ pair: UInt64) -> (Int32, Int32) {
    (Int32(truncatingIfNeeded: pair >> 32), Int32(truncatingIfNeeded: pair))
  }

  private func push(_ merge: Merge, _ heap: inout [Merge]) {
    heap.append(merge)
    var i = heap.count - 1
    while i > 0 {
      let parent = (i - 1) / 2
      guard heap[i].precedes(heap[parent]) else { return }
      heap.swapAt(i, parent)
      i = parent
    }
  }

  private func pop(_ heap: inout [Merge]) -> Merge? {
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
