/// Operations on rows and on single elements.
extension CPU {
  public func rmsNorm(_ x: Matrix, weight: Constants, epsilon: Float) -> (y: Matrix, rstd: Matrix) {
    let n = weight.count
    let groups = x.columns / n
    precondition(groups * n == x.columns)
    let (y, rstd) = (matrix(x.rows, x.columns), matrix(x.rows, groups))
    forRows(x.rows) { rows in
      weight.values.withUnsafeBufferPointer {
        kernels.table.rms_norm(
          rows.count * groups, n, x.row(rows.lowerBound), n, $0.baseAddress, epsilon, y.row(rows.lowerBound),
          n, rstd.row(rows.lowerBound))
      }
    }
    return (y, rstd)
  }

  public func rmsNormBackward(
    _ dy: Matrix, x: Matrix, rstd: Matrix, weight: Constants, into dx: Matrix, adds: Bool
  ) {
    let n = weight.count
    let groups = x.columns / n
    precondition(groups * n == x.columns && rstd.columns == groups && rstd.rows == x.rows)
    precondition(dx.hasShape(of: x) && dy.hasShape(of: x) && !(adds && dx === dy))
    forRows(x.rows) { rows in
      let first = rows.lowerBound
      weight.values.withUnsafeBufferPointer {
        kernels.table.rms_norm_backward(
          rows.count * groups, n, x.row(first), n, $0.baseAddress, rstd.row(first), dy.row(first), n,
          dx.row(first), n, adds ? 1 : 0)
      }
    }
  }

  public func rmsNorm(
    _ x: Matrix, weight: Constants, addedTo y: Matrix, then next: Constants, epsilon: Float
  ) -> (sum: Matrix, normed: Matrix) {
    let sum = rmsNorm(x, weight: weight, epsilon: epsilon).y
    add(y, to: sum)
    return (sum, rmsNorm(sum, weight: next, epsilon: epsilon).y)
  }

  public func rotate(
    _ x: Matrix, into y: Matrix, by angles: RotaryAngles, positions: [Int], back: Bool
  ) {
    if y !== x { y.copy(from: x) }
    let half = angles.half
    let heads = x.columns / (2 * half)
    precondition(heads * 2 * half == x.columns && positions.count == x.rows)
    let table = angles.table((positions.max() ?? 0) + 1)
    let rotate = back ? kernels.table.rotate_back! : kernels.table.rotate!
    table.cosine.withUnsafeBufferPointer { cosine in
      table.sine.withUnsafeBufferPointer { sine in
        guard let cosine = cosine.baseAddress, let sine = sine.baseAddress else { return }
        forRows(x.rows) { rows in
          for row in rows {
            let offset = positions[row] * half
            for head in 0..<heads {
              rotate(half, y.row(row) + head * 2 * half, cosine + offset, sine + offset)
            }
          }
        }
      }
    }
  }

  public func gatedGELU(_ gate: Matrix, _ up: Matrix) -> Matrix {
    precondition(gate.hasShape(of: up))
    let result = matrix(gate.rows, gate.columns)
    forRows(gate.rows, grain: 8) { rows in
      let first = rows.lowerBound
      kernels.table.geglu(rows.count * gate.columns, gate.row(first), up.row(first), result.row(first))
    }
    return result
  }

  public func gatedGELUBackward(_ gate: Matrix, _ up: Matrix, _ dy: Matrix) {
    precondition(gate.hasShape(of: up) && gate.hasShape(of: dy))
    forRows(gate.rows, grain: 8) { rows in
      let first = rows.lowerBound
      kernels.table.geglu_backward(
        rows.count * gate.columns, gate.row(first), up.row(first), dy.row(first))
    }
  }

  public func gather(_ x: Matrix, rows: [Int]) -> Matrix {
    precondition(rows.allSatisfy { (0..<x.rows).contains($0) })
    let result = matrix(rows.count, x.columns)
    forRows(rows.count) { range in
      for i in range { result.row(i).update(from: x.row(rows[i]), count: x.columns) }
    }
    return result
  }

