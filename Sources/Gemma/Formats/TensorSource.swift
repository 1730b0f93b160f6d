/// One or several files with named tensors.
public protocol TensorSource: Sendable {
  /// The names in the order of the file.
  var tensorNames: [String] { get }
  func tensor(_ name: String) -> TensorView?
}
