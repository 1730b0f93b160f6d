/// A Gemma 2 or Gemma 3 text decoder with frozen weights.
public final class GemmaModel: Sendable {
  public let config: ModelConfig
  public let file: ModelFile
  public let tokenizer: Tokenizer
  /// Whether an adapter was merged into the weights. The projections then differ from the file.
  public let isMerged: Bool
  let embedding: Embedding
  let layers: [DecoderLayer]
  let finalNorm: RMSNorm
  /// The output matrix [vocabulary, hidden]: the embedding, or a separate matrix. `precision` rounds the output matrix,
  /// but never the embedding.
  package let head: WeightMatrix
  /// Whether the output matrix has other values than the embedding: the file has two matrices, or `precision` rounds
  /// one.
  let computesWithOwnHead: Bool

  /// Reads and packs the weights of `file`.
  ///
  /// - Parameter check: called before each matrix. An error that it throws ends the reading.
  public init(
    _ file: ModelFile, precision: WeightPrecision = .auto, device: Device, check: () throws -> Void = {}
  ) throws {
    self.file = file
    let config = file.config
    self.config = config
    tokenizer = try file.tokenizer()
    isMerged = false

    func norm(_ tensor: ModelTensor) throws -> RMSNorm {
      var weight = try file.tensor(tensor).values
      if !file.normWeightsIncludeOne { for i in weight.indices { weight[i] += 1 } }
      return RMSNorm(weight: Constants(weight), epsilon: config.rmsNormEpsilon)
    }
    let arena = WeightArena()
    func weight(_ tensor: ModelTensor) throws -> WeightMatrix {
      try check()
      return device.weight(
        try file.tensor(tensor), precision: precision, isEmbedding: false, arena: arena)
    }
    var allAngles: [[Double]: RotaryAngles] = [:]
    var layers: [DecoderLayer] = []
    for (i, plan) in config.layers.enumerated() {
      func linear(_ projection: Projection) throws -> Linear {
        Linear(weight: try weight(.projection(projection, layer: i, config)))
      }
      func layerNorm(_ part: LayerNorm) throws -> RMSNorm { try norm(.norm(part, layer: i, config)) }
      let rotation = [plan.ropeBase, plan.ropeFactor]
      let angles =
        allAngles[rotation]
        ?? RotaryAngles(headDim: config.headDim, base: plan.ropeBase, factor: plan.ropeFactor)
      allAngles[rotation] = angles
      let attention = Attention(
        query: try linear(.query), key: try linear(.key), value: try linear(.value),
        output: try linear(.output), queryNorm: config.hasQueryKeyNorm ? try layerNorm(.query) : nil,
        keyNorm: config.hasQueryKeyNorm ? try layerNorm(.key) : nil, angles: angles,
        shape: AttentionShape(
          heads: config.heads, keyValueHeads: config.keyValueHeads, headDim: config.headDim,
          scale: config.queryScale, softCap: config.attentionSoftCap, window: plan.window))
      layers.append(
        DecoderLayer(
          inputNorm: try layerNorm(.input), attention: attention,
          postAttentionNorm: try layerNorm(.postAttention),
          preFeedforwardNorm: try layerNorm(.preFeedforward),
          mlp: GatedMLP(gate: try linear(.gate), up: try linear(.up), down: try linear(.down)),
          postFeedforwardNorm: try layerNorm(.postFeedforward)))
    }
    self.layers = layers
    finalNorm = try norm(.finalNorm(config))
    try check()
    let embeddings = try file.tensor(.embedding(config))
    embedding = Embedding(view: embeddings, scale: Float(config.hiddenSize).squareRoot())
    try check()
    let output = config.hasOwnHead ? try file.tensor(.head(config)) : embeddings
    head = device.weight(output, precision: precision, isEmbedding: true, arena: arena)
    computesWithOwnHead = config.hasOwnHead || precision.rounding(of: output, isEmbedding: true) != nil
    device.trim()
  }

  /// Size of the weights in memory, in bytes.
  public var weightBytes: Int { head.bytes + projectionBytes }

  /// The same model with merged layers.
  init(_ model: GemmaModel, merged layers: [DecoderLayer]) {
    isMerged = true
    (config, file, tokenizer) = (model.config, model.file, model.tokenizer)
    (embedding, finalNorm, head) = (model.embedding, model.finalNorm, model.head)
    computesWithOwnHead = model.computesWithOwnHead
    self.layers = layers
  }

  /// The state of a forward pass that the backward pass needs.
  struct Tape {
    /// The activations of each layer. If memory is not enough, only a layer's input is kept; the backward pass then
    /// runs the layer again, which gives the same bits.
    var saved: [Kept]
    /// Output of the last layer before the final norm [wanted rows, hidden].
    var last: Matrix
    let plan: PassPlan
  }

