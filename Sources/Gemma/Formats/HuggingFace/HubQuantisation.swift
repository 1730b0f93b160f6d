/// Checks the quantisation settings of a `config.json`. bitsandbytes' 4 bits are read; every other kind is refused by
/// its name.
enum HubQuantisation {
  /// - Throws: `unsupported` with the name of the kind.
  static func check(_ config: inout HubKeys) throws {
    let path = config.path
    // MLX writes `quantization`, and often also `quantization_config` with the same contents.
    for name in ["quantization", "quantization_config"] {
      guard let keys = try config.object(name) else { continue }
      if let kind = kind(keys.json) {
        throw GemmaError.unsupported(
          path: path,
          feature:
            "weights quantised by \(kind); gnb reads bitsandbytes NF4, GGUF files, and folders in 16 or 32 bits"
        )
      }
    }
  }

  /// The kind in words; nil for kinds that gnb reads.
  private static func kind(_ json: [String: Any]) -> String? {
    func says(_ name: String) -> Bool { json[name] as? Bool == true }
    let method = json["quant_method"] as? String
    switch method {
    case "bitsandbytes":
      if says("load_in_8bit") || says("_load_in_8bit") { return "LLM.int8 (bitsandbytes, 8 bits)" }
      return nil
    case "gptq": return "GPTQ"
    case "awq": return "AWQ"
    case "fp8", "fbgemm_fp8": return "FP8 (\(method ?? ""))"
    case "compressed-tensors":
      let format = json["format"] as? String ?? "an unnamed format"
      return (format.contains("float") ? "FP8 in " : "") + "compressed-tensors (\(format))"
    case let other?: return other
    case nil: return json["group_size"] != nil || json["bits"] != nil ? "MLX" : nil
    }
  }
}
