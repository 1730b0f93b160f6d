/// One stored tensor: where its bytes are and how to read them. Row-major, the outermost dimension first.
public struct TensorView: @unchecked Sendable {
  public let name: String
  public let type: ElementType
  public let shape: [Int]
  public let bytes: UnsafeRawBufferPointer
  /// Keeps the mapping alive.
  let owner: any AnyObject & Sendable

  public var count: Int { shape.reduce(1, *) }

  /// All values, in the file's order.
  func decode(into target: UnsafeMutablePointer<Float>) {
    if let base = bytes.baseAddress { type.dequantize(from: base, into: target, count: count) }
  }

  /// Whether two tensors of one shape hold equal numbers, however they are stored.
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

  /// Tells that the bytes were read and will hardly be needed again: a mapped file's pages may go.
  func release() { (owner as? MappedFile)?.release(bytes) }
}
