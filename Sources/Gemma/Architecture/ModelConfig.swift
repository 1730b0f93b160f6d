/// The settings that differ between the decoder layers of a model. The code never tests a model's name; all differences
/// between models and layers are settings.
public struct LayerPlan: Sendable, Equatable {
  /// Sliding window in tokens, the token itself included: token i sees tokens j > i - window. Nil sees all tokens
  /// before it.
  public var window: Int?
  /// Base of the rotary position frequencies.
  public var ropeBase: Double
  /// Linear scaling of the rotary positions: frequencies are divided by it (Chen et al. 2023, "position
  /// interpolation"); 1 for none.
  public var ropeFactor: Double

  public init(window: Int?, ropeBase: Double, ropeFactor: Double = 1) {
    self.window = window
    self.ropeBase = ropeBase
    self.ropeFactor = ropeFactor
  }
}

/// Shape and constants of a Gemma 2 or Gemma 3 text decoder.
public struct ModelConfig: Sendable, Equatable {
  /// The name in the file: "gemma2", "gemma3" or "gemma3_text". It is only shown; nothing depends on it.
  public var architecture: String
  public var hiddenSize: Int
  public var intermediateSize: Int
  public var heads: Int
  public var keyValueHeads: Int
  public var headDim: Int
  public var vocabularySize: Int
  /// Longest sequence the model was trained for, in tokens.
  public var contextLength: Int
  public var rmsNormEpsilon: Float
  /// Scores are multiplied by this: query_pre_attn_scalar to the power -1/2.
  public var queryScale: Float
  /// Scores become cap * tanh(score / cap) before the mask (Gemma 2: 50).
  public var attentionSoftCap: Float?
  /// The soft cap of the logits (Gemma 2: 30).
  public var finalSoftCap: Float?
  /// RMS norm of each head's query and key before the rotation (Gemma 3).
  public var hasQueryKeyNorm: Bool
  /// Whether the output matrix is separate from the embedding.
  public var hasOwnHead = false
  public var layers: [LayerPlan]

  public init(
    architecture: String, hiddenSize: Int, intermediateSize: Int, heads: Int, keyValueHeads: Int,
    headDim: Int,
    vocabularySize: Int, contextLength: Int, rmsNormEpsilon: Float, queryScale: Float,
    attentionSoftCap: Float?,
    finalSoftCap: Float?, hasQueryKeyNorm: Bool, layers: [LayerPlan]
  ) {
    self.architecture = architecture
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headDim = headDim
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.rmsNormEpsilon = rmsNormEpsilon
    self.queryScale = queryScale
    self.attentionSoftCap = attentionSoftCap
    self.finalSoftCap = finalSoftCap
    self.hasQueryKeyNorm = hasQueryKeyNorm
    self.layers = layers
  }
}
