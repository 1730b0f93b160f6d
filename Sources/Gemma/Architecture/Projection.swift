/// The seven projections of a decoder layer, named as in Hugging Face files.
public enum Projection: String, CaseIterable, Sendable, Comparable {
  case query = "q_proj"
  case key = "k_proj"
  case value = "v_proj"
  case output = "o_proj"
  case gate = "gate_proj"
  case up = "up_proj"
  case down = "down_proj"

  /// "self_attn.q_proj", "mlp.up_proj", ...
  public var path: String {
    switch self {
    case .query, .key, .value, .output: "self_attn." + rawValue
    case .gate, .up, .down: "mlp." + rawValue
    }
  }

  /// (inputs, outputs) in a model of this configuration.
  public func shape(in config: ModelConfig) -> (inputs: Int, outputs: Int) {
    let hidden = config.hiddenSize
    return switch self {
    case .query: (hidden, config.heads * config.headDim)
    case .key, .value: (hidden, config.keyValueHeads * config.headDim)
    case .output: (config.heads * config.headDim, hidden)
    case .gate, .up: (hidden, config.intermediateSize)
    case .down: (config.intermediateSize, hidden)
    }
  }

  private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  public static func < (a: Projection, b: Projection) -> Bool { a.order < b.order }
}

extension ModelConfig {
  /// Number of floats that the backward pass of one layer needs for each token.
  var savedFloats: Int { 4 * hiddenSize + 2 * (heads + keyValueHeads) * headDim + 2 * intermediateSize }

  /// Number of weights of the decoder, the embedding and a separate output matrix.
  public var parameterCount: Int {
    let projections = Projection.allCases.reduce(0) {
      $0 + $1.shape(in: self).inputs * $1.shape(in: self).outputs
    }
    let norms = 4 * hiddenSize + (hasQueryKeyNorm ? 2 * headDim : 0)
    return layers.count * (projections + norms) + hiddenSize
      + (hasOwnHead ? 2 : 1) * vocabularySize * hiddenSize
  }
}
