/// The low-rank update of one projection, ready for products: W + scale * B A with A [rank, inputs], B [outputs, rank].
/// B is kept transposed, [rank, outputs], so that both factors and both gradients have one shape of product.
struct LoRAFactors {
  let rank: Int
  let scale: Float
  /// [rank, inputs]
  let a: UnsafePointer<Float>
  /// [rank, outputs]
  let b: UnsafePointer<Float>
  /// Where the gradients accumulate, shaped like a and b.
  let gradientA: UnsafeMutablePointer<Float>
  let gradientB: UnsafeMutablePointer<Float>
  let magnitude: Magnitude?
  let dropout: SlotDropout?

  /// DoRA: outputs are multiplied by `scale`, the magnitude over the length of the row of W + scale * B A. All [outputs].
  struct Magnitude {
    let value: UnsafePointer<Float>
    let scale: UnsafePointer<Float>
    let gradient: UnsafeMutablePointer<Float>
  }

  /// The dropout of a pass, for one projection.
  struct SlotDropout {
    let mask: Dropout
    let slot: UInt32

    func apply(_ x: Matrix, compute: Compute) -> Matrix { mask.apply(x, slot: slot, compute: compute) }
  }
}

/// The factors of one decoder layer by projection; nil where the adapter leaves a projection alone.
struct LayerFactors {
  let find: (Projection) -> LoRAFactors?
  subscript(_ projection: Projection) -> LoRAFactors? { find(projection) }
}
