import Foundation

/// A model on disk: a GGUF file or a Hugging Face folder, with the same tensor names for both.
///
/// Opening checks that the file has every tensor of the configuration, and that every other tensor is known to be
/// harmless.
public final class ModelFile: Sendable {
  public let path: String
  /// A name to show: the model's name in the file, else the last part of the path.
  public let name: String
  public let config: ModelConfig
  /// GGUF stores a norm's full factor, Hugging Face stores the factor minus one.
  public let normWeightsIncludeOne: Bool
  /// The GGUF file; nil for a folder.
  let gguf: GGUFFile?
  private let source: any TensorSource
  /// The name of each tensor in the file, by its canonical name.
  private let places: [String: String]
  /// The tokenizer of a model that is in no file.
  private let ownTokenizer: Tokenizer?

  /// - Parameter tokenizer: nil for that of the file.
  init(
    path: String, name: String, config: ModelConfig, source: any TensorSource, places: [String: String],
    tokenizer: Tokenizer? = nil
  ) throws {
    self.path = path
    self.name = name
    self.config = config
    self.source = source
    self.places = places
    ownTokenizer = tokenizer
    gguf = source as? GGUFFile
    normWeightsIncludeOne = gguf != nil
    // Shapes and types are checked here, before anything is packed.
    for tensor in ModelTensor.all(config) { _ = try shape(of: tensor) }
  }

