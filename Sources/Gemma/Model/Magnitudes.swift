import Synchronization

/// The part of an adapter for DoRA: the lengths of the rows of W + scale * B A. The magnitudes are divided by them. In
/// the gradient the lengths are constants, as in the paper.
final class Magnitudes: Sendable {
  /// The frozen weights, in the order of the slots.
  private let weights: [WeightMatrix]
  /// Squared lengths of W's rows, one slot after the other.
  private let squares: [Double]
  private let cached = Mutex<Matrix?>(nil)

  private init(weights: [WeightMatrix], squares: [Double]) {
    self.weights = weights
    self.squares = squares
  }

  convenience init(_ slots: [Adapter.Slot], model: GemmaModel, compute: Compute) {
    let weights = slots.map { model.blocks[$0.layer].linear($0.projection).weight }
    self.init(weights: weights, squares: weights.flatMap { $0.rowSquares(compute: compute) })
  }

  func copy(compute: Compute) -> Magnitudes { Magnitudes(weights: weights, squares: squares) }

  func invalidate() { cached.withLock { $0 = nil } }

  /// The first magnitudes: the lengths of W's rows, because B is zero at the start.
  func initialise(_ adapter: Adapter) {
    for slot in adapter.slots {
      guard let magnitude = adapter.magnitude(slot) else { continue }
      for o in 0..<slot.outputs { magnitude[o] = Float(squares[slot.firstOutput + o].squareRoot()) }
    }
    invalidate()
  }

  /// Magnitude / length for every output.
  func scales(_ adapter: Adapter, compute: Compute) -> Matrix {
    if let made = cached.withLock({ $0 }) { return made }
    let result = compute.matrix(1, squares.count)
    for (slot, weight) in zip(adapter.slots, weights) {
      guard let magnitude = adapter.magnitude(slot) else { continue }
      let (a, b, rank) = (adapter.a(slot), adapter.b(slot), slot.rank)
      // |w + s b A|^2 = |w|^2 + 2 s b . (A w) + s^2 b . (A A^T b)
      let aw = compute.matrix(rank, slot.outputs)
      weight.multiply(a, rows: rank, xRow: slot.inputs, into: aw.data, yRow: slot.outputs, compute: compute)
      var aa = [Double](repeating: 0, count: rank * rank)
      for i in 0..<rank {
        for j in 0...i {
          let product = Double(
            compute.kernels.table.dot(slot.inputs, a + i * slot.inputs, a + j * slot.inputs))
          (aa[i * rank + j], aa[j * rank + i]) = (product, product)
        }
      }
      let s = Double(slot.scale)
      let products = aa
      compute.forRows(slot.outputs, grain: 256) { outputs in
        for o in outputs {
          var (linear, square) = (0.0, 0.0)
          for i in 0..<rank {
            let bi = Double(b[i * slot.outputs + o])
            linear += bi * Double(aw.row(i)[o])
            for j in 0..<rank { square += bi * products[i * rank + j] * Double(b[j * slot.outputs + o]) }
          }
          let length = (self.squares[slot.firstOutput + o] + 2 * s * linear + s * s * square).squareRoot()
          result.data[slot.firstOutput + o] = length > 0 ? Float(Double(magnitude[o]) / length) : 0
        }
      }
    }
    cached.withLock { $0 = result }
    return result
  }
}
