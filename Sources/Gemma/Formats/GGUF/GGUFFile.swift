/// A GGUF file, version 2 or 3: metadata and tensors, mapped. Nothing in it is trusted before it is checked.
public final class GGUFFile: TensorSource {
  /// A metadata value. Arrays are kept as their place in the file and decoded when asked for.
  public enum Value: Sendable, Equatable {
    case integer(Int64)
    case unsigned(UInt64)
    case number(Double)
    case bool(Bool)
    case string(String)
    /// Element type number, count, and where in the file the elements begin.
    case array(type: UInt32, count: Int, offset: Int)
  }

  public let file: MappedFile
  public let metadata: [String: Value]
  public let tensorNames: [String]
  private let tensors: [String: TensorView]

  public func tensor(_ name: String) -> TensorView? { tensors[name] }

  public init(path: String) throws {
    file = try MappedFile(path: path)
    var reader = ByteReader(path: path, bytes: file.bytes)
    guard try reader.integer(UInt32.self, "the magic number") == 0x4655_4747 else {
      throw GemmaError.malformed(
        path: path, location: "byte 0", expected: "GGUF", found: "another kind of file")
    }
    let version = try reader.integer(UInt32.self, "the version")
    guard version == 2 || version == 3 else {
      throw GemmaError.unsupported(path: path, feature: "GGUF version \(version); gnb reads 2 and 3")
    }
    // A tensor's entry takes at least 24 bytes, a key's at least 13.
    let tensorCount = try reader.length("a tensor count", itemBytes: 24)
    let keyCount = try reader.length("a key count", itemBytes: 13)
    var metadata: [String: Value] = [:]
    for _ in 0..<keyCount {
      let key = try Self.string(&reader)
      let type = try reader.integer(UInt32.self, "a value type")
      metadata[key] = try Self.value(&reader, type: type)
    }
    self.metadata = metadata

    var alignment = 32
    if case .unsigned(let value)? = metadata["general.alignment"] {
      guard value > 0, value <= 1 << 20, value.nonzeroBitCount == 1 else {
        throw GemmaError.malformed(
          path: path, location: "general.alignment", expected: "a power of two", found: "\(value)")
      }
      alignment = Int(value)
    }
    struct Entry {
      var name: String
      var type: ElementType
      var shape: [Int]
      var offset: UInt64
    }
    var entries: [Entry] = []
    for _ in 0..<tensorCount {
      let name = try Self.string(&reader)
      let dimensions = try reader.integer(UInt32.self, "a dimension count")
      guard (1...4).contains(dimensions) else {
        throw GemmaError.malformed(
          path: path, location: "tensor \(name)", expected: "1 to 4 dimensions", found: "\(dimensions)")
      }
      var shape: [Int] = []
      for _ in 0..<dimensions {
        let size = try reader.integer(UInt64.self, "a dimension")
        guard size > 0, size <= 1 << 40 else {
          throw GemmaError.malformed(
            path: path, location: "tensor \(name)", expected: "a dimension above 0", found: "\(size)")
        }
        shape.append(Int(size))
      }
      let number = try reader.integer(UInt32.self, "a tensor type")
      guard let type = ElementType(gguf: number) else {
        throw GemmaError.unsupported(path: path, feature: "tensor type \(number) of \(name)")
      }
      entries.append(
        Entry(
          name: name, type: type, shape: shape.reversed(),
          offset: try reader.integer(UInt64.self, "an offset")))
    }
    let start = (reader.offset + alignment - 1) / alignment * alignment
    var tensors: [String: TensorView] = [:]
    for entry in entries {
      func malformed(_ expected: String, _ found: String) -> GemmaError {
        .malformed(path: path, location: "tensor \(entry.name)", expected: expected, found: found)
      }
      var count = 1
      for size in entry.shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow, product <= 1 << 44 else { throw malformed("a shape that fits", "\(entry.shape)") }
        count = product
      }
      guard let rowCount = entry.shape.last, rowCount % entry.type.blockCount == 0 else {
        throw malformed("rows of whole \(entry.type.name) blocks", "rows of \(entry.shape.last ?? 0)")
      }
      let size = entry.type.bytes(count: count)
      guard start <= file.bytes.count, entry.offset <= UInt64(file.bytes.count - start),
        size <= file.bytes.count - start - Int(entry.offset)
      else {
        throw malformed(
          "\(size) bytes at offset \(entry.offset)", "a file of \(file.bytes.count) bytes: it is cut short")
      }
      let first = start + Int(entry.offset)
      guard
        tensors.updateValue(
          TensorView(
            name: entry.name, type: entry.type, shape: entry.shape,
            bytes: UnsafeRawBufferPointer(rebasing: file.bytes[first..<first + size]), owner: file),
          forKey: entry.name) == nil
      else { throw malformed("one tensor of that name", "two") }
    }
    self.tensors = tensors
    tensorNames = entries.map(\.name)
  }

  // MARK: Metadata

  public func string(_ key: String) -> String? {
    if case .string(let value)? = metadata[key] { return value }
    return nil
  }

  public func integer(_ key: String) -> Int? {
    switch metadata[key] {
    case .integer(let value): Int(exactly: value)
    case .unsigned(let value): Int(exactly: value)
    default: nil
    }
  }

  public func number(_ key: String) -> Double? {
    if case .number(let value)? = metadata[key] { return value }
    return integer(key).map(Double.init)
  }

  /// Every string of an array, as bytes in the file.
  func strings(_ key: String) throws -> [UnsafeRawBufferPointer]? {
    guard case .array(8, let count, let offset)? = metadata[key] else { return nil }
    var reader = ByteReader(path: file.path, bytes: file.bytes)
    _ = try reader.take(offset, "values")
    var result: [UnsafeRawBufferPointer] = []
    result.reserveCapacity(count)
    for _ in 0..<count {
      let length = try reader.length("a string length", itemBytes: 1)
      result.append(try reader.take(length, "a string"))
    }
    return result
  }

  /// Every element of an array of 32-bit values.
  func words<T: FixedWidthInteger>(_ key: String, type: UInt32, as _: T.Type) throws -> [T]? {
    guard case .array(type, let count, let offset)? = metadata[key], MemoryLayout<T>.size == 4 else {
      return nil
    }
    var reader = ByteReader(path: file.path, bytes: file.bytes)
    _ = try reader.take(offset, "values")
    let bytes = try reader.take(count * 4, "values")
    return (0..<count).map { T(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: T.self)) }
  }

  private static func string(_ reader: inout ByteReader) throws -> String {
    let length = try reader.length("a string length", itemBytes: 1)
    return String(decoding: try reader.take(length, "a string"), as: UTF8.self)
  }

  /// Bytes of a fixed-size value, nil for strings and arrays.
  private static func size(_ type: UInt32) -> Int? {
    switch type {
    case 0, 1, 7: 1
    case 2, 3: 2
    case 4, 5, 6: 4
    case 10, 11, 12: 8
    default: nil
    }
  }

  private static func value(_ reader: inout ByteReader, type: UInt32) throws -> Value {
    switch type {
    case 0: return .unsigned(UInt64(try reader.integer(UInt8.self, "a value")))
    case 1: return .integer(Int64(try reader.integer(Int8.self, "a value")))
    case 2: return .unsigned(UInt64(try reader.integer(UInt16.self, "a value")))
    case 3: return .integer(Int64(try reader.integer(Int16.self, "a value")))
    case 4: return .unsigned(UInt64(try reader.integer(UInt32.self, "a value")))
    case 5: return .integer(Int64(try reader.integer(Int32.self, "a value")))
    case 6: return .number(Double(Float(bitPattern: try reader.integer(UInt32.self, "a value"))))
    case 7: return .bool(try reader.integer(UInt8.self, "a value") != 0)
    case 8: return .string(try string(&reader))
    case 9:
      let element = try reader.integer(UInt32.self, "an element type")
      if let size = size(element) {
        let count = try reader.length("an element count", itemBytes: size)
        let offset = reader.offset
        _ = try reader.take(count * size, "an array")
        return .array(type: element, count: count, offset: offset)
      }
      guard element == 8 else {
        throw reader.malformed("an array of values", found: "element type \(element)")
      }
      let count = try reader.length("an element count", itemBytes: 8)
      let offset = reader.offset
      for _ in 0..<count {
        let length = try reader.length("a string length", itemBytes: 1)
        _ = try reader.take(length, "a string")
      }
      return .array(type: element, count: count, offset: offset)
    case 10: return .unsigned(try reader.integer(UInt64.self, "a value"))
    case 11: return .integer(try reader.integer(Int64.self, "a value"))
    case 12: return .number(Double(bitPattern: try reader.integer(UInt64.self, "a value")))
    default: throw reader.malformed("a value type from 0 to 12", found: "\(type)")
    }
  }
}
