/// What one layer does with the rows of a batch: made once for a pass, before its first layer.
struct LayerPass: Sendable {
  /// The rows of the batch that get queries, ascending; nil means all rows. The last layer computes the wanted rows only.
  let wanted: [Int]?
  /// Positions of all rows, and of the wanted rows.
  let positions: [Int]
  let wantedPositions: [Int]
  let spans: [AttentionSpan]
  /// The cache of each span in this layer.
  let caches: [KeyValuePanels?]

  /// The wanted rows of x [rows, columns].
  func gather(_ x: Matrix, _ device: Device) -> Matrix { wanted.map { device.gather(x, rows: $0) } ?? x }
}
