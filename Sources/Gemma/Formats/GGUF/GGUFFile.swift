/// A memory-mapped GGUF file, version 2 or 3, with metadata and tensors. Every value is checked before it is used.
public final class GGUFFile: TensorSource {
  /// A metadata value. Of an array only the position in the file is kept; it is decoded on demand.
  public enum Value: Sendable, Equatable {
    case integer(Int64)
    case unsigned(UInt64)
    case number(Double)
    case bool(Bool)
    case string(String)
    /// The number of the element type, the count, and the offset of the first element in the file.
    case array(type: UInt32, count: Int, offset: Int)
  }

  /// The file, or the first part of a split model. It has the metadata.
  public let file: MappedFile
  public let metadata: [String: Value]
  public let tensorNames: [String]
  private let tensors: [String: TensorView]

  public func tensor(_ name: String) -> TensorView? { tensors[name] }

  /// Opens a file, or all parts of a model that llama.cpp split ("X-00001-of-00003.gguf"). The path may name any part.
  ///
  /// - Throws: `wrongKind` for another kind of file, `unsupported` for another version or byte order, `malformed`.
  public convenience init(path: String) throws {
    let paths = Self.parts(of: path) ?? [path]
    try self.init(paths.map { try Part(path: $0) })
  }

  private init(_ parts: [Part]) throws {
    let first = parts[0]
    (file, metadata) = (first.file, first.metadata)
    var tensors: [String: TensorView] = [:]
    var names: [String] = []
    for part in parts {
      guard parts.count == 1 ? part.splitCount <= 1 : part.splitCount == parts.count else {
        throw GemmaError.malformed(
          path: part.file.path, location: "split.count", expected: "\(parts.count)",
          found: "\(part.splitCount): the parts of a model are named X-00001-of-0000N.gguf")
      }
      for view in part.tensors {
        guard tensors.updateValue(view, forKey: view.name) == nil else {
          throw GemmaError.malformed(
            path: part.file.path, location: "tensor \(view.name)", expected: "one tensor of that name",
            found: "two")
        }
        names.append(view.name)
      }
    }
    if parts.count > 1, case .some(let count) = Self.count(metadata["split.tensors.count"]),
      count != names.count
    {
      throw GemmaError.malformed(
        path: file.path, location: "split.tensors.count", expected: "\(count) tensors in all parts",
        found: "\(names.count)")
    }
    self.tensors = tensors
    tensorNames = names
  }

  /// The paths of all parts of a split model, in order; nil if the name is not the name of a part.
  static func parts(of path: String) -> [String]? {
    guard let match = path.firstMatch(of: /-(\d{5})-of-(\d{5})\.gguf$/), let count = Int(match.2),
      (2...9999).contains(count)
    else { return nil }
    func digits(_ number: Int) -> String { String("0000\(number)".suffix(5)) }
    return (1...count).map { path[..<match.range.lowerBound] + "-\(digits($0))-of-\(match.2).gguf" }
  }

  private static func count(_ value: Value?) -> Int? {
    switch value {
    case .integer(let value): Int(exactly: value)
    case .unsigned(let value): Int(exactly: value)
    default: nil
    }
  }

  /// One file: its metadata, and its tensors in the file's order.
  private struct Part {
    let file: MappedFile
    let metadata: [String: Value]
    let tensors: [TensorView]

    var splitCount: Int { GGUFFile.count(metadata["split.count"]) ?? 0 }

    init(path: String) throws {
      file = try MappedFile(path: path)
      var reader = ByteReader(path: path, bytes: file.bytes)
      try Self.checkStart(&reader)
      // A tensor's entry takes at least 24 bytes, a key's at least 13.
      let tensorCount = try reader.length("a tensor count", itemBytes: 24)
      let keyCount = try reader.length("a key count", itemBytes: 13)
      var metadata: [String: Value] = [:]
      for _ in 0..<keyCount {
        let key = try GGUFFile.string(&reader)
        let type = try reader.integer(UInt32.self, "a value type")
        guard metadata.updateValue(try GGUFFile.value(&reader, type: type), forKey: key) == nil else {
          throw GemmaError.malformed(
            path: path, location: key, expected: "one key of that name", found: "two")
        }
      }
      self.metadata = metadata
      var alignment = 32
      if let value = metadata["general.alignment"] {
        guard let size = GGUFFile.count(value), size > 0, size <= 1 << 20, size.nonzeroBitCount == 1 else {
          throw GemmaError.malformed(
            path: path, location: "general.alignment", expected: "a power of two", found: "\(value)")
        }
        alignment = size
      }
      let entries = try (0..<tensorCount).map { _ in try Entry(&reader) }
      let start = (reader.offset + alignment - 1) / alignment * alignment
      let mapped = file
      tensors = try entries.map { try $0.view(of: mapped, start: start) }
    }

