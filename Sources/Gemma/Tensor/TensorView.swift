/// One stored tensor: its bytes, its type and its shape. It is row-major, with the outermost dimension first.
public struct TensorView: @unchecked Sendable {
  public let name: String
  public let type: ElementType
  public let shape: [Int]
  public let bytes: UnsafeRawBufferPointer
  /// Keeps the mapping alive.
  let owner: any AnyObject & Sendable

  public var count: Int { shape.reduce(1, *) }

  /// All values, in the file's order.
  var values: [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let target = buffer.baseAddress { decode(into: target) }
      initialized = count
    }
  }

  /// Writes all values, in the file's order, to `count` floats.
  func decode(into target: UnsafeMutablePointer<Float>) {
    if let base = bytes.baseAddress { type.dequantize(from: base, into: target, count: count) }
  }

  /// Whether two tensors of the same shape have equal values. Their types may differ.
  func hasValues(of other: TensorView) -> Bool {
    guard shape == other.shape, let ours = bytes.baseAddress, let theirs = other.bytes.baseAddress else {
      return false
    }
    let row = shape.last ?? 1
    var (a, b) = ([Float](repeating: 0, count: row), [Float](repeating: 0, count: row))
    return (0..<count / max(row, 1)).allSatisfy { index in
      type.dequantize(from: ours + index * type.bytes(count: row), into: &a, count: row)
      other.type.dequantize(from: theirs + index * other.type.bytes(count: row), into: &b, count: row)
      return a == b
    }
  }

  /// Marks the bytes as no longer needed, so that the system can release the pages of a mapped file.
  func release() { (owner as? MappedFile)?.release(bytes) }
}

extension TensorView {
  /// A tensor in memory that `owner` keeps.
  package init(
    _ type: ElementType, shape: [Int], bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable
  ) {
    self.init(name: "", type: type, shape: shape, bytes: bytes, owner: owner)
  }

  /// The values of a matrix, as a stored tensor of floats.
  init(_ matrix: Matrix) {
    self.init(
      name: "", type: .f32, shape: [matrix.rows, matrix.columns],
      bytes: UnsafeRawBufferPointer(start: matrix.data, count: matrix.count * 4), owner: matrix)
  }
}
