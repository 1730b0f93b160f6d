/// Products with the factors of adapters.
extension CPU {
  public func prepare(_ factors: [MatrixSlice]) -> [LowRankFactor] {
    let lanes = Packing.lanes
    let sizes = factors.map {
      (down: Packing.panels($0.rows) * $0.columns * lanes, up: Packing.panels($0.columns) * $0.rows * lanes)
    }
    let panels = matrix(1, sizes.reduce(0) { $0 + $1.down + $1.up })
    var prepared: [LowRankFactor] = []
    var offset = 0
    for (factor, size) in zip(factors, sizes) {
      let down = panels.slice(at: offset, Packing.panels(factor.rows), factor.columns * lanes)
      let up = panels.slice(at: offset + size.down, Packing.panels(factor.columns), factor.rows * lanes)
      prepared.append(LowRankFactor(values: factor, downPanels: down, upPanels: up))
      offset += size.down + size.up
    }
    let made = prepared
    workers.run(made.count) { i in
      guard let down = made[i].downPanels, let up = made[i].upPanels else { return }
      let factor = made[i].values
      Packing.transposed(
        n: factor.rows, k: factor.columns, source: factor.data, stride: factor.columns, into: down.data,
        panelStride: down.columns)
      Packing.straight(
        k: factor.rows, n: factor.columns, source: factor.data, stride: factor.columns, into: up.data,
        panelStride: up.columns)
    }
    return made
  }

  public func down(_ x: Matrix, _ factor: LowRankFactor, scale: Float) -> Matrix {
    precondition(x.columns == factor.values.columns)
    let result = matrix(x.rows, factor.rank)
    guard let panels = factor.downPanels else { preconditionFailure("a factor of another device") }
    let gemm = kernels.table.gemm!
    forTiles(rows: x.rows, panels: panels.rows) { rows, tile in
      let first = tile.lowerBound * Packing.lanes
      let columns = min(factor.rank, tile.upperBound * Packing.lanes) - first
      let target = result.row(rows.lowerBound) + first
      gemm(
        rows.count, columns, x.columns, x.row(rows.lowerBound), x.columns, 1,
        panels.data + tile.lowerBound * panels.columns, panels.columns, target, factor.rank, 0)
      for row in 0..<rows.count {
        let values = target + row * factor.rank
        kernels.table.scale(columns, values, scale, values)
      }
    }
    return result
  }

  public func up(_ h: Matrix, _ factor: LowRankFactor, into y: Matrix, adds: Bool) {
    precondition(h.columns == factor.rank && y.columns == factor.values.columns && h.rows == y.rows)
    guard let panels = factor.upPanels else { preconditionFailure("a factor of another device") }
    multiply(
      m: h.rows, n: y.columns, k: h.columns, a: h.data, aRow: h.columns, panels: panels.data,
      panelStride: panels.columns, c: y.data, cRow: y.columns, accumulate: adds)
  }

  public func addOuter(_ h: Matrix, _ x: Matrix, into gradient: MatrixSlice) {
    let (rows, n, rank) = (x.rows, x.columns, h.columns)
    precondition(h.rows == rows && gradient.rows == rank && gradient.columns == n)
    let group = workers.threads > 4 ? 2 : 4
    let depth = min(rows, 512)
    let gemm = kernels.table.gemm!
    workers.run((Packing.panels(n) + group - 1) / group) { task in
      let first = task * group * Packing.lanes
      let width = min(group * Packing.lanes, n - first)
      let panels = matrix(group, depth * Packing.lanes)
      for row in stride(from: 0, to: rows, by: depth) {
        let count = min(depth, rows - row)
        Packing.straight(
          k: count, n: width, source: x.row(row) + first, stride: n, into: panels.data,
          panelStride: panels.columns)
        gemm(
          rank, width, count, h.row(row), 1, rank, panels.data, panels.columns, gradient.data + first, n, 1)
      }
    }
  }

  public func merge(
    a: MatrixSlice, b: MatrixSlice, outputs: Range<Int>, scale: Float, factors: [Float]?, into rows: Matrix
  ) {
    precondition(rows.rows == outputs.count && rows.columns == a.columns && a.rows == b.rows)
    let n = a.columns
    let panels = matrix(Packing.panels(n), a.rows * Packing.lanes)
    Packing.straight(
      k: a.rows, n: n, source: a.data, stride: n, into: panels.data, panelStride: panels.columns)
    let update = matrix(outputs.count, n)
    multiply(
      m: outputs.count, n: n, k: a.rows, a: b.data + outputs.lowerBound, aRow: 1, aColumn: b.columns,
      panels: panels.data, panelStride: panels.columns, c: update.data, cRow: n, accumulate: false)
    forRows(outputs.count) { range in
      for row in range {
        kernels.table.scale(n, update.row(row), scale, update.row(row))
        kernels.table.add(n, update.row(row), rows.row(row))
        if let factors { kernels.table.scale(n, rows.row(row), factors[row], rows.row(row)) }
      }
    }
  }
}
