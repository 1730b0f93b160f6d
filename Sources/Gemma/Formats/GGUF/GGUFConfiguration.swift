/// The configuration in a GGUF file: its `gemma2.*` or `gemma3.*` keys, read and written.
///
/// Missing keys have the defaults of llama.cpp.
extension ModelConfig {
  /// The architecture's name in GGUF files: "gemma2" or "gemma3".
  var ggufArchitecture: String { hasQueryKeyNorm ? "gemma3" : "gemma2" }

  /// Beginnings of keys that change no number: names, notes, how the file was made, the vision part, and the tokenizer,
  /// which checks its own keys.
  private static let harmlessPrefixes = [
    "general.", "quantize.", "split.", "tokenizer.", "gemma3.vision.", "gemma3.mm.", "gnb.",
  ]

  /// Reads the keys of a file. Each key is used, known to be harmless, or refused by its name.
  ///
  /// - Throws: `wrongKind` for an adapter or an image projector, `unsupported`, `malformed`.
  init(_ file: GGUFFile) throws {
    let path = file.file.path
    let architecture = try Self.architecture(of: file)
    let isGemma3 = architecture == "gemma3"
    var used = UsedKeys()
    func key(_ name: String) -> String {
      let key = architecture + "." + name
      used.use(key)
      return key
    }
    func malformed(_ key: String, _ expected: String) -> GemmaError {
      .malformed(
        path: path, location: key, expected: expected,
        found: file.metadata[key].map { value in
          switch value {
          case .array(_, let count, _): "an array of \(count)"
          case .string(let text): text
          case .bool(let value): "\(value)"
          default: file.number(key).map { "\($0)" } ?? "another value"
          }
        } ?? "nothing")
    }
    /// A number, or an array with one number for each layer if all numbers are equal.
    func size(_ name: String, default standard: Int? = nil, layers: Int? = nil) throws -> Int {
      let key = key(name)
      var value = file.integer(key)
      if let layers, let array = try file.integers(key) {
        guard array.count == layers, let first = array.first else {
          throw malformed(key, "one number, or one for each of \(layers) layers")
        }
        guard array.allSatisfy({ $0 == first }) else {
          throw GemmaError.unsupported(path: path, feature: "\(key) that differs from layer to layer")
        }
        value = first
      }
      if file.metadata[key] == nil { value = standard }
      guard let value, (1...Self.largest).contains(value) else {
        throw malformed(key, "a number from 1 to \(Self.largest)")
      }
      return value
    }
    /// Checks a key that may have one value only.
    func expect(_ name: String, _ value: Int) throws {
      let key = key(name)
      guard file.metadata[key] == nil || file.integer(key) == value else {
        throw GemmaError.unsupported(
          path: path,
          feature: "\(key) = \(file.integer(key).map(String.init) ?? "another value"), only \(value)")
      }
    }
    func number(_ name: String) throws -> Double? {
      let key = key(name)
      guard file.metadata[key] != nil else { return nil }
      guard let value = file.number(key), value.isFinite else { throw malformed(key, "a number") }
      return value
    }

    let layers = try size("block_count")
    guard layers <= 1024 else { throw malformed(key("block_count"), "at most 1024 layers") }
    let hidden = try size("embedding_length")
    let heads = try size("attention.head_count", layers: layers)
    guard let embedding = file.tensor("token_embd.weight"), embedding.shape.count == 2 else {
      throw GemmaError.malformed(
        path: path, location: "token_embd.weight", expected: "a matrix", found: "none")
    }
    let headDim = try size("attention.key_length", default: max(1, hidden / heads))
    for name in [
      "attention.value_length", "attention.key_length_swa", "attention.value_length_swa",
      "rope.dimension_count", "rope.dimension_count_swa",
    ] { try expect(name, headDim) }
    try expect("vocab_size", embedding.shape[0])
    for name in ["expert_count", "expert_used_count", "pooling_type", "attention.shared_kv_layers"] {
      try expect(name, 0)
    }
    guard file.metadata[key("attention.causal")] != .bool(false) else {
      throw GemmaError.unsupported(
        path: path, feature: "attention in both directions (attention.causal false)")
    }
    let base = try number("rope.freq_base") ?? 1e4
    let windowBase = try number("rope.freq_base_swa") ?? 1e4
    let factor = try Self.ropeFactor(file, key: key, number: number)
    // As in llama.cpp: without the key, Gemma 3 has no window, and Gemma 2 has a window of 4096.
    let windowKey = key("attention.sliding_window")
    let window: Int? =
      file.metadata[windowKey] == nil
      ? (isGemma3 ? nil : 4096)
      : file.integer(windowKey) == 0 ? nil : try size("attention.sliding_window")
    let isFull = try Self.fullLayers(layers, of: file, key: key("attention.sliding_window_pattern"), isGemma3)
    self.init(
      architecture: architecture, hiddenSize: hidden,
      intermediateSize: try size("feed_forward_length", layers: layers), heads: heads,
      keyValueHeads: try size("attention.head_count_kv", default: heads, layers: layers), headDim: headDim,
      vocabularySize: embedding.shape[0], contextLength: try size("context_length"),
      rmsNormEpsilon: Float(try number("attention.layer_norm_rms_epsilon") ?? 1e-6),
      queryScale: Self.ggufQueryScale(
        isGemma3, layers: layers, hidden: hidden, heads: heads, headDim: headDim),
      attentionSoftCap: try Self.cap(number("attn_logit_softcapping"), isGemma3 ? nil : 50),
      finalSoftCap: try Self.cap(number("final_logit_softcapping"), isGemma3 ? nil : 30),
      hasQueryKeyNorm: isGemma3,
      layers: isFull.map { isFull in
        if isFull || window == nil { return LayerPlan(window: nil, ropeBase: base, ropeFactor: factor) }
        return isGemma3
          ? LayerPlan(window: window, ropeBase: windowBase)
          : LayerPlan(window: window, ropeBase: base, ropeFactor: factor)
      })
    // llama.cpp and transformers ignore a soft cap of the scores in Gemma 3 files.
    if isGemma3 { attentionSoftCap = nil }
    try used.refuseOthers(
      file.metadata.keys, harmless: ["GGUF.version"], prefixes: Self.harmlessPrefixes, path: path)
    try check(path: path)
  }

