/// Products with frozen weights.
extension CPU {
  public func weight(
    _ view: TensorView, precision: WeightPrecision, isEmbedding: Bool, arena: WeightArena
  ) -> WeightMatrix {
    WeightMatrix(view, precision: precision, isEmbedding: isEmbedding, arena: arena, cpu: self)
  }

  public func product(_ x: Matrix, _ weight: WeightMatrix, outputs: Range<Int>?) -> Matrix {
    let range = outputs ?? 0..<weight.outputs
    precondition(x.columns == weight.inputs)
    precondition(range.lowerBound % Packing.lanes == 0 && range.upperBound <= weight.outputs)
    let y = matrix(x.rows, range.count)
    forTiles(rows: x.rows, panels: Packing.panels(range.count)) { rows, panels in
      multiply(x, rows: rows, weight, outputs: range, panels: panels, into: y)
    }
    return y
  }

  public func products(_ x: Matrix, _ weights: [WeightMatrix]) -> [Matrix] {
    precondition(weights.allSatisfy { $0.inputs == x.columns })
    let results = weights.map { matrix(x.rows, $0.outputs) }
    forTiles(rows: x.rows, panels: weights.map { Packing.panels($0.outputs) }) { number, rows, panels in
      let weight = weights[number]
      multiply(x, rows: rows, weight, outputs: 0..<weight.outputs, panels: panels, into: results[number])
    }
    return results
  }

  /// One tile of y = x W^T for the outputs `range`, on this thread.
  private func multiply(
    _ x: Matrix, rows: Range<Int>, _ weight: WeightMatrix, outputs range: Range<Int>, panels: Range<Int>,
    into y: Matrix
  ) {
    let lanes = Packing.lanes
    multiply(
      x.row(rows.lowerBound), rows: rows.count, xRow: x.columns, weight,
      panels: range.lowerBound / lanes + panels.lowerBound,
      columns: min(range.count, panels.upperBound * lanes) - panels.lowerBound * lanes,
      into: y.row(rows.lowerBound) + panels.lowerBound * lanes, yRow: y.columns)
  }

  /// The same from the panel `first` on.
  private func multiply(
    _ x: UnsafePointer<Float>, rows: Int, xRow: Int, _ weight: WeightMatrix, panels first: Int, columns: Int,
    into y: UnsafeMutablePointer<Float>, yRow: Int
  ) {
    let scratch = weight.storage == .f32 ? nil : matrix(weight.inputs, 2 * Packing.lanes)
    kernels.table.gemm_panels(
      weight.storage.rawValue, rows, columns, weight.inputs, x, xRow, weight.panel(first),
      weight.panelBytes, y, yRow, 0, scratch?.data)
  }

  /// Number of inputs whose panels of W^T are made at a time; a multiple of every storage's group. Panels of W^T are made again for
  /// every product, while they are used, so that they are still in the cache. This is cheap compared with the product, and it avoids
  /// a second copy of W.
  private static let transposedInputs = 256
  /// The least number of inputs that one task makes, and the number of values.
  private static let (groupInputs, taskValues) = (64, 64 * 16 * Packing.lanes)

  public func productTransposed(
    _ dy: Matrix, _ weight: WeightMatrix, outputs: Range<Int>?, into dx: Matrix, adds: Bool
  ) {
    let range = outputs ?? 0..<weight.outputs
    precondition(dy.columns == range.count && dx.columns == weight.inputs && dy.rows == dx.rows)
    let (n, inputs) = (range.count, weight.inputs)
    // With many threads a longer stretch gives all of them work.
    let stretch = min(inputs, workers.threads > 4 ? 4 * Self.transposedInputs : Self.transposedInputs)
    let transposed = matrix(Packing.panels(stretch), n * Packing.lanes)
    for first in stride(from: 0, to: inputs, by: stretch) {
      let depth = min(stretch, inputs - first)
      let groupInputs = max(Self.groupInputs, weight.storage.block)
      let groups = (depth + groupInputs - 1) / groupInputs
      let panels = Packing.panels(n)
      let panelsInTask = Self.taskValues / (groupInputs * Packing.lanes)
      let parts = (panels + panelsInTask - 1) / panelsInTask
      workers.run(groups * parts) { task in
        let start = task / parts * groupInputs
        let sources = task % parts * panelsInTask..<min(panels, (task % parts + 1) * panelsInTask)
        transpose(
          weight, panels: sources, firstPanel: range.lowerBound / Packing.lanes, outputs: n,
          inputs: first + start..<min(first + start + groupInputs, first + depth),
          into: transposed.row(start / Packing.lanes), panelStride: transposed.columns)
      }
      multiply(
        m: dy.rows, n: depth, k: n, a: dy.data, aRow: dy.columns, panels: transposed.data,
        panelStride: transposed.columns, c: dx.data + first, cRow: dx.columns, accumulate: adds)
    }
  }

  /// Panels of W^T for some inputs, from the panels `sources` of W.
  ///
  /// - Parameter target: the panel of the first input. Row o of it belongs to output o.
  private func transpose(
    _ weight: WeightMatrix, panels sources: Range<Int>, firstPanel: Int, outputs n: Int, inputs: Range<Int>,
    into target: UnsafeMutablePointer<Float>, panelStride: Int
  ) {
    let lanes = Packing.lanes
    let unpacked = matrix(sources.count, inputs.count * lanes)
    let offset = weight.storage.bytes(depth: inputs.lowerBound)
    for (i, source) in sources.enumerated() {
      kernels.table.unpack(
        weight.storage.rawValue, inputs.count, weight.panel(firstPanel + source) + offset, unpacked.row(i))
    }
    let rows = min(n, sources.upperBound * lanes) - sources.lowerBound * lanes
    Packing.transposePanels(
      k: inputs.count, n: rows, source: unpacked.data, sourceStride: unpacked.columns,
      into: target + sources.lowerBound * lanes * lanes, panelStride: panelStride,
      range: 0..<Packing.panels(inputs.count))
  }

  public func product(_ x: Matrix, _ weight: WeightMatrix, rows indices: [Int]) -> Matrix {
    let rows = rows(weight, indices)
    let panels = matrix(Packing.panels(indices.count), x.columns * Packing.lanes)
    Packing.transposed(
      n: indices.count, k: x.columns, source: rows.data, stride: x.columns, into: panels.data,
      panelStride: panels.columns)
    let result = matrix(x.rows, indices.count)
    multiply(
      m: x.rows, n: indices.count, k: x.columns, a: x.data, aRow: x.columns, panels: panels.data,
      panelStride: panels.columns, c: result.data, cRow: indices.count, accumulate: false)
    return result
  }
}
