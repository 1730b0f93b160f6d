/// Reading and writing adapters.
extension Adapter {
  /// The adapter of a file, for the model that the file was opened for.
  public convenience init(_ stored: StoredAdapter, model: GemmaModel, device: Device) {
    self.init(
      stored.config, places: stored.factors.map { ($0.layer, $0.projection, $0.rank) }, model: model,
      device: device)
    for (slot, factors) in zip(slots, stored.factors) {
      a(slot).set(factors.a)
      b(slot).set(Self.transposed(factors.b, rows: slot.outputs, columns: slot.rank))
      if let values = factors.magnitude { magnitude(slot)?.set(values) }
    }
    parametersChanged()
  }

  /// [rows, columns] as [columns, rows].
  private static func transposed(_ values: [Float], rows: Int, columns: Int) -> [Float] {
    (0..<values.count).map { values[$0 % rows * columns + $0 / rows] }
  }

  /// The adapter in the form that files have.
  public func stored() -> StoredAdapter {
    StoredAdapter(
      config: config,
      factors: slots.map { slot in
        StoredAdapter.Factors(
          layer: slot.layer, projection: slot.projection, rank: slot.rank, a: a(slot).values,
          b: Self.transposed(b(slot).values, rows: slot.rank, columns: slot.outputs),
          magnitude: magnitude(slot)?.values)
      })
  }

  /// Over the factors and their scales: two adapters with one hash compute the same.
  public var sha256: String {
    var hash = SHA256()
    for (slot, factors) in zip(slots, stored().factors) {
      hash.update("\(factors.layer) \(factors.projection.rawValue) \(factors.rank) \(slot.scale)\u{0}")
      for values in [factors.a, factors.b, factors.magnitude ?? []] {
        values.withUnsafeBytes { hash.update($0) }
      }
    }
    return hash.finish()
  }

  /// Opens an adapter for `model`: a folder in PEFT's layout, or a GGUF file.
  ///
  /// - Parameter weights: another file for the weights of a folder, with the same names.
  public static func load(
    path: String, weights: String? = nil, model: GemmaModel, device: Device
  ) throws -> Adapter {
    let stored =
      try weights.map { try StoredAdapter(peft: path, weights: $0, base: model.file) }
      ?? StoredAdapter.open(path: path, for: model.file)
    return Adapter(stored, model: model, device: device)
  }

  /// Writes a folder that PEFT loads.
  ///
  /// - Parameters:
  ///   - baseModel: the value of `base_model_name_or_path`.
  ///   - check: called again and again. An error that it throws ends the writing, and leaves nothing.
  public func save(path: String, baseModel: String, check: () throws -> Void = {}) throws {
    let folder = try FolderWriter(path: path)
    try write(to: folder, baseModel: baseModel, check: check)
    try check()
    try folder.finish()
  }

  /// Writes PEFT's two files into a folder that is being written.
  /// - Returns: the sha256 of the weights' file.
  @discardableResult
  public func write(
    to folder: FolderWriter, baseModel: String, check: () throws -> Void = {}
  ) throws -> String {
    try stored().write(to: folder, baseModel: baseModel, check: check)
    return try SHA256.hexDigest(path: folder.file(StoredAdapter.weightsName))
  }

  /// Writes a GGUF file that llama.cpp applies to the GGUF file of the model.
  ///
  /// - Throws: `unsupported` for DoRA: a GGUF adapter has no magnitudes.
  public func saveGGUF(path: String, model: GemmaModel, check: () throws -> Void = {}) throws {
    try stored().saveGGUF(path: path, base: model.file, check: check)
  }
}
