import Foundation

/// The contents of a Hugging Face folder: the weight files, and the names of their tensors.
enum HubFolder {
  /// The weights of a folder. If there are both model.safetensors and an index, model.safetensors is used, as in
  /// transformers: the index may be older.
  static func weights(_ path: String) throws -> any TensorSource {
    let manager = FileManager.default
    func has(_ name: String) -> Bool { manager.fileExists(atPath: path + "/" + name) }
    if has("model.safetensors") { return try SafetensorsFile(path: path + "/model.safetensors") }
    if has("model.safetensors.index.json") { return try ShardedSafetensors(folder: path) }
    let names = (try? manager.contentsOfDirectory(atPath: path))?.sorted() ?? []
    if names.contains(where: { $0.hasPrefix("pytorch_model") && $0.hasSuffix(".bin") }) {
      throw GemmaError.wrongKind(
        path: path, expected: "a folder with safetensors",
        found: "a folder with weights as Python pickles (pytorch_model.bin)",
        remedy: FileKind.remedy("PK\u{3}\u{4}".utf8))
    }
    if names.contains(where: { $0.hasPrefix("model-") && $0.hasSuffix(".safetensors") }) {
      throw GemmaError.missing(
        need: "the file model.safetensors.index.json beside the shards in \(path)",
        remedy: "fetch this file too: it lists the file of each tensor")
    }
    if let adapter = names.first(where: { $0 == "adapter_model.safetensors" || $0 == "adapter_config.json" })
    {
      throw GemmaError.wrongKind(
        path: path, expected: "a model", found: "a folder with an adapter (\(adapter)) and no model",
        remedy: "load its base model, then: load adapter \(path)")
    }
    throw GemmaError.fileNotFound(path: path + "/model.safetensors")
  }

  /// The error for a folder without `config.json`.
  static func withoutConfiguration(_ path: String) -> GemmaError {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? []
    func wrong(_ found: String, _ remedy: String) -> GemmaError {
      .wrongKind(path: path, expected: "a model", found: found, remedy: remedy)
    }
    if names.contains("adapter_config.json") {
      return wrong("a LoRA adapter", "load its base model, then: load adapter \(path)")
    }
    let files = names.filter { $0.hasSuffix(".gguf") }
    if let file = files.first {
      return wrong(
        files.count == 1
          ? "a folder that holds the GGUF file \(file)" : "a folder that holds \(files.count) GGUF files",
        "load model \(path)/\(file)")
    }
    if names.contains("params.json") || names.contains("consolidated.safetensors") {
      return wrong("a folder in another layout than Hugging Face's", "fetch the model's Hugging Face version")
    }
    return .fileNotFound(path: path + "/config.json")
  }

  /// Whether a tensor outside the decoder does not change its results. Such tensors are the image part of
  /// image-and-text models, and tables that old versions of transformers saved although the configuration defines them.
  static func isHarmless(_ name: String) -> Bool {
    let parts = name.split(separator: ".")
    let imageParts: Set<Substring> = ["vision_tower", "multi_modal_projector", "vision_model"]
    if parts.prefix(4).contains(where: imageParts.contains) { return true }
    return name.hasSuffix(".rotary_emb.inv_freq") || name.hasSuffix(".self_attn.bias")
      || name.hasSuffix(".self_attn.masked_bias")
  }

  /// The names of a folder's tensors. The names of the decoder's tensors have a common prefix.
  struct Names {
    private let source: any TensorSource
    private let path: String
    /// The text before "layers.0. ...": "model.", "language_model.model.", ...
    private let prefix: String
    /// The name of the embedding, and of the separate output matrix if there is one. A tied model may have either name.
    let embedding: String
    let head: String
    private let hasEmbedding: Bool

    private static let prefixes = [
      "model.", "language_model.model.", "model.language_model.", "base_model.model.model.", "",
    ]

    init(_ source: any TensorSource, path: String) throws {
      self.source = source
      self.path = path
      let first = "layers.0.input_layernorm.weight"
      let names = Set(source.tensorNames)
      guard let prefix = Self.prefixes.first(where: { names.contains($0 + first) }) else {
        let found =
          source.tensorNames.first { $0.hasSuffix(first) } ?? source.tensorNames.first ?? "no tensor"
        throw GemmaError.malformed(path: path, location: "tensors", expected: "model." + first, found: found)
      }
      self.prefix = prefix
      embedding = prefix + "embed_tokens.weight"
      let heads = [
        "lm_head.weight", prefix + "lm_head.weight", "language_model.lm_head.weight", "model.lm_head.weight",
        "base_model.model.lm_head.weight",
      ]
      head = heads.first(where: names.contains) ?? heads[0]
      hasEmbedding = names.contains(embedding)
    }

    func place(of tensor: ModelTensor) -> String {
      switch tensor.kind {
      // A tied model may be saved under either name.
      case .embedding: hasEmbedding ? embedding : head
      case .head: head
      case .norm, .projection: prefix + tensor.name
      }
    }

    /// Whether the output matrix is separate from the embedding. As in transformers 5 it is separate if the file has
    /// both and they differ, even if the configuration says that they are tied.
    ///
    /// - Throws: `malformed` if the configuration asks for a separate output matrix that the file does not have.
    func hasOwnHead(saysUntied: Bool) throws -> Bool {
      guard let own = source.tensor(head) else {
        guard !saysUntied else {
          throw GemmaError.malformed(
            path: path, location: "tensor \(head)",
            expected: "a tensor, because tie_word_embeddings is false",
            found: "none")
        }
        return false
      }
      guard hasEmbedding else {
        guard !saysUntied else {
          throw GemmaError.malformed(
            path: path, location: "tensor \(embedding)", expected: "a tensor", found: "none")
        }
        return false
      }
      if BitsAndBytes.isStored(head, in: source) { return true }
      return !ModelFile.isEqual(own, source.tensor(embedding))
    }
  }
}
