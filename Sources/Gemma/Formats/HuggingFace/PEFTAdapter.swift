import Foundation

/// Reading and writing adapters in the layout of Hugging Face PEFT: a folder with `adapter_config.json` and
/// `adapter_model.safetensors`.
extension Adapter {
  static let configName = "adapter_config.json"
  static let weightsName = "adapter_model.safetensors"

  /// Loads an adapter made for a model of this configuration.
  ///
  /// - Parameter weights: another file for the weights, with the same names.
  /// - Throws: `GemmaError` for a missing or broken file, a shape that does not fit, or a kind of adapter gnb cannot do.
  public static func load(
    path: String, weights: String? = nil, model: GemmaModel, compute: Compute
  ) throws -> Adapter {
    let configPath = path + "/" + configName
    guard FileManager.default.fileExists(atPath: configPath) else {
      throw GemmaError.fileNotFound(path: configPath)
    }
    let config = try AdapterConfig(peft: utf8Text(path: configPath), path: configPath)
    let weightsPath = weights ?? path + "/" + weightsName
    return try load(config, file: SafetensorsFile(path: weightsPath), model: model, compute: compute)
  }

  /// From a file of tensors with PEFT's names. What it changes, and with which ranks, is read off the tensors: the
  /// configuration may name targets by a list, a suffix or a regular expression.
  ///
  /// - Parameter ignoring: prefixes of names that are not the adapter's.
  static func load(
    _ config: AdapterConfig, file: SafetensorsFile, ignoring: [String] = [], model: GemmaModel,
    compute: Compute
  ) throws -> Adapter {
    let path = file.file.path
    func malformed(_ name: String, _ expected: String, _ found: String) -> GemmaError {
      .malformed(path: path, location: name, expected: expected, found: found)
    }
    var views: [String: TensorView] = [:]
    for name in file.tensorNames where !ignoring.contains(where: name.hasPrefix) {
      guard let start = name.range(of: "layers."), name.contains(".lora_"), let view = file.tensor(name)
      else {
        throw GemmaError.unsupported(
          path: path, feature: "tensor \(name): it trains LoRA on the projections of the layers only")
      }
      views[String(name[start.lowerBound...])] = view
    }
    func name(_ layer: Int, _ projection: Projection, _ part: String) -> String {
      "layers.\(layer).\(projection.path).lora_\(part)"
    }
    var places: [(layer: Int, projection: Projection, rank: Int)] = []
    for layer in model.config.layers.indices {
      for projection in Projection.allCases {
        guard let a = views[name(layer, projection, "A.weight")] else { continue }
        guard let rank = a.shape.first, (1...4096).contains(rank) else {
          throw malformed(a.name, "a rank from 1 to 4096", "shape \(a.shape)")
        }
        places.append((layer, projection, rank))
      }
    }
    guard !places.isEmpty else {
      throw malformed(
        "names", "layers.N.self_attn.q_proj.lora_A.weight and the like", file.tensorNames.first ?? "no tensor"
      )
    }
    let adapter = Adapter(
      config.describing(places, of: model.config), places: places, model: model, compute: compute)
    func read(_ name: String, _ shape: [Int]) throws -> TensorView {
      guard let view = views.removeValue(forKey: name) else {
        throw malformed(name, "a tensor", "none (is it for another model?)")
      }
      guard view.shape == shape, view.type != .u8 else {
        throw malformed(name, "shape \(shape)", "shape \(view.shape)")
      }
      return view
    }
    for slot in adapter.slots {
      let (layer, projection, rank) = (slot.layer, slot.projection, slot.rank)
      try read(name(layer, projection, "A.weight"), [rank, slot.inputs]).decode(into: adapter.a(slot))
      let values = compute.matrix(slot.outputs, rank)
      try read(name(layer, projection, "B.weight"), [slot.outputs, rank]).decode(into: values.data)
      for o in 0..<slot.outputs {
        for r in 0..<rank { adapter.b(slot)[r * slot.outputs + o] = values.row(o)[r] }
      }
      if let magnitude = adapter.magnitude(slot) {
        try read(name(layer, projection, "magnitude_vector"), [slot.outputs]).decode(into: magnitude)
      }
    }
    guard views.isEmpty else {
      throw GemmaError.unsupported(
        path: path,
        feature:
          "\(views.count) tensors for layers or projections this model lacks, such as \(views.keys.min() ?? "")"
      )
    }
    adapter.parametersChanged()
    return adapter
  }

