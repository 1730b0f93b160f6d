import Foundation

/// Writes a model as a Hugging Face folder or a GGUF file. An adapter is merged into it.
public struct ModelSaver {
  public enum Format: String, Sendable, CaseIterable {
    case auto
    case safetensors
    case gguf
  }

  /// A description of the written files.
  public struct Outcome: Sendable, Equatable {
    public var format: Format
    /// The types of the weights, as people write them.
    public var types: [String]
    public var bytes: Int
    public var files: Int
  }

  let weights: MergedWeights
  let device: Device
  /// Called with the number of written bytes and of all bytes. It throws to stop.
  let progress: (Int, Int) throws -> Void
  /// The largest size of one weight file in a folder.
  package var shardBytes = 5_000_000_000

  var model: GemmaModel { weights.model }

  /// The configuration of the saved model. It has a separate output matrix if the session computes with one.
  var savedConfig: ModelConfig {
    var config = model.config
    config.hasOwnHead = model.computesWithOwnHead
    return config
  }

  public init(
    _ model: GemmaModel, adapter: Adapter?, device: Device,
    progress: @escaping (Int, Int) throws -> Void = { _, _ in }
  ) {
    weights = MergedWeights(model, adapter: adapter, device: device)
    self.device = device
    self.progress = progress
  }

  /// Writes to `path`. With `format` auto it is a GGUF file if the path ends in .gguf, else a folder. If writing fails,
  /// the old file or folder stays.
  ///
  /// - Throws: `invalidValue` for a type that the format does not have, or for the path of the loaded model;
  ///   `inputOutput`; the errors of `progress`.
  public func save(to path: String, format: Format = .auto, type: SavedType = .auto) throws -> Outcome {
    let format = format != .auto ? format : path.hasSuffix(".gguf") ? .gguf : .safetensors
    guard !Self.isSame(path, model.file.path) else {
      throw GemmaError.invalidValue(
        name: "path", expected: "another path than that of the loaded model, whose file is still in use",
        found: path)
    }
    defer { device.trim() }
    do {
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    } catch { throw GemmaError.inputOutput(path: path, reason: error.localizedDescription) }
    if format == .gguf { return try saveGGUF(path, type) }
    guard let plain = type.plain(like: model.file) else {
      throw GemmaError.invalidValue(
        name: "type", expected: "auto, f32, f16 or bf16 for safetensors", found: type.rawValue)
    }
    return try saveFolder(path, plain)
  }

  /// Whether both paths lead to one file or folder.
  private static func isSame(_ a: String, _ b: String) -> Bool {
    func place(_ path: String) -> [Int]? {
      let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
      let found = try? FileManager.default.attributesOfItem(atPath: url.path)
      guard let device = found?[.systemNumber] as? Int, let number = found?[.systemFileNumber] as? Int
      else { return nil }
      return [device, number]
    }
    guard let first = place(a) else { return false }
    return first == place(b)
  }

  private func saveGGUF(_ path: String, _ type: SavedType) throws -> Outcome {
    let (config, file) = (savedConfig, model.file)
    var writer = GGUFWriter()
    writer.set("general.architecture", config.ggufArchitecture)
    writer.set("general.type", "model")
    writer.set("general.name", file.name)
    if let licence = file.gguf?.string("general.license") { writer.set("general.license", licence) }
    writer.set("general.file_type", type.fileType(like: file))
    writer.set("general.quantization_version", 2)
    try config.write(to: &writer, path: path)
    model.tokenizer.write(to: &writer, count: config.vocabularySize)
    if let template = file.chatTemplate { writer.set("tokenizer.chat_template", template) }
    let tensors = ModelTensor.all(config)
    for tensor in tensors {
      writer.add(
        StoredTensor(
          name: tensor.ggufName, type: type.type(of: tensor, in: file), shape: tensor.shape))
    }
    let stored = writer.tensors
    let total = stored.reduce(0) { $0 + $1.bytes }
    var done = 0
    try writer.write(to: path) { index, write in
      try stream(tensors[index], as: stored[index].type, for: .gguf) {
        try write($0)
        done += $0.count
        try progress(done, total)
      }
    }
    return outcome(.gguf, stored, files: 1)
  }

  func outcome(_ format: Format, _ stored: [StoredTensor], files: Int) -> Outcome {
    let types = Set(stored.filter { $0.shape.count > 1 }.map(\.type))
    return Outcome(
      format: format, types: ElementType.allCases.filter(types.contains).map(\.name),
      bytes: stored.reduce(0) { $0 + $1.bytes }, files: files)
  }

  // MARK: Tensors

  /// How many bytes of floats are computed at a time.
  private static let chunkBytes = 32 << 20

  /// The bytes of a tensor, some rows at a time.
  func stream(
    _ tensor: ModelTensor, as type: ElementType, for format: Format,
    write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let columns = tensor.shape.last ?? 1
    func chunks(_ body: (Range<Int>) -> Matrix) throws {
      let step = max(Packing.lanes, Self.chunkBytes / (4 * columns) / Packing.lanes * Packing.lanes)
      for first in stride(from: 0, to: tensor.shape[0], by: step) {
        try encode(body(first..<min(tensor.shape[0], first + step)), as: type, write)
      }
    }
    let factor = format == .gguf ? model.config.ggufQueryFactor : 1
    switch tensor.kind {
    case .norm: try encode(norm(tensor, for: format, factor), as: type, write)
    case .embedding:
      let view = model.embedding.view
      defer { view.release() }
      if view.type == type { return try write(view.bytes) }
      try chunks { model.embedding.rows($0, device: device) }
    case .head: try chunks { device.rows(model.head, $0) }
    case .projection(let layer, let projection):
      try chunks { rows in
        let values = weights.rows(rows, layer: layer, projection)
        if factor != 1, projection == .query, !model.config.hasQueryKeyNorm {
          device.scale(values, by: factor)
        }
        return values
      }
    }
  }

  /// A norm's weights in the form of the format: GGUF stores the full factor, Hugging Face the factor minus one. They
  /// are read from the model's file, so that no bit changes if the file has the same form.
  private func norm(_ tensor: ModelTensor, for format: Format, _ factor: Float) throws -> Matrix {
    let values = try model.file.tensor(tensor).values
    let shift: Float =
      switch (model.file.normWeightsIncludeOne, format == .gguf) {
      case (true, false): -1
      case (false, true): 1
      default: 0
      }
    let scale = tensor.name.hasSuffix("q_norm.weight") ? factor : 1
    let result = device.matrix(1, values.count)
    result.set(values.map { ($0 + shift) * scale })
    return result
  }

  private func encode(
    _ values: Matrix, as type: ElementType, _ write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let bytes = HeapBytes(count: type.bytes(count: values.columns) * values.rows)
    if let base = bytes.bytes.baseAddress { device.encode(values, as: type, into: base) }
    try withExtendedLifetime(bytes) { try write(UnsafeRawBufferPointer(bytes.bytes)) }
  }
}
