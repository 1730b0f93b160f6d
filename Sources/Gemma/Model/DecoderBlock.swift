/// One decoder layer of Gemma 2 and 3:
/// x += norm(attention(norm(x))), x += norm(mlp(norm(x))), four norms in all.
struct DecoderBlock: Sendable {
  let inputNorm: RMSNorm
  let query: Linear
  let key: Linear
  let value: Linear
  let output: Linear
  let queryNorm: RMSNorm?
  let keyNorm: RMSNorm?
  let rotary: RotaryPosition
  let attention: Attention
  let postAttentionNorm: RMSNorm
  let preFeedforwardNorm: RMSNorm
  let mlp: GatedMLP
  let postFeedforwardNorm: RMSNorm

  func linear(_ projection: Projection) -> Linear {
    switch projection {
    case .query: query
    case .key: key
    case .value: value
    case .output: output
    case .gate: mlp.gate
    case .up: mlp.up
    case .down: mlp.down
    }
  }

  /// The same layer with other weights.
  func replacing(_ weight: (Projection, WeightMatrix) throws -> WeightMatrix) rethrows -> DecoderBlock {
    func linear(_ projection: Projection) throws -> Linear {
      Linear(weight: try weight(projection, self.linear(projection).weight))
    }
    return try DecoderBlock(
      inputNorm: inputNorm, query: linear(.query), key: linear(.key), value: linear(.value),
      output: linear(.output), queryNorm: queryNorm, keyNorm: keyNorm, rotary: rotary, attention: attention,
      postAttentionNorm: postAttentionNorm, preFeedforwardNorm: preFeedforwardNorm,
      mlp: GatedMLP(gate: linear(.gate), up: linear(.up), down: linear(.down)),
      postFeedforwardNorm: postFeedforwardNorm)
  }

  /// The activations that the backward pass needs. Cheap ones, such as normed inputs and rotated queries, are computed
  /// again.
  struct Saved {
    /// [rows, hidden]; `x` of the whole batch, `xWanted` its wanted rows.
    var x: Matrix
    var xWanted: Matrix
    /// Before norm and rotation: [wanted, heads * headDim], [rows, keyValueHeads * headDim]
    var q: Matrix
    var k: Matrix
    var v: Matrix
    var context: Matrix
    var stats: Matrix
    /// Before their norms: [wanted, hidden]
    var attended: Matrix
    var middle: Matrix
    var fed: Matrix
    var mlp: GatedMLP.Saved
    var queryH: Matrix?
    var keyH: Matrix?
    var valueH: Matrix?
    var outputH: Matrix?
  }

  /// The rows to compute: all rows, or in the last layer the wanted rows only.
  struct Rows {
    /// The rows of the batch that get queries, ascending; nil means all rows.
    var wanted: [Int]?
    /// Positions of all rows, and of the wanted rows.
    var positions: [Int]
    var wantedPositions: [Int]
  }

  private func gather(_ x: Matrix, _ rows: [Int]?, compute: Compute) -> Matrix {
    guard let rows else { return x }
    let result = compute.matrix(rows.count, x.columns)
    for (i, row) in rows.enumerated() { result.row(i).update(from: x.row(row), count: x.columns) }
    return result
  }

  /// Norms and rotates queries or keys for attention. It also returns each head's rstd for the backward pass of the
  /// norm.
  private func prepare(
    _ x: Matrix, norm: RMSNorm?, heads: Int, positions: [Int], compute: Compute
  ) -> (Matrix, rstd: Matrix?) {
    let result = compute.matrix(x.rows, x.columns)
    var rstd: Matrix?
    if let norm {
      let r = compute.matrix(x.rows, heads)
      norm.forward(
        x.data, xRow: attention.headDim, into: result.data, yRow: attention.headDim, rstd: r.data,
        rows: x.rows * heads, compute: compute)
      rstd = r
    } else {
      result.copy(from: x)
    }
    rotary.apply(to: result, heads: heads, positions: positions, compute: compute)
    return (result, rstd)
  }

  /// Computes the output [wanted rows, hidden] of the layer from its input x [rows, hidden].
  ///
  /// - Parameter spans: returns the keys and values that each segment sees, from the batch's rotated keys and its
  ///   values.
  func forward(
    _ x: Matrix, rows: Rows, lora: LayerFactors?, keep: Bool, compute: Compute,
    spans: (_ k: Matrix, _ v: Matrix) -> [Attention.Span]
  ) -> (Matrix, Saved?) {
    let normed = inputNorm.forward(x, compute: compute).y
    let xWanted = gather(x, rows.wanted, compute: compute)
    let (q, queryH) = query.forward(
      gather(normed, rows.wanted, compute: compute), lora: lora?[.query], compute: compute)
    let (k, keyH) = key.forward(normed, lora: lora?[.key], compute: compute)
    let (v, valueH) = value.forward(normed, lora: lora?[.value], compute: compute)
    let (turnedQ, _) = prepare(
      q, norm: queryNorm, heads: attention.heads, positions: rows.wantedPositions, compute: compute)
    let (turnedK, _) = prepare(
      k, norm: keyNorm, heads: attention.keyValueHeads, positions: rows.positions, compute: compute)
    let (context, stats) = attention.forward(turnedQ, spans: spans(turnedK, v), compute: compute)
    let (attended, outputH) = output.forward(context, lora: lora?[.output], compute: compute)
    let middle = postAttentionNorm.forward(attended, compute: compute).y
    compute.add(xWanted.data, to: middle.data, count: middle.count)
    let (fed, mlpSaved) = mlp.forward(
      preFeedforwardNorm.forward(middle, compute: compute).y, lora: lora, compute: compute)
    let next = postFeedforwardNorm.forward(fed, compute: compute).y
    compute.add(middle.data, to: next.data, count: next.count)
    guard keep else { return (next, nil) }
    return (
      next,
      Saved(
        x: x, xWanted: xWanted, q: q, k: k, v: v, context: context, stats: stats, attended: attended,
        middle: middle, fed: fed, mlp: mlpSaved, queryH: queryH, keyH: keyH, valueH: valueH, outputH: outputH)
    )
  }

