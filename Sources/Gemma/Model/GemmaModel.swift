/// A Gemma 2 or Gemma 3 text decoder with frozen weights.
public final class GemmaModel: Sendable {
  public let config: ModelConfig
  public let file: ModelFile
  public let tokenizer: Tokenizer
  /// Whether an adapter was merged into the weights. The projections then differ from the file.
  public let isMerged: Bool
  let embedding: Embedding
  let blocks: [DecoderBlock]
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
    _ file: ModelFile, precision: WeightPrecision = .auto, compute: Compute, check: () throws -> Void = {}
  ) throws {
    self.file = file
    let config = file.config
    self.config = config
    tokenizer = try file.tokenizer()
    isMerged = false

    func norm(_ tensor: ModelTensor) throws -> RMSNorm {
      var weight = try file.tensor(tensor).values
      if !file.normWeightsIncludeOne { for i in weight.indices { weight[i] += 1 } }
      return RMSNorm(weight: weight, epsilon: config.rmsNormEpsilon)
    }
    var rotaries: [[Double]: RotaryPosition] = [:]
    var blocks: [DecoderBlock] = []
    for (i, plan) in config.layers.enumerated() {
      func linear(_ projection: Projection) throws -> Linear {
        try check()
        return Linear(
          weight: WeightMatrix(
            try file.tensor(.projection(projection, layer: i, config)), precision: precision, compute: compute
          ))
      }
      func layerNorm(_ part: LayerNorm) throws -> RMSNorm { try norm(.norm(part, layer: i, config)) }
      let rotation = [plan.ropeBase, plan.ropeFactor]
      let rotary =
        rotaries[rotation]
        ?? RotaryPosition(headDim: config.headDim, base: plan.ropeBase, factor: plan.ropeFactor)
      rotaries[rotation] = rotary
      blocks.append(
        DecoderBlock(
          inputNorm: try layerNorm(.input),
          query: try linear(.query), key: try linear(.key), value: try linear(.value),
          output: try linear(.output),
          queryNorm: config.hasQueryKeyNorm ? try layerNorm(.query) : nil,
          keyNorm: config.hasQueryKeyNorm ? try layerNorm(.key) : nil,
          rotary: rotary,
          attention: Attention(
            heads: config.heads, keyValueHeads: config.keyValueHeads, headDim: config.headDim,
            scale: config.queryScale, softCap: config.attentionSoftCap, window: plan.window),
          postAttentionNorm: try layerNorm(.postAttention),
          preFeedforwardNorm: try layerNorm(.preFeedforward),
          mlp: GatedMLP(gate: try linear(.gate), up: try linear(.up), down: try linear(.down)),
          postFeedforwardNorm: try layerNorm(.postFeedforward)))
    }
    self.blocks = blocks
    finalNorm = try norm(.finalNorm(config))
    try check()
    let embeddings = try file.tensor(.embedding(config))
    embedding = Embedding(view: embeddings, scale: Float(config.hiddenSize).squareRoot())
    try check()
    let output = config.hasOwnHead ? try file.tensor(.head(config)) : embeddings
    head = WeightMatrix(output, precision: precision, isEmbedding: true, compute: compute)
    computesWithOwnHead = config.hasOwnHead || precision.rounding(of: output, isEmbedding: true) != nil
    compute.blocks.trim()
  }

  /// Size of the weights in memory, in bytes.
  public var weightBytes: Int { head.bytes + projectionBytes }

  /// The same model with merged blocks.
  init(_ model: GemmaModel, merged blocks: [DecoderBlock]) {
    isMerged = true
    (config, file, tokenizer) = (model.config, model.file, model.tokenizer)
    (embedding, finalNorm, head) = (model.embedding, model.finalNorm, model.head)
    computesWithOwnHead = model.computesWithOwnHead
    self.blocks = blocks
  }

  /// The state of a forward pass that the backward pass needs.
  struct Tape {
    /// The activations of each layer. If memory is not enough, only a layer's input is kept; the backward pass then
    /// runs the layer again, which gives the same bits.
    var saved: [Kept]
    /// Output of the last layer before the final norm [wanted rows, hidden].
    var last: Matrix
    var noise: TrainingNoise?
    var scales: Matrix?
  }

  enum Kept {
    case all(DecoderBlock.Saved)
    case input(Matrix)
  }

  /// How many bytes a tape may use for the activations of whole layers. A large model keeps the activations of its last
  /// layers, and only the inputs of the others.
  package static let tapeBytes = 1_300_000_000

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
  ///   - tapeBytes: how many bytes of activations a tape may hold.
  ///   - layerDone: called after each layer. An error that it throws ends the pass.
  /// - Returns: the final normed hidden states of the wanted rows, segment by segment [wanted, hidden].
  func forward(
    _ batch: TokenBatch, adapter: Adapter?, keep: Bool = false, noise: TrainingNoise? = nil,
    tapeBytes: Int = GemmaModel.tapeBytes, compute: Compute, layerDone: () throws -> Void = {}
  ) throws -> (hidden: Matrix, tape: Tape?) {
    try checkRows(batch.tokens)
    var x = embedding.forward(batch.tokens, compute: compute)
    noise?.disturb(x, compute: compute)
    let scales = adapter?.magnitudeScales(compute: compute)
    var saved: [Kept] = []
    let whole = tapeBytes / (config.savedFloats * 4 * batch.tokens.count)
    for i in blocks.indices {
      let keepAll = keep && i >= blocks.count - whole
      let (next, kept) = layer(
        i, x, batch: batch, adapter: adapter, scales: scales, noise: noise, keep: keepAll, compute: compute)
      if keep { saved.append(kept.map(Kept.all) ?? .input(x)) }
      x = next
      try layerDone()
    }
    let hidden = finalNorm.forward(x, compute: compute).y
    return (hidden, keep ? Tape(saved: saved, last: x, noise: noise, scales: scales) : nil)
  }

  /// The forward pass of one layer.
  private func layer(
    _ i: Int, _ x: Matrix, batch: TokenBatch, adapter: Adapter?, scales: Matrix?, noise: TrainingNoise?,
    keep: Bool,
    compute: Compute
  ) -> (Matrix, DecoderBlock.Saved?) {
    let isLast = i == blocks.count - 1
    let before = batch.segments.map(batch.before)
    let rows = rows(batch, lastLayer: isLast)
    return blocks[i].forward(
      x, rows: rows,
      lora: adapter?.factors(layer: i, gradients: nil, scales: scales) { noise?.dropout($0, rows: rows) },
      keep: keep, compute: compute
    ) { k, v in spans(batch, before: before, layer: i, lastLayer: isLast, k: k, v: v, compute: compute) }
  }

  /// Runs the backward pass from the gradient of the hidden states. It adds to `gradients`, which has the shape of the
  /// adapter's parameters.
  ///
  /// - Parameter layerDone: called after each layer. An error that it throws ends the pass.
  func backward(
    _ dHidden: Matrix, tape: inout Tape, batch: TokenBatch, adapter: Adapter, gradients: Matrix,
    compute: Compute, layerDone: () throws -> Void = {}
  ) rethrows {
    var dx = compute.matrix(dHidden.rows, dHidden.columns)
    let rstd = finalNorm.forward(tape.last, compute: compute).rstd
    finalNorm.backward(dHidden, x: tape.last, rstd: rstd, into: dx, accumulate: false, compute: compute)
    let before = batch.segments.map(batch.before)
    for i in blocks.indices.reversed() {
      // Removing them from the tape frees a layer's activations as soon as they are used.
      let saved: DecoderBlock.Saved
      switch tape.saved.removeLast() {
      case .all(let kept): saved = kept
      case .input(let x):
        let again = layer(
          i, x, batch: batch, adapter: adapter, scales: tape.scales, noise: tape.noise, keep: true,
          compute: compute)
        guard let kept = again.1 else { return }
        saved = kept
      }
      let isLast = i == blocks.count - 1
      let (rows, noise) = (rows(batch, lastLayer: isLast), tape.noise)
      let lora = adapter.factors(layer: i, gradients: gradients, scales: tape.scales) {
        noise?.dropout($0, rows: rows)
      }
      guard
        let next = blocks[i].backward(
          dx, saved: saved, rows: rows, lora: lora, needsInput: i > 0, compute: compute,
          spans: { k, v in
            spans(batch, before: before, layer: i, lastLayer: isLast, k: k, v: v, compute: compute)
          })
      else { return try layerDone() }
      dx = next
      try layerDone()
    }
  }

  /// The last layer computes queries for the wanted rows only, all other layers for all rows.
  private func rows(_ batch: TokenBatch, lastLayer: Bool) -> DecoderBlock.Rows {
    let wanted = lastLayer ? batch.segments.flatMap { Array($0.wanted) } : nil
    if let wanted, wanted.count < batch.tokens.count {
      return .init(
        wanted: wanted, positions: batch.positions, wantedPositions: wanted.map { batch.positions[$0] })
    }
    return .init(wanted: nil, positions: batch.positions, wantedPositions: batch.positions)
  }

  /// The keys and values that each segment sees in layer `layer`, from the batch's rotated keys and its values.
  private func spans(
    _ batch: TokenBatch, before: [Int], layer: Int, lastLayer: Bool, k: Matrix, v: Matrix, compute: Compute
  ) -> [Attention.Span] {
    let onlyWanted = lastLayer && batch.segments.reduce(0) { $0 + $1.wanted.count } < batch.tokens.count
    var result: [Attention.Span] = []
    var queryRow = 0
    for (i, segment) in batch.segments.enumerated() {
      let queries = onlyWanted ? segment.wanted : segment.rows
      let panels: KeyValuePanels
      if let cache = segment.cache, segment.appends {
        panels = cache.layers[layer]
      } else {
        panels = KeyValuePanels(
          capacity: before[i] + segment.rows.count, heads: config.keyValueHeads, headDim: config.headDim,
          compute: compute)
      }
      result.append(
        Attention.Span(
          queries: queryRow..<queryRow + queries.count,
          firstPosition: before[i] + queries.lowerBound - segment.rows.lowerBound, panels: panels,
          rows: segment.rows,
          parentRows: segment.parent.map { batch.segments[$0].rows } ?? 0..<0))
      queryRow += queries.count
    }
    let spans = result
    compute.workers.run(spans.count) { i in
      let segment = batch.segments[i]
      if let cache = segment.cache, !segment.appends { spans[i].panels.append(all: cache.layers[layer]) }
      spans[i].panels.append(k, v, rows: spans[i].parentRows)
      spans[i].panels.append(k, v, rows: segment.rows)
    }
    return spans.filter { !$0.queries.isEmpty }
  }

  /// Logits [rows of hidden, vocabulary], soft cap included. For one or a few rows; losses go through CrossEntropy.
  public func logits(_ hidden: Matrix, compute: Compute) -> Matrix {
    let result = compute.matrix(hidden.rows, config.vocabularySize)
    head.multiply(
      hidden.data, rows: hidden.rows, xRow: hidden.columns, into: result.data, yRow: result.columns,
      compute: compute)
    applyCap(result, compute: compute)
    return result
  }

  /// Logits of a few tokens only [rows of hidden, tokens], equal to the same columns of `logits`.
  func logits(_ hidden: Matrix, of tokens: [Int32], compute: Compute) -> Matrix {
    let rows = head.rows(tokens.map(Int.init), compute: compute)
    let panels = compute.matrix(Packing.panels(tokens.count), hidden.columns * Packing.lanes)
    Packing.transposed(
      n: tokens.count, k: hidden.columns, source: rows.data, stride: hidden.columns, into: panels.data,
      panelStride: panels.columns)
    let result = compute.matrix(hidden.rows, tokens.count)
    compute.multiply(
      m: hidden.rows, n: tokens.count, k: hidden.columns, a: hidden.data, aRow: hidden.columns,
      panels: panels.data, panelStride: panels.columns, c: result.data, cRow: tokens.count, accumulate: false)
    applyCap(result, compute: compute)
    return result
  }

  private func applyCap(_ logits: Matrix, compute: Compute) {
    guard let cap = config.finalSoftCap else { return }
    let grain = 1 << 14
    compute.workers.run((logits.count + grain - 1) / grain) { task in
      compute.kernels.table.soft_cap(min(grain, logits.count - task * grain), logits.data + task * grain, cap)
    }
  }
}

extension GemmaModel {
  /// Logits [ids, vocabulary] of every position of one sequence. The matrix is large; it is for tests.
  public func logits(of ids: [Int32], adapter: Adapter?, compute: Compute) throws -> Matrix {
    var batch = TokenBatch()
    batch.append(ids, wanted: 0..<ids.count)
    return logits(try forward(batch, adapter: adapter, compute: compute).hidden, compute: compute)
  }
}
