import Foundation

/// Reading and writing adapters in the layout of Hugging Face PEFT: a folder with `adapter_config.json` and
/// `adapter_model.safetensors`.
extension Adapter {
  private static let configName = "adapter_config.json"
  private static let weightsName = "adapter_model.safetensors"

  /// Loads an adapter made for a model of this configuration.
  ///
  /// - Parameter weights: another file for the weights, with the same names.
  /// - Throws: `GemmaError` for a missing or broken file, a shape that does not fit, or a kind of adapter gnb cannot do.
  public static func load(
    path: String, weights: String? = nil, model: ModelConfig, compute: Compute
  ) throws -> Adapter {
    let configPath = path + "/" + configName
    guard FileManager.default.fileExists(atPath: configPath) else {
      throw GemmaError.fileNotFound(path: configPath)
    }
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: configPath)) } catch {
      throw GemmaError.inputOutput(path: configPath, reason: error.localizedDescription)
    }
    guard let json = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] else {
      throw GemmaError.malformed(
        path: configPath, location: "start", expected: "a JSON object", found: "something else")
    }
    func unsupported(_ feature: String) -> GemmaError { .unsupported(path: configPath, feature: feature) }
    guard json["peft_type"] as? String == "LORA" else {
      throw unsupported("peft_type \(json["peft_type"] ?? "missing"); gnb reads LORA")
    }
    if json["use_dora"] as? Bool == true { throw unsupported("use_dora") }
    if json["fan_in_fan_out"] as? Bool == true { throw unsupported("fan_in_fan_out") }
    if let bias = json["bias"] as? String, bias != "none" { throw unsupported("bias \(bias)") }
    if let modules = json["modules_to_save"] as? [Any], !modules.isEmpty {
      throw unsupported("modules_to_save")
    }
    for pattern in ["rank_pattern", "alpha_pattern"] {
      if let value = json[pattern] as? [String: Any], !value.isEmpty { throw unsupported(pattern) }
    }
    guard let rank = json["r"] as? Int, (1...4096).contains(rank) else {
      throw GemmaError.malformed(
        path: configPath, location: "r", expected: "a rank from 1 to 4096", found: "\(json["r"] ?? "nothing")"
      )
    }
    guard let alpha = (json["lora_alpha"] as? NSNumber)?.doubleValue, alpha.isFinite else {
      throw GemmaError.malformed(
        path: configPath, location: "lora_alpha", expected: "a number",
        found: "\(json["lora_alpha"] ?? "nothing")")
    }

    let weightsPath = weights ?? path + "/" + weightsName
    let file = try SafetensorsFile(path: weightsPath)
    // Which projections it has is read off the tensors: the config may name them by a list, a suffix or a pattern.
    var names: [String: String] = [:]
    for name in file.tensorNames {
      guard let start = name.range(of: "layers.") else {
        throw GemmaError.unsupported(path: weightsPath, feature: "tensor \(name)")
      }
      names[String(name[start.lowerBound...])] = name
    }
    let targets = Projection.allCases.filter { projection in
      names.keys.contains { $0.hasSuffix(projection.path + ".lora_A.weight") }
    }
    guard !targets.isEmpty else {
      throw GemmaError.malformed(
        path: weightsPath, location: "names",
        expected: "layers.N.self_attn.q_proj.lora_A.weight and the like",
        found: file.tensorNames.first ?? "no tensor")
    }
    let adapter = Adapter(
      AdapterConfig(
        rank: rank, alpha: alpha, rankStabilised: json["use_rslora"] as? Bool ?? false, targets: targets),
      model: model, compute: compute)
    var used = 0
    for slot in adapter.slots {
      for (letter, shape) in [("A", [rank, slot.inputs]), ("B", [slot.outputs, rank])] {
        let name = "layers.\(slot.layer).\(slot.projection.path).lora_\(letter).weight"
        guard let view = names[name].flatMap(file.tensor) else {
          throw GemmaError.malformed(
            path: weightsPath, location: name, expected: "a tensor", found: "none (is it for another model?)")
        }
        guard view.shape == shape, let base = view.bytes.baseAddress else {
          throw GemmaError.malformed(
            path: weightsPath, location: name, expected: "shape \(shape)", found: "shape \(view.shape)")
        }
        used += 1
        if letter == "A" {
          view.type.dequantize(from: base, into: adapter.a(slot), count: rank * slot.inputs)
        } else {
          let values = compute.matrix(slot.outputs, rank)
          view.type.dequantize(from: base, into: values.data, count: values.count)
          for o in 0..<slot.outputs {
            for r in 0..<rank { adapter.b(slot)[r * slot.outputs + o] = values.row(o)[r] }
          }
        }
      }
    }
    guard used == names.count else {
      throw GemmaError.unsupported(
        path: weightsPath, feature: "\(names.count - used) tensors for layers or projections this model lacks"
      )
    }
    return adapter
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
    var tensors: [SafetensorsWriter.Tensor] = []
    for slot in slots {
      let prefix = "base_model.model.model.layers.\(slot.layer).\(slot.projection.path).lora_"
      let rank = config.rank
      tensors.append(
        .init(
          name: prefix + "A.weight", shape: [rank, slot.inputs],
          values: (0..<rank * slot.inputs).map { a(slot)[$0] }))
      tensors.append(
        .init(
          name: prefix + "B.weight", shape: [slot.outputs, rank],
          values: (0..<rank * slot.outputs).map { b(slot)[$0 % rank * slot.outputs + $0 / rank] }))
    }
    try SafetensorsWriter.write(tensors, metadata: ["format": "pt"], to: path + "/" + Self.weightsName)
    let targets = config.targets.sorted().map(\.rawValue)
    let settings: [String: Any] = [
      "peft_type": "LORA", "task_type": "CAUSAL_LM", "r": config.rank, "lora_alpha": config.alpha,
      "use_rslora": config.rankStabilised, "use_dora": false, "lora_dropout": 0, "bias": "none",
      "fan_in_fan_out": false, "inference_mode": true, "init_lora_weights": true, "target_modules": targets,
      "base_model_name_or_path": baseModel,
    ]
    do {
      let data = try JSONSerialization.data(
        withJSONObject: settings, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
      try AtomicFile.write(data, to: path + "/" + Self.configName)
    } catch let error as GemmaError {
      throw error
    } catch {
      throw GemmaError.inputOutput(path: path, reason: error.localizedDescription)
    }
  }
}
