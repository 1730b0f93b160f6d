/// A model's projections with an adapter merged into them: W + scale * B A; with DoRA each row is multiplied by
/// magnitude / length. Rows are computed on demand, so there is never a second model in memory.
struct MergedWeights {
  let model: GemmaModel
  private let adapter: Adapter?
  /// DoRA's factor of every output, one slot after the other.
  private let scales: [Float]?
  private let device: Device

  init(_ model: GemmaModel, adapter: Adapter?, device: Device) {
    self.model = model
    self.adapter = adapter
    self.device = device
    scales = adapter?.magnitudeScales(device: device)?.values
  }

  /// The adapter's slot for a projection, or nil if the adapter does not change the projection.
  func slot(_ layer: Int, _ projection: Projection) -> Adapter.Slot? {
    adapter?.slots.first { $0.layer == layer && $0.projection == projection }
  }

  /// The rows `range` as a matrix [range.count, inputs]; `range` begins at a multiple of 16. Each value is a separate
  /// sum, so it does not depend on the range or the number of threads.
  func rows(_ range: Range<Int>, layer: Int, _ projection: Projection) -> Matrix {
    let w = device.rows(model.layers[layer].linear(projection).weight, range)
    guard let adapter, let slot = slot(layer, projection) else { return w }
    let outputs = slot.firstOutput + range.lowerBound..<slot.firstOutput + range.upperBound
    device.merge(
      a: adapter.a(slot), b: adapter.b(slot), outputs: range, scale: slot.scale,
      factors: scales.map { Array($0[outputs]) }, into: w)
    return w
  }
}

extension GemmaModel {
  /// A model with `adapter` merged into its projections. It shares the unchanged projections, the norms and the
  /// embedding with this model.
  ///
  /// - Parameters:
  ///   - precision: the type of the changed projections in memory. `auto` is Float32, because rounding them again would
  ///     lose most of a small update.
  ///   - check: called before each projection. An error that it throws ends the merge.
  public func merging(
    _ adapter: Adapter, precision: WeightPrecision = .auto, device: Device, check: () throws -> Void = {}
  ) throws -> GemmaModel {
    let merged = MergedWeights(self, adapter: adapter, device: device)
    let arena = WeightArena()
    let layers = try layers.enumerated().map { number, layer in
      try layer.replacing { projection, weight in
        try check()
        guard let slot = merged.slot(number, projection) else { return weight }
        let values = merged.rows(0..<slot.outputs, layer: number, projection)
        return device.weight(TensorView(values), precision: precision, isEmbedding: false, arena: arena)
      }
    }
    device.trim()
    return GemmaModel(self, merged: layers)
  }

  /// Size of the projections' weights in memory, in bytes.
  public var projectionBytes: Int {
    layers.reduce(0) { sum, layer in
      sum + Projection.allCases.reduce(0) { $0 + layer.linear($1).weight.bytes }
    }
  }
}
