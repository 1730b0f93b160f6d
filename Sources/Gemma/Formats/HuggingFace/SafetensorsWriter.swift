import Foundation

/// Writes safetensors files.
public enum SafetensorsWriter {
  /// A small tensor with its values.
  public struct Tensor {
    public var name: String
    public var shape: [Int]
    public var values: [Float]

    public init(name: String, shape: [Int], values: [Float]) {
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// Float32 tensors, by name, so equal tensors give equal bytes.
  /// - Parameter check: called before each tensor. An error that it throws ends the writing, and leaves nothing.
  public static func write(
    _ tensors: [Tensor], metadata: [String: String], to path: String, check: () throws -> Void = {}
  ) throws {
    let sorted = tensors.sorted { $0.name < $1.name }
    let stored = sorted.map { StoredTensor(name: $0.name, type: .f32, shape: $0.shape) }
    try write(stored, metadata: metadata, to: path) { index, write in
      try check()
      try sorted[index].values.withUnsafeBytes { try write($0) }
    }
  }

  /// Tensors in the order given.
  static func write(
    _ tensors: [StoredTensor], metadata: [String: String], to path: String, contents: StoredTensor.Contents
  ) throws {
    var header: [String: Any] = ["__metadata__": metadata]
    var offset = 0
    for tensor in tensors {
      header[tensor.name] = [
        "dtype": tensor.type.name, "shape": tensor.shape, "data_offsets": [offset, offset + tensor.bytes],
      ]
      offset += tensor.bytes
    }
    var json = try JSONSerialization.data(
      withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    let writer = try AtomicWriter(path: path)
    try withUnsafeBytes(of: UInt64(json.count).littleEndian) { try writer.write($0) }
    try writer.write(json)
    for index in tensors.indices { try contents(index) { try writer.write($0) } }
    try writer.finish()
  }
}
