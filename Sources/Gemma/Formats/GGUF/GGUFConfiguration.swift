/// The configuration in a GGUF file: its `gemma2.*` or `gemma3.*` keys, read and written.
extension ModelConfig {
  /// "gemma2" or "gemma3", as GGUF files say it.
  var ggufArchitecture: String { hasQueryKeyNorm ? "gemma3" : "gemma2" }

  /// GGUF has no key for the scale of the scores: readers derive it. What queries must be multiplied by so that a derived scale
  /// gives the scores of this one; 1 for all of Google's models.
  var ggufQueryFactor: Float {
    let factor =
      queryScale
      / Self.ggufQueryScale(layers: layers.count, hidden: hiddenSize, heads: heads, headDim: headDim)
    return abs(factor - 1) < 1e-6 ? 1 : factor
  }

  /// The architecture's keys of a GGUF file.
  ///
  /// - Throws: `unsupported` for what no such key can say.
  func write(to writer: inout GGUFWriter, path: String) throws {
    func unsupported(_ feature: String) -> GemmaError {
      .unsupported(path: path, feature: "GGUF with \(feature)")
    }
    let base = base(windowed: false)
    let windowBase = hasQueryKeyNorm ? self.base(windowed: true) : base
    guard
      layers
        == Self.ggufLayers(
          layers.count, isGemma3: hasQueryKeyNorm, window: window, base: base, windowBase: windowBase)
    else { throw unsupported("layers whose windows follow another pattern than \(ggufArchitecture)'s") }
    func key(_ name: String) -> String { ggufArchitecture + "." + name }
    for (name, number) in [
      ("context_length", contextLength), ("embedding_length", hiddenSize), ("block_count", layers.count),
      ("feed_forward_length", intermediateSize), ("attention.head_count", heads),
      ("attention.head_count_kv", keyValueHeads), ("attention.key_length", headDim),
      ("attention.value_length", headDim), ("attention.sliding_window", window),
    ] { writer.set(key(name), number) }
    writer.set(key("attention.layer_norm_rms_epsilon"), .number(rmsNormEpsilon))
    writer.set(key("rope.freq_base"), .number(Float(base)))
    switch (hasQueryKeyNorm, attentionSoftCap, finalSoftCap) {
    case (true, nil, nil): writer.set(key("rope.freq_base_swa"), .number(Float(windowBase)))
    case (false, let attention?, let final?):
      writer.set(key("attn_logit_softcapping"), .number(attention))
      writer.set(key("final_logit_softcapping"), .number(final))
    default: throw unsupported("soft caps that \(ggufArchitecture) does not have")
    }
  }

  /// From the `gemma2.*` or `gemma3.*` keys of a GGUF file.
  init(_ file: GGUFFile) throws {
    let path = file.file.path
    let architecture = file.string("general.architecture") ?? "nothing"
    guard ["gemma2", "gemma3"].contains(architecture) else {
      throw GemmaError.unsupported(
        path: path, feature: "architecture \(architecture); gnb reads gemma2 and gemma3")
    }
    let isGemma3 = architecture == "gemma3"
    func key(_ name: String) -> String { architecture + "." + name }
    func size(_ name: String) throws -> Int {
      guard let value = file.integer(key(name)), (1...Self.largest).contains(value) else {
        throw GemmaError.malformed(
          path: path, location: key(name), expected: "a number from 1 to \(Self.largest)",
          found: file.integer(key(name)).map(String.init) ?? "nothing")
      }
      return value
    }
    let hidden = try size("embedding_length")
    let heads = try size("attention.head_count")
    let layers = try size("block_count")
    guard layers <= 1024 else {
      throw GemmaError.malformed(
        path: path, location: key("block_count"), expected: "at most 1024 layers", found: "\(layers)")
    }
    guard let embedding = file.tensor("token_embd.weight"), embedding.shape.count == 2 else {
      throw GemmaError.malformed(
        path: path, location: "token_embd.weight", expected: "a matrix", found: "none")
    }
    let headDim = try size("attention.key_length")
    let window = try size("attention.sliding_window")
    let base = file.number(key("rope.freq_base")) ?? (isGemma3 ? 1e6 : 1e4)
    let windowBase = file.number(key("rope.freq_base_swa")) ?? 1e4
    self.init(
      architecture: architecture, hiddenSize: hidden, intermediateSize: try size("feed_forward_length"),
      heads: heads,
      keyValueHeads: try size("attention.head_count_kv"), headDim: headDim,
      vocabularySize: embedding.shape[0],
      contextLength: try size("context_length"),
      rmsNormEpsilon: Float(file.number(key("attention.layer_norm_rms_epsilon")) ?? 1e-6),
      queryScale: Self.ggufQueryScale(layers: layers, hidden: hidden, heads: heads, headDim: headDim),
      attentionSoftCap: isGemma3 ? nil : Float(file.number(key("attn_logit_softcapping")) ?? 50),
      finalSoftCap: isGemma3 ? nil : Float(file.number(key("final_logit_softcapping")) ?? 30),
      hasQueryKeyNorm: isGemma3,
      layers: Self.ggufLayers(
        layers, isGemma3: isGemma3, window: window, base: base, windowBase: windowBase))
    try check(path: path)
  }

  /// Not in the file. 27B-shaped models (Gemma 2's have 46 layers, Gemma 3's 62) divide by hidden/heads, all others by the head size.
  static func ggufQueryScale(layers: Int, hidden: Int, heads: Int, headDim: Int) -> Float {
    1 / Float(layers == 46 || layers == 62 ? hidden / heads : headDim).squareRoot()
  }

  /// Which layers have a window, which the file does not tell.
  static func ggufLayers(_ count: Int, isGemma3: Bool, window: Int, base: Double, windowBase: Double)
    -> [LayerPlan]
  {
    (0..<count).map { layer in
      let isFull = isGemma3 ? (layer + 1) % 6 == 0 : layer % 2 == 1
      return LayerPlan(window: isFull ? nil : window, ropeBase: isGemma3 && !isFull ? windowBase : base)
    }
  }
}
