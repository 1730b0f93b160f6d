/// Causal self-attention with grouped queries and rotary positions: softmax(q k^T) v, between four projections.
struct Attention: Sendable {
  let query: Linear
  let key: Linear
  let value: Linear
  let output: Linear
  let queryNorm: RMSNorm?
  let keyNorm: RMSNorm?
  let angles: RotaryAngles
  let shape: AttentionShape

  /// What the backward pass needs. Rotated queries and keys are computed again.
  struct Saved {
    /// Before norm and rotation: [wanted, heads * headDim], [rows, keyValueHeads * headDim]
    var q: Matrix
    var k: Matrix
    var v: Matrix
    var context: Matrix
    var stats: Matrix
    /// The output [wanted, hidden]
    var y: Matrix
    var queryH: Matrix?
    var keyH: Matrix?
    var valueH: Matrix?
    var outputH: Matrix?
  }

  /// y [wanted, hidden] from x [rows, hidden].
  func forward(_ x: Matrix, plan: LayerPass, lora: LayerFactors?, device: Device) -> Saved {
    // Of the last layer's queries only the wanted rows are computed.
    let queries = (query, lora?[.query])
    var found = Linear.forward(
      x, [(key, lora?[.key]), (value, lora?[.value])] + (plan.wanted == nil ? [queries] : []), device: device)
    if plan.wanted != nil { found += Linear.forward(plan.gather(x, device), [queries], device: device) }
    let ((k, keyH), (v, valueH), (q, queryH)) = (found[0], found[1], found[2])
    let turnedQ = prepare(q, norm: queryNorm, positions: plan.wantedPositions, device)
    let turnedK = prepare(k, norm: keyNorm, positions: plan.positions, device)
    let seen = device.keysAndValues(turnedK, v, shape, plan.spans, caches: plan.caches)
    let (context, stats) = device.attention(turnedQ, shape, plan.spans, seen)
    let (y, outputH) = output.forward(context, lora: lora?[.output], device: device)
    return Saved(
      q: q, k: k, v: v, context: context, stats: stats, y: y, queryH: queryH, keyH: keyH, valueH: valueH,
      outputH: outputH)
  }

  /// dx [rows, hidden] from dy [wanted, hidden] and the input x [rows, hidden]; nil if nothing below needs it. Adds to the gradients.
  func backward(
    _ dy: Matrix, x: Matrix, saved: Saved, plan: LayerPass, lora: LayerFactors?, gradients: LayerGradients?,
    needsInput: Bool, device: Device
  ) -> Matrix? {
    let dContext = device.matrix(saved.context.rows, saved.context.columns)
    output.backward(
      dy, x: saved.context, y: saved.y, h: saved.outputH, lora: lora?[.output],
      gradients: gradients?[.output], into: dContext, adds: false, device: device)
    let turnedQ = prepare(saved.q, norm: queryNorm, positions: plan.wantedPositions, device)
    let turnedK = prepare(saved.k, norm: keyNorm, positions: plan.positions, device)
    let seen = device.keysAndValues(turnedK, saved.v, shape, plan.spans, caches: plan.caches)
    let (dq, dk, dv) = device.attentionBackward(
      dContext, q: turnedQ, k: turnedK, v: saved.v, context: saved.context, stats: saved.stats, shape,
      plan.spans, seen)
    unprepare(dq, raw: saved.q, norm: queryNorm, positions: plan.wantedPositions, device)
    unprepare(dk, raw: saved.k, norm: keyNorm, positions: plan.positions, device)

    let dx = needsInput ? device.matrix(x.rows, x.columns) : nil
    key.backward(
      dk, x: x, y: saved.k, h: saved.keyH, lora: lora?[.key], gradients: gradients?[.key], into: dx,
      adds: false, device: device)
    value.backward(
      dv, x: x, y: saved.v, h: saved.valueH, lora: lora?[.value], gradients: gradients?[.value], into: dx,
      adds: true, device: device)
    // Of the last layer's queries only the wanted rows exist.
    let dFromQuery = plan.wanted == nil ? dx : dx.map { device.matrix(dq.rows, $0.columns) }
    query.backward(
      dq, x: plan.gather(x, device), y: saved.q, h: saved.queryH, lora: lora?[.query],
      gradients: gradients?[.query], into: dFromQuery, adds: plan.wanted == nil, device: device)
    if let dx, let dFromQuery, let wanted = plan.wanted {
      device.scatterAdd(dFromQuery, rows: wanted, into: dx)
    }
    return dx
  }

  /// Norms and rotates queries or keys.
  private func prepare(_ x: Matrix, norm: RMSNorm?, positions: [Int], _ device: Device) -> Matrix {
    let normed = norm?.forward(x, device: device)
    let result = normed ?? device.matrix(x.rows, x.columns)
    device.rotate(normed ?? x, into: result, by: angles, positions: positions, back: false)
    return result
  }

  /// Turns the gradient of a normed and rotated matrix into the gradient of the raw matrix, in place.
  private func unprepare(
    _ d: Matrix, raw: Matrix, norm: RMSNorm?, positions: [Int], _ device: Device
  ) {
    device.rotate(d, into: d, by: angles, positions: positions, back: true)
    norm?.backward(d, x: raw, into: d, adds: false, device: device)
  }
}
