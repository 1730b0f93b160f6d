/// A tensor to be written: its name there, and how its values are encoded.
struct StoredTensor: Sendable {
  var name: String
  var type: ElementType
  /// Row-major, the outermost dimension first; rows are of whole blocks.
  var shape: [Int]

  var bytes: Int { type.bytes(count: shape.reduce(1, *)) }

  /// Gives a tensor's bytes piece by piece, so that no tensor need be in memory as a whole.
  typealias Contents = (_ index: Int, _ write: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
}
