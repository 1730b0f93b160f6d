/// Token embeddings times sqrt(hidden), read from the file's own storage row by row.
struct Embedding: Sendable {
  /// [vocabulary, hidden]
  let view: TensorView
  let scale: Float

  /// The rows `range` of the file [range.count, hidden], without the scale.
  func rows(_ range: Range<Int>, device: Device) -> Matrix {
    device.embed(Array(range), table: view, scale: 1)
  }

  /// [tokens, hidden]
  func forward(_ tokens: [Int32], device: Device) -> Matrix {
    let x = device.embed(tokens.map(Int.init), table: view, scale: scale)
    // The file's pages may contain rows of other tokens. They need not stay in memory.
    if tokens.count >= 256 { view.release() }
    return x
  }
}
