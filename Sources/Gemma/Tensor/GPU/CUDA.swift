import CCUDA
import Synchronization

/// The operations on a GPU of NVIDIA, in the same order of sums as on the CPU: every bit is the same.
///
/// Kernels run one after the other on the default stream, and nobody waits for them but who reads their values. A failure is kept
/// until `check`; what runs after it does nothing. Work that the GPU has no kernel for, such as saving, runs on the CPU: a matrix moves
/// to where it is used.
public final class CUDA: Device, @unchecked Sendable {
  let driver: GPUDriver
  /// For matrices in this computer's memory, and for operations without a kernel.
  let cpu: CPU
  let pool: MemoryPool
  private let failure = FirstFailure()
  private let constants = Mutex<[Upload]>([])
  let maps = Constants(Moments.maps)

  private struct Upload: Sendable {
    var bytes: [UInt8]
    var memory: GPUMemory
  }

  /// - Parameter library: the driver's library; nil for the usual places.
  public init(cpu: CPU, library: String? = nil) throws(GPUFailure) {
    let driver = try GPUDriver(path: library)
    let failure = self.failure
    self.driver = driver
    self.cpu = cpu
    pool = MemoryPool(
      allocate: { bytes in
        if failure.found != nil { return nil }
        return driver.allocate(bytes: bytes).flatMap { UnsafeMutableRawPointer(bitPattern: UInt($0)) }
      },
      free: { driver.free(UInt64(UInt(bitPattern: $0))) })
  }

  public var name: String { "cuda (\(driver.name))" }
  public var kernels: Kernels { cpu.kernels }
  public var workers: WorkerPool { cpu.workers }
  /// At most half of what is free, so that the rest of a pass has room.
  public var tapeBytes: Int { min(3_300_000_000, driver.memory.free / 2) }

  public var passRows: Int { 4096 }

  /// The GPU's name, compute capability, and memory in bytes.
  public var facts: (name: String, capability: String, memory: Int) {
    (driver.name, driver.capability, driver.memory.total)
  }

  /// Memory in use on the GPU by all programs, in bytes.
  public var usedMemory: Int {
    let memory = driver.memory
    return memory.total - memory.free
  }

  // MARK: Failures

  /// - Throws: the first failure since the last call.
  public func check() throws {
    let found = failure.take()
    guard let found else { return }
    constants.withLock { $0 = [] }
    if case .outOfMemory = found { pool.trim() }
    throw found
  }

  func record(_ found: GPUFailure?) {
    if let found { failure.record(found) }
  }

  var hasFailed: Bool { failure.found != nil }

  // MARK: Memory

  /// Some memory of at least `bytes`.
  func take(bytes: Int) -> MemoryPool.Piece {
    if let piece = pool.take(bytes: bytes) { return piece }
    // Unused memory of other sizes may be enough.
    pool.trim()
    if let piece = pool.take(bytes: bytes) { return piece }
    record(.outOfMemory(needed: bytes, free: driver.memory.free))
    return .none
  }

  public func trim() { pool.trim() }

  public func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    Matrix(rows, columns, on: self)
  }

  func upload(_ source: UnsafeRawPointer, bytes: Int, to target: UInt64) {
    guard bytes > 0, !hasFailed else { return }
    driver.enter()
    let words = Int(GNB_WORDS)
    guard bytes <= 4 * words, bytes % 4 == 0 else {
      return record(driver.failure(driver.copy(from: source, to: target, bytes: bytes)))
    }
    launch(
      "store_words", (1, 1, 1), target, Int32(bytes / 4),
      gnb_words().beginning(with: UnsafeRawBufferPointer(start: source, count: bytes)))
  }

  func download(_ source: UInt64, bytes: Int, to target: UnsafeMutableRawPointer) {
    guard bytes > 0 else { return }
    if !hasFailed {
      driver.enter()
      let failure = driver.failure(driver.copy(from: source, to: target, bytes: bytes))
      if failure == nil { return }
      record(failure)
    }
    target.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }

  func copy(_ source: UInt64, to target: UInt64, bytes: Int) {
    guard bytes > 0, !hasFailed else { return }
    driver.enter()
    record(driver.failure(driver.copy(from: source, to: target, bytes: bytes)))
  }

  func fill(_ target: UInt64, _ value: Float, count: Int) {
    guard count > 0, !hasFailed else { return }
    driver.enter()
    record(driver.failure(driver.fill(target, word: value.bitPattern, count: count)))
  }

  /// The address of an array in the GPU's memory. The arrays used last stay there, so that what all layers read is copied once. An
  /// address is good for launches until `keptArrays` other arrays were asked for.
  func array<Element>(_ values: [Element]) -> UInt64 {
    values.withUnsafeBytes { source in
      constants.withLock { constants in
        let known = constants.firstIndex {
          $0.bytes.count == source.count && $0.bytes.elementsEqual(source)
        }
        if let known {
          let used = constants.remove(at: known)
          constants.append(used)
          return used.memory.address
        }
        let memory = GPUMemory(bytes: source.count, gpu: self)
        if let base = source.baseAddress { upload(base, bytes: source.count, to: memory.address) }
        if constants.count >= Self.keptArrays { constants.removeFirst() }
        constants.append(Upload(bytes: Array(source), memory: memory))
        return memory.address
      }
    }
  }

  private static let keptArrays = 32

  func indices(_ values: [Int]) -> UInt64 { array(values.map { Int32(truncatingIfNeeded: $0) }) }

  func address(_ x: Matrix) -> UInt64 { x.address(on: self) }
  func address(_ x: MatrixSlice) -> UInt64 { x.matrix.address(on: self) + UInt64(4 * x.offset) }

  // MARK: Launches

  /// Runs a kernel: `grid` blocks of `threads`.
  func launch<each Argument: KernelArgument>(
    _ kernel: StaticString, _ grid: (Int, Int, Int), threads: Int = 256, sharedBytes: Int = 0,
    _ arguments: repeat each Argument
  ) {
    guard grid.0 > 0, grid.1 > 0, grid.2 > 0, !hasFailed else { return }
    withUnsafeTemporaryAllocation(byteCount: KernelArguments.capacity, alignment: 16) { buffer in
      var packed = KernelArguments(in: buffer)
      repeat packed.append(each arguments)
      driver.enter()
      record(
        driver.failure(
          driver.launch(
            kernel, grid: grid, threads: threads, sharedBytes: sharedBytes,
            UnsafeRawBufferPointer(rebasing: buffer[..<packed.count]))))
    }
  }

  /// Runs a kernel with one thread for each of `count` elements; their number is its first argument.
  func launch<each Argument: KernelArgument>(
    _ kernel: StaticString, elements count: Int, _ arguments: repeat each Argument
  ) {
    launch(kernel, (Self.tiles(count, by: 256), 1, 1), Int64(count), repeat each arguments)
  }

  static func tiles(_ count: Int, by size: Int) -> Int { (count + size - 1) / size }
}

/// The first failure since somebody asked.
private final class FirstFailure: Sendable {
  private let kept = Mutex<GPUFailure?>(nil)

  var found: GPUFailure? { kept.withLock { $0 } }

  func record(_ failure: GPUFailure) { kept.withLock { if $0 == nil { $0 = failure } } }

  /// The failure; it is forgotten, unless the GPU is lost.
  func take() -> GPUFailure? {
    kept.withLock { kept in
      defer { if case .outOfMemory = kept { kept = nil } }
      return kept
    }
  }
}
