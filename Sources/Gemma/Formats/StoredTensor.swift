/// A tensor to be written: its name there, and how its values are encoded.
package struct StoredTensor: Sendable {
  package var name: String
  package var type: ElementType
  /// Row-major, the outermost dimension first; rows are of whole blocks.
  package var shape: [Int]

  package init(name: String, type: ElementType, shape: [Int]) {
    self.name = name
    self.type = type
    self.shape = shape
  }

  package var bytes: Int { type.bytes(count: shape.reduce(1, *)) }

  /// Gives a tensor's bytes piece by piece, so that no tensor need be in memory as a whole.
  package typealias Contents = (_ index: Int, _ write: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
}
