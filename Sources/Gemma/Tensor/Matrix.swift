/// A row-major matrix of floats [rows, columns] that owns its memory. Contents are arbitrary until written.
///
/// Two threads must not write the same element; parallel code splits a matrix by rows or columns.
public final class Matrix: @unchecked Sendable {
  public let rows: Int
  public let columns: Int
  public let data: UnsafeMutablePointer<Float>
  private let pool: BlockPool
  private let block: BlockPool.Block

  public var count: Int { rows * columns }

  init(_ rows: Int, _ columns: Int, pool: BlockPool) {
    self.rows = rows
    self.columns = columns
    self.pool = pool
    block = pool.take(bytes: rows * columns * MemoryLayout<Float>.size)
    data = block.address.bindMemory(to: Float.self, capacity: max(rows * columns, 1))
  }

  deinit { pool.give(block) }

  /// The first element of row `i`.
  @inline(__always)
  public func row(_ i: Int) -> UnsafeMutablePointer<Float> { data + i * columns }

  public func fill(_ value: Float) { data.update(repeating: value, count: count) }

  public func copy(from other: Matrix) {
    precondition(count == other.count)
    data.update(from: other.data, count: count)
  }

  /// The values, row by row.
  public var values: [Float] { Array(UnsafeBufferPointer(start: data, count: count)) }
}
