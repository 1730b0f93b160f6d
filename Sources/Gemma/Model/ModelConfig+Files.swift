/// Configurations from the two kinds of model file, with the defaults that files leave out.
extension ModelConfig {
  private static let largest = 1 << 20

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

  /// From the `config.json` of a Hugging Face folder, in any of its spellings.
  init(json: [String: Any], path: String) throws {
    // Multimodal checkpoints keep the decoder's part inside.
    let text = json["text_config"] as? [String: Any] ?? json
    let architecture = text["model_type"] as? String ?? json["model_type"] as? String ?? "nothing"
    guard ["gemma2", "gemma3", "gemma3_text"].contains(architecture) else {
      throw GemmaError.unsupported(
        path: path, feature: "model_type \(architecture); gnb reads gemma2 and gemma3_text")
    }
    let isGemma3 = architecture != "gemma2"
    func size(_ name: String, default standard: Int? = nil) throws -> Int {
      guard let value = text[name] as? Int ?? standard, (1...Self.largest).contains(value) else {
        throw GemmaError.malformed(
          path: path, location: name, expected: "a number from 1 to \(Self.largest)",
          found: "\(text[name] ?? "nothing")")
      }
      return value
    }
    func number(_ name: String) -> Double? { text[name] as? Double }
    let layers = try size("num_hidden_layers")
    guard layers <= 1024 else {
      throw GemmaError.malformed(
        path: path, location: "num_hidden_layers", expected: "at most 1024 layers", found: "\(layers)")
    }
    let headDim = try size("head_dim", default: 256)
    let window = try size("sliding_window", default: 4096)
    let parameters = text["rope_parameters"] as? [String: Any]
    func rope(_ kind: String) -> Double? {
      (parameters?[kind] as? [String: Any])?["rope_theta"] as? Double
    }
    let base =
      rope("full_attention") ?? parameters?["rope_theta"] as? Double ?? number("rope_theta")
      ?? (isGemma3 ? 1e6 : 1e4)
    let windowBase = rope("sliding_attention") ?? number("rope_local_base_freq") ?? (isGemma3 ? 1e4 : base)
    for name in ["rope_scaling"] where text[name] is [String: Any] {
      throw GemmaError.unsupported(path: path, feature: name)
    }
    let pattern = text["sliding_window_pattern"] as? Int ?? text["_sliding_window_pattern"] as? Int ?? 6
    let types = text["layer_types"] as? [String]
    if let types, types.count != layers {
      throw GemmaError.malformed(
        path: path, location: "layer_types", expected: "\(layers) entries", found: "\(types.count)")
    }
    guard pattern > 0 else {
      throw GemmaError.malformed(
        path: path, location: "sliding_window_pattern", expected: "a number above 0", found: "\(pattern)")
    }
    let scalar = number("query_pre_attn_scalar") ?? Double(headDim)
    self.init(
      architecture: architecture, hiddenSize: try size("hidden_size"),
      intermediateSize: try size("intermediate_size"), heads: try size("num_attention_heads"),
      keyValueHeads: try size("num_key_value_heads"), headDim: headDim,
      vocabularySize: try size("vocab_size"),
      contextLength: try size("max_position_embeddings", default: isGemma3 ? 32768 : 8192),
      rmsNormEpsilon: Float(number("rms_norm_eps") ?? 1e-6), queryScale: Float(1 / scalar.squareRoot()),
      attentionSoftCap: number("attn_logit_softcapping").map { Float($0) },
      finalSoftCap: number("final_logit_softcapping").map { Float($0) }, hasQueryKeyNorm: isGemma3,
      layers: (0..<layers).map { layer in
        let isFull =
          types.map { $0[layer] == "full_attention" }
          ?? (isGemma3 ? (layer + 1) % pattern == 0 : layer % 2 == 1)
        return LayerPlan(window: isFull ? nil : window, ropeBase: isFull ? base : windowBase)
      })
    try check(path: path)
  }

  /// What the arithmetic takes for granted.
  private func check(path: String) throws {
    guard heads % keyValueHeads == 0 else {
      throw GemmaError.malformed(
        path: path, location: "heads", expected: "a multiple of \(keyValueHeads) key-value heads",
        found: "\(heads)")
    }
    guard headDim % 2 == 0 else {
      throw GemmaError.malformed(
        path: path, location: "head size", expected: "an even number", found: "\(headDim)")
    }
    guard queryScale.isFinite, queryScale > 0, rmsNormEpsilon > 0 else {
      throw GemmaError.malformed(
        path: path, location: "scales", expected: "positive numbers",
        found: "\(queryScale), \(rmsNormEpsilon)")
    }
  }
}
