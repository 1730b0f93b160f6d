/// The cross-entropy loss of the tied output matrix.
struct CrossEntropy: Sendable {
  /// [vocabulary, hidden]
  let head: WeightMatrix
  let softCap: Float?

  /// Scores of one target token for each row of `hidden` [rows, hidden].
  func forward(_ hidden: Matrix, targets: [Int32], device: Device) -> TargetScores {
    device.crossEntropy(hidden, head: head, softCap: softCap, targets: targets)
  }

  /// Gradient [rows, hidden] of the sum over rows of factors[row] * -log p(target).
  func backward(
    _ hidden: Matrix, targets: [Int32], result: TargetScores, factors: [Float], device: Device
  ) -> Matrix {
    device.crossEntropyBackward(
      hidden, head: head, softCap: softCap, targets: targets, scores: result, factors: factors)
  }
}
