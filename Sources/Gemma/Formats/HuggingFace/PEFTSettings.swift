import Foundation

/// An `adapter_config.json` of Hugging Face PEFT. Every key is used, known to change no result, or refused by its name.
struct PEFTSettings {
  /// The settings of the file. Patterns are for the module names of the model that was trained.
  let config: AdapterConfig
  let targets: PEFTTargets
  /// `base_model_name_or_path`
  let baseModel: String?
  /// The class of the model that was trained, such as "Gemma2ForCausalLM", if the file has it.
  let baseClass: String?

  /// Keys that change no result of a trained adapter: notes on the software, the method for the first values, and
  /// settings of methods that other keys switch on.
  static let harmless: Set<String> = [
    "_custom_modules", "auto_mapping", "corda_config", "ensure_weight_tying", "enable_lora", "eva_config",
    // PEFT itself sets it to false for the projections of Gemma.
    "fan_in_fan_out", "inference_mode", "loftq_config", "lora_ga_config", "megatron_config", "megatron_core",
    "merge_weights", "peft_version", "qalora_group_size", "revision", "runtime_config", "task_type",
  ]

  /// Keys for methods that gnb does not have, with the reason.
  static let refused: [(key: String, reason: String)] = [
    ("modules_to_save", "it trains adapters over frozen weights, never whole modules"),
    ("trainable_token_indices", "it never trains rows of the embedding"),
    ("lora_bias", "its factors have no bias"),
    ("layer_replication", "it uses each layer once"),
    ("target_parameters", "it adapts the seven projections only"),
    (
      "alora_invocation_tokens",
      "an adapter acts on every token, never only on those after a given token (aLoRA)"
    ),
    ("use_qalora", "its A takes every input, not sums of groups"),
    ("use_bdlora", "its factors are whole, not in blocks"),
    ("arrow_config", "it uses one adapter, not a choice between several"),
    ("kasa_config", "its factors have no singular values between them"),
    ("monteclora_config", "its factors are fixed numbers"), ("velora_config", "its A takes whole inputs"),
  ]

  /// Values of `init_lora_weights` that do not change the base model's weights.
  private static let harmlessStarts = ["gaussian", "eva", "orthogonal"]

  init(_ text: String, path: String) throws {
    guard let json = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] else {
      throw GemmaError.malformed(
        path: path, location: "start", expected: "a JSON object", found: "something else")
    }
    var used = UsedKeys()
    func isSet(_ key: String) -> Bool { Self.isSet(json[key]) }
    func value(_ key: String) -> Any? {
      used.use(key)
      return isSet(key) ? json[key] : nil
    }
    func malformed(_ key: String, _ expected: String) -> GemmaError {
      .malformed(path: path, location: key, expected: expected, found: "\(json[key] ?? "nothing")")
    }
    func number(_ key: String) throws -> Double? {
      used.use(key)
      guard let found = json[key], !(found is NSNull) else { return nil }
      guard let number = (found as? NSNumber)?.doubleValue, number.isFinite else {
        throw malformed(key, "a number")
      }
      return number
    }
    func flag(_ key: String) throws -> Bool {
      guard let found = value(key) else { return false }
      guard let flag = found as? Bool else { throw malformed(key, "true or false") }
      return flag
    }
    func patterns(_ key: String) throws -> [AdapterConfig.Pattern] {
      guard let found = value(key) else { return [] }
      guard let values = found as? [String: NSNumber] else { throw malformed(key, "an object of numbers") }
      return Self.order(of: Array(values.keys), under: key, in: text).map {
        AdapterConfig.Pattern($0, values[$0]?.doubleValue ?? 0)
      }
    }

