/// A tensor of a model by its canonical name: Hugging Face's without prefix.
struct ModelTensor: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    case embedding
    case norm
    case projection(layer: Int, Projection)
  }

  let name: String
  let kind: Kind
  /// [outputs, inputs], [vocabulary, hidden], or a norm's length.
  let shape: [Int]

  private init(_ name: String, _ kind: Kind, _ config: ModelConfig) {
    self.name = name
    self.kind = kind
    shape = Self.shape(of: name, in: config)
  }

  /// Every tensor of a model, in the order of its layers.
  static func all(_ config: ModelConfig) -> [ModelTensor] {
    var tensors = [ModelTensor("embed_tokens.weight", .embedding, config)]
    var norms = [
      "input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm",
      "post_feedforward_layernorm",
    ]
    if config.hasQueryKeyNorm { norms += ["self_attn.q_norm", "self_attn.k_norm"] }
    for layer in config.layers.indices {
      let prefix = "layers.\(layer)."
      tensors += Projection.allCases.map {
        ModelTensor(prefix + $0.path + ".weight", .projection(layer: layer, $0), config)
      }
      tensors += norms.map { ModelTensor(prefix + $0 + ".weight", .norm, config) }
    }
    return tensors + [ModelTensor("norm.weight", .norm, config)]
  }

  static func shape(of name: String, in config: ModelConfig) -> [Int] {
    if name == "embed_tokens.weight" { return [config.vocabularySize, config.hiddenSize] }
    if let projection = Projection.allCases.first(where: { name.hasSuffix($0.path + ".weight") }) {
      let shape = projection.shape(in: config)
      return [shape.outputs, shape.inputs]
    }
    return name.hasSuffix("q_norm.weight") || name.hasSuffix("k_norm.weight")
      ? [config.headDim] : [config.hiddenSize]
  }
}
