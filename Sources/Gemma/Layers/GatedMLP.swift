/// The feed-forward part: down(gelu_tanh(gate(x)) * up(x)) (Shazeer 2020, "GLU variants improve Transformer").
struct GatedMLP: Sendable {
  let gate: Linear
  let up: Linear
  let down: Linear

  struct Saved {
    /// [rows, intermediate]: the two factors before the activation.
    var gate: Matrix
    var up: Matrix
    var gateH: Matrix?
    var upH: Matrix?
    var downH: Matrix?
  }

  /// y [rows, hidden] from x [rows, hidden].
  func forward(_ x: Matrix, lora: LayerFactors?, compute: Compute) -> (y: Matrix, saved: Saved) {
    let (g, gateH) = gate.forward(x, lora: lora?[.gate], compute: compute)
    let (u, upH) = up.forward(x, lora: lora?[.up], compute: compute)
    let (y, downH) = down.forward(compute.gatedGELU(g, u), lora: lora?[.down], compute: compute)
    return (y, Saved(gate: g, up: u, gateH: gateH, upH: upH, downH: downH))
  }

  /// dx [rows, hidden] from dy [rows, hidden]. y is the output of the forward pass. `saved` cannot be used again: its gate and up are
  /// overwritten with gradients.
  func backward(
    _ dy: Matrix, x: Matrix, y: Matrix, saved: Saved, lora: LayerFactors?, gradients: LayerGradients?,
    compute: Compute
  ) -> Matrix {
    let (g, u) = (saved.gate, saved.up)
    let da = compute.matrix(g.rows, g.columns)
    down.backward(
      dy, x: compute.gatedGELU(g, u), y: y, h: saved.downH, lora: lora?[.down], gradients: gradients?[.down],
      into: da, adds: false, compute: compute)
    // With magnitudes (DoRA) the backward pass needs the outputs of the projections again.
    let gateOutput = lora?[.gate]?.magnitude == nil ? g : compute.matrix(copying: g)
    let upOutput = lora?[.up]?.magnitude == nil ? u : compute.matrix(copying: u)
    compute.gatedGELUBackward(g, u, da)
    let dx = compute.matrix(x.rows, x.columns)
    gate.backward(
      g, x: x, y: gateOutput, h: saved.gateH, lora: lora?[.gate], gradients: gradients?[.gate], into: dx,
      adds: false, compute: compute)
    up.backward(
      u, x: x, y: upOutput, h: saved.upH, lora: lora?[.up], gradients: gradients?[.up], into: dx, adds: true,
      compute: compute)
    return dx
  }
}
