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
  private(set) lazy var pool = BlockPool(
    allocate: { [unowned self] bytes in allocate(bytes) },
    free: { [unowned self] address in driver.free(UInt64(UInt(bitPattern: address))) })
  private let failure = Mutex<GPUFailure?>(nil)
  private let constants = Mutex<[Upload]>([])
  let maps = Constants(Moments.maps)

  private struct Upload: Sendable {
    var bytes: [UInt8]
    var memory: GPUMemory
  }

  /// - Parameter library: the driver's library; nil for the usual places.
  public init(cpu: CPU, library: String? = nil) throws(GPUFailure) {
    driver = try GPUDriver(path: library)
    self.cpu = cpu
  }

  public var name: String { "cuda (\(driver.name))" }
  public var kernels: Kernels { cpu.kernels }
  public var workers: WorkerPool { cpu.workers }
  /// Half of what is free, so that the rest of a pass has room.
  public var tapeBytes: Int { driver.memory.free / 2 }

  /// The GPU's name, compute capability, and memory in bytes.
  public var facts: (name: String, capability: String, memory: Int) {
    (driver.name, driver.capability, driver.memory.total)
  }

  // MARK: Failures

  /// - Throws: the first failure since the last call.
  public func check() throws {
    let found = failure.withLock { failure in
      defer { if case .outOfMemory = failure { failure = nil } }
      return failure
    }
    guard let found else { return }
    constants.withLock { $0 = [] }
    if case .outOfMemory = found { pool.trim() }
    throw found
  }

  func record(_ found: GPUFailure?) {
    guard let found else { return }
    failure.withLock { if $0 == nil { $0 = found } }
  }

  var hasFailed: Bool { failure.withLock { $0 != nil } }

  // MARK: Memory

  private func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
    if hasFailed { return nil }
    if let address = driver.allocate(bytes: bytes) {
      return UnsafeMutableRawPointer(bitPattern: UInt(address))
    }
    // Unused memory of other sizes may be enough.
    pool.trim()
    if let address = driver.allocate(bytes: bytes) {
      return UnsafeMutableRawPointer(bitPattern: UInt(address))
    }
    record(.outOfMemory(needed: bytes, free: driver.memory.free))
    return nil
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
    // As an argument of a kernel it needs no waiting.
    var arguments = gnb_words()
    withUnsafeMutableBytes(of: &arguments) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: source, count: bytes))
    }
    launch("store_words", (1, 1, 1), target, Int32(bytes / 4), arguments)
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
  func launch(
    _ kernel: StaticString, _ grid: (Int, Int, Int), threads: Int = 256, sharedBytes: Int = 0,
    _ arguments: any KernelArgument...
  ) {
    guard grid.0 > 0, grid.1 > 0, grid.2 > 0, !hasFailed else { return }
    driver.enter()
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    for argument in arguments { argument.append(to: &bytes) }
    let code = driver.launch(kernel, grid: grid, threads: threads, sharedBytes: sharedBytes, bytes)
    record(driver.failure(code))
  }

  /// Runs a kernel with one thread for each of `count` elements.
  func launch(_ kernel: StaticString, elements count: Int, _ arguments: any KernelArgument...) {
    guard count > 0, !hasFailed else { return }
    driver.enter()
    var bytes: [UInt8] = []
    bytes.reserveCapacity(128)
    Int64(count).append(to: &bytes)
    for argument in arguments { argument.append(to: &bytes) }
    record(
      driver.failure(
        driver.launch(
          kernel, grid: ((count + 255) / 256, 1, 1), threads: 256, sharedBytes: 0, bytes)))
  }

  static func tiles(_ count: Int, by size: Int) -> Int { (count + size - 1) / size }
}
