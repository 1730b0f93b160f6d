import Foundation

/// A memory-mapped safetensors file: a JSON header with names, types, shapes and offsets, then the data.
public final class SafetensorsFile: TensorSource {
  public let file: MappedFile
  public let tensorNames: [String]
  /// The header's `__metadata__`.
  public let metadata: [String: String]
  private let tensors: [String: TensorView]

  public func tensor(_ name: String) -> TensorView? { tensors[name] }

  public init(path: String) throws {
    file = try MappedFile(path: path)
    guard FileKind.name(file.bytes) == nil || FileKind.name(file.bytes) == "a safetensors file" else {
      throw GemmaError.wrongKind(
        path: path, expected: "a safetensors file",
        found: FileKind.name(file.bytes) ?? "another kind of file",
        remedy: FileKind.remedy(file.bytes))
    }
    var reader = ByteReader(path: path, bytes: file.bytes)
    let headerCount = try reader.length("a header length", itemBytes: 1)
    let header = try reader.take(headerCount, "the header")
    guard header.first == UInt8(ascii: "{"), headerCount <= 100 << 20,
      let json = (try? JSONSerialization.jsonObject(with: Data(header))) as? [String: Any]
    else {
      throw GemmaError.malformed(
        path: path, location: "byte 8", expected: "a JSON header", found: "something else")
    }
    let start = reader.offset
    let dataCount = file.bytes.count - start
    var tensors: [String: TensorView] = [:]
    var order: [(name: String, offset: Int)] = []
    for (name, value) in json where name != "__metadata__" {
      func malformed(_ expected: String, _ found: String) -> GemmaError {
        .malformed(path: path, location: "tensor \(name)", expected: expected, found: found)
      }
      guard let entry = value as? [String: Any], let dtype = entry["dtype"] as? String,
        let shape = entry["shape"] as? [Int], let offsets = entry["data_offsets"] as? [Int],
        offsets.count == 2
      else { throw malformed("dtype, shape and data_offsets", "\(value)") }
      guard let type = ElementType(safetensors: dtype) else {
        throw GemmaError.unsupported(path: path, feature: "the type \(dtype) of tensor \(name)")
      }
      var count = 1
      for size in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        guard size >= 0, !overflow, product <= dataCount else {
          throw malformed("a shape that fits", "\(shape)")
        }
        count = product
      }
      guard offsets[0] >= 0, offsets[1] >= offsets[0], offsets[1] <= dataCount else {
        throw malformed("offsets within \(dataCount) bytes of data", "\(offsets): is the file cut short?")
      }
      guard offsets[1] - offsets[0] == type.bytes(count: count) else {
        throw malformed("\(type.bytes(count: count)) bytes for \(shape)", "\(offsets[1] - offsets[0])")
      }
      tensors[name] = TensorView(
        name: name, type: type, shape: shape,
        bytes: UnsafeRawBufferPointer(rebasing: file.bytes[start + offsets[0]..<start + offsets[1]]),
        owner: file)
      order.append((name, offsets[0]))
    }
    self.tensors = tensors
    tensorNames = order.sorted { ($0.offset, $0.name) < ($1.offset, $1.name) }.map(\.name)
    metadata = json["__metadata__"] as? [String: String] ?? [:]
  }
}