  /// The parameters as tensors with PEFT's names, B in PEFT's orientation.
  func tensors() -> [SafetensorsWriter.Tensor] {
    slots.flatMap { slot -> [SafetensorsWriter.Tensor] in
      let prefix = "base_model.model.model.layers.\(slot.layer).\(slot.projection.path).lora_"
      let (rank, a, b) = (slot.rank, a(slot), b(slot))
      var tensors = [
        SafetensorsWriter.Tensor(
          name: prefix + "A.weight", shape: [rank, slot.inputs],
          values: (0..<rank * slot.inputs).map { a[$0] }),
        SafetensorsWriter.Tensor(
          name: prefix + "B.weight", shape: [slot.outputs, rank],
          values: (0..<rank * slot.outputs).map { b[$0 % rank * slot.outputs + $0 / rank] }),
      ]
      if let magnitude = magnitude(slot) {
        tensors.append(
          .init(
            name: prefix + "magnitude_vector", shape: [slot.outputs],
            values: (0..<slot.outputs).map { magnitude[$0] }))
      }
      return tensors
    }
  }

  /// Writes the adapter as a folder that PEFT loads. What is there already is replaced file by file, atomically.
  ///
  /// - Parameter baseModel: what `base_model_name_or_path` says.
  public func save(path: String, baseModel: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw GemmaError.inputOutput(path: path, reason: error.localizedDescription)
    }
    try SafetensorsWriter.write(tensors(), metadata: ["format": "pt"], to: path + "/" + Self.weightsName)
    let settings = config.peft(baseModel: baseModel)
    try AtomicFile.write(Data(settings.utf8), to: path + "/" + Self.configName)
  }
}