  private static func architecture(of file: GGUFFile) throws -> String {
    let path = file.file.path
    if let type = file.string("general.type"), type != "model" {
      let found =
        ["adapter": "a LoRA adapter", "mmproj": "the image part of a model (mmproj)"][type]
        ?? "a GGUF file of type \(type)"
      throw GemmaError.wrongKind(
        path: path, expected: "a model", found: found,
        remedy: type == "adapter"
          ? "load its base model, then: load adapter \(path)" : "load the model's own GGUF file")
    }
    let architecture = file.string("general.architecture") ?? "without a name"
    if architecture == "clip" {
      throw GemmaError.wrongKind(
        path: path, expected: "a model", found: "the image part of a model (mmproj)",
        remedy: "load the model's own GGUF file")
    }
    guard ["gemma2", "gemma3"].contains(architecture) else {
      throw GemmaError.unsupported(
        path: path, feature: "the architecture \(architecture); gnb reads gemma2 and gemma3")
    }
    return architecture
  }

  /// A cap of 0 means no cap.
  private static func cap(_ value: Double?, _ standard: Float?) -> Float? {
    guard let value else { return standard }
    return value > 0 ? Float(value) : nil
  }

  /// `rope.scaling.*`, or the older `rope.scale_linear`.
  private static func ropeFactor(
    _ file: GGUFFile, key: (String) -> String, number: (String) throws -> Double?
  ) throws -> Double {
    let typeKey = key("rope.scaling.type")
    let type = file.string(typeKey) ?? "linear"
    // Keys that only other kinds of scaling use.
    for name in ["original_context_length", "finetuned"] { _ = key("rope.scaling.\(name)") }
    let factor = try number("rope.scaling.factor") ?? number("rope.scale_linear") ?? 1
    if type == "none" || (type == "linear" && factor == 0) { return 1 }
    if factor == 1 { return 1 }
    guard type == "linear", factor > 0 else {
      throw GemmaError.unsupported(
        path: file.file.path, feature: "RoPE scaling of type \(type) (\(typeKey)); gnb scales linearly")
    }
    return factor
  }

  /// Which layers have no window. The key is a period, where the last layer of each period has no window; or a list
  /// with true for each layer with a window.
  private static func fullLayers(_ layers: Int, of file: GGUFFile, key: String, _ isGemma3: Bool) throws
    -> [Bool]
  {
    let standard = isGemma3 ? 6 : 2
    if let windowed = try file.integers(key) {
      guard windowed.count == layers else {
        throw GemmaError.malformed(
          path: file.file.path, location: key, expected: "\(layers) values", found: "\(windowed.count)")
      }
      return windowed.map { $0 == 0 }
    }
    let period = file.metadata[key] == nil ? standard : file.integer(key)
    guard let period, (0...1024).contains(period) else {
      throw GemmaError.malformed(
        path: file.file.path, location: key,
        expected: "a number from 0 to 1024, or true or false for each layer",
        found: "another value")
    }
    return (0..<layers).map { period > 0 && ($0 + 1) % period == 0 }
  }

