/// One decoder layer of Gemma 2 and 3:
/// x += norm(attention(norm(x))), x += norm(mlp(norm(x))), four norms in all.
struct DecoderLayer: Sendable {
  let inputNorm: RMSNorm
  let attention: Attention
  let postAttentionNorm: RMSNorm
  let preFeedforwardNorm: RMSNorm
  let mlp: GatedMLP
  let postFeedforwardNorm: RMSNorm

  /// The activations that the backward pass needs. Cheap ones, such as normed inputs, are computed again.
  struct Saved {
    /// [rows, hidden]
    var x: Matrix
    var attention: Attention.Saved
    /// Between the two halves, and the output of the second before its norm: [wanted, hidden]
    var middle: Matrix
    var fed: Matrix
    var mlp: GatedMLP.Saved
  }

  /// The output y [wanted, hidden] from the input x [rows, hidden] and its norm, `inputNorm` of x. `next` is the norm of what comes after this
  /// layer; it is computed together with y.
  func forward(
    _ x: Matrix, normed: Matrix, next: RMSNorm, plan: LayerPass, lora: LayerFactors?, device: Device
  ) -> (y: Matrix, normed: Matrix, saved: Saved) {
    let saved = activations(x, normed: normed, plan: plan, lora: lora, device: device)
    let (y, following) = postFeedforwardNorm.forward(
      saved.fed, addedTo: saved.middle, then: next, device: device)
    return (y, following, saved)
  }

  /// Everything but the sum at the end.
  func activations(
    _ x: Matrix, normed: Matrix, plan: LayerPass, lora: LayerFactors?, device: Device
  ) -> Saved {
    let attended = attention.forward(normed, plan: plan, lora: lora, device: device)
    let (middle, middleNormed) = postAttentionNorm.forward(
      attended.y, addedTo: plan.gather(x, device), then: preFeedforwardNorm, device: device)
    let (fed, mlpSaved) = mlp.forward(middleNormed, lora: lora, device: device)
    return Saved(x: x, attention: attended, middle: middle, fed: fed, mlp: mlpSaved)
  }

  /// dx [rows, hidden] from dy [wanted, hidden]; nil if nothing below needs it. Adds to the gradients.
  func backward(
    _ dy: Matrix, saved: Saved, plan: LayerPass, lora: LayerFactors?, gradients: LayerGradients?,
    needsInput: Bool, device: Device
  ) -> Matrix? {
    let dFed = device.matrix(dy.rows, dy.columns)
    postFeedforwardNorm.backward(dy, x: saved.fed, into: dFed, adds: false, device: device)
    let dNormed = mlp.backward(
      dFed, x: preFeedforwardNorm.forward(saved.middle, device: device), y: saved.fed, saved: saved.mlp,
      lora: lora, gradients: gradients, device: device)
    let dMiddle = device.matrix(copying: dy)
    preFeedforwardNorm.backward(dNormed, x: saved.middle, into: dMiddle, adds: true, device: device)

    let dAttended = device.matrix(dy.rows, dy.columns)
    postAttentionNorm.backward(
      dMiddle, x: saved.attention.y, into: dAttended, adds: false, device: device)
    guard
      let dx = attention.backward(
        dAttended, x: inputNorm.forward(saved.x, device: device), saved: saved.attention, plan: plan,
        lora: lora, gradients: gradients, needsInput: needsInput, device: device)
    else { return nil }
    inputNorm.backward(dx, x: saved.x, into: dx, adds: false, device: device)
    // The residual path.
    if let wanted = plan.wanted {
      device.scatterAdd(dMiddle, rows: wanted, into: dx)
    } else {
      device.add(dMiddle, to: dx)
    }
    return dx
  }

  // MARK: Projections by name

  func linear(_ projection: Projection) -> Linear {
    switch projection {
    case .query: attention.query
    case .key: attention.key
    case .value: attention.value
    case .output: attention.output
    case .gate: mlp.gate
    case .up: mlp.up
    case .down: mlp.down
    }
  }

  /// The same layer with other weights.
  func replacing(_ weight: (Projection, WeightMatrix) throws -> WeightMatrix) rethrows -> DecoderLayer {
    func linear(_ projection: Projection) throws -> Linear {
      Linear(weight: try weight(projection, self.linear(projection).weight))
    }
    return try DecoderLayer(
      inputNorm: inputNorm,
      attention: Attention(
        query: linear(.query), key: linear(.key), value: linear(.value), output: linear(.output),
        queryNorm: attention.queryNorm, keyNorm: attention.keyNorm, angles: attention.angles,
        shape: attention.shape),
      postAttentionNorm: postAttentionNorm, preFeedforwardNorm: preFeedforwardNorm,
      mlp: GatedMLP(gate: linear(.gate), up: linear(.up), down: linear(.down)),
      postFeedforwardNorm: postFeedforwardNorm)
  }
}