  enum Kept {
    case all(DecoderLayer.Saved)
    case input(Matrix)
  }

  /// - Throws: `noEmbedding` for an id without a row in the embedding. Such a token was added to the tokenizer but not
  ///   to the model.
  func checkRows(_ ids: [Int32]) throws {
    guard let id = ids.first(where: { $0 < 0 || $0 >= config.vocabularySize }) else { return }
    throw GemmaError.noEmbedding(token: tokenizer.piece(id), id: Int(id), rows: config.vocabularySize)
  }

  /// Runs the decoder over a batch.
  ///
  /// - Parameters:
  ///   - noise: the random parts of a training pass.
  ///   - tapeBytes: how many bytes of activations a tape may hold; nil for the device's own limit. A large model keeps the activations of
  ///     its last layers, and only the inputs of the others.
  ///   - layerDone: called after each layer. An error that it throws ends the pass.
  /// - Returns: the final normed hidden states of the wanted rows, segment by segment [wanted, hidden].
  func forward(
    _ batch: TokenBatch, adapter: Adapter?, keep: Bool = false, noise: TrainingNoise? = nil,
    tapeBytes: Int? = nil, device: Device, layerDone: () throws -> Void = {}
  ) throws -> (hidden: Matrix, tape: Tape?) {
    try checkRows(batch.tokens)
    var x = embedding.forward(batch.tokens, device: device)
    noise?.disturb(x, device: device)
    let plan = PassPlan(batch, adapter: adapter, noise: noise, layers: layers.count, device: device)
    var saved: [Kept] = []
    let whole = (tapeBytes ?? device.tapeBytes) / (config.savedFloats * 4 * batch.tokens.count)
    // Each layer computes the norm of the next one, the last layer the final norm.
    let norms = layers.map(\.inputNorm) + [finalNorm]
    var normed = norms[0].forward(x, device: device)
    for i in layers.indices {
      let (y, following, kept) = layers[i].forward(
        x, normed: normed, next: norms[i + 1], plan: plan.layer(i), lora: plan.factors(i), device: device)
      if keep { saved.append(i >= layers.count - whole ? .all(kept) : .input(x)) }
      (x, normed) = (y, following)
      try device.check()
      try layerDone()
    }
    return (normed, keep ? Tape(saved: saved, last: x, plan: plan) : nil)
  }

  /// Runs the backward pass from the gradient of the hidden states. It adds to `gradients`, which has the shape of the
  /// adapter's parameters.
  ///
  /// - Parameter layerDone: called after each layer. An error that it throws ends the pass.
  func backward(
    _ dHidden: Matrix, tape: inout Tape, adapter: Adapter, gradients: Matrix, device: Device,
    layerDone: () throws -> Void = {}
  ) throws {
    var dx = device.matrix(dHidden.rows, dHidden.columns)
    finalNorm.backward(dHidden, x: tape.last, into: dx, adds: false, device: device)
    for i in layers.indices.reversed() {
      let (plan, lora) = (tape.plan.layer(i), tape.plan.factors(i))
      // Removing them from the tape frees a layer's activations as soon as they are used.
      let saved =
        switch tape.saved.removeLast() {
        case .all(let kept): kept
        case .input(let x):
          layers[i].activations(
            x, normed: layers[i].inputNorm.forward(x, device: device), plan: plan, lora: lora, device: device)
        }
      let below = layers[i].backward(
        dx, saved: saved, plan: plan, lora: lora, gradients: adapter.gradients(layer: i, in: gradients),
        needsInput: i > 0, device: device)
      if let below { dx = below }
      try device.check()
      try layerDone()
    }
  }

  /// Logits [rows of hidden, vocabulary], soft cap included. For one or a few rows; losses go through CrossEntropy.
  public func logits(_ hidden: Matrix, device: Device) -> Matrix {
    capped(device.product(hidden, head, outputs: nil), device)
  }

  /// Logits of a few tokens only [rows of hidden, tokens], equal to the same columns of `logits`.
  func logits(_ hidden: Matrix, of tokens: [Int32], device: Device) -> Matrix {
    capped(device.product(hidden, head, rows: tokens.map(Int.init)), device)
  }

  private func capped(_ logits: Matrix, _ device: Device) -> Matrix {
    if let cap = config.finalSoftCap { device.softCap(logits, cap) }
    return logits
  }
}

extension GemmaModel {
  /// Logits [ids, vocabulary] of every position of one sequence. The matrix is large; it is for tests.
  public func logits(of ids: [Int32], adapter: Adapter?, device: Device) throws -> Matrix {
    var batch = TokenBatch()
    batch.append(ids, wanted: 0..<ids.count)
    return logits(try forward(batch, adapter: adapter, device: device).hidden, device: device)
  }
}
