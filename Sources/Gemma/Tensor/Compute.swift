import CKernels

/// The resources of the arithmetic: a kernel set, a team of threads, and reusable memory. None of the three changes a
/// result.
public final class Compute: Sendable {
  public let kernels: Kernels
  public let workers: WorkerPool
  let blocks = BlockPool()

  public init(threads: Int, kernels: Kernels = .best) {
    workers = WorkerPool(threads: threads)
    self.kernels = kernels
  }

  /// A matrix with arbitrary contents.
  public func matrix(_ rows: Int, _ columns: Int) -> Matrix { Matrix(rows, columns, pool: blocks) }

  public func zeros(_ rows: Int, _ columns: Int) -> Matrix {
    let result = matrix(rows, columns)
    result.fill(0)
    return result
  }

  public func matrix(copying other: Matrix) -> Matrix {
    let result = matrix(other.rows, other.columns)
    result.copy(from: other)
    return result
  }

  /// Runs `body` on consecutive row ranges of about `grain` rows, in parallel.
  func forRows(_ rows: Int, grain: Int = 32, _ body: (Range<Int>) -> Void) {
    let tasks = (rows + grain - 1) / grain
    workers.run(tasks) { task in body(task * grain..<min(rows, (task + 1) * grain)) }
  }

  /// The largest number of rows of a product in one task: CHUNK of the kernels.
  private static let rowLimit = 132

  /// Splits c[m, n] into blocks of rows and of 16-column panels, with enough blocks for all threads.
  func forBlocks(rows m: Int, panels: Int, _ body: (_ rows: Range<Int>, _ panels: Range<Int>) -> Void) {
    guard m > 0, panels > 0 else { return }
    // Blocks of nearly equal height, in whole register blocks.
    let equal = (m + Self.rowLimit - 1) / Self.rowLimit
    let rowBlock = ((m + equal - 1) / equal + 11) / 12 * 12
    let rowBlocks = (m + rowBlock - 1) / rowBlock
    let wanted = workers.threads == 1 ? 1 : 4 * workers.threads
    var panelBlock = panels
    if rowBlocks < wanted {
      let blocks = (wanted + rowBlocks - 1) / max(rowBlocks, 1)
      panelBlock = max(8, ((panels + blocks - 1) / blocks + 7) / 8 * 8)
    }
    let panelBlocks = (panels + panelBlock - 1) / panelBlock
    workers.run(rowBlocks * panelBlocks) { task in
      let (p, r) = (task / rowBlocks, task % rowBlocks)
      body(
        r * rowBlock..<min(m, (r + 1) * rowBlock), p * panelBlock..<min(panels, (p + 1) * panelBlock))
    }
  }

  /// c[m, n] (+)= a[m, k] b[k, n] with b in f32 panels `panelStride` floats apart.
  /// a is read at a[i * aRow + j * aColumn]; one of the two is 1.
  package func multiply(
    m: Int, n: Int, k: Int, a: UnsafePointer<Float>, aRow: Int, aColumn: Int = 1,
    panels b: UnsafePointer<Float>,
    panelStride: Int, c: UnsafeMutablePointer<Float>, cRow: Int, accumulate: Bool
  ) {
    let gemm = kernels.table.gemm!
    forBlocks(rows: m, panels: Packing.panels(n)) { rows, panels in
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
    let grain = 1 << 15
    workers.run((count + grain - 1) / grain) { task in
      let first = task * grain
      kernels.table.add(min(grain, count - first), x + first, y + first)
    }
  }
}
