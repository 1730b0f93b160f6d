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

  /// Computes y [rows, hidden] from x [rows, hidden].
  func forward(_ x: Matrix, lora: LayerFactors?, compute: Compute) -> (y: Matrix, saved: Saved) {
    let (g, gateH) = gate.forward(x, lora: lora?[.gate], compute: compute)
    let (u, upH) = up.forward(x, lora: lora?[.up], compute: compute)
    let (y, downH) = down.forward(activation(g, u, compute), lora: lora?[.down], compute: compute)
    return (y, Saved(gate: g, up: u, gateH: gateH, upH: upH, downH: downH))
  }

  private func activation(_ g: Matrix, _ u: Matrix, _ compute: Compute) -> Matrix {
    let result = compute.matrix(g.rows, g.columns)
    compute.forRows(g.rows, grain: 8) { rows in
      compute.kernels.table.geglu(
        rows.count * g.columns, g.row(rows.lowerBound), u.row(rows.lowerBound), result.row(rows.lowerBound))
    }
    return result
  }

  /// Computes dx [rows, hidden] from dy [rows, hidden]; dx is overwritten. y is the output of the forward pass. `saved`
  /// cannot be used again: its gate and up are overwritten with gradients.
  func backward(_ dy: Matrix, x: Matrix, y: Matrix, saved: Saved, lora: LayerFactors?, compute: Compute)
    -> Matrix
  {
    let (g, u) = (saved.gate, saved.up)
    let activated = activation(g, u, compute)
    let da = compute.matrix(g.rows, g.columns)
    down.backward(
      dy, x: activated, y: y, h: saved.downH, lora: lora?[.down], into: da, accumulate: false,
      compute: compute)
    // With magnitudes (DoRA) the backward pass needs the outputs of the projections again.
    let outputs = (
      lora?[.gate]?.magnitude.map { _ in compute.matrix(copying: g) } ?? g,
      lora?[.up]?.magnitude.map { _ in compute.matrix(copying: u) } ?? u
    )
    compute.forRows(g.rows, grain: 8) { rows in
      compute.kernels.table.geglu_backward(
        rows.count * g.columns, g.row(rows.lowerBound), u.row(rows.lowerBound), da.row(rows.lowerBound))
    }
    let dx = compute.matrix(x.rows, x.columns)
    gate.backward(
      g, x: x, y: outputs.0, h: saved.gateH, lora: lora?[.gate], into: dx, accumulate: false, compute: compute
    )
    up.backward(
      u, x: x, y: outputs.1, h: saved.upH, lora: lora?[.up], into: dx, accumulate: true, compute: compute)
    return dx
  }
}