    /// The magic number and the version.
    private static func checkStart(_ reader: inout ByteReader) throws {
      let path = reader.path
      guard reader.remaining >= 8, try reader.integer(UInt32.self, "the magic number") == 0x4655_4747 else {
        throw GemmaError.wrongKind(
          path: path, expected: "a GGUF file", found: FileKind.name(reader.bytes) ?? "another kind of file",
          remedy: FileKind.remedy(reader.bytes))
      }
      let version = try reader.integer(UInt32.self, "the version")
      if (1...3).contains(version.byteSwapped) {
        throw GemmaError.unsupported(
          path: path,
          feature:
            "a big-endian GGUF; convert it with 'gguf-convert-endian FILE little' of the Python package gguf")
      }
      guard version == 2 || version == 3 else {
        throw GemmaError.unsupported(path: path, feature: "GGUF version \(version); gnb reads 2 and 3")
      }
    }
  }

  /// A tensor's entry in the file: its shape, type and offset.
  private struct Entry {
    var name: String
    var type: ElementType
    var shape: [Int]
    var offset: UInt64

    init(_ reader: inout ByteReader) throws {
      let path = reader.path
      let name = try GGUFFile.string(&reader)
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
      self.name = name
      self.type = type
      self.shape = shape.reversed()
      offset = try reader.integer(UInt64.self, "an offset")
    }

    func view(of file: MappedFile, start: Int) throws -> TensorView {
      func malformed(_ expected: String, _ found: String) -> GemmaError {
        .malformed(path: file.path, location: "tensor \(name)", expected: expected, found: found)
      }
      var count = 1
      for size in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow, product <= 1 << 44 else { throw malformed("a shape that fits", "\(shape)") }
        count = product
      }
      guard let rowCount = shape.last, rowCount % type.blockCount == 0 else {
        guard type.isRead else {
          throw GemmaError.unsupported(path: file.path, feature: "the type \(type.name) of tensor \(name)")
        }
        throw malformed("rows of whole \(type.name) blocks", "rows of \(shape.last ?? 0)")
      }
      let size = type.bytes(count: count)
      guard start <= file.bytes.count, offset <= UInt64(file.bytes.count - start),
        size <= file.bytes.count - start - Int(offset)
      else {
        throw malformed(
          "\(size) bytes at offset \(offset)", "a file of \(file.bytes.count) bytes: it is cut short")
      }
      let first = start + Int(offset)
      return TensorView(
        name: name, type: type, shape: shape,
        bytes: UnsafeRawBufferPointer(rebasing: file.bytes[first..<first + size]), owner: file)
    }
  }

  // MARK: Metadata

  public func string(_ key: String) -> String? {
    if case .string(let value)? = metadata[key] { return value }
    return nil
  }

  public func integer(_ key: String) -> Int? { Self.count(metadata[key]) }

  public func number(_ key: String) -> Double? {
    if case .number(let value)? = metadata[key] { return value }
    return integer(key).map(Double.init)
  }

  /// The bytes of every string of an array.
  package func strings(_ key: String) throws -> [UnsafeRawBufferPointer]? {
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
  package func words<T: FixedWidthInteger>(_ key: String, type: UInt32, as _: T.Type) throws -> [T]? {
    guard case .array(type, let count, let offset)? = metadata[key], MemoryLayout<T>.size == 4 else {
      return nil
    }
    var reader = ByteReader(path: file.path, bytes: file.bytes)
    _ = try reader.take(offset, "values")
    let bytes = try reader.take(count * 4, "values")
    return (0..<count).map { T(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: T.self)) }
  }

  /// Every element of an array of whole numbers of any width, or of true and false.
  package func integers(_ key: String) throws -> [Int]? {
    guard case .array(let type, let count, let offset)? = metadata[key], type < 8, type != 6,
      let size = Self.size(type)
    else { return nil }
    var reader = ByteReader(path: file.path, bytes: file.bytes)
    _ = try reader.take(offset, "values")
    guard count <= reader.remaining / size else { return nil }
    return try (0..<count).map { _ in
      switch try Self.value(&reader, type: type) {
      case .bool(let value): value ? 1 : 0
      case .integer(let value): Int(value)
      case .unsigned(let value): Int(value)
      default: 0
      }
    }
  }

  private static func string(_ reader: inout ByteReader) throws -> String {
    let length = try reader.length("a string length", itemBytes: 1)
    return String(decoding: try reader.take(length, "a string"), as: UTF8.self)
  }

  /// Size in bytes of a value of this type; nil for strings and arrays.
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
