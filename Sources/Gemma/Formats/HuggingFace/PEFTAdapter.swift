import Foundation

/// Adapters in the layout of Hugging Face PEFT: a folder with `adapter_config.json` and `adapter_model.safetensors`.
extension StoredAdapter {
  static let configName = "adapter_config.json"
  static let weightsName = "adapter_model.safetensors"

  /// Reads the folder `peft`.
  ///
  /// - Parameter weights: read the weights from this file instead; it has the same tensor names.
  init(peft folder: String, weights: String? = nil, base: ModelFile) throws {
    let path = folder + "/" + Self.configName
    let settings = try PEFTSettings(utf8Text(path: path), path: path)
    try self.init(
      settings, file: SafetensorsFile(path: weights ?? folder + "/" + Self.weightsName), base: base)
  }

  /// Reads a file of tensors with PEFT's names. The ranks are those of the tensors. The modules with factors must be
  /// the modules of the configuration. So an incomplete adapter, or one of another model, is found.
  ///
  /// - Parameter ignoring: prefixes of tensors that do not belong to the adapter.
  init(_ settings: PEFTSettings, file: SafetensorsFile, ignoring: [String] = [], base: ModelFile) throws {
    let path = file.file.path
    if let trained = settings.baseClass, Self.family(base.config, isNot: trained) {
      throw Self.misfit(
        "it was trained on a \(trained)", path: path, baseModel: settings.baseModel, model: base)
    }
    var tensors = FactorTensors(path: path)
    var prefixes: Set<String> = []
    var vision = 0
    for name in file.tensorNames where !ignoring.contains(where: name.hasPrefix) {
      guard let view = file.tensor(name) else { continue }
      switch PEFTTensorName(name) {
      case .vision: vision += 1
      case .embedding: try Self.checkUnchanged(view, .embedding(base.config), base: base, path: path)
      case .head:
        let own = base.config.hasOwnHead ? ModelTensor.head(base.config) : .embedding(base.config)
        try Self.checkUnchanged(view, own, base: base, path: path)
      case .other(let reason):
        throw GemmaError.unsupported(path: path, feature: "tensor \(name): \(reason)")
      case .factor(let prefix, let layer, let projection, let part):
        prefixes.insert(prefix)
        try tensors.add(view, layer: layer, projection, part)
      }
    }
    guard let prefix = prefixes.first, prefixes.count == 1 else {
      throw GemmaError.malformed(
        path: path, location: "names", expected: "factors of text layers under one prefix",
        found: vision > 0 && prefixes.isEmpty
          ? "factors of a vision tower only"
          : prefixes.isEmpty ? "none" : "several: \(prefixes.sorted().joined(separator: ", "))")
    }
    func module(_ layer: Int, _ projection: Projection) -> String {
      "\(prefix)layers.\(layer).\(projection.path)"
    }
    let factors = try tensors.factors(dora: settings.config.dora, baseModel: settings.baseModel, for: base)
    for factor in factors {
      let ranks = settings.config.ranks(of: module(factor.layer, factor.projection))
      guard ranks.contains(factor.rank) else {
        throw GemmaError.malformed(
          path: path, location: module(factor.layer, factor.projection),
          expected: "rank \(ranks.map(String.init).joined(separator: " or ")), as \(Self.configName) says",
          found: "rank \(factor.rank)")
      }
    }
    for layer in base.config.layers.indices {
      for projection in Projection.allCases {
        let name = module(layer, projection)
        switch (settings.targets.contains(name), tensors.contains(layer, projection)) {
        case (true, false):
          throw Self.misfit(
            "its configuration names \(name), but it has no factors for it", path: path,
            baseModel: settings.baseModel, model: base)
        case (false, true):
          throw GemmaError.unsupported(
            path: path, feature: "factors for the module \(name), which \(Self.configName) does not name")
        default: break
        }
      }
    }
    self.init(
      config: settings.config.describing(
        factors.map { ($0.layer, $0.projection, $0.rank) }, layers: base.config.layers.count, prefix: prefix),
      factors: factors, baseModel: settings.baseModel, visionTensors: vision)
  }

  /// Whether a class of transformers, such as "Gemma3ForCausalLM", belongs to the other model family.
  private static func family(_ config: ModelConfig, isNot name: String) -> Bool {
    let other = config.hasQueryKeyNorm ? "Gemma2" : "Gemma3"
    return name.hasPrefix(other + "For") || name.hasPrefix(other + "Model") || name.hasPrefix(other + "Text")
  }

