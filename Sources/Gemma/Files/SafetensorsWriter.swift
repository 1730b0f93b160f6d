import Foundation

/// Writes Float32 tensors as one safetensors file.
public enum SafetensorsWriter {
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

  /// The header lists the tensors by name, so equal tensors give equal bytes.
  public static func write(_ tensors: [Tensor], metadata: [String: String], to path: String) throws {
    let sorted = tensors.sorted { $0.name < $1.name }
    var header: [String: Any] = ["__metadata__": metadata]
    var offset = 0
    for tensor in sorted {
      let bytes = tensor.values.count * 4
      header[tensor.name] = [
        "dtype": "F32", "shape": tensor.shape, "data_offsets": [offset, offset + bytes],
      ]
      offset += bytes
    }
    var json = try JSONSerialization.data(
      withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    var data = Data(capacity: 8 + json.count + offset)
    withUnsafeBytes(of: UInt64(json.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(json)
    for tensor in sorted { tensor.values.withUnsafeBytes { data.append(contentsOf: $0) } }
    try AtomicFile.write(data, to: path)
  }
}
