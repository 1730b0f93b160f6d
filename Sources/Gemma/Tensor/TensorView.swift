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

  /// Tells that the bytes were read and will hardly be needed again: a mapped file's pages may go.
  func release() { (owner as? MappedFile)?.release(bytes) }
}
