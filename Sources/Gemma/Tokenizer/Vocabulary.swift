/// The pieces of a tokenizer, found by their bytes. One buffer and one open-addressing table: 262,144 entries are ready
/// in some tens of milliseconds, where a dictionary of strings would take a second.
struct Vocabulary: Sendable {
  /// As SentencePiece and GGUF number them.
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
  /// The first two ids with the same piece, if there are such.
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

  /// Adds the next id. A piece that is there already keeps its first id. One of no bytes is never found: it stands for an id that
  /// nothing leads to.
  mutating func append(_ piece: UnsafeRawBufferPointer, kind: Kind, score: Float) {
    let id = Int32(ends.count)
    bytes.append(contentsOf: piece)
    ends.append(Int32(bytes.count))
    kinds.append(kind)
    scores.append(score)
    // Grown past what was announced: rebuild rather than let the table fill up.
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

  /// Gives an id another kind.
  mutating func mark(_ id: Int32, as kind: Kind) { kinds[Int(id)] = kind }

  /// The same with pieces for ids that have none.
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

  /// The slot where `piece` is or would be, and its id or -1.
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

  /// The bytes of a piece; empty for an id that is not there.
  func piece(_ id: Int32) -> ArraySlice<UInt8> {
    guard id >= 0, id < count else { return [] }
    return bytes[range(id)]
  }
}
