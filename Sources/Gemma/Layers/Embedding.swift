/// Token embeddings times sqrt(hidden), read from the file's own storage row by row.
struct Embedding: Sendable {
  /// [vocabulary, hidden]
  let view: TensorView
  let scale: Float

  /// The rows `tokens` of the file [tokens, hidden], without the scale.
  func rows(_ tokens: some RandomAccessCollection<Int> & Sendable, compute: Compute) -> Matrix {
    let hidden = view.shape[1]
    let rowBytes = view.type.bytes(count: hidden)
    let x = compute.matrix(tokens.count, hidden)
    guard let base = view.bytes.baseAddress else { return x }
    compute.forRows(tokens.count) { range in
      for i in range {
        let token = tokens[tokens.index(tokens.startIndex, offsetBy: i)]
        view.type.dequantize(from: base + token * rowBytes, into: x.row(i), count: hidden)
      }
    }
    return x
  }

  /// [tokens, hidden]
  func forward(_ tokens: [Int32], compute: Compute) -> Matrix {
    let x = rows(tokens.map(Int.init), compute: compute)
    compute.forRows(tokens.count) { range in
      for i in range { compute.kernels.table.scale(x.columns, x.row(i), scale, x.row(i)) }
    }
    // The file's pages may contain rows of other tokens. They need not stay in memory.
    if tokens.count >= 256 { view.release() }
    return x
  }
}
