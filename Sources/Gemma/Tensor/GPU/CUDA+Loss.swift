import CCUDA

/// The cross-entropy loss over slices of the vocabulary, several slices at a time.
extension CUDA {
  /// Some slices that are computed together: their tokens, and the number of the first one.
  private struct Wave {
    var tokens: Range<Int>
    var first: Int
    var slices: Int
  }

  /// As many slices as need at most about 160 MB for weights as floats, logits and shares of the gradient.
  private func waves(_ head: WeightMatrix, rows: Int) -> [Wave] {
    let slice = VocabularySlices.size
    let bytes = 4 * (slice * (head.inputs + rows) + rows * head.inputs)
    let together = max(1, min(16, (160 << 20) / bytes))
    return stride(from: 0, to: head.outputs, by: together * slice).map { first in
      let tokens = first..<min(first + together * slice, head.outputs)
      return Wave(tokens: tokens, first: first / slice, slices: Self.tiles(tokens.count, by: slice))
    }
  }

  private func logits(_ hidden: Matrix, _ head: WeightMatrix, _ wave: Wave, softCap: Float?) -> Matrix {
    let result = product(hidden, head, outputs: wave.tokens)
    if let softCap { self.softCap(result, softCap) }
    return result
  }

  public func crossEntropy(_ hidden: Matrix, head: WeightMatrix, softCap: Float?, targets: [Int32])
    -> TargetScores
  {
    let rows = hidden.rows
    precondition(targets.count == rows)
    let slices = Self.tiles(head.outputs, by: VocabularySlices.size)
    let (maxima, sums, chosen) = (matrix(rows, slices), matrix(rows, slices), zeros(rows, 1))
    for wave in waves(head, rows: rows) {
      let logits = logits(hidden, head, wave, softCap: softCap)
      launch(
        "loss_sums", (Self.tiles(rows, by: 16), wave.slices, 1), address(logits), Int32(rows),
        Int32(wave.tokens.count), Int32(VocabularySlices.size), Int32(wave.tokens.lowerBound),
        Int32(wave.first), Int32(slices), array(targets), address(maxima), address(sums), address(chosen))
    }
    return VocabularySlices.scores(maxima: maxima.values, sums: sums.values, chosen: chosen.values)
  }

  public func crossEntropyBackward(
    _ hidden: Matrix, head: WeightMatrix, softCap: Float?, targets: [Int32], scores: TargetScores,
    factors: [Float]
  ) -> Matrix {
    let (rows, inputs) = (hidden.rows, hidden.columns)
    let dHidden = zeros(rows, inputs)
    let slice = VocabularySlices.size
    for wave in waves(head, rows: rows) {
      withFloats(head, wave.tokens) { weights in
        let p = matrix(rows, wave.tokens.count)
        multiply(
          hidden, by: weights, stride: inputs * Packing.lanes, .panels, columns: wave.tokens.count,
          depth: inputs, into: p, adds: false)
        if let softCap { self.softCap(p, softCap) }
        launch(
          "loss_gradients", elements: p.count, address(p), Int32(p.columns), Int32(wave.tokens.lowerBound),
          array(targets), array(scores.logSums), array(factors), softCap ?? 0)
        // Each slice has a sum of its own. All but the last slice of the vocabulary have the same size.
        let shares = matrix(wave.slices, rows * inputs)
        let whole = wave.tokens.count / slice
        func share(_ number: Int, count: Int, depth: Int) {
          multiply(
            gnb_product(
              a: address(p) + UInt64(4 * number * slice), b: weights + UInt64(4 * number * slice * inputs),
              c: address(shares) + UInt64(4 * number * rows * inputs), a_stride: Int64(p.columns),
              b_stride: Int64(inputs * Packing.lanes), c_stride: Int64(inputs), m: Int32(rows),
              n: Int32(inputs), k: Int32(depth), adds: 0),
            .transposedPanels,
            next: gnb_next_product(a: Int64(slice), b: Int64(slice * inputs), c: Int64(rows * inputs)),
            count: count)
        }
        if whole > 0 { share(0, count: whole, depth: slice) }
        if whole < wave.slices { share(whole, count: 1, depth: wave.tokens.count - whole * slice) }
        launch(
          "add_shares", elements: rows * inputs, Int32(wave.slices), address(shares), address(dHidden))
      }
    }
    return dHidden
  }
}
