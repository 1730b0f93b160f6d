/// Which inputs of the adapter a training pass leaves out (Srivastava et al. 2014): each with probability `rate`, the others scaled by
/// 1 / (1 - rate). A pure function of seed, projection, example, token and column, so the backward, a layer that is run again and
/// a resumed run make the same choice, and no row's depends on its neighbours.
struct Dropout: Sendable {
  let rate: Double
  let seed: UInt64
  /// For each row what it is: the example's place in the stream of examples and the token's in the example.
  let rows: [UInt64]

  static func key(example: Int, token: Int) -> UInt64 { UInt64(example) << 20 | UInt64(token) }

  /// The same for some of the rows.
  func gathered(_ wanted: [Int]?) -> Dropout {
    wanted.map { Dropout(rate: rate, seed: seed, rows: $0.map { rows[$0] }) } ?? self
  }

  /// x [rows, columns] with what is left out set to zero.
  func apply(_ x: Matrix, slot: UInt32, compute: Compute) -> Matrix {
    let result = compute.matrix(x.rows, x.columns)
    compute.forRows(x.rows) { range in
      for row in range {
        Kernels.dropout(
          x.row(row), into: result.row(row), columns: x.columns, rate: rate, seed: seed, slot: slot,
          row: rows[row])
      }
    }
    return result
  }
}

/// For tests: which columns of a row dropout keeps.
package enum DropoutProbe {
  package static func kept(columns: Int, rate: Double, seed: UInt64, slot: UInt32, row: UInt64) -> [Bool] {
    let compute = Compute(threads: 1)
    let ones = compute.matrix(1, columns)
    ones.fill(1)
    return Dropout(rate: rate, seed: seed, rows: [row]).apply(ones, slot: slot, compute: compute).values.map {
      $0 > 0
    }
  }
}
