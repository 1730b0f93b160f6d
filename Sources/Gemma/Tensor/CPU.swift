/// The operations on this computer's processor: a kernel set, a team of threads, and reusable memory. None of the three changes a
/// result.
public final class CPU: Device {
  public let kernels: Kernels
  public let workers: WorkerPool
  let pool: MemoryPool
  /// The same memory and inner loops on the calling thread alone, for operations inside a task. Nil for that one itself.
  private let alone: CPU?

  public convenience init(threads: Int, kernels: Kernels = .best) {
    let pool = MemoryPool()
    self.init(
      workers: WorkerPool(threads: threads), kernels: kernels, pool: pool,
      alone: CPU(workers: WorkerPool(threads: 1), kernels: kernels, pool: pool, alone: nil))
  }

  private init(workers: WorkerPool, kernels: Kernels, pool: MemoryPool, alone: CPU?) {
    (self.workers, self.kernels, self.pool, self.alone) = (workers, kernels, pool, alone)
  }

  /// The same on the calling thread alone.
  var single: CPU { alone ?? self }

  public var name: String { "cpu" }

  public func matrix(_ rows: Int, _ columns: Int) -> Matrix { Matrix(rows, columns, pool: pool) }

  public func zeros(_ rows: Int, _ columns: Int) -> Matrix {
    let result = matrix(rows, columns)
    let values = result.data
    forElements(result.count) { first, count in (values + first).update(repeating: 0, count: count) }
    return result
  }

  public func matrix(copying other: Matrix) -> Matrix {
    let result = matrix(other.rows, other.columns)
    let (values, source) = (result.data, other.data)
    forElements(result.count) { first, count in
      (values + first).update(from: source + first, count: count)
    }
    return result
  }

  public func trim() { pool.trim() }

  public var tapeBytes: Int { 1_300_000_000 }
  public var passRows: Int { 0 }

  public func check() {}

  /// Runs `body` on consecutive row ranges of about `grain` rows, in parallel.
  func forRows(_ rows: Int, grain: Int = 32, _ body: (Range<Int>) -> Void) {
    let grain = max(1, min(grain, (rows + workers.threads - 1) / workers.threads))
    let tasks = (rows + grain - 1) / grain
    workers.run(tasks) { task in body(task * grain..<min(rows, (task + 1) * grain)) }
  }

  /// Runs `body` on consecutive ranges of about 32,768 of `count` elements, in parallel.
  func forElements(_ count: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
    let grain = 1 << 15
    workers.run((count + grain - 1) / grain) { task in
      body(task * grain, min(grain, count - task * grain))
    }
  }

  /// The largest number of rows of a product in one task: CHUNK of the kernels.
  private static let rowLimit = 132

  /// Splits c[m, n] into tiles of rows and of 16-column panels, with enough tiles for all threads.
  func forTiles(rows m: Int, panels: Int, _ body: (_ rows: Range<Int>, _ panels: Range<Int>) -> Void) {
    forTiles(rows: m, panels: [panels]) { body($1, $2) }
  }

  /// The same for several matrices of m rows in one run. `body` also gets a matrix's number.
  func forTiles(
    rows m: Int, panels: [Int], _ body: (_ matrix: Int, _ rows: Range<Int>, _ panels: Range<Int>) -> Void
  ) {
    let all = panels.reduce(0, +)
    guard m > 0, all > 0 else { return }
    // Row ranges of nearly equal height, in whole register tiles.
    let equal = (m + Self.rowLimit - 1) / Self.rowLimit
    var height = ((m + equal - 1) / equal + 11) / 12 * 12
    var rowTiles = (m + height - 1) / height
    // On many threads, smaller tiles leave fewer of them without work at the end.
    let threads = workers.threads
    let wanted = threads == 1 ? 1 : threads <= 4 ? 4 * threads : 6 * threads
    let least = threads <= 4 ? 8 : 4
    var width = all
    if rowTiles < wanted {
      let tiles = (wanted + rowTiles - 1) / max(rowTiles, 1)
      width = max(least, ((all + tiles - 1) / tiles + least - 1) / least * least)
    }
    let columnTiles = panels.reduce(0) { $0 + ($1 + width - 1) / width }
    if threads > 4, rowTiles * columnTiles < 2 * threads {
      // Few columns: more and lower tiles, of at least two register tiles.
      let wantedRows = (2 * threads + columnTiles - 1) / columnTiles
      height = min(height, max(24, ((m + wantedRows - 1) / wantedRows + 11) / 12 * 12))
      rowTiles = (m + height - 1) / height
    }
    struct Tile {
      var matrix: Int
      var rows: Range<Int>
      var panels: Range<Int>
    }
    var tiles: [Tile] = []
    for (number, count) in panels.enumerated() {
      for p in stride(from: 0, to: count, by: width) {
        for r in stride(from: 0, to: m, by: height) {
          tiles.append(
            Tile(matrix: number, rows: r..<min(m, r + height), panels: p..<min(count, p + width)))
        }
      }
    }
    // The last tiles are halves, so that at the end no thread waits long for another.
    if threads > 1, tiles.count > threads {
      let halved = tiles.suffix(threads).flatMap { tile -> [Tile] in
        let middle = tile.panels.lowerBound + (tile.panels.count / 2 + least - 1) / least * least
        guard middle < tile.panels.upperBound else { return [tile] }
        var (first, second) = (tile, tile)
        first.panels = tile.panels.lowerBound..<middle
        second.panels = middle..<tile.panels.upperBound
        return [first, second]
      }
      tiles.replaceSubrange(tiles.count - threads..<tiles.count, with: halved)
    }
    let work = tiles
    workers.run(work.count) { body(work[$0].matrix, work[$0].rows, work[$0].panels) }
  }

  /// c[m, n] (+)= a[m, k] b[k, n] with b in f32 panels `panelStride` floats apart.
  /// a is read at a[i * aRow + j * aColumn]; one of the two is 1.
  package func multiply(
    m: Int, n: Int, k: Int, a: UnsafePointer<Float>, aRow: Int, aColumn: Int = 1,
    panels b: UnsafePointer<Float>,
    panelStride: Int, c: UnsafeMutablePointer<Float>, cRow: Int, accumulate: Bool
  ) {
    let gemm = kernels.table.gemm!
    forTiles(rows: m, panels: Packing.panels(n)) { rows, panels in
      let first = panels.lowerBound * Packing.lanes
      gemm(
        rows.count, min(n, panels.upperBound * Packing.lanes) - first, k, a + rows.lowerBound * aRow, aRow,
        aColumn,
        b + panels.lowerBound * panelStride, panelStride, c + rows.lowerBound * cRow + first, cRow,
        accumulate ? 1 : 0)
    }
  }

  /// y += x over `count` elements, in parallel.
  package func add(_ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int) {
    forElements(count) { first, count in kernels.table.add(count, x + first, y + first) }
  }
}
