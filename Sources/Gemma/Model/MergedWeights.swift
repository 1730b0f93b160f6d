/// A model's projections with an adapter folded in: W + scale * B A, with DoRA each row times its magnitude over its length. Rows are
/// made when asked for, so no second model is ever in memory.
struct MergedWeights {
  let model: GemmaModel
  private let adapter: Adapter?
  /// DoRA's factor of every output, all slots' one after the other.
  private let scales: Matrix?
  private let compute: Compute

  init(_ model: GemmaModel, adapter: Adapter?, compute: Compute) {
    self.model = model
    self.adapter = adapter
    self.compute = compute
    scales = adapter?.magnitudeScales(compute: compute)
  }

  /// The adapter's place at a projection, or nil where it leaves the projection alone.
  func slot(_ layer: Int, _ projection: Projection) -> Adapter.Slot? {
    adapter?.slots.first { $0.layer == layer && $0.projection == projection }
  }

  /// The rows `range`, which begins at a multiple of 16, as a matrix [range.count, inputs]. Each value is its own sum, whatever the
  /// range and the threads.
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
  /// This model with `adapter` folded into its projections. The others, the norms and the embedding are shared with this one.
  ///
  /// - Parameters:
  ///   - precision: how the changed projections are kept; `auto` is Float32, since rounding them again would lose most of a
  ///     small update.
  ///   - check: asked before each projection; what it throws ends the merge.
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

  /// What the weights of the projections take in memory.
  public var projectionBytes: Int {
    blocks.reduce(0) { sum, block in
      sum + Projection.allCases.reduce(0) { $0 + block.linear($1).weight.bytes }
    }
  }
}
