extension GemmaModel {
  /// A projection of the file as `precision` keeps it in memory: its values row by row, and its size in bytes. An adapter that was
  /// merged into the model is not in it.
  public func projection(_ projection: Projection, layer: Int, precision: WeightPrecision, device: Device)
    throws -> (
      values: [Float], bytes: Int
    )
  {
    guard config.layers.indices.contains(layer) else {
      throw GemmaError.invalidValue(
        name: "layer", expected: "from 0 to \(config.layers.count - 1)", found: "\(layer)")
    }
    let tensor = try file.tensor(.projection(projection, layer: layer, config))
    let weight = device.weight(tensor, precision: precision, isEmbedding: false, arena: WeightArena())
    let rows = device.rows(weight, 0..<weight.outputs)
    return ((0..<rows.rows).flatMap { rows.values(ofRow: $0) }, weight.bytes)
  }
}
