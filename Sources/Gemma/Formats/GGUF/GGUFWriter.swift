import Foundation

/// Writes GGUF files, version 3: metadata, the tensors' entries, then the tensors, each at a multiple of 32 bytes.
package struct GGUFWriter {
  package enum Value {
    case unsigned(UInt32)
    case number(Float)
    case bool(Bool)
    case string(String)
    case strings([ArraySlice<UInt8>])
    case numbers([Float])
    case integers([Int32])
    case bools([Bool])
  }

  private static let alignment = 32
  package private(set) var metadata: [(key: String, value: Value)] = []
  package private(set) var tensors: [StoredTensor] = []

  package init() {}

  /// The keys, in the order in which they were set.
  package mutating func set(_ key: String, _ value: Value) { metadata.append((key, value)) }
  package mutating func set(_ key: String, _ number: Int) { set(key, .unsigned(UInt32(clamping: number))) }
  package mutating func set(_ key: String, _ text: String) { set(key, .string(text)) }
  package mutating func add(_ tensor: StoredTensor) { tensors.append(tensor) }

  package func write(to path: String, contents: StoredTensor.Contents) throws {
    var bytes = GGUFBytes()
    bytes.data.append(contentsOf: Array("GGUF".utf8))
    bytes.put(UInt32(3))
    bytes.put(UInt64(tensors.count))
    bytes.put(UInt64(metadata.count))
    for (key, value) in metadata {
      bytes.put(key.utf8)
      bytes.put(value)
    }
    var offset = 0
    for tensor in tensors {
      bytes.put(tensor.name.utf8)
      bytes.put(UInt32(tensor.shape.count))
      for size in tensor.shape.reversed() { bytes.put(UInt64(size)) }
      bytes.put(UInt32(tensor.type.number))
      bytes.put(UInt64(offset))
      offset += (tensor.bytes + Self.alignment - 1) / Self.alignment * Self.alignment
    }
    let writer = try AtomicWriter(path: path)
    try writer.write(bytes.data)
    for index in tensors.indices {
      try writer.pad(to: Self.alignment)
      try contents(index) { try writer.write($0) }
    }
    try writer.pad(to: Self.alignment)
    try writer.finish()
  }
}

/// The bytes of values in GGUF, little-endian.
private struct GGUFBytes {
  var data = Data()

  mutating func put<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
  }

  mutating func put(_ text: some Collection<UInt8>) {
    put(UInt64(text.count))
    data.append(contentsOf: text)
  }

  mutating func put(_ value: GGUFWriter.Value) {
    func array(_ element: UInt32, _ count: Int) {
      put(UInt32(9))
      put(element)
      put(UInt64(count))
    }
    switch value {
    case .unsigned(let value):
      put(UInt32(4))
      put(value)
    case .number(let value):
      put(UInt32(6))
      put(value.bitPattern)
    case .bool(let value):
      put(UInt32(7))
      put(UInt8(value ? 1 : 0))
    case .string(let text):
      put(UInt32(8))
      put(text.utf8)
    case .strings(let items):
      array(8, items.count)
      for item in items { put(item) }
    case .numbers(let items):
      array(6, items.count)
      for item in items { put(item.bitPattern) }
    case .bools(let items):
      array(7, items.count)
      for item in items { put(UInt8(item ? 1 : 0)) }
    case .integers(let items):
      array(5, items.count)
      for item in items { put(item) }
    }
  }
}
