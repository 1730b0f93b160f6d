/// The cross-entropy loss. It is computed in slices of the vocabulary, so there is never a [tokens, vocabulary] buffer.
struct CrossEntropy: Sendable {
  /// The tied output matrix [vocabulary, hidden].
  let head: WeightMatrix
  let softCap: Float?
  /// Vocabulary entries in one slice. It decides the order of sums, so it never changes.
  private static let slice = 2048

  /// The log-probability of each target, and the values that the backward pass needs.
  struct Result {
    /// log p(target) for each row, in Double from Float logits.
    var logProbabilities: [Double]
    /// log of the sum of exp of all logits, for each row.
    var logSums: [Float]
    /// Whether no other token has a higher logit than the target.
    var isFirst: [Bool]
  }

  private func logits(_ hidden: Matrix, _ range: Range<Int>, compute: Compute) -> Matrix {
    let result = compute.matrix(hidden.rows, range.count)
    head.multiply(
      hidden.data, rows: hidden.rows, xRow: hidden.columns, into: result.data, yRow: range.count,
      range: range,
      compute: compute)
    if let softCap {
      compute.forRows(hidden.rows, grain: 1) { rows in
        for row in rows { compute.kernels.table.soft_cap(range.count, result.row(row), softCap) }
      }
    }
    return result
  }

  private func slices(_ body: (Range<Int>) -> Void) {
    for first in stride(from: 0, to: head.outputs, by: Self.slice) {
      body(first..<min(first + Self.slice, head.outputs))
    }
  }

  /// Computes the losses of `hidden` [rows, hidden], with one target token for each row.
  func forward(_ hidden: Matrix, targets: [Int32], compute: Compute) -> Result {
    let rows = hidden.rows
    let count = (head.outputs + Self.slice - 1) / Self.slice
    let maxima = compute.matrix(rows, count)
    let sums = compute.matrix(rows, count)
    let chosen = compute.zeros(rows, 1)
    var index = 0
    slices { range in
      let logits = logits(hidden, range, compute: compute)
      let slice = index
      compute.forRows(rows, grain: 1) { rowRange in
        for row in rowRange {
          let top = compute.kernels.table.maximum(range.count, logits.row(row))
          maxima.row(row)[slice] = top
          sums.row(row)[slice] = compute.kernels.table.sum_exp(range.count, logits.row(row), top)
          let target = Int(targets[row])
          if range.contains(target) { chosen.data[row] = logits.row(row)[target - range.lowerBound] }
        }
      }
      index += 1
    }
    var result = Result(logProbabilities: [], logSums: [], isFirst: [])
    for row in 0..<rows {
      var top = maxima.row(row)[0]
      for i in 0..<count { top = max(top, maxima.row(row)[i]) }
      var sum = 0.0
      for i in 0..<count {
        sum += Double(sums.row(row)[i]) * ElementaryMath.exp(Double(maxima.row(row)[i]) - Double(top))
      }
      let logSum = Double(top) + ElementaryMath.log(sum)
      result.logSums.append(Float(logSum))
      result.isFirst.append(chosen.data[row] >= top)
      result.logProbabilities.append(Double(chosen.data[row]) - logSum)
    }
    return result
  }

  /// Gradient [rows, hidden] of the sum over rows of factors[row] * -log p(target).
  func backward(
    _ hidden: Matrix, targets: [Int32], result: Result, factors: [Float], compute: Compute
  ) -> Matrix {
    let dHidden = compute.zeros(hidden.rows, hidden.columns)
    let share = compute.matrix(hidden.rows, hidden.columns)
    slices { range in
      let p = logits(hidden, range, compute: compute)
      compute.forRows(hidden.rows, grain: 1) { rows in
        for row in rows {
          let values = p.row(row)
          let target = Int(targets[row]) - range.lowerBound
          if let softCap {
            // d cap*tanh(l/cap) = 1 - (capped/cap)^2
            let capped = compute.matrix(1, range.count)
            capped.data.update(from: values, count: range.count)
            compute.kernels.table.exp_shifted(range.count, values, result.logSums[row])
            if range.contains(Int(targets[row])) { values[target] -= 1 }
            for i in 0..<range.count {
              let t = capped.data[i] / softCap
              values[i] = values[i] * (1 - t * t) * factors[row]
            }
          } else {
            compute.kernels.table.exp_shifted(range.count, values, result.logSums[row])
            if range.contains(Int(targets[row])) { values[target] -= 1 }
            compute.kernels.table.scale(range.count, values, factors[row], values)
          }
        }
      }
      // Each slice has a separate sum: one chain of additions over the whole vocabulary would lose three more bits.
      head.multiplyTransposed(
        p.data, rows: p.rows, dyRow: p.columns, into: share.data, dxRow: share.columns, accumulate: false,
        range: range, compute: compute)
      compute.add(share.data, to: dHidden.data, count: dHidden.count)
    }
    return dHidden
  }
}
