/// Root-mean-square norm with a learned weight: y = x / sqrt(mean(x^2) + eps) * w (Zhang & Sennrich 2019). If x has more columns than
/// the weight, each group of columns, a head, is normed by itself.
///
/// Gemma's files store w or w - 1. Here `weight` is always w.
struct RMSNorm: Sendable {
  let weight: Constants
  let epsilon: Float

  /// y, shaped as x.
  func forward(_ x: Matrix, device: Device) -> Matrix {
    device.rmsNorm(x, weight: weight, epsilon: epsilon).y
  }

  /// y + norm(x), and `next` of that sum; all shaped as x.
  func forward(_ x: Matrix, addedTo y: Matrix, then next: RMSNorm, device: Device) -> (
    sum: Matrix, normed: Matrix
  ) {
    device.rmsNorm(x, weight: weight, addedTo: y, then: next.weight, epsilon: epsilon)
  }

  /// dx (+)= the gradient of x, from dy and the input x. 1 / sqrt(...) is cheap, so it is computed again. dx may be dy if it overwrites.
  func backward(_ dy: Matrix, x: Matrix, into dx: Matrix, adds: Bool, device: Device) {
    let rstd = device.rmsNorm(x, weight: weight, epsilon: epsilon).rstd
    device.rmsNormBackward(dy, x: x, rstd: rstd, weight: weight, into: dx, adds: adds)
  }
}
