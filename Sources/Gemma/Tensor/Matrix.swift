/// A row-major matrix of floats [rows, columns] that owns its memory. Contents are arbitrary until written.
///
/// The memory is this computer's or a GPU's. A matrix moves to where it is used. Two threads must not write the same element; parallel
/// code splits a matrix by rows or columns.
public final class Matrix: @unchecked Sendable {
  public let rows: Int
  public let columns: Int
  private var host: Host?
  private var away: GPUMemory?

  /// Some of this computer's memory.
  private struct Host {
    var data: UnsafeMutablePointer<Float>
    var pool: MemoryPool
    var piece: MemoryPool.Piece

    init(count: Int, pool: MemoryPool) {
      self.pool = pool
      piece = pool.take(bytes: count * MemoryLayout<Float>.size) ?? .none
      data = piece.address.bindMemory(to: Float.self, capacity: max(count, 1))
    }
  }

  public var count: Int { rows * columns }
  func hasShape(of other: Matrix) -> Bool { rows == other.rows && columns == other.columns }
  private var bytes: Int { count * MemoryLayout<Float>.size }

  init(_ rows: Int, _ columns: Int, pool: MemoryPool) {
    self.rows = rows
    self.columns = columns
    host = Host(count: rows * columns, pool: pool)
  }

  /// A matrix in the memory of a GPU.
  init(_ rows: Int, _ columns: Int, on gpu: CUDA) {
    self.rows = rows
    self.columns = columns
    away = GPUMemory(bytes: rows * columns * MemoryLayout<Float>.size, gpu: gpu)
  }

  deinit {
    if let host { host.pool.give(host.piece) }
  }

  /// The values in this computer's memory, row by row. If they are in a GPU's memory, they move.
  @inline(__always)
  package var data: UnsafeMutablePointer<Float> { host?.data ?? comeHome() }

  /// The first element of row `i`.
  @inline(__always)
  package func row(_ i: Int) -> UnsafeMutablePointer<Float> { data + i * columns }

  /// Moves the values to this computer's memory, if they are in a GPU's.
  @discardableResult
  func comeHome() -> UnsafeMutablePointer<Float> {
    if let host { return host.data }
    guard let away else { preconditionFailure("a matrix without memory") }
    let made = Host(count: count, pool: away.gpu.cpu.pool)
    away.gpu.download(away.address, bytes: bytes, to: made.data)
    (host, self.away) = (made, nil)
    return made.data
  }

  /// The address of the values in the memory of `gpu`. If they are elsewhere, they move.
  func address(on gpu: CUDA) -> UInt64 {
    if let away, away.gpu === gpu { return away.address }
    let memory = GPUMemory(bytes: bytes, gpu: gpu)
    gpu.upload(comeHome(), bytes: bytes, to: memory.address)
    // If the GPU has no memory for them, the values stay where they are.
    if gpu.hasFailed { return memory.address }
    if let host { host.pool.give(host.piece) }
    (host, away) = (nil, memory)
    return memory.address
  }

  public func fill(_ value: Float) {
    if let away { return away.gpu.fill(away.address, value, count: count) }
    data.update(repeating: value, count: count)
  }

  public func copy(from other: Matrix) {
    precondition(count == other.count)
    switch (away, other.away) {
    case (let away?, let from?) where away.gpu === from.gpu:
      away.gpu.copy(from.address, to: away.address, bytes: bytes)
    case (let away?, _): away.gpu.upload(other.data, bytes: bytes, to: away.address)
    case (nil, let from?): from.gpu.download(from.address, bytes: bytes, to: data)
    case (nil, nil): data.update(from: other.data, count: count)
    }
  }

  /// The values, row by row.
  public var values: [Float] { values(at: 0, count) }

  /// `count` values from number `first` on, without moving the others.
  func values(at first: Int, _ count: Int) -> [Float] {
    precondition(first >= 0 && first + count <= self.count)
    guard let away else { return Array(UnsafeBufferPointer(start: data + first, count: count)) }
    return [Float](unsafeUninitializedCapacity: count) { buffer, written in
      if let base = buffer.baseAddress {
        away.gpu.download(away.address + UInt64(4 * first), bytes: 4 * count, to: base)
      }
      written = count
    }
  }

  /// Replaces the values from number `first` on.
  func set(_ values: [Float], at first: Int) {
    precondition(first >= 0 && first + values.count <= count)
    guard let away else {
      for (i, value) in values.enumerated() { data[first + i] = value }
      return
    }
    values.withUnsafeBytes { source in
      if let base = source.baseAddress {
        away.gpu.upload(base, bytes: source.count, to: away.address + UInt64(4 * first))
      }
    }
  }
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
  public var values: [Float] { matrix.values(at: offset, count) }

  /// Value `i` in row order. For single values; all of them are `values`.
  public subscript(_ i: Int) -> Float {
    get {
      precondition((0..<count).contains(i))
      return matrix.values(at: offset + i, 1)[0]
    }
    nonmutating set {
      precondition((0..<count).contains(i))
      matrix.set([newValue], at: offset + i)
    }
  }

  public func set(_ values: [Float]) {
    precondition(values.count == count)
    matrix.set(values, at: offset)
  }
}

extension Matrix {
  public func slice(at offset: Int, _ rows: Int, _ columns: Int) -> MatrixSlice {
    precondition(offset >= 0 && offset + rows * columns <= count)
    return MatrixSlice(matrix: self, offset: offset, rows: rows, columns: columns)
  }

  /// The values of row `i`.
  public func values(ofRow i: Int) -> [Float] { values(at: i * columns, columns) }

  /// Replaces all values, row by row.
  public func set(_ values: [Float]) {
    precondition(values.count == count)
    set(values, at: 0)
  }
}
