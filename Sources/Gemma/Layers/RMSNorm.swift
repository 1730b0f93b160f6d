/// Root-mean-square norm with a learned weight: y = x / sqrt(mean(x^2) + eps) * w (Zhang & Sennrich 2019).
///
/// Gemma's files store w or w - 1. Here `weight` is always w.
struct RMSNorm: Sendable {
  let weight: [Float]
  let epsilon: Float

  /// Computes y[rows, n] from x[rows, n], and rstd[rows] for `backward`. x and y may be the same buffer.
  func forward(
    _ x: UnsafePointer<Float>, xRow: Int, into y: UnsafeMutablePointer<Float>, yRow: Int,
    rstd: UnsafeMutablePointer<Float>, rows: Int, compute: Compute
  ) {
    compute.forRows(rows) { range in
      weight.withUnsafeBufferPointer {
        compute.kernels.table.rms_norm(
          range.count, weight.count, x + range.lowerBound * xRow, xRow, $0.baseAddress, epsilon,
          y + range.lowerBound * yRow, yRow, rstd + range.lowerBound)
      }
    }
  }

  /// Returns the normed matrix and its rstd [rows, 1].
  func forward(_ x: Matrix, compute: Compute) -> (y: Matrix, rstd: Matrix) {
    let y = compute.matrix(x.rows, x.columns)
    let rstd = compute.matrix(x.rows, 1)
    forward(
      x.data, xRow: x.columns, into: y.data, yRow: y.columns, rstd: rstd.data, rows: x.rows, compute: compute)
    return (y, rstd)
  }

  /// dx (+)= the gradient of x, from dy. dx may be the same buffer as dy if it does not accumulate.
  func backward(
    _ dy: UnsafePointer<Float>, dyRow: Int, x: UnsafePointer<Float>, xRow: Int, rstd: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, dxRow: Int, accumulate: Bool, rows: Int, compute: Compute
  ) {
    compute.forRows(rows) { range in
      weight.withUnsafeBufferPointer {
        compute.kernels.table.rms_norm_backward(
          range.count, weight.count, x + range.lowerBound * xRow, xRow, $0.baseAddress,
          rstd + range.lowerBound,
          dy + range.lowerBound * dyRow, dyRow, dx + range.lowerBound * dxRow, dxRow, accumulate ? 1 : 0)
      }
    }
  }

  func backward(_ dy: Matrix, x: Matrix, rstd: Matrix, into dx: Matrix, accumulate: Bool, compute: Compute) {
    backward(
      dy.data, dyRow: dy.columns, x: x.data, xRow: x.columns, rstd: rstd.data, into: dx.data,
      dxRow: dx.columns,
      accumulate: accumulate, rows: x.rows, compute: compute)
  }
}
