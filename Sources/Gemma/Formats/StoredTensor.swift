/// A tensor to write: its name in the file, its type and its shape.
package struct StoredTensor: Sendable {
  package var name: String
  package var type: ElementType
  /// The shape, with the outermost dimension first. Rows consist of whole blocks.
  package var shape: [Int]

  package init(name: String, type: ElementType, shape: [Int]) {
    self.name = name
    self.type = type
    self.shape = shape
  }

  package var bytes: Int { type.bytes(count: shape.reduce(1, *)) }

  /// Passes a tensor's bytes on piece by piece, so that no whole tensor must be in memory.
  package typealias Contents = (_ index: Int, _ write: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
}
