/// The role of a tensor of a PEFT file, from its whole name: "base_model.model.", then the name of the module in the
/// trained model, then the part, as in `base_model.model.model.layers.3.mlp.up_proj.lora_A.weight`.
enum PEFTTensorName: Equatable {
  /// A factor of a text layer's projection. `prefix` is the text before "layers.".
  case factor(prefix: String, layer: Int, Projection, FactorTensors.Part)
  /// Any tensor of the vision tower or its projector.
  case vision
  /// The embedding or output matrix of the base model.
  case embedding, head
  /// Another tensor, with the reason why gnb cannot use it.
  case other(String)

  static let root = "base_model.model."

  /// The prefixes of text layers: in a causal model, in a decoder alone, and in a multimodal model of different
  /// versions of transformers.
  static let textPrefixes = [
    "model.", "", "model.language_model.", "language_model.model.", "language_model.",
  ]
  private static let visionPrefixes = ["vision_tower.", "multi_modal_projector.", "vision_model."]
  private static let parts: [String: FactorTensors.Part] = [
    "lora_A": .a, "lora_B": .b, "lora_magnitude_vector": .magnitude,
  ]
  private static let projections = Dictionary(uniqueKeysWithValues: Projection.allCases.map { ($0.path, $0) })

  init(_ name: String) {
    guard name.hasPrefix(Self.root) else {
      self = .other("names of PEFT's adapters begin with \(Self.root)")
      return
    }
    let inner = String(name.dropFirst(Self.root.count))
    let withoutModel = inner.hasPrefix("model.") ? String(inner.dropFirst("model.".count)) : inner
    if Self.visionPrefixes.contains(where: withoutModel.hasPrefix) {
      self = .vision
      return
    }
    let words = inner.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if Self.textPrefixes.contains(where: { inner == $0 + "embed_tokens.weight" }) {
      self = .embedding
      return
    }
    if Self.textPrefixes.contains(where: { inner == $0 + "lm_head.weight" }) {
      self = .head
      return
    }
    if words.contains("embed_tokens") || words.contains("lm_head") {
      self = .other("it trains neither the embedding nor the output matrix")
      return
    }
    guard let split = words.firstIndex(where: { $0.hasPrefix("lora_") }),
      let place = Self.place(words[..<split].joined(separator: "."))
    else {
      self = .other("it trains LoRA on the seven projections of the text layers only")
      return
    }
    // There may be the adapter's name before the end, as in the names of the model's parameters.
    let end = words[(split + 1)...].filter { $0 != "default" }
    guard let part = Self.parts[words[split]], end == ["weight"] || (part == .magnitude && end.isEmpty) else {
      self = .other("it uses lora_A, lora_B and lora_magnitude_vector")
      return
    }
    self = .factor(prefix: place.prefix, layer: place.layer, place.projection, part)
  }

  /// The text layer and projection of a module's whole name.
  private static func place(_ module: String) -> (prefix: String, layer: Int, projection: Projection)? {
    for prefix in textPrefixes where module.hasPrefix(prefix + "layers.") {
      let rest = module.dropFirst(prefix.count + "layers.".count)
      guard let dot = rest.firstIndex(of: "."), let layer = Int(rest[..<dot]), "\(layer)" == rest[..<dot],
        let projection = projections[String(rest[rest.index(after: dot)...])]
      else { return nil }
      return (prefix, layer, projection)
    }
    return nil
  }
}
