/// The cross-entropy loss. It is computed in slices of the vocabulary, so there is never a [rows, vocabulary] matrix.
extension CPU {
  /// With at most this many rows, each thread computes slices of its own; with more, all threads compute one slice together, which
  /// takes less memory.
  private static let rowsOfOwnSlice = 192

  private func slices(_ head: WeightMatrix) -> [Range<Int>] {
    stride(from: 0, to: head.outputs, by: VocabularySlices.size).map {
      $0..<min($0 + VocabularySlices.size, head.outputs)
    }
  }

  /// Runs `body` for the slices: several at a time, each on one thread, or one at a time on all threads.
  ///
  /// - Parameter after: called for each slice, in order, with what `body` returned.
  private func forSlices<Result: Sendable>(
    _ slices: [Range<Int>], rows: Int, _ body: (Int, _ cpu: CPU) -> Result, after: (Result) -> Void
  ) {
    guard workers.threads > 2, rows <= Self.rowsOfOwnSlice else {
      for number in slices.indices { after(body(number, self)) }
      return
    }
    let wave = 2 * workers.threads
    for first in stride(from: 0, to: slices.count, by: wave) {
      let count = min(wave, slices.count - first)
      for result in workers.map(count, { body(first + $0, single) }) { after(result) }
    }
  }

  private func logits(_ hidden: Matrix, _ head: WeightMatrix, _ range: Range<Int>, softCap: Float?)
    -> Matrix
  {
    let result = product(hidden, head, outputs: range)
    if let softCap { self.softCap(result, softCap) }
    return result
  }

  public func crossEntropy(_ hidden: Matrix, head: WeightMatrix, softCap: Float?, targets: [Int32])
    -> TargetScores
  {
    let rows = hidden.rows
    precondition(targets.count == rows)
    let slices = slices(head)
    let (maxima, sums, chosen) = (matrix(rows, slices.count), matrix(rows, slices.count), zeros(rows, 1))
    forSlices(slices, rows: rows) { number, cpu in
      let range = slices[number]
      let logits = cpu.logits(hidden, head, range, softCap: softCap)
      cpu.forRows(rows, grain: 1) { part in
        for row in part {
          let top = kernels.table.maximum(range.count, logits.row(row))
          maxima.row(row)[number] = top
          sums.row(row)[number] = kernels.table.sum_exp(range.count, logits.row(row), top)
          let target = Int(targets[row])
          if range.contains(target) { chosen.data[row] = logits.row(row)[target - range.lowerBound] }
        }
      }
    } after: { _ in
    }
    return VocabularySlices.scores(maxima: maxima.values, sums: sums.values, chosen: chosen.values)
  }

  public func crossEntropyBackward(
    _ hidden: Matrix, head: WeightMatrix, softCap: Float?, targets: [Int32], scores: TargetScores,
    factors: [Float]
  ) -> Matrix {
    let dHidden = zeros(hidden.rows, hidden.columns)
    let slices = slices(head)
    forSlices(slices, rows: hidden.rows) { number, cpu in
      let range = slices[number]
      let p = cpu.logits(hidden, head, range, softCap: softCap)
      cpu.forRows(hidden.rows, grain: 1) { part in
        for row in part {
          let values = p.row(row)
          let target = Int(targets[row]) - range.lowerBound
          guard let softCap else {
            kernels.table.exp_shifted(range.count, values, scores.logSums[row])
            if range.contains(Int(targets[row])) { values[target] -= 1 }
            kernels.table.scale(range.count, values, factors[row], values)
            continue
          }
          // d cap*tanh(l/cap) = 1 - (capped/cap)^2
          let capped = cpu.matrix(1, range.count)
          capped.data.update(from: values, count: range.count)
          kernels.table.exp_shifted(range.count, values, scores.logSums[row])
          if range.contains(Int(targets[row])) { values[target] -= 1 }
          for i in 0..<range.count {
            let t = capped.data[i] / softCap
            values[i] = values[i] * (1 - t * t) * factors[row]
          }
        }
      }
      let share = cpu.matrix(hidden.rows, hidden.columns)
      cpu.productTransposed(p, head, outputs: range, into: share, adds: false)
      return share
    } after: { share in
      // Each slice has a separate sum: one chain of additions over the whole vocabulary would lose three more bits.
      add(share, to: dHidden)
    }
    return dHidden
  }
}

/// The slices of the vocabulary that the loss is computed in.
enum VocabularySlices {
  /// Vocabulary entries in one slice. It decides the order of sums, so it never changes.
  static let size = 2048

  /// The scores of rows from the largest logit and the sum of exp(logit - largest) of each slice [rows, slices], and the target's
  /// logit of each row.
  static func scores(maxima: [Float], sums: [Float], chosen: [Float]) -> TargetScores {
    let slices = chosen.isEmpty ? 0 : maxima.count / chosen.count
    var result = TargetScores(logProbabilities: [], logSums: [], isFirst: [])
    for row in chosen.indices {
      var top = maxima[row * slices]
      for i in 0..<slices { top = max(top, maxima[row * slices + i]) }
      var sum = 0.0
      for i in 0..<slices {
        sum +=
          Double(sums[row * slices + i]) * ElementaryMath.exp(Double(maxima[row * slices + i]) - Double(top))
      }
      let logSum = Double(top) + ElementaryMath.log(sum)
      result.logSums.append(Float(logSum))
      result.isFirst.append(chosen[row] >= top)
      result.logProbabilities.append(Double(chosen[row]) - logSum)
    }
    return result
  }
}
