/// The random parts of a training pass, besides the order of the examples: dropout in the adapter, and noise on the
/// embeddings.
struct TrainingNoise: Sendable {
  /// The rate of dropout (see `Dropout`). 0 for none.
  var dropout: Double
  /// NEFTune (Jain et al. 2023): uniform noise of at most alpha / sqrt(tokens * hidden) on every embedding. 0 for none.
  var neftuneAlpha: Double
  var seed: UInt64
  /// For each row of the batch, its key (see `Dropout.key`) and the number of tokens in its sequence.
  var rows: [UInt64] = []
  var lengths: [Int] = []

  var isSilent: Bool { dropout == 0 && neftuneAlpha == 0 }

  /// The dropout of the adapter's inputs, for all rows of the batch; nil for none.
  var dropoutOfAll: Dropout? { dropout > 0 ? Dropout(rate: dropout, seed: seed, rows: rows) : nil }

  /// Adds the noise to the embeddings [rows, hidden].
  func disturb(_ x: Matrix, device: Device) {
    guard neftuneAlpha > 0 else { return }
    let amounts = lengths.map { Float(neftuneAlpha / Double($0 * x.columns).squareRoot()) }
    device.addNoise(amounts, to: x, seed: seed, rows: rows)
  }
}
