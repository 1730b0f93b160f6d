import Foundation

/// A model on disk: a GGUF file or a Hugging Face folder, behind one set of names.
///
/// Tensors go by Hugging Face's names without prefix: `embed_tokens.weight`, `layers.0.self_attn.q_proj.weight`, ...
public final class ModelFile: Sendable {
  public let path: String
  /// For people: the file's own name for the model, else the path's last part.
  public let name: String
  public let config: ModelConfig
  /// GGUF stores a norm's full factor, Hugging Face stores the factor minus one.
  public let normWeightsIncludeOne: Bool

  private enum Kind: Sendable {
    case gguf(GGUFFile)
    case folder(any TensorSource, prefix: String)
  }
  private let kind: Kind

  private init(path: String, name: String, config: ModelConfig, kind: Kind, normWeightsIncludeOne: Bool) {
    self.path = path
    self.name = name
    self.config = config
    self.kind = kind
    self.normWeightsIncludeOne = normWeightsIncludeOne
  }

  /// Opens a `.gguf` file or a folder with `config.json`.
  public static func open(path: String) throws -> ModelFile {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw GemmaError.fileNotFound(path: path)
    }
    let lastPart = name(of: path)
    guard isFolder.boolValue else {
      let file = try GGUFFile(path: path)
      return ModelFile(
        path: path, name: file.string("general.name") ?? lastPart, config: try ModelConfig(file),
        kind: .gguf(file),
        normWeightsIncludeOne: true)
    }
    let config = try ModelConfig(json: JSONFile.object(path + "/config.json"), path: path + "/config.json")
    let source: any TensorSource =
      FileManager.default.fileExists(atPath: path + "/model.safetensors.index.json")
      ? try ShardedSafetensors(folder: path) : try SafetensorsFile(path: path + "/model.safetensors")
    let suffix = "embed_tokens.weight"
    guard let embedding = source.tensorNames.first(where: { $0.hasSuffix(suffix) }) else {
      throw GemmaError.malformed(
        path: path, location: "tensors", expected: suffix, found: "none of that name")
    }
    return ModelFile(
      path: path, name: lastPart, config: config,
      kind: .folder(source, prefix: String(embedding.dropLast(suffix.count))), normWeightsIncludeOne: false)
  }

  /// The path's last part; in the cache of the hub's own tools, models--OWNER--MODEL/snapshots/COMMIT, the model's name there.
  private static func name(of path: String) -> String {
    let parts = URL(fileURLWithPath: path).pathComponents
    if parts.count >= 3, parts[parts.count - 2] == "snapshots", parts[parts.count - 3].hasPrefix("models--") {
      return parts[parts.count - 3].dropFirst("models--".count).replacingOccurrences(of: "--", with: "/")
    }
    return parts.last ?? path
  }

  /// What identifies the model at `path`: of a file its sha256, of a folder that over the names and hashes of its configuration,
  /// tokenizer and weights.
  public static func sha256(path: String) throws -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw GemmaError.fileNotFound(path: path)
    }
    guard isFolder.boolValue else { return try SHA256.hexDigest(path: path) }
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
      throw GemmaError.inputOutput(path: path, reason: error.localizedDescription)
    }
    var hash = SHA256()
    for name in names.sorted()
    where ["config.json", "tokenizer.json", "tokenizer.model"].contains(name)
      || name.hasSuffix(".safetensors")
    {
      hash.update("\(name) \(try SHA256.hexDigest(path: path + "/" + name))\n")
    }
    return hash.finish()
  }

  /// The file, where it is a GGUF file; else it is a folder.
  var gguf: GGUFFile? { if case .gguf(let file) = kind { file } else { nil } }

  /// How the weights are stored, for people: the type that most bytes have, "Q4_K, Q5_0, Q8_0", ...
  public var storedTypes: [String] { types.map(\.name) }

  /// The types of the weights, without the F32 of norms beside others.
  var types: [ElementType] {
    let source: any TensorSource
    switch kind {
    case .gguf(let file): source = file
    case .folder(let files, _): source = files
    }
    // A quantisation's parts are bytes and floats beside a state.
    let names = source.tensorNames
    let states = names.filter { $0.hasSuffix(".quant_state.bitsandbytes__nf4") }
    var types = Set(names.filter { $0.hasSuffix(".weight") }.compactMap { source.tensor($0)?.type })
    if types.remove(.u8) != nil, !states.isEmpty { types.insert(.nf4) }
    if types.count > 1 { types.remove(.f32) }
    return ElementType.allCases.filter(types.contains)
  }

  public func tokenizer() throws -> Tokenizer {
    switch kind {
    case .gguf(let file): return try Tokenizer(file)
    case .folder:
      let (json, model) = (path + "/tokenizer.json", path + "/tokenizer.model")
      if FileManager.default.fileExists(atPath: model) { return try Tokenizer(sentencePieceModel: model) }
      if FileManager.default.fileExists(atPath: json) { return try Tokenizer(tokenizerJSON: json) }
      throw GemmaError.fileNotFound(path: model)
    }
  }

  /// The tensor of a canonical name, its shape checked against the configuration.
  /// - Throws: `malformed` naming the tensor if it is missing or has another shape.
  public func tensor(_ name: String) throws -> TensorView {
    let view: TensorView?
    switch kind {
    case .gguf(let file): view = file.tensor(Self.ggufName(name))
    case .folder(let source, let prefix):
      view =
        try BitsAndBytes.tensor(prefix + name, in: source, path: path)
        ?? source.tensor(prefix + name).flatMap { $0.type == .u8 ? nil : $0 }
    }
    guard let view else {
      throw GemmaError.malformed(path: path, location: "tensor \(name)", expected: "a tensor", found: "none")
    }
    let expected = ModelTensor.shape(of: name, in: config)
    guard view.shape == expected else {
      throw GemmaError.malformed(
        path: path, location: "tensor \(name)", expected: "shape \(expected)", found: "shape \(view.shape)")
    }
    return view
  }

  private static let ggufNames = [
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm", "post_attention_layernorm": "post_attention_norm",
    "pre_feedforward_layernorm": "ffn_norm", "post_feedforward_layernorm": "post_ffw_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
  ]

  /// "layers.3.mlp.up_proj.weight" is "blk.3.ffn_up.weight" there.
  static func ggufName(_ name: String) -> String {
    switch name {
    case "embed_tokens.weight": return "token_embd.weight"
    case "norm.weight": return "output_norm.weight"
    default:
      let parts = name.split(separator: ".")
      guard parts.count >= 4, let mapped = ggufNames[parts[2..<parts.count - 1].joined(separator: ".")] else {
        return name
      }
      return "blk.\(parts[1]).\(mapped).weight"
    }
  }
}