  /// Checks a tensor of the base model that PEFT saved with the adapter. PEFT does so on request, or if the vocabulary
  /// grew.
  ///
  /// - Throws: `unsupported` if it differs from the base model's tensor.
  private static func checkUnchanged(_ view: TensorView, _ tensor: ModelTensor, base: ModelFile, path: String)
    throws
  {
    let own = try base.tensor(tensor)
    guard view.type.isRead, view.shape == own.shape else {
      throw GemmaError.unsupported(
        path: path,
        feature:
          "tensor \(view.name) of shape \(view.shape) where \(base.name) has \(own.shape): it never changes the vocabulary"
      )
    }
    defer {
      view.release()
      own.release()
    }
    guard view.hasValues(of: own) else {
      throw GemmaError.unsupported(
        path: path,
        feature:
          "tensor \(view.name), whose values are not those of \(base.name): it trains adapters over frozen weights"
      )
    }
  }

  // MARK: Writing

  /// The factors as tensors with PEFT's names.
  func tensors() -> [SafetensorsWriter.Tensor] {
    factors.flatMap { factor -> [SafetensorsWriter.Tensor] in
      let prefix =
        PEFTTensorName.root + "model.layers.\(factor.layer).\(factor.projection.path)."
      let (inputs, outputs) = (factor.a.count / factor.rank, factor.b.count / factor.rank)
      var tensors = [
        SafetensorsWriter.Tensor(
          name: prefix + "lora_A.weight", shape: [factor.rank, inputs], values: factor.a),
        SafetensorsWriter.Tensor(
          name: prefix + "lora_B.weight", shape: [outputs, factor.rank], values: factor.b),
      ]
      if let magnitude = factor.magnitude {
        tensors.append(.init(name: prefix + "lora_magnitude_vector", shape: [outputs], values: magnitude))
      }
      return tensors
    }
  }

  /// Writes the adapter's two files into a folder that is being written.
  ///
  /// - Parameters:
  ///   - baseModel: the value of `base_model_name_or_path`.
  ///   - check: called before each tensor. An error that it throws ends the writing.
  func write(to folder: FolderWriter, baseModel: String, check: () throws -> Void) throws {
    try folder.write(Self.weightsName) {
      try SafetensorsWriter.write(tensors(), metadata: ["format": "pt"], to: $0, check: check)
    }
    try check()
    try folder.write(Data(peftSettings(baseModel: baseModel).utf8), to: Self.configName)
  }

  /// The text of an `adapter_config.json`.
  func peftSettings(baseModel: String) -> String {
    let quoted = PEFTSettings.quoted
    // The text is composed here, because JSONSerialization would change the order of the patterns, and the order
    // matters.
    func object(_ patterns: [AdapterConfig.Pattern]) -> String {
      "{" + patterns.map { "\(quoted($0.expression)): \(Self.number($0.value))" }.joined(separator: ", ")
        + "}"
    }
    // The names of the projections, and the layers. If some layers lack a projection, the names of all modules.
    let layers = Set(factors.map(\.layer)).count
    let isGrid = factors.count == layers * config.targets.count
    let names =
      isGrid
      ? config.targets.sorted().map(\.rawValue) : factors.map { "layers.\($0.layer).\($0.projection.path)" }
    let numbers = isGrid ? config.layers : nil
    let fields: [(String, String)] = [
      ("alpha_pattern", object(config.alphaPattern)), ("base_model_name_or_path", quoted(baseModel)),
      ("bias", "\"none\""),
      ("fan_in_fan_out", "false"), ("inference_mode", "true"), ("init_lora_weights", "true"),
      (
        "layers_to_transform",
        numbers.map { "[" + $0.map(String.init).joined(separator: ", ") + "]" } ?? "null"
      ),
      ("lora_alpha", Self.number(config.alpha)), ("lora_dropout", Self.number(config.dropout)),
      ("peft_type", "\"LORA\""),
      ("r", "\(config.rank)"), ("rank_pattern", object(config.rankPattern)),
      ("target_modules", "[" + names.map(quoted).joined(separator: ", ") + "]"),
      ("task_type", "\"CAUSAL_LM\""), ("use_dora", "\(config.dora)"),
      ("use_rslora", "\(config.rankStabilised)"),
    ]
    return "{\n" + fields.map { "  \"\($0)\": \($1)" }.joined(separator: ",\n") + "\n}\n"
  }

  /// Whole numbers without a decimal point, as PEFT needs them for ranks.
  private static func number(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }
}
