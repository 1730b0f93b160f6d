/// Confidence intervals and tests for accuracies.
public enum Significance {
  /// Wilson's 95% score interval for `correct` of `total` (Wilson 1927).
  public static func wilson(correct: Int, total: Int) -> (low: Double, high: Double) {
    guard total > 0 else { return (0, 1) }
    let (n, z) = (Double(total), 1.959963984540054)
    let p = Double(correct) / n
    let centre = p + z * z / (2 * n)
    let margin = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    let scale = 1 + z * z / n
    return (max(0, (centre - margin) / scale), min(1, (centre + margin) / scale))
  }

  /// The two-sided p-value of McNemar's exact test for two classifiers on the same samples (McNemar 1947).
  ///
  /// - Parameters:
  ///   - onlyFirst, onlySecond: number of samples that only the first, or only the second, classifier got right.
  public static func mcNemar(onlyFirst: Int, onlySecond: Int) -> Double {
    let n = onlyFirst + onlySecond
    guard n > 0 else { return 1 }
    // The sum of Binomial(n, 1/2) up to the smaller count, by the ratio of neighbouring terms. Logarithms avoid
    // underflow for large n.
    let log2 = ElementaryMath.log(2)
    var logTerm = -Double(n) * log2
    var sum = ElementaryMath.exp(logTerm)
    for k in stride(from: 1, through: min(onlyFirst, onlySecond), by: 1) {
      logTerm += ElementaryMath.log(Double(n - k + 1) / Double(k))
      sum += ElementaryMath.exp(logTerm)
    }
    return min(1, 2 * sum)
  }
}
