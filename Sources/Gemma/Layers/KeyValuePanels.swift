/// Keys and values of one layer, in the panel layout that attention's matrix products read.
final class KeyValuePanels: @unchecked Sendable {
  let heads: Int
  let headDim: Int
  /// The largest number of tokens, a multiple of 16.
  let capacity: Int
  private(set) var count = 0
  /// For each head: panels of keys transposed, [capacity/16][headDim][16].
  private let keys: Matrix
  /// For each head: panels of values, [headDim/16][capacity][16].
  private let values: Matrix
  private let valuePanels: Int

  init(capacity: Int, heads: Int, headDim: Int, compute: Compute) {
    self.heads = heads
    self.headDim = headDim
    self.capacity = (capacity + 15) / 16 * 16
    valuePanels = Packing.panels(headDim)
    keys = compute.matrix(heads, self.capacity * headDim)
    values = compute.matrix(heads, self.capacity * 16 * valuePanels)
  }

  func keyPanels(_ head: Int) -> UnsafeMutablePointer<Float> { keys.row(head) }
  var keyStride: Int { headDim * 16 }
  func valuePanels(_ head: Int) -> UnsafeMutablePointer<Float> { values.row(head) }
  var valueStride: Int { capacity * 16 }

  /// Adds the rows of k and v, [rows, heads * headDim].
  func append(_ k: Matrix, _ v: Matrix, rows: Range<Int>) {
    precondition(count + rows.count <= capacity)
    for head in 0..<heads {
      var at = count
      var row = rows.lowerBound
      // Whole and partial groups of 16 keys: position at % 16 within a panel.
      while row < rows.upperBound {
        let lane = at % 16
        let n = min(16 - lane, rows.upperBound - row)
        let panel = keyPanels(head) + at / 16 * keyStride
        // A new panel is set to zero, because products also read its unused columns.
        if lane == 0 { panel.update(repeating: 0, count: keyStride) }
        for i in 0..<n {
          let source = k.row(row + i) + head * headDim
          for d in 0..<headDim { panel[d * 16 + lane + i] = source[d] }
        }
        at += n
        row += n
      }
      Packing.straight(
        k: rows.count, n: headDim, source: v.row(rows.lowerBound) + head * headDim, stride: v.columns,
        into: valuePanels(head) + count * 16, panelStride: valueStride)
      // The value rows up to the next multiple of 16 are multiplied by probabilities of zero. They must be zero too: 0
      // * NaN is NaN.
      let end = count + rows.count
      for p in 0..<valuePanels {
        let pad = (end + 15) / 16 * 16 - end
        (valuePanels(head) + p * valueStride + end * 16).update(repeating: 0, count: pad * 16)
      }
    }
    count += rows.count
  }

  /// Copies all tokens of another one into this one, which must be empty.
  func append(all other: KeyValuePanels) {
    precondition(count == 0 && other.count <= capacity)
    let filled = (other.count + 15) / 16 * 16
    for head in 0..<heads {
      keyPanels(head).update(from: other.keyPanels(head), count: filled * headDim)
      for p in 0..<valuePanels {
        (valuePanels(head) + p * valueStride)
          .update(from: other.valuePanels(head) + p * other.valueStride, count: filled * 16)
      }
    }
    count = other.count
  }
}
