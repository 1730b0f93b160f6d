import Foundation

/// Writes a Hugging Face folder: configuration, tokenizer, weights.
extension ModelSaver {
  /// Files that are copied unchanged from a source folder.
  private static let copied = tokenizerFiles + ["generation_config.json"]
  private static let indexName = "model.safetensors.index.json"

  /// A mark in the header of weights and in the index. gnb removes old weights only if they have this mark.
  private static let writer = ("writer", "gnb")

  /// Writes into a temporary folder first, so that a full disk does not damage an existing folder. In an existing
  /// folder, files of the same names are replaced, weights that gnb wrote before are removed, and all other files stay.
  func saveFolder(_ path: String, _ type: ElementType) throws -> Outcome {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    if manager.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
      throw GemmaError.inputOutput(
        path: path, reason: "there is a file with this name, but safetensors need a folder")
    }
    let staging = URL(fileURLWithPath: path).path + ".tmp-\(ProcessInfo.processInfo.processIdentifier)"
    let unfinished = UnfinishedWrites()
    defer { withExtendedLifetime(unfinished) { try? manager.removeItem(atPath: staging) } }
    do {
      let weights = isFolder.boolValue ? try Self.weights(in: path) : []
      try manager.createDirectory(atPath: staging, withIntermediateDirectories: false)
      let outcome = try writeFolder(staging, type)
      guard isFolder.boolValue else {
        try manager.moveItem(atPath: staging, toPath: path)
        return outcome
      }
      let names = try manager.contentsOfDirectory(atPath: staging).sorted()
      let whole = "model.safetensors"
      if !names.contains(whole), weights.contains(where: { $0.name == whole && !$0.isOurs }) {
        throw GemmaError.invalidValue(
          name: "path",
          expected:
            "a folder without the file \(whole) of another program: readers would load it in place of the new shards",
          found: path)
      }
      for name in names {
        try? manager.removeItem(atPath: path + "/" + name)
        try manager.moveItem(atPath: staging + "/" + name, toPath: path + "/" + name)
      }
      for (name, isOurs) in weights where isOurs && !names.contains(name) {
        try manager.removeItem(atPath: path + "/" + name)
      }
      return outcome
    } catch let error as GemmaError {
      if case .inputOutput(_, let reason) = error {
        throw GemmaError.inputOutput(path: path, reason: reason)
      }
      throw error
    } catch let error as CocoaError {
      throw GemmaError.inputOutput(path: path, reason: error.localizedDescription)
    }
  }

  /// The weight files of a folder, and whether gnb wrote them.
  private static func weights(in path: String) throws -> [(name: String, isOurs: Bool)] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted().compactMap { name in
      let place = path + "/" + name
      if name == indexName {
        let index = try? JSONFile.object(place)["metadata"] as? [String: Any]
        return (name, index?[writer.0] as? String == writer.1)
      }
      guard name.hasPrefix("model"), name.hasSuffix(".safetensors") else { return nil }
      return (name, (try? SafetensorsFile(path: place))?.metadata[writer.0] == writer.1)
    }
  }

  private func writeFolder(_ folder: String, _ type: ElementType) throws -> Outcome {
    let (stored, files) = try writeWeights(folder, type)
    let tokenizer = model.tokenizer
    var config: [String: Any]
    if model.file.gguf == nil {
      // Only the decoder of a multimodal checkpoint is written.
      let original = try JSONFile.object(model.file.path + "/config.json")
      config = original["text_config"] as? [String: Any] ?? original
      config["quantization_config"] = nil
      config["tie_word_embeddings"] = !savedConfig.hasOwnHead
      config["architectures"] = [
        model.config.hasQueryKeyNorm ? "Gemma3ForCausalLM" : "Gemma2ForCausalLM"
      ]
      let (source, target) = (model.file.path + "/generation_config.json", folder + "/generation_config.json")
      if FileManager.default.fileExists(atPath: source) {
        try AtomicFile.write(try MappedFile(path: source).withBytes { Data($0) }, to: target)
      }
    } else {
      config = savedConfig.hub(bos: tokenizer.bosID, eos: tokenizer.eosID, pad: tokenizer.padID)
    }
    try writeTokenizer(folder)
    let name = [.f32: "float32", .f16: "float16"][type] ?? "bfloat16"
    config["dtype"] = name
    // The name in transformers 4.
    config["torch_dtype"] = name
    try write(config, to: folder + "/config.json")
    return outcome(.safetensors, stored, files: files)
  }

  func write(_ json: [String: Any], to path: String) throws {
    let data = try JSONSerialization.data(
      withJSONObject: json, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    // JSONSerialization writes 30.0 as 30, which transformers refuses for these.
    let fractional =
      #""(\w+_softcapping|rope_theta|rope_local_base_freq|rms_norm_eps|initializer_range|factor)" : (\d+)(?=,?\n)"#
    let text = (String(decoding: data, as: UTF8.self) + "\n").replacingOccurrences(
      of: fractional, with: "\"$1\" : $2.0", options: .regularExpression)
    try AtomicFile.write(Data(text.utf8), to: path)
  }

  /// Writes the weights as one file, or as several files with an index if one would be too large.
  private func writeWeights(_ folder: String, _ type: ElementType) throws -> ([StoredTensor], files: Int) {
    let pairs = ModelTensor.all(savedConfig)
      .map {
        ($0, StoredTensor(name: $0.kind == .head ? $0.name : "model." + $0.name, type: type, shape: $0.shape))
      }
      .sorted { $0.1.name < $1.1.name }
    let total = pairs.reduce(0) { $0 + $1.1.bytes }
    var shards: [[(ModelTensor, StoredTensor)]] = [[]]
    var size = 0
    for pair in pairs {
      if size > 0, size + pair.1.bytes > shardBytes {
        shards.append([])
        size = 0
      }
      shards[shards.count - 1].append(pair)
      size += pair.1.bytes
    }
    var map: [String: String] = [:]
    var done = 0
    for (number, shard) in shards.enumerated() {
      func digits(_ value: Int) -> String {
        String(repeating: "0", count: max(0, 5 - "\(value)".count)) + "\(value)"
      }
      let name =
        shards.count == 1
        ? "model.safetensors" : "model-\(digits(number + 1))-of-\(digits(shards.count)).safetensors"
      for (_, stored) in shard { map[stored.name] = name }
      try SafetensorsWriter.write(
        shard.map(\.1), metadata: ["format": "pt", Self.writer.0: Self.writer.1], to: folder + "/" + name
      ) { index, write in
        try stream(shard[index].0, as: type, for: .safetensors) {
          try write($0)
          done += $0.count
          try progress(done, total)
        }
      }
    }
    if shards.count > 1 {
      try write(
        ["metadata": ["total_size": total, Self.writer.0: Self.writer.1], "weight_map": map],
        to: folder + "/" + Self.indexName)
    }
    return (pairs.map(\.1), shards.count)
  }
}

extension ModelFile {
  /// The chat format that comes with the tokenizer, as a Jinja template.
  var chatTemplate: String? {
    if let gguf { return gguf.string("tokenizer.chat_template") }
    if let text = try? utf8Text(path: path + "/chat_template.jinja") { return text }
    return (try? JSONFile.object(path + "/tokenizer_config.json"))?["chat_template"] as? String
  }
}
