import Synchronization

/// Rotary position embedding, half-split (Su et al. 2021): value i and value i + headDim/2 are rotated by
/// position * base^(-2i/headDim). The angle is rounded to Float before its sine is computed, as in transformers.
final class RotaryPosition: Sendable {
  let half: Int
  private let inverseFrequencies: [Float]
  private struct Table {
    var cosine: [Float] = []
    var sine: [Float] = []
  }
  private let table = Mutex(Table())

  /// - Parameter factor: the factor of linear scaling. The frequencies are divided by it.
  init(headDim: Int, base: Double, factor: Double = 1) {
    half = headDim / 2
    inverseFrequencies = (0..<half).map { i in
      1 / Float(ElementaryMath.pow(base, Double(Float(2 * i) / Float(headDim)))) / Float(factor)
    }
  }

  /// Cosines and sines [positions, half] for positions 0..<count. The tables grow on demand.
  private func tables(_ count: Int) -> Table {
    table.withLock { table in
      let have = table.cosine.count / half
      for position in have..<max(have, (count + 63) / 64 * 64) {
        for frequency in inverseFrequencies {
          let (s, c) = ElementaryMath.sinCos(Double(Float(position) * frequency))
          table.sine.append(Float(s))
          table.cosine.append(Float(c))
        }
      }
      return table
    }
  }

  /// Rotates every head of x[rows, heads * 2 * half] in place by its row's position, or back (for the gradient).
  func apply(
    to x: Matrix, heads: Int, positions: [Int], back: Bool = false, compute: Compute
  ) {
    let table = tables((positions.max() ?? 0) + 1)
    let rotate = back ? compute.kernels.table.rotate_back! : compute.kernels.table.rotate!
    table.cosine.withUnsafeBufferPointer { cosine in
      table.sine.withUnsafeBufferPointer { sine in
        guard let cosine = cosine.baseAddress, let sine = sine.baseAddress else { return }
        compute.forRows(x.rows) { range in
          for row in range {
            let offset = positions[row] * half
            for head in 0..<heads {
              rotate(half, x.row(row) + head * 2 * half, cosine + offset, sine + offset)
            }
          }
        }
      }
    }
  }
}
