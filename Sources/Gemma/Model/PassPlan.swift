/// What a pass does in each layer: made once from a batch, then handed down.
struct PassPlan: Sendable {
  /// For all layers but the last, and for the last, which computes the wanted rows only.
  private let inner: Rows
  private let last: Rows
  private let segments: [Segment]
  private let adapter: Adapter.Prepared?
  private let count: Int

  private struct Rows: Sendable {
    var wanted: [Int]?
    var positions: [Int]
    var wantedPositions: [Int]
    var spans: [AttentionSpan]
    /// For keys and values, and for what has the wanted rows only; nil without dropout.
    var dropout: (all: Dropout, wanted: Dropout)?
  }

  /// - Parameter layers: number of the model's layers.
  init(_ batch: TokenBatch, adapter: Adapter?, noise: TrainingNoise?, layers: Int, device: Device) {
    segments = batch.segments
    self.adapter = adapter?.prepared(device)
    count = layers
    inner = Self.rows(batch, wanted: nil, noise)
    let wanted = batch.segments.flatMap { Array($0.wanted) }
    last = wanted.count < batch.tokens.count ? Self.rows(batch, wanted: wanted, noise) : inner
  }

  private static func rows(_ batch: TokenBatch, wanted: [Int]?, _ noise: TrainingNoise?) -> Rows {
    var spans: [AttentionSpan] = []
    var row = 0
    for segment in batch.segments {
      let queries = wanted == nil ? segment.rows : segment.wanted
      spans.append(
        AttentionSpan(
          queries: row..<row + queries.count,
          firstPosition: batch.before(segment) + queries.lowerBound - segment.rows.lowerBound,
          rows: segment.rows, parentRows: segment.parent.map { batch.segments[$0].rows } ?? 0..<0,
          appends: segment.appends))
      row += queries.count
    }
    let all = noise?.dropoutOfAll
    return Rows(
      wanted: wanted, positions: batch.positions,
      wantedPositions: wanted.map { $0.map { batch.positions[$0] } } ?? batch.positions, spans: spans,
      dropout: all.map { ($0, $0.gathered(wanted)) })
  }

  private func rows(_ layer: Int) -> Rows { layer == count - 1 ? last : inner }

  func layer(_ number: Int) -> LayerPass {
    let rows = rows(number)
    return LayerPass(
      wanted: rows.wanted, positions: rows.positions, wantedPositions: rows.wantedPositions,
      spans: rows.spans, caches: segments.map { $0.cache?.layers[number] })
  }

  /// The adapter's factors in a layer, with the dropout of this pass.
  func factors(_ number: Int) -> LayerFactors? {
    guard var factors = adapter?.layers[number] else { return nil }
    guard let dropout = rows(number).dropout else { return factors }
    for projection in factors.factors.keys {
      let isOfAll = projection == .key || projection == .value
      factors.factors[projection]?.dropout = isOfAll ? dropout.all : dropout.wanted
    }
    return factors
  }
}
