/// The low-rank update of one projection: W + scale * B A with A [rank, inputs], B [outputs, rank] (Hu et al. 2021). B is stored
/// transposed, [rank, outputs], so that both factors and both gradients use the same kinds of product.
struct LoRAFactors: Sendable {
  let scale: Float
  /// [rank, inputs]
  let a: LowRankFactor
  /// [rank, outputs]
  let b: LowRankFactor
  /// With DoRA: outputs are multiplied by `columnScale` [1, outputs], which is magnitude / length of the row of W + scale * B A.
  let magnitude: MatrixSlice?
  let columnScale: MatrixSlice?
  /// The inputs that a training pass leaves out, and the number of the projection for the random numbers.
  var dropout: Dropout?
  let slot: UInt32

  /// The inputs of A: x, or in training what dropout leaves of it.
  func seen(_ x: Matrix, device: Device) -> Matrix { dropout?.apply(x, slot: slot, device: device) ?? x }
}

/// The gradients of one projection's factors, shaped as they are. Passes add to them.
struct LoRAGradients: Sendable {
  let a: MatrixSlice
  let b: MatrixSlice
  let magnitude: MatrixSlice?
}

/// What an adapter changes in one decoder layer; nil for a projection that it leaves as it is.
struct LayerFactors: Sendable {
  var factors: [Projection: LoRAFactors] = [:]

  subscript(_ projection: Projection) -> LoRAFactors? { factors[projection] }
}

/// The gradients of one decoder layer's factors.
struct LayerGradients: Sendable {
  var gradients: [Projection: LoRAGradients] = [:]

  subscript(_ projection: Projection) -> LoRAGradients? { gradients[projection] }
}
