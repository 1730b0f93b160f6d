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
  func forward(_ x: Matrix, plan: LayerPass, lora: LayerFactors?, compute: Compute) -> Saved {
    let (q, queryH) = query.forward(plan.gather(x, compute), lora: lora?[.query], compute: compute)
    let (k, keyH) = key.forward(x, lora: lora?[.key], compute: compute)
    let (v, valueH) = value.forward(x, lora: lora?[.value], compute: compute)
    let turnedQ = prepare(q, norm: queryNorm, positions: plan.wantedPositions, compute)
    let turnedK = prepare(k, norm: keyNorm, positions: plan.positions, compute)
    let seen = compute.keysAndValues(turnedK, v, shape, plan.spans, caches: plan.caches)
    let (context, stats) = compute.attention(turnedQ, shape, plan.spans, seen)
    let (y, outputH) = output.forward(context, lora: lora?[.output], compute: compute)
    return Saved(
      q: q, k: k, v: v, context: context, stats: stats, y: y, queryH: queryH, keyH: keyH, valueH: valueH,
      outputH: outputH)
  }

  /// dx [rows, hidden] from dy [wanted, hidden] and the input x [rows, hidden]; nil if nothing below needs it. Adds to the gradients.
  func backward(
    _ dy: Matrix, x: Matrix, saved: Saved, plan: LayerPass, lora: LayerFactors?, gradients: LayerGradients?,
    needsInput: Bool, compute: Compute
  ) -> Matrix? {
    let dContext = compute.matrix(saved.context.rows, saved.context.columns)
    output.backward(
      dy, x: saved.context, y: saved.y, h: saved.outputH, lora: lora?[.output],
      gradients: gradients?[.output], into: dContext, adds: false, compute: compute)
    let turnedQ = prepare(saved.q, norm: queryNorm, positions: plan.wantedPositions, compute)
    let turnedK = prepare(saved.k, norm: keyNorm, positions: plan.positions, compute)
    let seen = compute.keysAndValues(turnedK, saved.v, shape, plan.spans, caches: plan.caches)
    let (dq, dk, dv) = compute.attentionBackward(
      dContext, q: turnedQ, k: turnedK, v: saved.v, context: saved.context, stats: saved.stats, shape,
      plan.spans, seen)
    unprepare(dq, raw: saved.q, norm: queryNorm, positions: plan.wantedPositions, compute)
    unprepare(dk, raw: saved.k, norm: keyNorm, positions: plan.positions, compute)

    let dx = needsInput ? compute.matrix(x.rows, x.columns) : nil
    key.backward(
      dk, x: x, y: saved.k, h: saved.keyH, lora: lora?[.key], gradients: gradients?[.key], into: dx,
      adds: false, compute: compute)
    value.backward(
      dv, x: x, y: saved.v, h: saved.valueH, lora: lora?[.value], gradients: gradients?[.value], into: dx,
      adds: true, compute: compute)
    // Of the last layer's queries only the wanted rows exist.
    let dFromQuery = plan.wanted == nil ? dx : dx.map { compute.matrix(dq.rows, $0.columns) }
    query.backward(
      dq, x: plan.gather(x, compute), y: saved.q, h: saved.queryH, lora: lora?[.query],
      gradients: gradients?[.query], into: dFromQuery, adds: plan.wanted == nil, compute: compute)
    if let dx, let dFromQuery, let wanted = plan.wanted {
      compute.scatterAdd(dFromQuery, rows: wanted, into: dx)
    }
    return dx
  }

  /// Norms and rotates queries or keys.
  private func prepare(_ x: Matrix, norm: RMSNorm?, positions: [Int], _ compute: Compute) -> Matrix {
    let result = norm?.forward(x, compute: compute) ?? compute.matrix(copying: x)
    compute.rotate(result, by: angles, positions: positions, back: false)
    return result
  }

  /// Turns the gradient of a normed and rotated matrix into the gradient of the raw matrix, in place.
  private func unprepare(
    _ d: Matrix, raw: Matrix, norm: RMSNorm?, positions: [Int], _ compute: Compute
  ) {
    compute.rotate(d, by: angles, positions: positions, back: true)
    norm?.backward(d, x: raw, into: d, adds: false, compute: compute)
  }
}
