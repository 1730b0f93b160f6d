import Foundation

/// The configuration as the `config.json` of a Hugging Face folder, read and written.
extension ModelConfig {
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

  /// A `config.json` for transformers, its names of version 4 and 5.
  func hub(bos: Int32, eos: Int32, pad: Int32) -> [String: Any] {
    let (base, windowBase) = (base(windowed: false), base(windowed: true))
    let scalar = plain(1 / (queryScale * queryScale))
    var json: [String: Any] = [
      "model_type": hasQueryKeyNorm ? "gemma3_text" : "gemma2",
      "architectures": [hasQueryKeyNorm ? "Gemma3ForCausalLM" : "Gemma2ForCausalLM"],
      "attention_bias": false, "attention_dropout": 0.0, "attn_logit_softcapping": NSNull(),
      "final_logit_softcapping": NSNull(), "bos_token_id": Int(bos), "eos_token_id": Int(eos),
      "pad_token_id": Int(pad), "head_dim": headDim, "hidden_activation": "gelu_pytorch_tanh",
      "hidden_size": hiddenSize, "initializer_range": 0.02, "intermediate_size": intermediateSize,
      "layer_types": layers.map { $0.window == nil ? "full_attention" : "sliding_attention" },
      "max_position_embeddings": contextLength, "num_attention_heads": heads,
      "num_hidden_layers": layers.count, "num_key_value_heads": keyValueHeads,
      "query_pre_attn_scalar": abs(scalar - scalar.rounded()) < 1e-3 ? scalar.rounded() : scalar,
      "rms_norm_eps": plain(rmsNormEpsilon), "rope_theta": base, "sliding_window": window,
      "tie_word_embeddings": true, "use_cache": true, "vocab_size": vocabularySize,
    ]
    func rope(_ theta: Double) -> [String: Any] { ["rope_type": "default", "rope_theta": theta] }
    if hasQueryKeyNorm {
      json["rope_local_base_freq"] = windowBase
      json["rope_parameters"] = ["full_attention": rope(base), "sliding_attention": rope(windowBase)]
    } else {
      json["rope_parameters"] = rope(base)
    }
    if let attentionSoftCap { json["attn_logit_softcapping"] = plain(attentionSoftCap) }
    if let finalSoftCap { json["final_logit_softcapping"] = plain(finalSoftCap) }
    return json
  }
}