  /// The scale of the scores, which is not in the file. The 27B models (46 layers in Gemma 2, 62 in Gemma 3) divide by
  /// sqrt(hidden/heads), all others by sqrt(head size).
  private static func ggufQueryScale(
    _ isGemma3: Bool, layers: Int, hidden: Int, heads: Int, headDim: Int
  ) -> Float {
    1 / Float(layers == (isGemma3 ? 62 : 46) ? hidden / heads : headDim).squareRoot()
  }

  /// GGUF has no key for the scale of the scores; readers derive it from the shape. If queries are multiplied by this
  /// factor, the derived scale gives the right scores. It is 1 for all of Google's models.
  var ggufQueryFactor: Float {
    let factor =
      queryScale
      / Self.ggufQueryScale(
        hasQueryKeyNorm, layers: layers.count, hidden: hiddenSize, heads: heads, headDim: headDim)
    return abs(factor - 1) < 1e-6 ? 1 : factor
  }

  /// The architecture's keys of a GGUF file.
  ///
  /// - Throws: `unsupported` for settings that GGUF has no key for.
  func write(to writer: inout GGUFWriter, path: String) throws {
    func unsupported(_ feature: String) -> GemmaError {
      .unsupported(path: path, feature: "GGUF with \(feature)")
    }
    func key(_ name: String) -> String { ggufArchitecture + "." + name }
    for (name, number) in [
      ("context_length", contextLength), ("embedding_length", hiddenSize), ("block_count", layers.count),
      ("feed_forward_length", intermediateSize), ("attention.head_count", heads),
      ("attention.head_count_kv", keyValueHeads), ("attention.key_length", headDim),
      ("attention.value_length", headDim),
    ] { writer.set(key(name), number) }
    if let window { writer.set(key("attention.sliding_window"), window) }
    writer.set(key("attention.layer_norm_rms_epsilon"), .number(rmsNormEpsilon))
    let full = layers.first { $0.window == nil } ?? layers[0]
    let windowed = layers.first { $0.window != nil }
    writer.set(key("rope.freq_base"), .number(Float(full.ropeBase)))
    if full.ropeFactor != 1 {
      writer.set(key("rope.scaling.type"), "linear")
      writer.set(key("rope.scaling.factor"), .number(Float(full.ropeFactor)))
    }
    if let windowed {
      let known =
        hasQueryKeyNorm
        ? windowed.ropeFactor == 1
        : windowed.ropeBase == full.ropeBase && windowed.ropeFactor == full.ropeFactor
      guard known else {
        throw unsupported("a rotation in layers with a window that differs from \(ggufArchitecture)'s")
      }
      try writePattern(&writer, key("attention.sliding_window_pattern"), unsupported)
    } else if !hasQueryKeyNorm {
      throw unsupported("a \(ggufArchitecture) model without a layer with a window")
    }
    if hasQueryKeyNorm, let windowed {
      writer.set(key("rope.freq_base_swa"), .number(Float(windowed.ropeBase)))
    }
    switch (hasQueryKeyNorm, attentionSoftCap) {
    case (true, nil): break
    case (false, let cap?): writer.set(key("attn_logit_softcapping"), .number(cap))
    default: throw unsupported("soft caps that \(ggufArchitecture) does not have")
    }
    if let finalSoftCap {
      writer.set(key("final_logit_softcapping"), .number(finalSoftCap))
    } else if !hasQueryKeyNorm {
      throw unsupported("soft caps that \(ggufArchitecture) does not have")
    }
  }

  /// The period of the layers without a window, if it is not the default of the architecture.
  private func writePattern(
    _ writer: inout GGUFWriter, _ key: String, _ unsupported: (String) -> GemmaError
  ) throws {
    func layers(every period: Int) -> [Bool] {
      self.layers.indices.map { period > 0 && ($0 + 1) % period == 0 }
    }
    let isFull = self.layers.map { $0.window == nil }
    if isFull == layers(every: hasQueryKeyNorm ? 6 : 2) { return }
    guard hasQueryKeyNorm, let period = (0...self.layers.count).first(where: { layers(every: $0) == isFull })
    else { throw unsupported("a pattern of windows that differs from \(ggufArchitecture)'s") }
    writer.set(key, period)
  }
}
