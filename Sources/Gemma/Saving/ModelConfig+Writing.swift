import Foundation

/// A configuration in the two forms that model files have it.
extension ModelConfig {
  /// "gemma2" or "gemma3", as GGUF files say it.
  var ggufArchitecture: String { hasQueryKeyNorm ? "gemma3" : "gemma2" }

  private var window: Int { layers.lazy.compactMap(\.window).first ?? contextLength }
  /// Rotary base of the layers with and without a window.
  private func base(windowed: Bool) -> Double {
    (layers.first { ($0.window != nil) == windowed } ?? layers.first)?.ropeBase ?? 1e4
  }

  /// A Float as people write it: 1e-06, not 9.999999974752427e-07.
  private func plain(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }

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
