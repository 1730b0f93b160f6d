import Foundation

/// The `config.json` of a Hugging Face folder, read and written.
///
/// Missing keys have the defaults of Gemma2Config and Gemma3TextConfig of transformers.
extension ModelConfig {
  /// The defaults of Gemma2Config and Gemma3TextConfig.
  private struct Defaults {
    let isGemma3: Bool
    let hiddenSize = 2304
    let intermediateSize = 9216
    let layers = 26
    let heads = 8
    let keyValueHeads = 4
    let headDim = 256
    let queryScalar = 256.0
    let window = 4096
    var vocabularySize: Int { isGemma3 ? 262_208 : 256_000 }
    var contextLength: Int { isGemma3 ? 131_072 : 8192 }
    var attentionSoftCap: Double? { isGemma3 ? nil : 50 }
    var finalSoftCap: Double? { isGemma3 ? nil : 30 }
    var ropeBase: Double { isGemma3 ? 1e6 : 1e4 }
    let windowedRopeBase = 1e4
    /// The period of the layers without a window: the last layer of each period has none.
    var period: Int { isGemma3 ? 6 : 2 }
  }

  /// Keys that change no result: token ids, which the tokenizer has too, and notes of the libraries that wrote the
  /// file.
  private static let harmless: Set<String> = [
    "bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id", "sep_token_id", "cls_token_id",
    "initializer_range", "use_cache", "cache_implementation", "dtype", "torch_dtype",
    "chunk_size_feed_forward",
    "id2label", "label2id", "num_labels", "problem_type", "return_dict", "output_hidden_states",
    "output_attentions", "is_decoder", "hidden_act", "model_name", "prefix", "tokenizer_class",
    "task_specific_params",
    "finetuning_task", "max_length", "min_length", "do_sample", "num_beams", "temperature", "top_k", "top_p",
    "repetition_penalty", "length_penalty", "no_repeat_ngram_size", "typical_p", "num_return_sequences",
    "early_stopping",
    "num_beam_groups", "diversity_penalty", "encoder_no_repeat_ngram_size", "remove_invalid_values",
    "torchscript",
    "use_bfloat16", "tf_legacy_loss", "architectures", "model_type",
  ]
  /// Beginnings of further harmless keys: private notes of transformers, and notes of Unsloth.
  private static let harmlessPrefixes = ["_", "unsloth_", "transformers_"]
  /// Keys of an image-and-text model that the decoder does not need.
  private static let multimodal: Set<String> = [
    "vision_config", "mm_tokens_per_image", "boi_token_index", "eoi_token_index", "image_token_index",
    "image_token_id", "boi_token_id", "eoi_token_id",
  ]
  private static let architectures: Set<String> = [
    "Gemma2ForCausalLM", "Gemma2Model", "Gemma3ForCausalLM", "Gemma3TextModel", "Gemma3Model",
    "Gemma3ForConditionalGeneration",
  ]