  /// Opens a `.gguf` file or a folder with `config.json`.
  ///
  /// - Throws: `fileNotFound`, `wrongKind`, `unsupported` or `malformed`, before any weight is read.
  public static func open(path: String) throws -> ModelFile {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw GemmaError.fileNotFound(path: path)
    }
    return isFolder.boolValue ? try openFolder(path) : try openGGUF(path)
  }

  private static func openGGUF(_ path: String) throws -> ModelFile {
    guard !path.hasSuffix(".safetensors") else {
      throw GemmaError.wrongKind(
        path: path, expected: "a model", found: "a file with the weights of a model",
        remedy: "give the folder that it lies in, with config.json and the tokenizer")
    }
    let file = try GGUFFile(path: path)
    var config = try ModelConfig(file)
    let head = ModelTensor.head(config)
    let own = file.tensor(head.ggufName)
    // If the file has an output matrix, it is used, as in llama.cpp.
    config.hasOwnHead =
      own.map { !isEqual($0, file.tensor(ModelTensor.embedding(config).ggufName)) } ?? false
    var places: [String: String] = [:]
    for tensor in ModelTensor.all(config) { places[tensor.name] = tensor.ggufName }
    try refuseOthers(file, Set(places.values).union([head.ggufName]), path: path) { name in
      // The image part of some files, and factors of the rotation that change nothing, are ignored.
      name.hasPrefix("v.") || name.hasPrefix("mm.")
        || (name == "rope_freqs.weight" && isOnes(file.tensor(name)))
    }
    return try ModelFile(
      path: path, name: file.string("general.name") ?? name(of: path), config: config, source: file,
      places: places)
  }

  private static func openFolder(_ path: String) throws -> ModelFile {
    let configPath = path + "/config.json"
    guard FileManager.default.fileExists(atPath: configPath) else {
      throw HubFolder.withoutConfiguration(path)
    }
    let json = try JSONFile.object(configPath)
    var config = try ModelConfig(json: json, path: configPath)
    let source = try HubFolder.weights(path)
    let names = try HubFolder.Names(source, path: path)
    config.hasOwnHead = try names.hasOwnHead(saysUntied: ModelConfig.saysUntied(json))
    var places: [String: String] = [:]
    var known: Set<String> = [names.head, names.embedding]
    for tensor in ModelTensor.all(config) {
      let place = names.place(of: tensor)
      places[tensor.name] = place
      known.formUnion(BitsAndBytes.isStored(place, in: source) ? BitsAndBytes.parts(place) : [place])
    }
    try refuseOthers(source, known, path: path, harmless: HubFolder.isHarmless)
    return try ModelFile(path: path, name: name(of: path), config: config, source: source, places: places)
  }

  /// - Throws: `unsupported` with the name of the first tensor that is neither part of the model nor harmless.
  private static func refuseOthers(
    _ source: any TensorSource, _ known: Set<String>, path: String, harmless: (String) -> Bool
  ) throws {
    let left = source.tensorNames.filter { !known.contains($0) && !harmless($0) }
    guard let first = left.min() else { return }
    throw GemmaError.unsupported(
      path: path,
      feature: "the tensor \(first)" + (left.count > 1 ? " and \(left.count - 1) more" : "")
        + ", which no Gemma 2 or 3 language model has")
  }

  static func isEqual(_ a: TensorView, _ b: TensorView?) -> Bool {
    guard let b, a.type == b.type, a.shape == b.shape else { return false }
    guard let first = a.bytes.baseAddress, let second = b.bytes.baseAddress else { return a.bytes.isEmpty }
    defer {
      a.release()
      b.release()
    }
    return memcmp(first, second, a.bytes.count) == 0
  }

  private static func isOnes(_ view: TensorView?) -> Bool {
    guard let view, view.type.isRead, view.count <= 1 << 16 else { return false }
    return view.values.allSatisfy { $0 == 1 }
  }

  /// The last part of the path, or the model's name on the hub.
  private static func name(of path: String) -> String {
    Hub.name(of: path) ?? URL(fileURLWithPath: path).lastPathComponent
  }

  /// The model's name OWNER/MODEL on the Hugging Face hub, if it is known from the path.
  public var hubName: String? { Hub.name(of: path) }

  /// The hash that identifies the model at `path`. For one file it is the file's sha256. For a split file or a folder
  /// it is the sha256 of the names and hashes of its parts (configuration, tokenizer and weights).
  public static func sha256(path: String) throws -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw GemmaError.fileNotFound(path: path)
    }
    var hash = SHA256()
    guard isFolder.boolValue else {
      guard let parts = GGUFFile.parts(of: path) else { return try SHA256.hexDigest(path: path) }
      for part in parts {
        hash.update("\(URL(fileURLWithPath: part).lastPathComponent) \(try SHA256.hexDigest(path: part))\n")
      }
      return hash.finish()
    }
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
      throw GemmaError.inputOutput(path: path, reason: error.localizedDescription)
    }
    for name in names.sorted()
    where ["config.json", "tokenizer.json", "tokenizer.model"].contains(name)
      || name.hasSuffix(".safetensors")
    {
      hash.update("\(name) \(try SHA256.hexDigest(path: path + "/" + name))\n")
    }
    return hash.finish()
  }

  /// The names of the weights' types, such as "Q4_K", "Q5_0", "Q8_0".
  public var storedTypes: [String] { types.map(\.name) }

  /// The types of the weights. F32, the type of norms, is listed only if there is no other type.
  var types: [ElementType] {
    var types = Set(
      places.values.compactMap { BitsAndBytes.isStored($0, in: source) ? .nf4 : source.tensor($0)?.type })
    if types.count > 1 { types.remove(.f32) }
    return ElementType.allCases.filter(types.contains)
  }

  public func tokenizer() throws -> Tokenizer {
    if let ownTokenizer { return ownTokenizer }
    if let gguf { return try Tokenizer(gguf) }
    return try Tokenizer(folder: path)
  }

  /// A tensor, with the shape from the configuration.
  ///
  /// - Throws: `malformed` with the name of the tensor if its parts do not fit together.
  package func tensor(_ tensor: ModelTensor) throws -> TensorView {
    let place = places[tensor.name] ?? tensor.name
    guard let view = try BitsAndBytes.tensor(place, in: source, path: path) ?? source.tensor(place) else {
      throw missing(tensor, place)
    }
    try check(tensor, view.shape, view.type)
    return view
  }

  private func missing(_ tensor: ModelTensor, _ place: String) -> GemmaError {
    .malformed(path: path, location: "tensor \(place)", expected: "a tensor", found: "none")
  }

  private func shape(of tensor: ModelTensor) throws -> [Int] {
    let place = places[tensor.name] ?? tensor.name
    guard let view = source.tensor(place) else { throw missing(tensor, place) }
    // A tensor in 4 bits has its shape in another place, and is checked when it is decoded.
    if BitsAndBytes.isStored(place, in: source) { return tensor.shape }
    try check(tensor, view.shape, view.type)
    return view.shape
  }

  private func check(_ tensor: ModelTensor, _ shape: [Int], _ type: ElementType) throws {
    let place = places[tensor.name] ?? tensor.name
    guard type.isRead else {
      throw GemmaError.unsupported(
        path: path,
        feature: "the type \(type.name) of tensor \(place)"
          + (type.number == 24 && gguf == nil ? ": LLM.int8 of bitsandbytes?" : ""))
    }
    guard shape == tensor.shape else {
      throw GemmaError.malformed(
        path: path, location: "tensor \(place)", expected: "shape \(tensor.shape)", found: "shape \(shape)")
    }
  }
}
