/// A projection y = x W^T. If an adapter has factors for it, scale * (x A^T) B^T is added (Hu et al. 2021). With DoRA
/// each output is multiplied by magnitude / length. With dropout A gets only a part of x.
struct Linear: Sendable {
  let weight: WeightMatrix

  var inputs: Int { weight.inputs }
  var outputs: Int { weight.outputs }

  /// - Returns: for several projections of the same x what `forward` returns for each.
  static func forward(
    _ x: Matrix, _ projections: [(linear: Linear, lora: LoRAFactors?)], device: Device
  ) -> [(y: Matrix, h: Matrix?)] {
    zip(projections, device.products(x, projections.map(\.linear.weight))).map { projection, y in
      (y, projection.linear.update(y, x, lora: projection.lora, device: device))
    }
  }

  /// - Returns: y [rows, outputs], and h = scale * x A^T [rows, rank] for the backward pass.
  func forward(_ x: Matrix, lora: LoRAFactors?, device: Device) -> (y: Matrix, h: Matrix?) {
    let y = device.product(x, weight, outputs: nil)
    return (y, update(y, x, lora: lora, device: device))
  }

  /// Adds the adapter's part to y = x W^T.
  /// - Returns: h
  private func update(_ y: Matrix, _ x: Matrix, lora: LoRAFactors?, device: Device) -> Matrix? {
    guard let lora else { return nil }
    let h = device.down(lora.seen(x, device: device), lora.a, scale: lora.scale)
    device.up(h, lora.b, into: y, adds: true)
    if let scale = lora.columnScale { device.scaleColumns(y, by: scale) }
    return h
  }

  /// Computes dx [rows, inputs] from dy [rows, outputs]: it is overwritten, or added to if `adds`; nil if no layer below needs it. Adds to
  /// the gradients of A and B.
  ///
  /// - Parameters:
  ///   - x, y, h: input and outputs of the forward pass.
  func backward(
    _ dy: Matrix, x: Matrix, y: Matrix, h: Matrix?, lora: LoRAFactors?, gradients: LoRAGradients?,
    into dx: Matrix?, adds: Bool, device: Device
  ) {
    var dy = dy
    if let magnitude = lora?.magnitude, let scale = lora?.columnScale {
      // y = scale * (the unscaled y), so d scale = sum over the rows of dy y / scale, and d magnitude = that / length = dy y / magnitude.
      if let gradient = gradients?.magnitude {
        device.addColumnProducts(dy, y, over: magnitude, into: gradient)
      }
      dy = device.matrix(copying: dy)
      device.scaleColumns(dy, by: scale)
    }
    if let dx { device.productTransposed(dy, weight, outputs: nil, into: dx, adds: adds) }
    guard let lora, let h else { return }
    if let gradients { device.addOuter(h, dy, into: gradients.b) }
    let g = device.down(dy, lora.b, scale: lora.scale)
    if let gradients { device.addOuter(g, lora.seen(x, device: device), into: gradients.a) }
    guard let dx else { return }
    guard let dropout = lora.dropout else { return device.up(g, lora.a, into: dx, adds: true) }
    let share = device.matrix(dx.rows, dx.columns)
    device.up(g, lora.a, into: share, adds: false)
    device.add(dropout.apply(share, slot: lora.slot, device: device), to: dx)
  }
}
