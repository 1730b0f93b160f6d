/// A projection y = x W^T. If an adapter has factors for it, scale * (x A^T) B^T is added (Hu et al. 2021). With DoRA
/// each output is multiplied by magnitude / length. With dropout A gets only a part of x.
struct Linear: Sendable {
  let weight: WeightMatrix

  var inputs: Int { weight.inputs }
  var outputs: Int { weight.outputs }

  /// - Returns: y [rows, outputs], and h = scale * x A^T [rows, rank] for the backward pass.
  func forward(_ x: Matrix, lora: LoRAFactors?, compute: Compute) -> (y: Matrix, h: Matrix?) {
    let y = compute.matrix(x.rows, outputs)
    weight.multiply(x.data, rows: x.rows, xRow: x.columns, into: y.data, yRow: outputs, compute: compute)
    guard let lora else { return (y, nil) }
    let seen = lora.dropout?.apply(x, compute: compute) ?? x
    let h = Self.down(seen, factor: lora.a, lora: lora, compute: compute)
    Self.up(h, factor: lora.b, into: y, accumulate: true, compute: compute)
    if let magnitude = lora.magnitude { Self.scaleColumns(y, by: magnitude.scale, compute: compute) }
    return (y, h)
  }

  /// Adds to the gradients of A and B, and computes dx [rows, inputs]: it is overwritten, or added to if `accumulate`.
  /// `dx` is nil if no layer below needs it. `y` is the output of the forward pass.
  func backward(
    _ dy: Matrix, x: Matrix, y: Matrix, h: Matrix?, lora: LoRAFactors?, into dx: Matrix?, accumulate: Bool,
    compute: Compute
  ) {
    var dy = dy
    if let magnitude = lora?.magnitude {
      Self.addMagnitudeGradient(dy, y, magnitude, compute: compute)
      dy = compute.matrix(copying: dy)
      Self.scaleColumns(dy, by: magnitude.scale, compute: compute)
    }
    if let dx {
      weight.multiplyTransposed(
        dy.data, rows: dy.rows, dyRow: dy.columns, into: dx.data, dxRow: dx.columns, accumulate: accumulate,
        compute: compute)
    }
    guard let lora, let h else { return }
    Self.addOuter(h, dy, into: lora.gradientB, compute: compute)
    let g = Self.down(dy, factor: lora.b, lora: lora, compute: compute)
    let seen = lora.dropout?.apply(x, compute: compute) ?? x
    Self.addOuter(g, seen, into: lora.gradientA, compute: compute)
    guard let dx else { return }
    guard let dropout = lora.dropout else {
      return Self.up(g, factor: lora.a, into: dx, accumulate: true, compute: compute)
    }
    let share = compute.matrix(dx.rows, dx.columns)
    Self.up(g, factor: lora.a, into: share, accumulate: false, compute: compute)
    compute.add(dropout.apply(share, compute: compute).data, to: dx.data, count: dx.count)
  }

  private static func scaleColumns(_ y: Matrix, by scale: UnsafePointer<Float>, compute: Compute) {
    compute.forRows(y.rows) { rows in
      for row in rows {
        let values = y.row(row)
        for o in 0..<y.columns { values[o] *= scale[o] }
      }
    }
  }

  /// y = scale * (the unscaled y), so d scale = sum over the rows of dy y / scale, and d magnitude = that / length = dy
  /// y / magnitude.
  private static func addMagnitudeGradient(
    _ dy: Matrix, _ y: Matrix, _ magnitude: LoRAFactors.Magnitude, compute: Compute
  ) {
    compute.forRows(y.columns, grain: 64) { columns in
      // Row by row, in the order of memory.
      var sums = [Double](repeating: 0, count: columns.count)
      for row in 0..<y.rows {
        let (a, b) = (dy.row(row) + columns.lowerBound, y.row(row) + columns.lowerBound)
        for i in sums.indices { sums[i] += Double(a[i]) * Double(b[i]) }
      }
      for (o, sum) in zip(columns, sums) where magnitude.value[o] != 0 {
        magnitude.gradient[o] += Float(sum / Double(magnitude.value[o]))
      }
    }
  }

  /// scale * x f^T: [rows, n] times f [rank, n] gives [rows, rank].
  private static func down(_ x: Matrix, factor: UnsafePointer<Float>, lora: LoRAFactors, compute: Compute)
    -> Matrix
  {
    let n = x.columns
    let panels = compute.matrix(Packing.panels(lora.rank), n * Packing.lanes)
    Packing.transposed(
      n: lora.rank, k: n, source: factor, stride: n, into: panels.data, panelStride: panels.columns)
    let result = compute.matrix(x.rows, lora.rank)
    compute.multiply(
      m: x.rows, n: lora.rank, k: n, a: x.data, aRow: n, panels: panels.data, panelStride: panels.columns,
      c: result.data, cRow: lora.rank, accumulate: false)
    compute.kernels.table.scale(result.count, result.data, lora.scale, result.data)
    return result
  }

  /// y (+)= h f: [rows, rank] times f [rank, n].
  private static func up(
    _ h: Matrix, factor: UnsafePointer<Float>, into y: Matrix, accumulate: Bool, compute: Compute
  ) {
    let panels = compute.matrix(Packing.panels(y.columns), h.columns * Packing.lanes)
    Packing.straight(
      k: h.columns, n: y.columns, source: factor, stride: y.columns, into: panels.data,
      panelStride: panels.columns)
    compute.multiply(
      m: h.rows, n: y.columns, k: h.columns, a: h.data, aRow: h.columns, panels: panels.data,
      panelStride: panels.columns, c: y.data, cRow: y.columns, accumulate: accumulate)
  }

  /// gradient[rank, n] += h^T x, added row by row in order: h [rows, rank], x [rows, n].
  private static func addOuter(
    _ h: Matrix, _ x: Matrix, into gradient: UnsafeMutablePointer<Float>, compute: Compute
  ) {
    let (rows, n, rank) = (x.rows, x.columns, h.columns)
    let group = 4
    let depth = min(rows, 512)
    let gemm = compute.kernels.table.gemm!
    compute.workers.run((Packing.panels(n) + group - 1) / group) { task in
      let first = task * group * Packing.lanes
      let width = min(group * Packing.lanes, n - first)
      let panels = compute.matrix(group, depth * Packing.lanes)
      for row in stride(from: 0, to: rows, by: depth) {
        let count = min(depth, rows - row)
        Packing.straight(
          k: count, n: width, source: x.row(row) + first, stride: n, into: panels.data,
          panelStride: panels.columns)
        gemm(
          rank, width, count, h.row(row), 1, rank, panels.data, panels.columns, gradient + first, n, 1)
      }
    }
  }
}
