import Synchronization

/// The angles of a rotary position embedding, half-split (Su et al. 2021): value i and value i + half of a head are rotated by
/// position * base^(-2i/headDim). The angle is rounded to Float before its sine is computed, as in transformers.
public final class RotaryAngles: Sendable {
  let half: Int
  private let inverseFrequencies: [Float]
  private let table = Mutex(Table())
  private let copies = (cosine: GPUCopy(), sine: GPUCopy())

  /// Cosines and sines [positions, half].
  struct Table {
    var cosine: [Float] = []
    var sine: [Float] = []
  }

  /// - Parameter factor: the factor of linear scaling. The frequencies are divided by it.
  public init(headDim: Int, base: Double, factor: Double = 1) {
    half = headDim / 2
    inverseFrequencies = (0..<half).map { i in
      1 / Float(ElementaryMath.pow(base, Double(Float(2 * i) / Float(headDim)))) / Float(factor)
    }
  }

  /// The addresses of the table in the memory of `gpu`, for positions 0..<count at least.
  func addresses(on gpu: CUDA, count: Int) -> (cosine: UInt64, sine: UInt64) {
    let table = table((count + 1023) / 1024 * 1024)
    return (
      table.cosine.withUnsafeBytes { copies.cosine.address(on: gpu, of: $0, least: 4 * count * half) },
      table.sine.withUnsafeBytes { copies.sine.address(on: gpu, of: $0, least: 4 * count * half) }
    )
  }

  /// The table for positions 0..<count at least. It grows on demand.
  func table(_ count: Int) -> Table {
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
}
