/// The low-rank update of one projection: W + scale * B A with A [rank, inputs], B [outputs, rank]. B is stored
/// transposed, [rank, outputs], so that both factors and both gradients use the same kinds of product.
struct LoRAFactors {
  let rank: Int
  let scale: Float
  /// [rank, inputs]
  let a: UnsafePointer<Float>
  /// [rank, outputs]
  let b: UnsafePointer<Float>
  /// The gradients of a and b, in the same shapes. New gradients are added to them.
  let gradientA: UnsafeMutablePointer<Float>
  let gradientB: UnsafeMutablePointer<Float>
  let magnitude: Magnitude?
  let dropout: SlotDropout?

  /// For DoRA: outputs are multiplied by `scale`, which is magnitude / length of the row of W + scale * B A. All are
  /// [outputs].
  struct Magnitude {
    let value: UnsafePointer<Float>
    let scale: UnsafePointer<Float>
    let gradient: UnsafeMutablePointer<Float>
  }

  /// The dropout of one projection in a pass.
  struct SlotDropout {
    let mask: Dropout
    let slot: UInt32

    func apply(_ x: Matrix, compute: Compute) -> Matrix { mask.apply(x, slot: slot, compute: compute) }
  }
}

/// The factors of one decoder layer by projection; nil for a projection that the adapter does not change.
struct LayerFactors {
  let find: (Projection) -> LoRAFactors?
  subscript(_ projection: Projection) -> LoRAFactors? { find(projection) }
}
