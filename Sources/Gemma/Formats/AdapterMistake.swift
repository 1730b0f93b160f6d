import Foundation

/// Recognises files and folders that are not adapters, and names what each one is and what to do.
enum AdapterMistake {
  private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// The reason why `path` is not an adapter. Nil for a folder in PEFT's layout and for a GGUF file, which are checked
  /// later.
  static func refusal(_ path: String) throws -> GemmaError? {
    guard exists(path) else { return .fileNotFound(path: path) }
    return StoredAdapter.isFolder(path) ? refusal(folder: path) : try refusal(file: path)
  }

  private static func adapter(_ path: String, _ found: String, _ remedy: String) -> GemmaError {
    .wrongKind(path: path, expected: "an adapter in PEFT's layout or as GGUF", found: found, remedy: remedy)
  }

  static func mlx(_ path: String) -> GemmaError {
    adapter(
      path, "an adapter of MLX, which has other tensor names and transposed matrices",
      "merge it into the model with mlx_lm.fuse, and load that model")
  }

  private static func refusal(folder: String) -> GemmaError? {
    func has(_ name: String) -> Bool { exists(folder + "/" + name) }
    let isModel = has("config.json") || has("model.safetensors") || has("model.safetensors.index.json")
    if has(StoredAdapter.configName) {
      if has(StoredAdapter.weightsName) { return nil }
      if has("adapters.safetensors") || has("adapters.npz") { return mlx(folder) }
      guard has("adapter_model.bin") else {
        return .fileNotFound(path: folder + "/" + StoredAdapter.weightsName)
      }
      return adapter(
        folder,
        "an adapter whose weights are in adapter_model.bin, a Python pickle, which gnb does not run",
        "convert it in Python with PEFT: PeftModel.from_pretrained(model, '\(folder)').save_pretrained('\(folder)', "
          + "safe_serialization=True) writes \(StoredAdapter.weightsName)")
    }
    if has("adapters.safetensors") || has("adapters.npz") { return mlx(folder) }
    if has(StoredAdapter.weightsName) { return .fileNotFound(path: folder + "/" + StoredAdapter.configName) }
    if isModel {
      return adapter(folder, "the folder of a whole model", "load it with 'load model \(folder)'")
    }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    // Trainers keep adapters in folders such as checkpoint-60.
    if let inner = names.last(where: { has($0 + "/" + StoredAdapter.configName) }) {
      return adapter(
        folder, "a folder whose subfolders are adapters",
        "give one of the subfolders: 'load adapter \(folder)/\(inner)'")
    }
    if let file = names.first(where: { $0.hasSuffix(".gguf") }) {
      return adapter(folder, "a folder with GGUF files", "give the file: 'load adapter \(folder)/\(file)'")
    }
    return adapter(
      folder, "a folder without \(StoredAdapter.configName)",
      "give the folder that holds \(StoredAdapter.configName) and \(StoredAdapter.weightsName)")
  }

  private static func refusal(file path: String) throws -> GemmaError? {
    let folder = (path as NSString).deletingLastPathComponent
    return try MappedFile(path: path).withBytes { bytes in
      if bytes.starts(with: "GGUF".utf8) { return nil }
      let name = (path as NSString).lastPathComponent
      guard FileKind.name(bytes) == "a safetensors file", let file = try? SafetensorsFile(path: path) else {
        let found = FileKind.name(bytes) ?? "another kind of file"
        return name == StoredAdapter.configName
          ? adapter(path, "the configuration of an adapter", "give its folder: 'load adapter \(folder)'")
          : adapter(
            path, found, FileKind.remedy(bytes) ?? "give an adapter's folder, or a .gguf file of an adapter")
      }
      if file.metadata[StoredAdapter.checkpointKey] != nil {
        return adapter(
          path, "a checkpoint of a training", "continue it with 'train resume=\(path)', then 'save adapter'"
        )
      }
      if exists(folder + "/" + StoredAdapter.configName) {
        return adapter(
          path, "the weights of an adapter without its configuration",
          "give the folder: 'load adapter \(folder.isEmpty ? "." : folder)'")
      }
      return file.tensorNames.contains { $0.contains(".lora_") }
        ? adapter(
          path, "the weights of an adapter without its configuration",
          "put \(StoredAdapter.configName) beside it, and give the folder")
        : adapter(path, "a safetensors file without an adapter's factors", "give an adapter's folder")
    }
  }
}
