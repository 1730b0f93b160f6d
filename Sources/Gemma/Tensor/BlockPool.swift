import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Memory for matrices, kept for reuse: for small batches, new pages from the system cost more time than the
/// arithmetic.
final class BlockPool: Sendable {
  /// Some memory, aligned to a cache line.
  struct Block: @unchecked Sendable {
    var address: UnsafeMutableRawPointer
    /// Number of the size in `sizes`; -1 for none.
    var sizeNumber: Int

    /// No memory. Nobody may use the address.
    static var none: Block {
      Block(address: UnsafeMutableRawPointer(bitPattern: 64).unsafelyUnwrapped, sizeNumber: -1)
    }
  }

  private struct Free: @unchecked Sendable {
    /// For each size, the blocks that nobody uses.
    var blocks: [[UnsafeMutableRawPointer]] = []
  }

  private let free = Mutex(Free())
  private let allocate: @Sendable (Int) -> UnsafeMutableRawPointer?
  private let release: @Sendable (UnsafeMutableRawPointer) -> Void

  /// A pool of this computer's memory.
  convenience init() {
    self.init(allocate: { .allocate(byteCount: $0, alignment: 64) }, free: { $0.deallocate() })
  }

  /// A pool of other memory. `allocate` gives nil if there is not enough of it.
  init(
    allocate: @escaping @Sendable (Int) -> UnsafeMutableRawPointer?,
    free: @escaping @Sendable (UnsafeMutableRawPointer) -> Void
  ) {
    self.allocate = allocate
    release = free
  }

  /// Sizes rise in steps of at most an eighth, so that a block is never much larger than needed: 64 bytes times 8, 9, ... 15, then
  /// the double of each, and so on.
  private static func sizeNumber(_ bytes: Int) -> Int {
    let units = max(8, (bytes + 63) / 64)
    let shift = Int.bitWidth - units.leadingZeroBitCount - 4
    let eighths = (units + (1 << shift) - 1) >> shift
    return 8 * shift + eighths - 8
  }

  private static func bytes(_ number: Int) -> Int { 64 * (8 + number % 8) << (number / 8) }

  /// A block of at least `bytes`, with arbitrary contents: the smallest unused one that is at most about twice as large, or a new one.
  func take(bytes: Int) -> Block? {
    let number = Self.sizeNumber(bytes)
    let reused = free.withLock { free -> Block? in
      for size in number..<max(number, min(number + 8, free.blocks.count)) {
        if let address = free.blocks[size].popLast() { return Block(address: address, sizeNumber: size) }
      }
      return nil
    }
    if let reused { return reused }
    guard let address = allocate(Self.bytes(number)) else { return nil }
    return Block(address: address, sizeNumber: number)
  }

  func give(_ block: Block) {
    guard block.sizeNumber >= 0 else { return }
    free.withLock { free in
      while free.blocks.count <= block.sizeNumber { free.blocks.append([]) }
      free.blocks[block.sizeNumber].append(block.address)
    }
  }

  /// Returns the unused blocks to the system.
  func trim() {
    free.withLock { free in
      for block in free.blocks.joined() { release(block) }
      free.blocks = []
    }
  }

  deinit { trim() }
}

/// The memory of a model's weights, in huge pages, so that the repeated reads of all weights seldom wait for an address
/// translation. All of it goes back to the system when the last of the model's matrices is dropped.
public final class WeightArena: Sendable {
  public init() {}

  private struct Slabs: @unchecked Sendable {
    var all: [UnsafeMutableRawPointer] = []
    var next: UnsafeMutableRawPointer?
    var left = 0
  }

  private let slabs = Mutex(Slabs())
  private static let hugePage = 2 << 20

  /// `bytes` bytes, aligned to a cache line, with arbitrary contents.
  func take(bytes: Int) -> Part {
    let rounded = (max(bytes, 64) + 63) / 64 * 64
    return slabs.withLock { slabs in
      if slabs.left < rounded {
        let size = (max(rounded, 32 << 20) + Self.hugePage - 1) / Self.hugePage * Self.hugePage
        let slab = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Self.hugePage)
        #if canImport(Glibc)
          madvise(slab, size, MADV_HUGEPAGE)
        #endif
        slabs.all.append(slab)
        (slabs.next, slabs.left) = (slab, size)
      }
      let address = slabs.next.unsafelyUnwrapped
      slabs.next = address + rounded
      slabs.left -= rounded
      return Part(address: address, arena: self)
    }
  }

  /// Some of the memory. It keeps the whole.
  struct Part: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    private let arena: WeightArena
    fileprivate init(address: UnsafeMutableRawPointer, arena: WeightArena) {
      (self.address, self.arena) = (address, arena)
    }
  }

  deinit { slabs.withLock { for slab in $0.all { slab.deallocate() } } }
}