  /// Reads a `config.json` of any version. Each key is used, known to be harmless, or refused by its name.
  ///
  /// - Throws: `unsupported`, `malformed`.
  init(json: [String: Any], path: String) throws {
    func unsupported(_ feature: String) -> GemmaError { .unsupported(path: path, feature: feature) }
    var outer = HubKeys(json, path: path)
    try HubQuantisation.check(&outer)
    for name in json["architectures"] as? [String] ?? [] where !Self.architectures.contains(name) {
      throw unsupported("the architecture \(name); gnb reads Gemma 2 and 3 language models")
    }
    // In a multimodal checkpoint the decoder's configuration is an inner object.
    var text = outer
    let outerType = try outer.string("model_type")
    var architecture = outerType ?? "nothing"
    if let inner = try outer.object("text_config") {
      guard architecture == "gemma3" else {
        throw unsupported("the model_type \(architecture); gnb reads gemma2 and gemma3_text")
      }
      text = inner
      architecture = try text.string("model_type") ?? "gemma3_text"
      outer.use("tie_word_embeddings")
      try outer.refuseOthers(harmless: Self.harmless.union(Self.multimodal), prefixes: Self.harmlessPrefixes)
    }
    guard ["gemma2", "gemma3", "gemma3_text"].contains(architecture) else {
      throw unsupported("the model_type \(architecture); gnb reads gemma2 and gemma3_text")
    }
    let defaults = Defaults(isGemma3: architecture != "gemma2")
    try Self.refuseOtherArithmetic(&text)
    let layers = try text.size("num_hidden_layers", default: defaults.layers, largest: 1024)
    let plans = try Self.plans(&text, layers, defaults)
    let scalar = try text.number("query_pre_attn_scalar") ?? defaults.queryScalar
    let attentionCap = try text.number("attn_logit_softcapping", absent: defaults.attentionSoftCap)
    let finalCap = try text.number("final_logit_softcapping", absent: defaults.finalSoftCap)
    self.init(
      architecture: architecture, hiddenSize: try text.size("hidden_size", default: defaults.hiddenSize),
      intermediateSize: try text.size("intermediate_size", default: defaults.intermediateSize),
      heads: try text.size("num_attention_heads", default: defaults.heads),
      keyValueHeads: try text.size("num_key_value_heads", default: defaults.keyValueHeads),
      headDim: try text.size("head_dim", default: defaults.headDim),
      vocabularySize: try text.size("vocab_size", default: defaults.vocabularySize),
      contextLength: try text.size(
        "max_position_embeddings", default: defaults.contextLength, largest: 1 << 30),
      rmsNormEpsilon: Float(try text.number("rms_norm_eps") ?? 1e-6),
      queryScale: Float(1 / scalar.squareRoot()),
      // transformers reads the soft cap of the scores in Gemma 3 but does not use it.
      attentionSoftCap: defaults.isGemma3 ? nil : attentionCap.map { Float($0) },
      finalSoftCap: finalCap.map { Float($0) }, hasQueryKeyNorm: defaults.isGemma3, layers: plans)
    text.use("tie_word_embeddings")
    if outer.json.keys.contains("text_config") {
      try text.refuseOthers(harmless: Self.harmless, prefixes: Self.harmlessPrefixes)
    } else {
      // A text model that was made from an image-and-text model may still have the keys of the image part.
      try text.refuseOthers(harmless: Self.harmless.union(Self.multimodal), prefixes: Self.harmlessPrefixes)
    }
    try check(path: path)
  }

  /// Whether the file says that the output matrix is separate from the embedding.
  static func saysUntied(_ json: [String: Any]) -> Bool {
    let text = json["text_config"] as? [String: Any]
    return json["tie_word_embeddings"] as? Bool == false || text?["tie_word_embeddings"] as? Bool == false
  }

  /// Refuses settings that need layers that gnb does not have.
  private static func refuseOtherArithmetic(_ text: inout HubKeys) throws {
    func refuse(_ feature: String) -> GemmaError { .unsupported(path: text.path, feature: feature) }
    if let activation = try text.string("hidden_activation"),
      !["gelu_pytorch_tanh", "gelu_new"].contains(activation)
    {
      throw refuse("the hidden_activation \(activation); gnb computes gelu_pytorch_tanh")
    }
    // The value is true, or "all" for all tokens.
    if let value = text.value("use_bidirectional_attention"),
      !(HubKeys.isBool(value) && value as? Bool == false)
    {
      throw refuse("use_bidirectional_attention: the model is for embeddings, not for writing text")
    }
    if try text.bool("attention_bias") == true { throw refuse("attention_bias") }
    if try text.bool("is_encoder_decoder") == true { throw refuse("is_encoder_decoder") }
    if let dropout = try text.number("attention_dropout"), dropout != 0 { throw refuse("attention_dropout") }
  }

  /// The window and the rotation of every layer.
  private static func plans(_ text: inout HubKeys, _ layers: Int, _ defaults: Defaults) throws -> [LayerPlan]
  {
    let ropes = try ropes(&text, defaults)
    var period = defaults.period
    if defaults.isGemma3 {
      let noted = try text.size("_sliding_window_pattern", default: period)
      // transformers writes this key together with layer_types, but does not read it.
      guard
        noted == period || text.value("layer_types") != nil || text.value("sliding_window_pattern") != nil
      else {
        throw GemmaError.unsupported(
          path: text.path,
          feature: "_sliding_window_pattern \(noted) without the key layer_types")
      }
      period = try text.size("sliding_window_pattern", default: period)
    }
    var isFull = (0..<layers).map { ($0 + 1) % period == 0 }
    if let types = text.value("layer_types") {
      guard let names = types as? [String], names.count == layers,
        names.allSatisfy(["full_attention", "sliding_attention"].contains)
      else { throw text.malformed("layer_types", "\(layers) entries, full_attention or sliding_attention") }
      isFull = names.map { $0 == "full_attention" }
    }
    let window: Int? =
      isFull.allSatisfy { $0 } && text.value("sliding_window") == nil
      ? nil : try text.size("sliding_window", default: defaults.window, largest: 1 << 30)
    if window != nil, text.json["sliding_window"] is NSNull {
      throw text.malformed("sliding_window", "a number of tokens, because some layers have a window")
    }
    return isFull.map {
      $0
        ? LayerPlan(window: nil, ropeBase: ropes.full.base, ropeFactor: ropes.full.factor)
        : LayerPlan(window: window, ropeBase: ropes.windowed.base, ropeFactor: ropes.windowed.factor)
    }
  }

