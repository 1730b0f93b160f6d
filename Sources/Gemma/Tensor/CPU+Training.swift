import CKernels

/// The operations of training only.
extension CPU {
  public func update(_ parameters: Matrix, gradients: Matrix, state: Moments, _ numbers: AdamWNumbers) {
    precondition(parameters.count == gradients.count)
    forElements(parameters.count) { first, count in
      let (parameter, gradient) = (parameters.data + first, gradients.data + first)
      guard let scales = state.scales else {
        kernels.table.adamw(
          count, parameter, gradient, state.m.data + first, state.v.data + first, numbers.beta1,
          numbers.beta2, numbers.epsilon, numbers.decay, numbers.stepSize, numbers.inverseRoot,
          numbers.gradientScale)
        return
      }
      func codes(_ matrix: Matrix) -> UnsafeMutablePointer<UInt8> {
        UnsafeMutableRawPointer(matrix.data).assumingMemoryBound(to: UInt8.self) + first
      }
      Kernels.adamw8(
        count, parameter, gradient,
        Kernels.MomentCodes(
          m: codes(state.m), v: codes(state.v), mScales: scales.m.data + first / Moments.block,
          vScales: scales.v.data + first / Moments.block), numbers)
    }
  }

  public func dropout(_ x: Matrix, rate: Double, seed: UInt64, slot: UInt32, rows keys: [UInt64]) -> Matrix {
    precondition(keys.count == x.rows)
    let result = matrix(x.rows, x.columns)
    forRows(x.rows) { rows in
      for row in rows {
        Kernels.dropout(
          x.row(row), into: result.row(row), columns: x.columns, rate: rate, seed: seed, slot: slot,
          row: keys[row])
      }
    }
    return result
  }

  public func addNoise(_ amounts: [Float], to x: Matrix, seed: UInt64, rows keys: [UInt64]) {
    precondition(keys.count == x.rows && amounts.count == x.rows)
    forRows(x.rows) { rows in
      for row in rows {
        Kernels.addNoise(amounts[row], to: x.row(row), columns: x.columns, seed: seed, row: keys[row])
      }
    }
  }
}

extension Moments {
  /// The values of the codes: 256 of the first moment, then 256 of the second.
  static let maps: [Float] = {
    var values = [Float](repeating: 0, count: 512)
    values.withUnsafeMutableBufferPointer { buffer in
      gnb_dynamic_map(buffer.baseAddress)
      gnb_unsigned_dynamic_map(buffer.baseAddress.map { $0 + 256 })
    }
    return values
  }()
}