extension AdapterConfig {
  /// From the text of an `adapter_config.json`.
  init(peft text: String, path: String) throws {
    guard let json = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] else {
      throw GemmaError.malformed(
        path: path, location: "start", expected: "a JSON object", found: "something else")
    }
    func unsupported(_ feature: String) -> GemmaError { .unsupported(path: path, feature: feature) }
    func malformed(_ name: String, _ expected: String) -> GemmaError {
      .malformed(path: path, location: name, expected: expected, found: "\(json[name] ?? "nothing")")
    }
    guard json["peft_type"] as? String == "LORA" else {
      throw unsupported("peft_type \(json["peft_type"] ?? "missing"); it reads LORA")
    }
    if json["fan_in_fan_out"] as? Bool == true { throw unsupported("fan_in_fan_out") }
    if let bias = json["bias"] as? String, bias != "none" { throw unsupported("bias \(bias)") }
    if let modules = json["modules_to_save"] as? [String], !modules.isEmpty {
      throw unsupported(
        "modules_to_save (\(modules.joined(separator: ", "))): it trains adapters over frozen weights, never whole modules"
      )
    }
    for name in [
      "trainable_token_indices", "layer_replication", "target_parameters", "exclude_modules",
      "alora_invocation_tokens",
    ]
    where !(json[name] is NSNull) && json[name] != nil && (json[name] as? [Any])?.isEmpty != true {
      throw unsupported(name)
    }
    for (name, value) in json.sorted(by: { $0.key < $1.key })
    where value as? Bool == true
      && (name == "lora_bias" || name.hasPrefix("use_") && !["use_dora", "use_rslora"].contains(name))
    { throw unsupported(name) }
    guard let rank = json["r"] as? Int, (1...4096).contains(rank) else {
      throw malformed("r", "a rank from 1 to 4096")
    }
    guard let alpha = (json["lora_alpha"] as? NSNumber)?.doubleValue, alpha.isFinite else {
      throw malformed("lora_alpha", "a number")
    }
    let dropout = (json["lora_dropout"] as? NSNumber)?.doubleValue ?? 0
    guard (0..<1).contains(dropout) else { throw malformed("lora_dropout", "a number from 0 to below 1") }
    func patterns(_ name: String) throws -> [Pattern] {
      guard let values = json[name] as? [String: NSNumber] else {
        if let value = json[name], !(value is NSNull), (value as? [String: Any])?.isEmpty != true {
          throw malformed(name, "an object of numbers")
        }
        return []
      }
      // The first that matches counts, and parsing has lost their order.
      let start = text.range(of: "\"\(name)\"")?.upperBound ?? text.startIndex
      func place(_ key: String) -> String.Index {
        let data = try? JSONSerialization.data(
          withJSONObject: key, options: [.fragmentsAllowed, .withoutEscapingSlashes])
        let written = data.map { String(decoding: $0, as: UTF8.self) } ?? key
        return text.range(of: written, range: start..<text.endIndex)?.lowerBound ?? text.endIndex
      }
      return values.keys.sorted { (place($0), $0) < (place($1), $1) }.map {
        Pattern($0, values[$0]?.doubleValue ?? 0)
      }
    }
    self.init(
      rank: rank, alpha: alpha, rankStabilised: json["use_rslora"] as? Bool ?? false,
      dora: json["use_dora"] as? Bool ?? false, dropout: dropout, rankPattern: try patterns("rank_pattern"),
      alphaPattern: try patterns("alpha_pattern"))
    try check(layers: .max)
  }

  /// The same with the targets, layers and ranks that an adapter was found to have. (PEFT sorts its patterns when it saves them, and
  /// may then mean others than it trained.)
  func describing(
    _ places: [(layer: Int, projection: Projection, rank: Int)], of model: ModelConfig
  ) -> AdapterConfig {
    var copy = self
    copy.targets = Set(places.map(\.projection)).sorted()
    let layers = Set(places.map(\.layer)).sorted()
    copy.layers = layers.count == model.layers.count ? nil : layers
    if places.contains(where: { $0.rank != rank(layer: $0.layer, $0.projection) }) {
      copy.rankPattern = places.filter { $0.rank != rank }.map {
        Pattern(Self.module($0.layer, $0.projection), Double($0.rank))
      }
    }
    return copy
  }

  /// The text of an `adapter_config.json`.
  func peft(baseModel: String) -> String {
    func quoted(_ text: String) -> String {
      let data = try? JSONSerialization.data(
        withJSONObject: text, options: [.fragmentsAllowed, .withoutEscapingSlashes])
      return data.map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
    // By hand, since the order of patterns matters.
    func object(_ patterns: [Pattern]) -> String {
      "{" + patterns.map { "\(quoted($0.expression)): \(Self.number($0.value))" }.joined(separator: ", ")
        + "}"
    }
    let fields: [(String, String)] = [
      ("alpha_pattern", object(alphaPattern)), ("base_model_name_or_path", quoted(baseModel)),
      ("bias", "\"none\""),
      ("fan_in_fan_out", "false"), ("inference_mode", "true"), ("init_lora_weights", "true"),
      (
        "layers_to_transform",
        layers.map { "[" + $0.map(String.init).joined(separator: ", ") + "]" } ?? "null"
      ),
      ("lora_alpha", Self.number(alpha)), ("lora_dropout", Self.number(dropout)), ("peft_type", "\"LORA\""),
      ("r", "\(rank)"), ("rank_pattern", object(rankPattern)),
      ("target_modules", "[" + targets.sorted().map { quoted($0.rawValue) }.joined(separator: ", ") + "]"),
      ("task_type", "\"CAUSAL_LM\""), ("use_dora", "\(dora)"), ("use_rslora", "\(rankStabilised)"),
    ]
    return "{\n" + fields.map { "  \"\($0)\": \($1)" }.joined(separator: ",\n") + "\n}\n"
  }

  /// Whole numbers without a point: PEFT wants r and ranks so.
  private static func number(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }
}