  private struct Rope {
    var base: Double
    var factor = 1.0
  }

  /// Base and scaling of the rotation. transformers 5 writes them into `rope_parameters` (for Gemma 3 by kind of
  /// layer), transformers 4 into `rope_theta`, `rope_local_base_freq` and `rope_scaling`.
  private static func ropes(_ text: inout HubKeys, _ defaults: Defaults) throws -> (
    full: Rope, windowed: Rope
  ) {
    let base = try text.number("rope_theta") ?? defaults.ropeBase
    let windowedBase = try text.number("rope_local_base_freq") ?? defaults.windowedRopeBase
    var parameters = try text.object("rope_parameters")
    let scaling = try text.object("rope_scaling")
    guard defaults.isGemma3 else {
      var rope = try rope(parameters, "rope_parameters", base)
      if let scaling { rope.factor = try self.rope(scaling, "rope_scaling", base).factor }
      return (rope, rope)
    }
    var full = Rope(base: base)
    var windowed = Rope(base: windowedBase)
    if var kinds = parameters {
      full = try rope(kinds.object("full_attention"), "rope_parameters.full_attention", base)
      windowed = try rope(
        kinds.object("sliding_attention"), "rope_parameters.sliding_attention", windowedBase)
      // Older and newer keys with the same value may be in one file.
      try kinds.refuseOthers(harmless: [])
      parameters = kinds
    }
    if let scaling { full.factor = try rope(scaling, "rope_scaling", base).factor }
    return (full, windowed)
  }

  /// - Throws: `unsupported` for a scaling that is not linear.
  private static func rope(_ keys: HubKeys?, _ name: String, _ base: Double) throws -> Rope {
    guard var keys else { return Rope(base: base) }
    let oldType = try keys.string("type")
    let type = try keys.string("rope_type") ?? oldType ?? "default"
    let theta = try keys.number("rope_theta") ?? base
    let factor = try keys.number("factor")
    if let share = try keys.number("partial_rotary_factor"), share != 1 {
      throw GemmaError.unsupported(path: keys.path, feature: "\(name) with partial_rotary_factor \(share)")
    }
    guard ["default", "linear"].contains(type) else {
      throw GemmaError.unsupported(
        path: keys.path, feature: "RoPE scaling of type \(type) in \(name); gnb scales linearly")
    }
    try keys.refuseOthers(harmless: ["original_max_position_embeddings"])
    guard type == "linear" else { return Rope(base: theta) }
    guard let factor, factor > 0 else { throw keys.malformed("factor", "a number above 0") }
    return Rope(base: theta, factor: factor)
  }

  // MARK: Writing

  /// A `config.json` for transformers, with the keys of versions 4 and 5.
  func hub(bos: Int32, eos: Int32, pad: Int32) -> [String: Any] {
    // A Float is written with few digits: 1e-06, not 9.999999974752427e-07.
    func plain(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }
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
      "rms_norm_eps": plain(rmsNormEpsilon), "sliding_window": window ?? contextLength,
      "tie_word_embeddings": !hasOwnHead, "use_cache": true, "vocab_size": vocabularySize,
    ]
    func scaling(_ factor: Double) -> [String: Any] {
      factor == 1 ? ["rope_type": "default"] : ["rope_type": "linear", "factor": factor]
    }
    func rope(_ layer: LayerPlan) -> [String: Any] {
      scaling(layer.ropeFactor).merging(["rope_theta": layer.ropeBase]) { $1 }
    }
    let full = layers.first { $0.window == nil } ?? layers[0]
    let windowed = layers.first { $0.window != nil } ?? layers[0]
    json["rope_theta"] = full.ropeBase
    if full.ropeFactor != 1 { json["rope_scaling"] = scaling(full.ropeFactor) }
    if hasQueryKeyNorm {
      json["rope_local_base_freq"] = windowed.ropeBase
      json["rope_parameters"] = ["full_attention": rope(full), "sliding_attention": rope(windowed)]
    } else {
      json["rope_parameters"] = rope(full)
    }
    if let attentionSoftCap { json["attn_logit_softcapping"] = plain(attentionSoftCap) }
    if let finalSoftCap { json["final_logit_softcapping"] = plain(finalSoftCap) }
    return json
  }
}
