/// The pieces of a tokenizer, found by their bytes. It has one buffer and one open-addressing table. 262,144 entries
/// are ready in some tens of milliseconds; a dictionary of strings would take a second.
struct Vocabulary: Sendable {
  /// The kind of a piece, with the numbers of SentencePiece and GGUF.
  enum Kind: UInt8, Sendable {
    case normal = 1
    case unknown = 2
    case control = 3
    case userDefined = 4
    case unused = 5
    case byte = 6
  }

  private var bytes: [UInt8] = []
  private var ends: [Int32] = []
  private(set) var kinds: [Kind] = []
  private(set) var scores: [Float] = []
  /// The first two ids with the same piece, if any.
  private(set) var duplicate: (Int32, Int32)?
  private var slots: [Int32] = []
  private var mask = 0

  var count: Int { ends.count }

  init(capacity: Int) {
    bytes.reserveCapacity(capacity * 8)
    ends.reserveCapacity(capacity)
    kinds.reserveCapacity(capacity)
    scores.reserveCapacity(capacity)
    var size = 16
    while size < 3 * capacity { size *= 2 }
    slots = [Int32](repeating: -1, count: size)
    mask = size - 1
  }

  /// Adds a piece with the next id. A repeated piece keeps its first id. An empty piece is never found; it fills an id
  /// without a text.
  mutating func append(_ piece: UnsafeRawBufferPointer, kind: Kind, score: Float) {
    let id = Int32(ends.count)
    bytes.append(contentsOf: piece)
    ends.append(Int32(bytes.count))
    kinds.append(kind)
    scores.append(score)
    // There are more pieces than expected: make the table larger before it is full.
    if ends.count * 2 > slots.count {
      slots = [Int32](repeating: -1, count: slots.count * 2)
      mask = slots.count - 1
      for other in 0..<id { insert(other) }
    }
    insert(id)
  }

  private mutating func insert(_ id: Int32) {
    let range = self.range(id)
    if range.isEmpty { return }
    let (slot, found) = bytes.withUnsafeBytes { buffer in
      probe(UnsafeRawBufferPointer(rebasing: buffer[range]), in: buffer)
    }
    if found < 0 {
      slots[slot] = id
    } else if duplicate == nil, found != id {
      duplicate = (found, id)
    }
  }

  /// Changes the kind of an id.
  mutating func mark(_ id: Int32, as kind: Kind) { kinds[Int(id)] = kind }

  /// A copy with pieces for ids that have none.
  func filling(_ gaps: [Int32: [UInt8]]) -> Vocabulary {
    var result = Vocabulary(capacity: count)
    for id in 0..<Int32(count) {
      (gaps[id] ?? Array(piece(id))).withUnsafeBytes {
        result.append($0, kind: kinds[Int(id)], score: scores[Int(id)])
      }
    }
    return result
  }

  private func range(_ id: Int32) -> Range<Int> {
    let index = Int(id)
    return (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
  }

  /// The slot for `piece`, and its id, or -1 if it has none.
  @inline(__always)
  private func probe(_ piece: UnsafeRawBufferPointer, in buffer: UnsafeRawBufferPointer) -> (Int, Int32) {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(piece.count)
    for byte in piece { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash ^= hash >> 29
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let id = slots[slot]
      if id < 0 { return (slot, -1) }
      let range = self.range(id)
      if range.count == piece.count {
        var same = true
        for i in 0..<piece.count where buffer[range.lowerBound + i] != piece[i] {
          same = false
          break
        }
        if same { return (slot, id) }
      }
      slot = (slot + 1) & mask
    }
  }

  /// The id of a piece, or nil.
  func id(_ piece: UnsafeRawBufferPointer) -> Int32? {
    let id = bytes.withUnsafeBytes { probe(piece, in: $0).1 }
    return id < 0 ? nil : id
  }

  func id(_ piece: String) -> Int32? {
    var copy = piece
    return copy.withUTF8 { id(UnsafeRawBufferPointer($0)) }
  }

  /// The bytes of a piece; empty for an unknown id.
  func piece(_ id: Int32) -> ArraySlice<UInt8> {
    guard id >= 0, id < count else { return [] }
    return bytes[range(id)]
  }
}
