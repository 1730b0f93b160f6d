/// The fields of a protocol buffer message, one after the other.
struct ProtocolBuffer {
  enum Value {
    case varint(UInt64)
    case word(UInt32)
    case long(UInt64)
    case bytes(UnsafeRawBufferPointer)
  }

  private var reader: ByteReader

  init(path: String, bytes: UnsafeRawBufferPointer) { reader = ByteReader(path: path, bytes: bytes) }

  private mutating func varint() throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let byte = try reader.integer(UInt8.self, "a number")
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw reader.malformed("a number of at most ten bytes", found: "more")
  }

  mutating func next() throws -> (number: UInt64, value: Value)? {
    guard reader.remaining > 0 else { return nil }
    let tag = try varint()
    switch tag & 7 {
    case 0: return (tag >> 3, .varint(try varint()))
    case 1: return (tag >> 3, .long(try reader.integer(UInt64.self, "a value")))
    case 2:
      let count = try varint()
      guard count <= UInt64(reader.remaining) else {
        throw reader.malformed("\(count) bytes", found: "the end")
      }
      return (tag >> 3, .bytes(try reader.take(Int(count), "a field")))
    case 5: return (tag >> 3, .word(try reader.integer(UInt32.self, "a value")))
    default: throw reader.malformed("a protocol buffer field", found: "wire type \(tag & 7)")
    }
  }
}

/// A protocol buffer message being written.
struct ProtocolBufferWriter {
  private(set) var data: [UInt8] = []

  private mutating func varint(_ value: Int) {
    var rest = UInt64(value)
    while rest > 0x7F {
      data.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    data.append(UInt8(rest))
  }

  mutating func number(_ field: Int, _ value: Int) {
    varint(field << 3)
    varint(value)
  }

  mutating func float(_ field: Int, _ value: Float) {
    varint(field << 3 | 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
  }

  mutating func bytes(_ field: Int, _ value: [UInt8]) {
    varint(field << 3 | 2)
    varint(value.count)
    data.append(contentsOf: value)
  }
}
