/// Token embeddings times sqrt(hidden), read from the file's own storage row by row, rounded as the precision asks.
struct Embedding: Sendable {
  /// [vocabulary, hidden]
  let view: TensorView
  let scale: Float
  /// The type that values are rounded to; nil keeps them.
  let rounded: ElementType?

  init(view: TensorView, precision: WeightPrecision, scale: Float) {
    self.view = view
    self.scale = scale
    rounded = precision.rounding(of: view, isEmbedding: true)
  }

  /// The rows of `tokens` [tokens, hidden], as the model computes with them, without the scale.
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
      guard let rounded else { return }
      let bytes = HeapBytes(count: rounded.bytes(count: hidden))
      guard let scratch = bytes.bytes.baseAddress else { return }
      for i in range {
        rounded.quantise(x.row(i), into: scratch, count: hidden)
        rounded.dequantize(from: scratch, into: x.row(i), count: hidden)
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
    // The rows of other tokens that came along with these from the file need not stay.
    if tokens.count >= 256 { view.release() }
    return x
  }
}
