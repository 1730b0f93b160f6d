/// GGUF adapters, which llama.cpp applies to a GGUF model: one file with the factors.
extension StoredAdapter {
  /// The key in which gnb stores the factor of the queries' B (`ModelConfig.ggufQueryFactor`).
  private static let queryFactorKey = "gnb.query_factor"
  private static let invocationKey = "adapter.alora.invocation_tokens"

  /// Reads a GGUF adapter. llama.cpp multiplies B A by `adapter.lora.alpha` / rank; by 1 if alpha is missing or 0.
  init(_ file: GGUFFile, base: ModelFile) throws {
    let path = file.file.path
    let made = file.string("general.base_model.0.name")
    let repository = file.string("general.base_model.0.repo_url").flatMap(Self.hubName) ?? made
    try Self.checkKind(file, baseModel: repository, base: base)
    var tensors = FactorTensors(path: path)
    var places: [String: (layer: Int, projection: Projection)] = [:]
    for layer in 0..<max(base.config.layers.count, 1024) {
      for projection in Projection.allCases {
        places[projection.ggufName(layer: layer)] = (layer, projection)
      }
    }
    for name in file.tensorNames {
      guard let view = file.tensor(name) else { continue }
      let part: FactorTensors.Part? = name.hasSuffix(".lora_a") ? .a : name.hasSuffix(".lora_b") ? .b : nil
      guard let part, let place = places[String(name.dropLast(".lora_a".count))] else {
        throw GemmaError.unsupported(
          path: path,
          feature:
            "tensor \(name): it reads LoRA for the seven projections of the text layers only, with names such as "
            + "blk.N.attn_q.weight.lora_a")
      }
      try tensors.add(view, layer: place.layer, place.projection, part)
    }
    guard !tensors.isEmpty else {
      throw GemmaError.malformed(
        path: path, location: "tensors", expected: "names such as blk.N.attn_q.weight.lora_a", found: "none")
    }
    var factors = try tensors.factors(dora: false, baseModel: repository, for: base)
    try Self.undoQueryFactor(&factors, file: file, base: base)

    var counts: [Int: Int] = [:]
    for factor in factors { counts[factor.rank, default: 0] += 1 }
    let rank = counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key ?? 1
    let alpha = file.number("adapter.lora.alpha") ?? 0
    guard alpha.isFinite else {
      throw GemmaError.malformed(
        path: path, location: "adapter.lora.alpha", expected: "a number", found: "\(alpha)")
    }
    var config = AdapterConfig(rank: rank, alpha: alpha == 0 ? Double(rank) : alpha)
    if alpha == 0 {
      config.alphaPattern = factors.filter { $0.rank != rank }.map {
        .init(AdapterConfig.module($0.layer, $0.projection), Double($0.rank))
      }
    }
    self.init(
      config: config.describing(
        factors.map { ($0.layer, $0.projection, $0.rank) }, layers: base.config.layers.count),
      factors: factors, baseModel: repository)
  }

  /// "https://huggingface.co/google/gemma-2-2b" names google/gemma-2-2b.
  private static func hubName(_ address: String) -> String? {
    let name = address.split(separator: "/").suffix(2).joined(separator: "/")
    return address.contains("huggingface.co/") && Hub.isName(name) ? name : nil
  }

