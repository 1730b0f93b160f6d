import Foundation

/// Weights in 4 bits from bitsandbytes. The bytes have the weight's name; separate tensors have the scales.
enum BitsAndBytes {
  /// Number of values with the same scale.
  static let block = 64

  private static let state = ".quant_state.bitsandbytes__nf4"

  /// Whether the tensor `name` of `source` is stored in this way.
  static func isStored(_ name: String, in source: any TensorSource) -> Bool {
    source.tensor(name + state) != nil
  }

  /// The names of the tensors that belong to the tensor `name`.
  static func parts(_ name: String) -> [String] {
    ["", ".absmax", ".quant_map", ".nested_absmax", ".nested_quant_map", state].map { name + $0 }
  }

  /// The tensor `name` of `source`, converted to blocks of a scale and 64 values; nil if it is not stored in this way.
  ///
  /// `X.weight` has two values in each byte, the even one in the high bits. The value is map[q] * scale of its block.
  /// The scale is `X.weight.absmax`; with double quantisation it is nested_map[absmax] * nested_absmax of its 256
  /// blocks + nested_offset.
  /// - Throws: `unsupported` for FP4 and 8 bits; `malformed` if the tensors do not fit together.
  static func tensor(_ name: String, in source: any TensorSource, path: String) throws -> TensorView? {
    func part(_ suffix: String) -> TensorView? { source.tensor(name + suffix) }
    if part(".quant_state.bitsandbytes__fp4") != nil {
      throw GemmaError.unsupported(path: path, feature: "bitsandbytes FP4 in \(name); gnb reads NF4")
    }
    guard let settings = part(state) else { return nil }
    func malformed(_ what: String, _ expected: String, _ found: String) -> GemmaError {
      .malformed(path: path, location: "tensor \(name)\(what)", expected: expected, found: found)
    }
    func need(_ suffix: String, _ type: ElementType, _ count: Int) throws -> UnsafeRawBufferPointer {
      guard let view = part(suffix) else { throw malformed(suffix, "a tensor", "none") }
      guard view.type == type, view.count == count else {
        throw malformed(suffix, "\(count) of \(type.name)", "\(view.count) of \(view.type.name)")
      }
      return view.bytes
    }
    guard let json = (try? JSONSerialization.jsonObject(with: Data(settings.bytes))) as? [String: Any],
      let shape = json["shape"] as? [Int], shape.count == 2, shape.allSatisfy({ (1...1 << 24).contains($0) }),
      let blocksize = json["blocksize"] as? Int
    else { throw malformed(state, "shape and blocksize", "something else") }
    let count = shape[0] * shape[1]
    guard blocksize == block, shape[1] % block == 0 else {
      throw GemmaError.unsupported(
        path: path,
        feature: "\(name) in blocks of \(blocksize) with rows of \(shape[1]); gnb reads blocks of 64")
    }
    let blocks = count / block
    // The type is bytes, or a wider type for the same bytes (bnb_4bit_quant_storage, for FSDP).
    guard let values = part("")?.bytes, values.count == count / 2 else {
      throw malformed("", "\(count / 2) bytes", "\(part("")?.bytes.count ?? 0)")
    }
    let map = try need(".quant_map", .f32, 16)
    for (i, known) in nf4Values.enumerated()
    where map.loadUnaligned(fromByteOffset: 4 * i, as: Float.self) != known {
      throw GemmaError.unsupported(path: path, feature: "a quant_map other than NF4's in \(name)")
    }
    var scales: [Float]
    if part(".nested_absmax") != nil {
      guard let group = json["nested_blocksize"] as? Int, (1...1 << 20).contains(group),
        let offset = json["nested_offset"] as? Double
      else { throw malformed(state, "nested_blocksize and nested_offset", "none") }
      let places = try need(".absmax", .u8, blocks)
      let groups = try need(".nested_absmax", .f32, (blocks + group - 1) / group)
      let nested = try need(".nested_quant_map", .f32, 256)
      scales = (0..<blocks).map { i in
        nested.loadUnaligned(fromByteOffset: 4 * Int(places[i]), as: Float.self)
          * groups.loadUnaligned(fromByteOffset: 4 * (i / group), as: Float.self) + Float(offset)
      }
    } else {
      let plain = try need(".absmax", .f32, blocks)
      scales = (0..<blocks).map { plain.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    let result = HeapBytes(count: ElementType.nf4.bytes(count: count))
    for i in 0..<blocks {
      let target = result.bytes.baseAddress.unsafelyUnwrapped + ElementType.nf4.blockBytes * i
      target.storeBytes(of: scales[i], as: Float.self)
      UnsafeMutableRawBufferPointer(start: target + 4, count: block / 2)
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: values[block / 2 * i..<block / 2 * (i + 1)]))
    }
    for suffix in ["", ".absmax"] { part(suffix)?.release() }
    return TensorView(
      name: name, type: .nf4, shape: shape, bytes: UnsafeRawBufferPointer(result.bytes), owner: result)
  }
}
