/// A tensor of a model: its names in Hugging Face and GGUF files, its shape, and its role.
///
/// This is the only list of tensors: loading, saving, merging and adapters all use it.
package struct ModelTensor: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case embedding
    /// An output matrix that is separate from the embedding.
    case head
    case norm
    case projection(layer: Int, Projection)
  }

  /// The name in Hugging Face files without its prefix: "layers.3.mlp.up_proj.weight". `lm_head.weight` is outside the
  /// decoder there.
  package let name: String
  /// The name in GGUF files: "blk.3.ffn_up.weight".
  package let ggufName: String
  package let kind: Kind
  /// [outputs, inputs], [vocabulary, hidden], or a norm's length.
  package let shape: [Int]

  static let headName = "lm_head.weight"

  package static func embedding(_ config: ModelConfig) -> ModelTensor {
    ModelTensor(
      name: "embed_tokens.weight", ggufName: "token_embd.weight", kind: .embedding,
      shape: [config.vocabularySize, config.hiddenSize])
  }

  package static func head(_ config: ModelConfig) -> ModelTensor {
    ModelTensor(
      name: headName, ggufName: "output.weight", kind: .head,
      shape: [config.vocabularySize, config.hiddenSize])
  }

  package static func finalNorm(_ config: ModelConfig) -> ModelTensor {
    ModelTensor(name: "norm.weight", ggufName: "output_norm.weight", kind: .norm, shape: [config.hiddenSize])
  }

  package static func projection(_ projection: Projection, layer: Int, _ config: ModelConfig) -> ModelTensor {
    let shape = projection.shape(in: config)
    return ModelTensor(
      name: "layers.\(layer).\(projection.path).weight", ggufName: projection.ggufName(layer: layer),
      kind: .projection(layer: layer, projection), shape: [shape.outputs, shape.inputs])
  }

  package static func norm(_ norm: LayerNorm, layer: Int, _ config: ModelConfig) -> ModelTensor {
    ModelTensor(
      name: "layers.\(layer).\(norm.rawValue).weight", ggufName: "blk.\(layer).\(norm.ggufPart).weight",
      kind: .norm, shape: [norm.isOfHeads ? config.headDim : config.hiddenSize])
  }

  /// Every tensor of a model, in the order of its layers.
  package static func all(_ config: ModelConfig) -> [ModelTensor] {
    var tensors = [embedding(config)]
    for layer in config.layers.indices {
      tensors += Projection.allCases.map { projection($0, layer: layer, config) }
      tensors += LayerNorm.all(config).map { norm($0, layer: layer, config) }
    }
    tensors.append(finalNorm(config))
    if config.hasOwnHead { tensors.append(head(config)) }
    return tensors
  }
}

/// The RMS norms of a decoder layer, named as in Hugging Face files.
package enum LayerNorm: String, Sendable, CaseIterable {
  case input = "input_layernorm"
  case postAttention = "post_attention_layernorm"
  case preFeedforward = "pre_feedforward_layernorm"
  case postFeedforward = "post_feedforward_layernorm"
  /// The norms of each head's query and key, before the rotation (Gemma 3).
  case query = "self_attn.q_norm"
  case key = "self_attn.k_norm"

  var isOfHeads: Bool { self == .query || self == .key }

  /// The norms that a model of this configuration has.
  package static func all(_ config: ModelConfig) -> [LayerNorm] {
    allCases.filter { config.hasQueryKeyNorm || !$0.isOfHeads }
  }

  fileprivate var ggufPart: String {
    switch self {
    case .input: "attn_norm"
    case .postAttention: "post_attention_norm"
    case .preFeedforward: "ffn_norm"
    case .postFeedforward: "post_ffw_norm"
    case .query: "attn_q_norm"
    case .key: "attn_k_norm"
    }
  }
}

extension Projection {
  /// "blk.3.ffn_up.weight"
  func ggufName(layer: Int) -> String {
    let part =
      switch self {
      case .query: "attn_q"
      case .key: "attn_k"
      case .value: "attn_v"
      case .output: "attn_output"
      case .gate: "ffn_gate"
      case .up: "ffn_up"
      case .down: "ffn_down"
      }
    return "blk.\(layer).\(part).weight"
  }
}
