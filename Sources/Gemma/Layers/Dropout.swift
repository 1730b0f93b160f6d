/// Dropout on the inputs of the adapter (Srivastava et al. 2014). Each input is set to zero with probability `rate`;
/// the others are multiplied by 1 / (1 - rate). The choice is a pure function of seed, projection, example, token and
/// column. So the backward pass, a layer that is run again and a resumed run make the same choice, and a row does not
/// depend on its neighbours.
struct Dropout: Sendable {
  let rate: Double
  let seed: UInt64
  /// The key of each row: the example's place in the stream of examples, and the token's place in the example.
  let rows: [UInt64]

  static func key(example: Int, token: Int) -> UInt64 { UInt64(example) << 20 | UInt64(token) }

  /// The same dropout for some of the rows.
  func gathered(_ wanted: [Int]?) -> Dropout {
    wanted.map { Dropout(rate: rate, seed: seed, rows: $0.map { rows[$0] }) } ?? self
  }

  /// x [rows, columns] after dropout.
  func apply(_ x: Matrix, slot: UInt32, device: Device) -> Matrix {
    device.dropout(x, rate: rate, seed: seed, slot: slot, rows: rows)
  }
}

/// For tests: which columns of a row dropout keeps.
package enum DropoutProbe {
  package static func kept(columns: Int, rate: Double, seed: UInt64, slot: UInt32, row: UInt64) -> [Bool] {
    let device = CPU(threads: 1)
    let ones = device.matrix(1, columns)
    ones.fill(1)
    return Dropout(rate: rate, seed: seed, rows: [row]).apply(ones, slot: slot, device: device).values.map {
      $0 > 0
    }
  }
}
