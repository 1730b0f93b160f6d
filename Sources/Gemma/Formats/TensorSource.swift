/// A file, or files, of named tensors.
public protocol TensorSource: Sendable {
  /// In the file's order.
  var tensorNames: [String] { get }
  func tensor(_ name: String) -> TensorView?
}
