import Foundation

/// A LoRA adapter as read from a file of any format: the factors A and B of each changed projection, and with DoRA the
/// magnitudes.
public struct StoredAdapter: Sendable {
  /// The factors of one projection: W x becomes W x + scale * B A x. The scale is computed from the configuration.
  public struct Factors: Sendable {
    public var layer: Int
    public var projection: Projection
    public var rank: Int
    /// [rank, inputs]
    public var a: [Float]
    /// [outputs, rank]
    public var b: [Float]
    /// The magnitudes [outputs], with DoRA only.
    public var magnitude: [Float]?
  }

  public var config: AdapterConfig
  /// The factors in the order of layers; inside a layer, in the order of projections.
  public var factors: [Factors]
  /// The name of the base model in the file.
  public var baseModel: String?
  /// Number of ignored tensors that belong to the vision tower and the projector of a multimodal model.
  public var visionTensors = 0

  /// Opens an adapter for `base`: a PEFT folder or a GGUF file.
  ///
  /// - Throws: `wrongKind` for other files, or for an adapter of another model; `unsupported` for settings that gnb
  ///   cannot compute; `malformed` for damaged files; `fileNotFound`.
  public static func open(path: String, for base: ModelFile) throws -> StoredAdapter {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    if let refusal = try AdapterMistake.refusal(path) { throw refusal }
    return isFolder(path)
      ? try StoredAdapter(peft: path, base: base) : try StoredAdapter(GGUFFile(path: path), base: base)
  }

  /// The path, if it is a folder.
  public static func folder(_ path: String) -> String? { isFolder(path) ? path : nil }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// The error for an adapter that does not fit the model.
  static func misfit(_ reason: String, path: String, baseModel: String?, model: ModelFile) -> GemmaError {
    let made = baseModel.map { "an adapter for \($0)" } ?? "an adapter for another model"
    let remedy =
      baseModel.map { "load the model it was made for ('load model \($0)'), then the adapter" }
      ?? "load the model it was made for, then the adapter"
    return .wrongKind(
      path: path, expected: "one for \(model.name)", found: "\(made) (\(reason))",
      remedy: remedy)
  }

  /// The metadata key that marks a safetensors file as a checkpoint of a training. A checkpoint contains an adapter.
  static let checkpointKey = "gnb.checkpoint"
}
