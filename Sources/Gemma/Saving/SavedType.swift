/// The type of the weights of a saved model.
public enum SavedType: String, Sendable, CaseIterable {
  /// The type of the source if it is F32 or F16, else BF16.
  case auto
  case f32
  case f16
  case bf16
  case q8 = "q8_0"
  /// llama.cpp's mixture: Q4_K, with Q6_K for the tensors that need more precision.
  case q4KM = "q4_k_m"

  /// The element type of 16 or 32 bits; nil for a quantised type.
  func plain(like file: ModelFile) -> ElementType? {
    switch self {
    case .auto: file.types == [.f32] ? .f32 : file.types == [.f16] ? .f16 : .bf16
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    case .q8, .q4KM: nil
    }
  }

  /// llama.cpp's number for `general.file_type`.
  func fileType(like file: ModelFile) -> Int {
    switch self {
    case .q8: 7
    case .q4KM: 15
    default: [.f32: 0, .f16: 1, .bf16: 32][plain(like: file) ?? .f32] ?? 0
    }
  }

  /// The type of one tensor in a GGUF file.
  func type(of tensor: ModelTensor, in model: ModelFile) -> ElementType {
    guard tensor.kind != .norm else { return .f32 }
    return plain(like: model) ?? quantised(tensor, layers: model.config.layers.count)
  }

  /// The quantised type of a tensor that is no norm, in a model of so many layers.
  func quantised(_ tensor: ModelTensor, layers: Int) -> ElementType {
    let columns = tensor.shape.last ?? 1
    guard self == .q4KM else { return columns % ElementType.q8n0.blockCount == 0 ? .q8n0 : .f16 }
    let more =
      switch tensor.kind {
      case .embedding, .head: true
      case .projection(let layer, .value), .projection(let layer, .down):
        Self.usesMoreBits(layer, of: layers)
      default: false
      }
    // If the length of the rows is not a multiple of 256, the next larger type is used.
    let wanted: ElementType =
      columns % ElementType.q4k.blockCount == 0 ? (more ? .q6k : .q4k) : (more ? .q8n0 : .q5n0)
    return columns % wanted.blockCount == 0 ? wanted : .f16
  }

  /// llama.cpp's use_more_bits: the first and the last eighth of the layers, and every third between.
  private static func usesMoreBits(_ layer: Int, of count: Int) -> Bool {
    layer < count / 8 || layer >= 7 * count / 8 || (layer - count / 8) % 3 == 2
  }
}
