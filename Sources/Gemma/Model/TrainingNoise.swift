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

  /// The dropout of one projection. In the last layer all projections except keys and values have the wanted rows only.
  func dropout(_ projection: Projection, rows: DecoderBlock.Rows) -> Dropout? {
    guard dropout > 0 else { return nil }
    let all = Dropout(rate: dropout, seed: seed, rows: self.rows)
    return projection == .key || projection == .value ? all : all.gathered(rows.wanted)
  }

  /// Adds the noise to the embeddings [rows, hidden].
  func disturb(_ x: Matrix, compute: Compute) {
    guard neftuneAlpha > 0 else { return }
    compute.forRows(x.rows) { range in
      for row in range {
        let amount = neftuneAlpha / Double(lengths[row] * x.columns).squareRoot()
        Kernels.addNoise(Float(amount), to: x.row(row), columns: x.columns, seed: seed, row: rows[row])
      }
    }
  }
}