  /// The backward pass of a norm whose input only was kept: rstd is computed again.
  private func normBackward(
    _ norm: RMSNorm, _ dy: Matrix, x: Matrix, into dx: Matrix, accumulate: Bool, compute: Compute
  ) {
    let rstd = norm.forward(x, compute: compute).rstd
    norm.backward(dy, x: x, rstd: rstd, into: dx, accumulate: accumulate, compute: compute)
  }

  /// Turns the gradient of a normed and rotated matrix into the gradient of the raw matrix, in place.
  private func unprepare(
    _ d: Matrix, raw: Matrix, norm: RMSNorm?, rstd: Matrix?, heads: Int, positions: [Int], compute: Compute
  ) {
    rotary.apply(to: d, heads: heads, positions: positions, back: true, compute: compute)
    guard let norm, let rstd else { return }
    norm.backward(
      d.data, dyRow: attention.headDim, x: raw.data, xRow: attention.headDim, rstd: rstd.data, into: d.data,
      dxRow: attention.headDim, accumulate: false, rows: d.rows * heads, compute: compute)
  }

  /// Computes dx [rows, hidden] from the gradient of the layer's output [wanted rows, hidden], and adds to the
  /// adapter's gradients. With `needsInput` false it returns nil: nothing below the lowest layer needs dx.
  func backward(
    _ dNext: Matrix, saved: Saved, rows: Rows, lora: LayerFactors?, needsInput: Bool, compute: Compute,
    spans: (_ k: Matrix, _ v: Matrix) -> [Attention.Span]
  ) -> Matrix? {
    // Feed-forward half.
    let dFed = compute.matrix(saved.fed.rows, saved.fed.columns)
    normBackward(postFeedforwardNorm, dNext, x: saved.fed, into: dFed, accumulate: false, compute: compute)
    let dNormed = mlp.backward(
      dFed, x: preFeedforwardNorm.forward(saved.middle, compute: compute).y, y: saved.fed, saved: saved.mlp,
      lora: lora,
      compute: compute)
    let dMiddle = compute.matrix(copying: dNext)
    normBackward(
      preFeedforwardNorm, dNormed, x: saved.middle, into: dMiddle, accumulate: true, compute: compute)

    // Attention half.
    let dAttended = compute.matrix(saved.attended.rows, saved.attended.columns)
    normBackward(
      postAttentionNorm, dMiddle, x: saved.attended, into: dAttended, accumulate: false, compute: compute)
    let dContext = compute.matrix(saved.context.rows, saved.context.columns)
    output.backward(
      dAttended, x: saved.context, y: saved.attended, h: saved.outputH, lora: lora?[.output], into: dContext,
      accumulate: false,
      compute: compute)
    let (turnedQ, queryRstd) = prepare(
      saved.q, norm: queryNorm, heads: attention.heads, positions: rows.wantedPositions, compute: compute)
    let (turnedK, keyRstd) = prepare(
      saved.k, norm: keyNorm, heads: attention.keyValueHeads, positions: rows.positions, compute: compute)
    let (dq, dk, dv) = attention.backward(
      dContext, q: turnedQ, k: turnedK, v: saved.v, context: saved.context, stats: saved.stats,
      spans: spans(turnedK, saved.v), compute: compute)
    unprepare(
      dq, raw: saved.q, norm: queryNorm, rstd: queryRstd, heads: attention.heads,
      positions: rows.wantedPositions, compute: compute)
    unprepare(
      dk, raw: saved.k, norm: keyNorm, rstd: keyRstd, heads: attention.keyValueHeads,
      positions: rows.positions,
      compute: compute)

    let normed = inputNorm.forward(saved.x, compute: compute)
    let dx = needsInput ? compute.matrix(saved.x.rows, saved.x.columns) : nil
    key.backward(
      dk, x: normed.y, y: saved.k, h: saved.keyH, lora: lora?[.key], into: dx, accumulate: false,
      compute: compute)
    value.backward(
      dv, x: normed.y, y: saved.v, h: saved.valueH, lora: lora?[.value], into: dx, accumulate: true,
      compute: compute)
    let dFromQuery = needsInput && rows.wanted != nil ? compute.matrix(dq.rows, saved.x.columns) : nil
    query.backward(
      dq, x: gather(normed.y, rows.wanted, compute: compute), y: saved.q, h: saved.queryH,
      lora: lora?[.query],
      into: rows.wanted == nil ? dx : dFromQuery, accumulate: rows.wanted == nil, compute: compute)
    guard let dx else { return nil }
    if let wanted = rows.wanted, let dFromQuery {
      for (i, row) in wanted.enumerated() {
        compute.kernels.table.add(dx.columns, dFromQuery.row(i), dx.row(row))
      }
    }
    inputNorm.backward(dx, x: saved.x, rstd: normed.rstd, into: dx, accumulate: false, compute: compute)
    // The residual path.
    if let wanted = rows.wanted {
      for (i, row) in wanted.enumerated() {
        compute.kernels.table.add(dx.columns, dMiddle.row(i), dx.row(row))
      }
    } else {
      compute.add(dMiddle.data, to: dx.data, count: dx.count)
    }
    return dx
  }
}
