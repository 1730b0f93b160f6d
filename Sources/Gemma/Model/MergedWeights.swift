/// A model's projections with an adapter merged into them: W + scale * B A; with DoRA each row is multiplied by
/// magnitude / length. Rows are computed on demand, so there is never a second model in memory.
struct MergedWeights {
  let model: GemmaModel
  private let adapter: Adapter?
  /// DoRA's factor of every output, one slot after the other.
  private let scales: Matrix?
  private let compute: Compute

  init(_ model: GemmaModel, adapter: Adapter?, compute: Compute) {
    self.model = model
    self.adapter = adapter
    self.compute = compute
    scales = adapter?.magnitudeScales(compute: compute)
  }

  /// The adapter's slot for a projection, or nil if the adapter does not change the projection.
  func slot(_ layer: Int, _ projection: Projection) -> Adapter.Slot? {
    adapter?.slots.first { $0.layer == layer && $0.projection == projection }
  }

  /// The rows `range` as a matrix [range.count, inputs]; `range` begins at a multiple of 16. Each value is a separate
  /// sum, so it does not depend on the range or the number of threads.
  func rows(_ range: Range<Int>, layer: Int, _ projection: Projection) -> Matrix {
    let w = model.blocks[layer].linear(projection).weight.rows(range, compute: compute)
    guard let adapter, let slot = slot(layer, projection) else { return w }
    let n = slot.inputs
    let panels = compute.matrix(Packing.panels(n), slot.rank * Packing.lanes)
    Packing.straight(
      k: slot.rank, n: n, source: adapter.a(slot), stride: n, into: panels.data, panelStride: panels.columns)
    let update = compute.matrix(range.count, n)
    compute.multiply(
      m: range.count, n: n, k: slot.rank, a: adapter.b(slot) + range.lowerBound, aRow: 1,
      aColumn: slot.outputs, panels: panels.data, panelStride: panels.columns, c: update.data, cRow: n,
      accumulate: false)
    let table = compute.kernels.table
    compute.forRows(range.count) { rows in
      for row in rows {
        table.scale(n, update.row(row), slot.scale, update.row(row))
        table.add(n, update.row(row), w.row(row))
        if let scales {
          table.scale(n, w.row(row), scales.data[slot.firstOutput + range.lowerBound + row], w.row(row))
        }
      }
    }
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
    _ adapter: Adapter, precision: WeightPrecision = .auto, compute: Compute, check: () throws -> Void = {}
  ) throws -> GemmaModel {
    let merged = MergedWeights(self, adapter: adapter, compute: compute)
    let blocks = try blocks.enumerated().map { layer, block in
      try block.replacing { projection, weight in
        try check()
        guard let slot = merged.slot(layer, projection) else { return weight }
        let values = merged.rows(0..<slot.outputs, layer: layer, projection)
        let view = TensorView(
          name: "", type: .f32, shape: [slot.outputs, slot.inputs],
          bytes: UnsafeRawBufferPointer(start: values.data, count: values.count * 4), owner: values)
        return WeightMatrix(view, precision: precision, compute: compute)
      }
    }
    compute.blocks.trim()
    return GemmaModel(self, merged: blocks)
  }

  /// Size of the projections' weights in memory, in bytes.
  public var projectionBytes: Int {
    blocks.reduce(0) { sum, block in
      sum + Projection.allCases.reduce(0) { $0 + block.linear($1).weight.bytes }
    }
  }
}
