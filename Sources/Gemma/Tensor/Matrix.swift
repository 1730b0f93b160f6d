/// A row-major matrix of floats [rows, columns] that owns its memory. Contents are arbitrary until written.
///
/// Two threads must not write the same element; parallel code splits a matrix by rows or columns.
public final class Matrix: @unchecked Sendable {
  public let rows: Int
  public let columns: Int
  public let data: UnsafeMutablePointer<Float>
  private let pool: MemoryPool
  private let piece: MemoryPool.Piece

  public var count: Int { rows * columns }

  func hasShape(of other: Matrix) -> Bool { rows == other.rows && columns == other.columns }

  init(_ rows: Int, _ columns: Int, pool: MemoryPool) {
    self.rows = rows
    self.columns = columns
    self.pool = pool
    piece = pool.take(bytes: rows * columns * MemoryLayout<Float>.size)
    data = piece.address.bindMemory(to: Float.self, capacity: max(rows * columns, 1))
  }

  deinit { pool.give(piece) }

  /// The first element of row `i`.
  @inline(__always)
  public func row(_ i: Int) -> UnsafeMutablePointer<Float> {
    assert(i >= 0 && (i < rows || i == 0), "row \(i) of \(rows)")
    return data + i * columns
  }

  public func fill(_ value: Float) { data.update(repeating: value, count: count) }

  public func copy(from other: Matrix) {
    precondition(count == other.count)
    data.update(from: other.data, count: count)
  }

  /// The values, row by row.
  public var values: [Float] { Array(UnsafeBufferPointer(start: data, count: count)) }
}

/// Some values of a matrix that follow each other in memory, as a matrix [rows, columns]: one factor in an adapter's
/// buffer, for example. It shares the values with the matrix.
public struct MatrixSlice: Sendable {
  public let matrix: Matrix
  public let offset: Int
  public let rows: Int
  public let columns: Int

  public var count: Int { rows * columns }
  var data: UnsafeMutablePointer<Float> { matrix.data + offset }

  /// The values, row by row.
  public var values: [Float] { Array(UnsafeBufferPointer(start: data, count: count)) }

  /// Value `i` in row order. For single values; all of them are `values`.
  public subscript(_ i: Int) -> Float {
    get {
      precondition((0..<count).contains(i))
      return data[i]
    }
    nonmutating set {
      precondition((0..<count).contains(i))
      data[i] = newValue
    }
  }

  public func set(_ values: [Float]) {
    precondition(values.count == count)
    for (i, value) in values.enumerated() { data[i] = value }
  }
}

extension Matrix {
  public func slice(at offset: Int, _ rows: Int, _ columns: Int) -> MatrixSlice {
    precondition(offset >= 0 && offset + rows * columns <= count)
    return MatrixSlice(matrix: self, offset: offset, rows: rows, columns: columns)
  }

  /// The values of row `i`.
  public func values(ofRow i: Int) -> [Float] { Array(UnsafeBufferPointer(start: row(i), count: columns)) }

  /// Replaces all values, row by row.
  public func set(_ values: [Float]) { slice(at: 0, rows, columns).set(values) }
}
