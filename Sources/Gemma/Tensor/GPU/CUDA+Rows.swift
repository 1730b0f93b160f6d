/// Operations on rows and on single elements.
extension CUDA {
  /// Rows at least this wide get a block of threads; narrower ones, such as heads, 16 lanes.
  private static let wideRow = 512

  public func rmsNorm(_ x: Matrix, weight: Constants, epsilon: Float) -> (y: Matrix, rstd: Matrix) {
    let n = weight.count
    let groups = x.columns / n
    precondition(groups * n == x.columns)
    let (y, rstd) = (matrix(x.rows, x.columns), matrix(x.rows, groups))
    let rows = x.rows * groups
    if n >= Self.wideRow {
      launch(
        "rms_norm", (rows, 1, 1), threads: 256, sharedBytes: 4 * n, address(x), Int32(n),
        weight.address(on: self), epsilon, address(y), address(rstd))
    } else {
      launch(
        "rms_norm_narrow", (Self.tiles(rows, by: 16), 1, 1), address(x), Int64(rows), Int32(n),
        weight.address(on: self), epsilon, address(y), address(rstd))
    }
    return (y, rstd)
  }

  public func rmsNorm(
    _ x: Matrix, weight: Constants, addedTo y: Matrix, then next: Constants, epsilon: Float
  ) -> (sum: Matrix, normed: Matrix) {
    let n = weight.count
    precondition(x.columns == n && next.count == n && y.hasShape(of: x))
    let (sum, normed) = (matrix(x.rows, n), matrix(x.rows, n))
    launch(
      "rms_norm_sum", (x.rows, 1, 1), threads: 256, sharedBytes: 4 * n, address(x), Int32(n),
      weight.address(on: self), address(y), next.address(on: self), epsilon, address(sum), address(normed))
    return (sum, normed)
  }

  public func rmsNormBackward(
    _ dy: Matrix, x: Matrix, rstd: Matrix, weight: Constants, into dx: Matrix, adds: Bool
  ) {
    let n = weight.count
    let groups = x.columns / n
    precondition(groups * n == x.columns && rstd.columns == groups && dx.rows == x.rows)
    let rows = x.rows * groups
    if n >= Self.wideRow {
      launch(
        "rms_norm_backward", (rows, 1, 1), threads: 256, sharedBytes: 8 * n, address(x), Int32(n),
        weight.address(on: self), address(rstd), address(dy), address(dx), Int32(adds ? 1 : 0))
    } else {
      launch(
        "rms_norm_backward_narrow", (Self.tiles(rows, by: 16), 1, 1), address(x), Int64(rows), Int32(n),
        weight.address(on: self), address(rstd), address(dy), address(dx), Int32(adds ? 1 : 0))
    }
  }

  public func rotate(
    _ x: Matrix, into y: Matrix, by angles: RotaryAngles, positions: [Int], back: Bool
  ) {
    let half = angles.half
    let heads = x.columns / (2 * half)
    precondition(heads * 2 * half == x.columns && positions.count == x.rows)
    let table = angles.addresses(on: self, count: (positions.max() ?? 0) + 1)
    launch(
      "rotate", elements: x.rows * heads * half, address(x), address(y), Int32(heads), Int32(half),
      indices(positions), table.cosine, table.sine, Int32(back ? 1 : 0))
  }

  public func gatedGELU(_ gate: Matrix, _ up: Matrix) -> Matrix {
    let result = matrix(gate.rows, gate.columns)
    launch("gated_gelu", elements: gate.count, address(gate), address(up), address(result))
    return result
  }

  public func gatedGELUBackward(_ gate: Matrix, _ up: Matrix, _ dy: Matrix) {
    launch("gated_gelu_backward", elements: gate.count, address(gate), address(up), address(dy))
  }

  public func gather(_ x: Matrix, rows: [Int]) -> Matrix {
    let result = matrix(rows.count, x.columns)
    launch(
      "gather_rows", elements: result.count, address(x), Int32(x.columns), indices(rows), address(result))
    return result
  }

  public func scatterAdd(_ y: Matrix, rows: [Int], into x: Matrix) {
    precondition(y.rows == rows.count && y.columns == x.columns)
    launch("scatter_add", elements: y.count, address(y), Int32(y.columns), indices(rows), address(x))
  }

  /// The table is the file's own, so the CPU reads the rows.
  public func embed(_ tokens: [Int], table: TensorView, scale: Float) -> Matrix {
    cpu.embed(tokens, table: table, scale: scale)
  }

  public func add(_ x: Matrix, to y: Matrix) {
    precondition(x.count == y.count)
    launch("add", elements: y.count, address(x), address(y))
  }

  public func scale(_ x: Matrix, by factor: Float) {
    launch("scale", elements: x.count, address(x), factor)
  }

  public func scaleColumns(_ y: Matrix, by factors: MatrixSlice) {
    precondition(factors.count == y.columns)
    launch("scale_columns", elements: y.count, address(y), Int32(y.columns), address(factors))
  }

  public func addColumnProducts(
    _ dy: Matrix, _ y: Matrix, over value: MatrixSlice, into gradient: MatrixSlice
  ) {
    precondition(value.count == y.columns && gradient.count == y.columns)
    launch(
      "add_column_products", (Self.tiles(y.columns, by: 256), 1, 1), Int32(y.columns), Int32(y.rows),
      address(dy), address(y), address(value), address(gradient))
  }

  public func softCap(_ x: Matrix, _ cap: Float) { launch("soft_cap", elements: x.count, address(x), cap) }

  public func largest(_ x: Matrix) -> [Int] {
    guard x.count > 0 else { return [] }
    let part = 1 << 15
    let parts = Self.tiles(x.columns, by: part)
    let found = matrix(x.rows, 2 * parts)
    launch(
      "largest", (parts, x.rows, 1), address(x), Int32(x.columns), Int32(part), address(found),
      address(found) + UInt64(4 * x.rows * parts))
    let values = found.values
    return (0..<x.rows).map { row in
      let ofRow = row * parts..<(row + 1) * parts
      let best = ofRow.reduce(ofRow.lowerBound) {
        values[x.rows * parts + $1] > values[x.rows * parts + $0] ? $1 : $0
      }
      return Int(values[best].bitPattern)
    }
  }

  public func gram(_ x: Matrix) -> [Float] {
    let result = matrix(x.rows, x.rows)
    launch("gram", (x.rows, x.rows, 1), threads: 32, address(x), Int32(x.columns), address(result))
    return result.values
  }

  public func squaredSum(_ x: Matrix) -> Float {
    let result = matrix(1, 1)
    launch("squared_sum", (1, 1, 1), threads: 512, Int64(x.count), address(x), address(result))
    return result.values[0]
  }

  public func exponentials(_ x: inout [Float], shift: Float) { cpu.exponentials(&x, shift: shift) }

  public func encode(_ values: Matrix, as type: ElementType, into target: UnsafeMutableRawPointer) {
    cpu.encode(values, as: type, into: target)
  }
}
