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
  func forward(_ x: Matrix, lora: LayerFactors?, device: Device) -> (y: Matrix, saved: Saved) {
    let found = Linear.forward(x, [(gate, lora?[.gate]), (up, lora?[.up])], device: device)
    let (g, u) = (found[0].y, found[1].y)
    let (y, downH) = down.forward(device.gatedGELU(g, u), lora: lora?[.down], device: device)
    return (y, Saved(gate: g, up: u, gateH: found[0].h, upH: found[1].h, downH: downH))
  }

  /// dx [rows, hidden] from dy [rows, hidden]. y is the output of the forward pass. `saved` cannot be used again: its gate and up are
  /// overwritten with gradients.
  func backward(
    _ dy: Matrix, x: Matrix, y: Matrix, saved: Saved, lora: LayerFactors?, gradients: LayerGradients?,
    device: Device
  ) -> Matrix {
    let (g, u) = (saved.gate, saved.up)
    let da = device.matrix(g.rows, g.columns)
    down.backward(
      dy, x: device.gatedGELU(g, u), y: y, h: saved.downH, lora: lora?[.down], gradients: gradients?[.down],
      into: da, adds: false, device: device)
    // With magnitudes (DoRA) the backward pass needs the outputs of the projections again.
    let gateOutput = lora?[.gate]?.magnitude == nil ? g : device.matrix(copying: g)
    let upOutput = lora?[.up]?.magnitude == nil ? u : device.matrix(copying: u)
    device.gatedGELUBackward(g, u, da)
    let dx = device.matrix(x.rows, x.columns)
    gate.backward(
      g, x: x, y: gateOutput, h: saved.gateH, lora: lora?[.gate], gradients: gradients?[.gate], into: dx,
      adds: false, device: device)
    up.backward(
      u, x: x, y: upOutput, h: saved.upH, lora: lora?[.up], gradients: gradients?[.up], into: dx, adds: true,
      device: device)
    return dx
  }
}
