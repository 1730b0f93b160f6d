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

  convenience init(_ slots: [Adapter.Slot], model: GemmaModel, device: Device) {
    let weights = slots.map { model.layers[$0.layer].linear($0.projection).weight }
    self.init(weights: weights, squares: weights.flatMap { device.rowSquares($0) })
  }

  func copy(device: Device) -> Magnitudes { Magnitudes(weights: weights, squares: squares) }

  func invalidate() { cached.withLock { $0 = nil } }

  /// The first magnitudes: the lengths of W's rows, because B is zero at the start.
  func initialise(_ adapter: Adapter) {
    for slot in adapter.slots {
      guard let magnitude = adapter.magnitude(slot) else { continue }
      magnitude.set(squares[slot.firstOutput...].prefix(slot.outputs).map { Float($0.squareRoot()) })
    }
    invalidate()
  }

  /// Magnitude / length for every output.
  func scales(_ adapter: Adapter, device: Device) -> Matrix {
    if let made = cached.withLock({ $0 }) { return made }
    var scales = [Float](repeating: 0, count: squares.count)
    for (slot, weight) in zip(adapter.slots, weights) {
      guard let magnitude = adapter.magnitude(slot)?.values else { continue }
      let (rank, outputs) = (slot.rank, slot.outputs)
      // |w + s b A|^2 = |w|^2 + 2 s b . (A w) + s^2 b . (A A^T b)
      let a = device.matrix(rank, slot.inputs)
      a.set(adapter.a(slot).values)
      let aw = device.product(a, weight, outputs: nil).values
      let aa = device.gram(a).map(Double.init)
      let (b, s) = (adapter.b(slot).values, Double(slot.scale))
      let found = device.workers.map((outputs + 255) / 256) { part in
        (part * 256..<min(outputs, (part + 1) * 256)).map { o -> Float in
          var (linear, square) = (0.0, 0.0)
          for i in 0..<rank {
            let bi = Double(b[i * outputs + o])
            linear += bi * Double(aw[i * outputs + o])
            for j in 0..<rank { square += bi * aa[i * rank + j] * Double(b[j * outputs + o]) }
          }
          let length = (self.squares[slot.firstOutput + o] + 2 * s * linear + s * s * square).squareRoot()
          return length > 0 ? Float(Double(magnitude[o]) / length) : 0
        }
      }
      scales.replaceSubrange(slot.firstOutput..<slot.firstOutput + outputs, with: found.joined())
    }
    let result = device.matrix(1, scales.count)
    result.set(scales)
    cached.withLock { $0 = result }
    return result
  }
}