  /// Checks that the file is a LoRA adapter of this architecture, and that every key is used or harmless.
  private static func checkKind(_ file: GGUFFile, baseModel: String?, base: ModelFile) throws {
    let path = file.file.path
    let architecture = file.string("general.architecture") ?? "none"
    func wrong(_ found: String, _ remedy: String) -> GemmaError {
      .wrongKind(path: path, expected: "a LoRA adapter", found: found, remedy: remedy)
    }
    if architecture == "controlvector" {
      throw wrong(
        "a control vector, which is added to the hidden states", "give a LoRA adapter")
    }
    guard file.string("general.type") == "adapter" else {
      throw file.tensor("token_embd.weight") != nil
        ? wrong("a whole model as GGUF", "load it with 'load model \(path)'")
        : wrong(
          "a GGUF file of type \(file.string("general.type") ?? "unknown")",
          "give a file with general.type adapter")
    }
    let kind = file.string("adapter.type") ?? "none"
    guard kind == "lora" else {
      throw GemmaError.unsupported(path: path, feature: "adapter.type \(kind); it reads lora")
    }
    guard architecture == base.config.ggufArchitecture else {
      throw misfit(
        "it is for the architecture \(architecture), but \(base.name) is \(base.config.ggufArchitecture)",
        path: path, baseModel: baseModel, model: base)
    }
    if file.metadata[invocationKey] != nil {
      throw GemmaError.unsupported(
        path: path,
        feature:
          "\(invocationKey): an adapter acts on every token, never only on those after a given token (aLoRA)")
    }
    var used = UsedKeys()
    for key in ["adapter.type", "adapter.lora.alpha", queryFactorKey] { used.use(key) }
    try used.refuseOthers(
      file.metadata.keys, harmless: ["adapter.lora.task_name", "adapter.lora.prompt_prefix"],
      prefixes: ["general."], path: path)
  }

  /// Removes the factor that gnb put into the queries' B, unless the base model has the same factor in its queries.
  private static func undoQueryFactor(_ factors: inout [Factors], file: GGUFFile, base: ModelFile) throws {
    guard let factor = file.number(queryFactorKey).map({ Float($0) }), base.config.ggufQueryFactor != 1 else {
      return
    }
    guard factor.isFinite, abs(factor / base.config.ggufQueryFactor - 1) < 1e-6 else {
      throw GemmaError.malformed(
        path: file.file.path, location: queryFactorKey, expected: "\(base.config.ggufQueryFactor)",
        found: "\(factor)")
    }
    for i in factors.indices where factors[i].projection == .query {
      for j in factors[i].b.indices { factors[i].b[j] /= factor }
    }
  }

  /// Writes the factors as one GGUF file, in Float32.
  ///
  /// The file has one alpha for all modules. For rank-stabilised LoRA it is alpha * sqrt(rank). If patterns give a
  /// module another scale, its B is multiplied by the difference.
  /// - Throws: `unsupported` for DoRA: the file has no place for magnitudes.
  /// - Parameter check: called before each tensor. An error that it throws ends the writing, and leaves nothing.
  func saveGGUF(path: String, base: ModelFile, check: () throws -> Void = {}) throws {
    guard !config.dora else {
      throw GemmaError.unsupported(
        path: path,
        feature:
          "DoRA in a GGUF adapter, which has no place for magnitudes; 'save model' can merge it into the model"
      )
    }
    let model = base.config
    // For llama.cpp an alpha of 0 means a scale of 1.
    let alpha = Float(config.alpha == 0 ? 1 : Double(config.scale) * Double(config.rank))
    // A base model written by `save model` has the factor in its query weights. The norms of Gemma 3 undo it.
    let query = model.hasQueryKeyNorm ? 1 : model.ggufQueryFactor
    var writer = GGUFWriter()
    writer.set("general.architecture", model.ggufArchitecture)
    writer.set("general.type", "adapter")
    writer.set("general.name", base.name + " LoRA")
    writer.set("adapter.type", "lora")
    writer.set("adapter.lora.alpha", .number(alpha))
    if query != 1 { writer.set(Self.queryFactorKey, .number(query)) }
    for factor in factors {
      let name = factor.projection.ggufName(layer: factor.layer)
      let (inputs, outputs) = (factor.a.count / factor.rank, factor.b.count / factor.rank)
      writer.add(StoredTensor(name: name + ".lora_a", type: .f32, shape: [factor.rank, inputs]))
      writer.add(StoredTensor(name: name + ".lora_b", type: .f32, shape: [outputs, factor.rank]))
    }
    try writer.write(to: path) { index, write in
      try check()
      let factor = factors[index / 2]
      guard index % 2 == 1 else { return try factor.a.withUnsafeBytes { try write($0) } }
      let scale = config.scale(layer: factor.layer, factor.projection, rank: factor.rank)
      let product = (factor.projection == .query ? query : 1) * scale / (alpha / Float(factor.rank))
      let exact = abs(product - 1) < 1e-6 ? 1 : product
      try factor.b.map { $0 * exact }.withUnsafeBytes { try write($0) }
    }
  }
}
