/// Reads little-endian values from untrusted bytes. Every read is checked against the end first.
struct ByteReader {
  let path: String
  let bytes: UnsafeRawBufferPointer
  private(set) var offset = 0

  init(path: String, bytes: UnsafeRawBufferPointer) {
    self.path = path
    self.bytes = bytes
  }

  var remaining: Int { bytes.count - offset }

  func malformed(_ expected: String, found: String) -> GemmaError {
    .malformed(path: path, location: "byte \(offset)", expected: expected, found: found)
  }

  /// The next `count` bytes.
  mutating func take(_ count: Int, _ what: String) throws -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining else {
      throw malformed("\(count) bytes of \(what)", found: "\(remaining) bytes before the end")
    }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  mutating func integer<T: FixedWidthInteger>(_: T.Type, _ what: String) throws -> T {
    T(littleEndian: try take(MemoryLayout<T>.size, what).loadUnaligned(as: T.self))
  }

  /// A 64-bit length. It is refused if that many items of `itemBytes` bytes do not fit in the remaining bytes.
  mutating func length(_ what: String, itemBytes: Int) throws -> Int {
    let value = try integer(UInt64.self, what)
    guard value <= UInt64(remaining / max(1, itemBytes)) else {
      throw malformed("\(what) that fits the file", found: "\(value)")
    }
    return Int(value)
  }
}
