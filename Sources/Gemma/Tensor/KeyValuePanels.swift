/// Keys and values of one layer, in the panel layout that attention's matrix products read.
public final class KeyValuePanels: @unchecked Sendable {
  let heads: Int
  let headDim: Int
  /// The largest number of tokens, a multiple of 16.
  let capacity: Int
  public private(set) var count = 0
  /// For each head: panels of keys transposed, [capacity/16][headDim][16].
  let keys: Matrix
  /// For each head: panels of values, [headDim/16][capacity][16].
  let values: Matrix
  private let valuePanels: Int

  public init(capacity: Int, heads: Int, headDim: Int, device: Device) {
    self.heads = heads
    self.headDim = headDim
    self.capacity = (capacity + 15) / 16 * 16
    valuePanels = Packing.panels(headDim)
    keys = device.matrix(heads, self.capacity * headDim)
    values = device.matrix(heads, self.capacity * 16 * valuePanels)
  }

  func keyPanels(_ head: Int) -> UnsafeMutablePointer<Float> { keys.row(head) }
  var keyStride: Int { headDim * 16 }
  func valuePanels(_ head: Int) -> UnsafeMutablePointer<Float> { values.row(head) }
  var valueStride: Int { capacity * 16 }

  /// Rows of k and v [rows, heads * headDim], and the position of the first of them.
  struct Piece {
    var position: Int
    var rows: Range<Int>
    var end: Int { position + rows.count }
  }

  /// Writes a tile: the 16 positions from 16 * tile on, of one head. Positions from `start` on are new; what is before them stays.
  func write(tile: Int, head: Int, start: Int, _ k: Matrix, _ v: Matrix, _ pieces: [Piece]) {
    let first = 16 * tile
    let end = pieces.last?.end ?? start
    let panel = keyPanels(head) + tile * keyStride
    // A new panel is set to zero, because products also read its unused columns.
    if start <= first { panel.update(repeating: 0, count: keyStride) }
    for piece in pieces {
      let range = max(first, piece.position)..<max(first, piece.position, min(first + 16, piece.end))
      guard !range.isEmpty else { continue }
      let row = piece.rows.lowerBound + range.lowerBound - piece.position
      for (i, position) in range.enumerated() {
        let source = k.row(row + i) + head * headDim
        let target = panel + position - first
        for d in 0..<headDim { target[d * 16] = source[d] }
      }
      Packing.straight(
        k: range.count, n: headDim, source: v.row(row) + head * headDim, stride: v.columns,
        into: valuePanels(head) + range.lowerBound * 16, panelStride: valueStride)
    }
    // The value rows up to the end of the tile are multiplied by probabilities of zero. They must be zero too: 0 * NaN is NaN.
    guard end < first + 16 else { return }
    let empty = max(first, end)
    for p in 0..<valuePanels {
      (valuePanels(head) + p * valueStride + empty * 16)
        .update(repeating: 0, count: (first + 16 - empty) * 16)
    }
  }

  /// Copies a tile of another one.
  func copy(tile: Int, head: Int, from other: KeyValuePanels) {
    (keyPanels(head) + tile * keyStride).update(
      from: other.keyPanels(head) + tile * other.keyStride, count: keyStride)
    for p in 0..<valuePanels {
      (valuePanels(head) + p * valueStride + tile * 256)
        .update(from: other.valuePanels(head) + p * other.valueStride + tile * 256, count: 256)
    }
  }

  /// Must be called when positions up to `count` are written.
  func setCount(_ count: Int) {
    precondition(count <= capacity)
    self.count = count
  }

}