    guard let type = value("peft_type") as? String else {
      guard json["fine_tune_type"] == nil, json["lora_parameters"] == nil else {
        throw AdapterMistake.mlx(path)
      }
      throw malformed("peft_type", "LORA")
    }
    guard type == "LORA" else {
      throw GemmaError.unsupported(path: path, feature: "peft_type \(type); it reads LORA")
    }
    try Self.checkStart(value("init_lora_weights"), path: path)
    for (key, reason) in Self.refused {
      guard let found = value(key) else { continue }
      let what = found is Bool ? key : "\(key) (\(Self.words(found)))"
      throw GemmaError.unsupported(path: path, feature: "\(what): \(reason)")
    }
    if let bias = value("bias"), bias as? String != "none" {
      throw GemmaError.unsupported(path: path, feature: "bias \(bias): it trains no bias")
    }
    guard let rank = try number("r").flatMap({ Int(exactly: $0) }), (1...4096).contains(rank) else {
      throw malformed("r", "a rank from 1 to 4096")
    }
    guard let alpha = try number("lora_alpha") else { throw malformed("lora_alpha", "a number") }
    let dropout = try number("lora_dropout") ?? 0
    guard (0..<1).contains(dropout) else { throw malformed("lora_dropout", "a number from 0 to below 1") }
    config = AdapterConfig(
      rank: rank, alpha: alpha, rankStabilised: try flag("use_rslora"), dora: try flag("use_dora"),
      dropout: dropout, rankPattern: try patterns("rank_pattern"),
      alphaPattern: try patterns("alpha_pattern"))
    try config.check(layers: .max)
    targets = try PEFTTargets(
      modules: value("target_modules"), excluded: value("exclude_modules"),
      // The value for layer 0 alone may be the number 0.
      layers: (value("layers_to_transform") ?? json["layers_to_transform"]).flatMap {
        $0 is NSNull ? nil : $0
      },
      layersPattern: value("layers_pattern"), path: path)
    baseModel = value("base_model_name_or_path") as? String
    baseClass = (json["auto_mapping"] as? [String: Any])?["base_model_class"] as? String
    try used.refuseOthers(json.keys, isSet: isSet, harmless: Self.harmless, prefixes: [], path: path)
  }

  /// Refuses adapters whose training began by moving a part of the base model's weights into the factors. With the
  /// unchanged base model they give another model. The files contain neither the moved part nor the rounding of the
  /// base model after it, so the trained model cannot be computed reliably.
  private static func checkStart(_ start: Any?, path: String) throws {
    guard let start = start as? String, !harmlessStarts.contains(start.lowercased()) else { return }
    let known = ["pissa", "olora", "corda", "lora_ga", "loftq"].contains(where: start.lowercased().hasPrefix)
    guard known else { throw GemmaError.unsupported(path: path, feature: "init_lora_weights \(start)") }
    throw GemmaError.wrongKind(
      path: path, expected: "an adapter for the unchanged base model",
      found: "an adapter whose training changed the base model's weights first (init_lora_weights: \(start))",
      remedy: start.lowercased() == "loftq"
        ? "in Python, merge it into its base model with merge_and_unload(), and save the whole model"
        : "in Python, save it with PEFT's save_pretrained(path, path_initial_model_for_weight_conversion=...), which "
          + "converts it to an adapter for the unchanged base model")
  }

  /// Whether a value counts. Null, false, 0 and empty values do not.
  private static func isSet(_ value: Any?) -> Bool {
    switch value {
    case nil, is NSNull: false
    case let list as [Any]: !list.isEmpty
    case let object as [String: Any]: !object.isEmpty
    case let text as String: !text.isEmpty
    case let number as NSNumber: number != 0
    default: true
    }
  }

  private static func words(_ value: Any) -> String {
    (value as? [Any])?.map { "\($0)" }.joined(separator: ", ") ?? "\(value)"
  }

  /// The keys of an object in the order of the file. The first matching pattern counts, but the JSON parser does not
  /// keep the order.
  private static func order(of keys: [String], under name: String, in text: String) -> [String] {
    let start = text.range(of: "\"\(name)\"")?.upperBound ?? text.startIndex
    func place(_ key: String) -> String.Index {
      text.range(of: quoted(key), range: start..<text.endIndex)?.lowerBound ?? text.endIndex
    }
    return keys.map { (place($0), $0) }.sorted { $0 < $1 }.map(\.1)
  }

  static func quoted(_ text: String) -> String {
    let data = try? JSONSerialization.data(
      withJSONObject: text, options: [.fragmentsAllowed, .withoutEscapingSlashes])
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
