import Foundation

/// A LoRA adapter as files hold it, whatever their format: for each projection that it changes the factors A and B, and with DoRA
/// the magnitudes.
public struct StoredAdapter: Sendable {
  /// What one projection gets: W x becomes W x + scale * B A x, where the scale follows from the configuration.
  public struct Factors: Sendable {
    public var layer: Int
    public var projection: Projection
    public var rank: Int
    /// [rank, inputs]
    public var a: [Float]
    /// [outputs, rank]
    public var b: [Float]
    /// [outputs], with DoRA only.
    public var magnitude: [Float]?
  }

  public var config: AdapterConfig
  /// In the order of layers and, inside one, of projections.
  public var factors: [Factors]
  /// The model that it was made for, as the file names it.
  public var baseModel: String?
  /// How many tensors of the file belong to a multimodal model's vision tower and its projector, and were left out.
  public var visionTensors = 0

  /// Opens an adapter for `base`: a folder as PEFT writes it, or a GGUF file.
  ///
  /// - Throws: `wrongKind` for something else, or for another model's adapter; `unsupported` for what gnb cannot compute;
  ///   `malformed` for damage; `fileNotFound`.
  public static func open(path: String, for base: ModelFile) throws -> StoredAdapter {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    if let refusal = try AdapterMistake.refusal(path) { throw refusal }
    return isFolder(path)
      ? try StoredAdapter(peft: path, base: base) : try StoredAdapter(GGUFFile(path: path), base: base)
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// What is said of an adapter that does not fit the model.
  static func misfit(_ reason: String, path: String, baseModel: String?, model: ModelFile) -> GemmaError {
    let made = baseModel.map { "an adapter for \($0)" } ?? "an adapter for another model"
    let remedy =
      baseModel.map { "load the model it was made for ('load model \($0)'), then the adapter" }
      ?? "load the model it was made for, then the adapter"
    return .wrongKind(
      path: path, expected: "one for \(model.name)", found: "\(made) (\(reason))",
      remedy: remedy)
  }

  /// The key of a safetensors file's metadata that marks a checkpoint of a training, which holds an adapter among other things.
  static let checkpointKey = "gnb.checkpoint"
}