  public func scatterAdd(_ y: Matrix, rows: [Int], into x: Matrix) {
    precondition(y.rows == rows.count && y.columns == x.columns)
    precondition(rows.allSatisfy { (0..<x.rows).contains($0) })
    assert(Set(rows).count == rows.count, "two tasks would add to one row")
    forRows(rows.count) { range in
      for i in range { kernels.table.add(x.columns, y.row(i), x.row(rows[i])) }
    }
  }

  public func embed(_ tokens: [Int], table: TensorView, scale: Float) -> Matrix {
    let hidden = table.shape[1]
    precondition(tokens.allSatisfy { (0..<table.shape[0]).contains($0) })
    let rowBytes = table.type.bytes(count: hidden)
    let x = matrix(tokens.count, hidden)
    guard let base = table.bytes.baseAddress else { return x }
    forRows(tokens.count) { rows in
      for i in rows {
        table.type.dequantize(from: base + tokens[i] * rowBytes, into: x.row(i), count: hidden)
        if scale != 1 { kernels.table.scale(hidden, x.row(i), scale, x.row(i)) }
      }
    }
    return x
  }

  public func add(_ x: Matrix, to y: Matrix) {
    precondition(x.hasShape(of: y))
    add(x.data, to: y.data, count: y.count)
  }

  public func scale(_ x: Matrix, by factor: Float) {
    forElements(x.count) { first, count in
      kernels.table.scale(count, x.data + first, factor, x.data + first)
    }
  }

  public func scaleColumns(_ y: Matrix, by factors: MatrixSlice) {
    precondition(factors.count == y.columns)
    forRows(y.rows) { rows in
      for row in rows {
        let values = y.row(row)
        for o in 0..<y.columns { values[o] *= factors.data[o] }
      }
    }
  }

  public func addColumnProducts(
    _ dy: Matrix, _ y: Matrix, over value: MatrixSlice, into gradient: MatrixSlice
  ) {
    precondition(dy.hasShape(of: y) && value.count == y.columns && gradient.count == y.columns)
    forRows(y.columns, grain: 64) { columns in
      // Row by row, in the order of memory.
      var sums = [Double](repeating: 0, count: columns.count)
      for row in 0..<y.rows {
        let (a, b) = (dy.row(row) + columns.lowerBound, y.row(row) + columns.lowerBound)
        for i in sums.indices { sums[i] += Double(a[i]) * Double(b[i]) }
      }
      for (o, sum) in zip(columns, sums) where value.data[o] != 0 {
        gradient.data[o] += Float(sum / Double(value.data[o]))
      }
    }
  }

  public func softCap(_ x: Matrix, _ cap: Float) {
    forElements(x.count) { first, count in kernels.table.soft_cap(count, x.data + first, cap) }
  }

  public func largest(_ x: Matrix) -> [Int] {
    (0..<x.rows).map { row in
      let values = x.row(row)
      // The first largest of each part of the row, then the first largest of them.
      let found = workers.map((x.columns + Self.partOfRow - 1) / Self.partOfRow) { part in
        let range = part * Self.partOfRow..<min(x.columns, (part + 1) * Self.partOfRow)
        return UnsafeBufferPointer(start: values, count: x.columns)[range].firstLargest() ?? range.lowerBound
      }
      return found.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
    }
  }

  private static let partOfRow = 1 << 15

  public func gram(_ x: Matrix) -> [Float] {
    var result = [Float](repeating: 0, count: x.rows * x.rows)
    for i in 0..<x.rows {
      for j in 0...i {
        let product = kernels.table.dot(x.columns, x.row(i), x.row(j))
        (result[i * x.rows + j], result[j * x.rows + i]) = (product, product)
      }
    }
    return result
  }

  public func squaredSum(_ x: Matrix) -> Float { kernels.table.dot(x.count, x.data, x.data) }

  public func exponentials(_ x: inout [Float], shift: Float) {
    x.withUnsafeMutableBufferPointer { kernels.table.exp_shifted($0.count, $0.baseAddress, shift) }
  }

  public func encode(_ values: Matrix, as type: ElementType, into target: UnsafeMutableRawPointer) {
    let rowBytes = type.bytes(count: values.columns)
    forRows(values.rows) { rows in
      type.quantise(
        values.row(rows.lowerBound), into: target + rows.lowerBound * rowBytes,
        count: rows.count * values.columns)
    }
  }
}
