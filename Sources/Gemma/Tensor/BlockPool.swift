import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Memory blocks for matrices, kept for reuse: for small batches, new pages from the system cost more time than the
/// arithmetic.
final class BlockPool: Sendable {
  struct Block: @unchecked Sendable {
    var address: UnsafeMutableRawPointer
    var bytes: Int
    /// Whether the block is a part of a slab, which exists as long as the pool.
    var isLasting = false
  }

  /// Memory in huge pages, from which blocks are taken.
  private struct Slabs: @unchecked Sendable {
    var all: [UnsafeMutableRawPointer] = []
    var next: UnsafeMutableRawPointer?
    var left = 0
  }

  private let free = Mutex<[Block]>([])
  private let slabs = Mutex(Slabs())
  private static let hugePage = 2 << 20

  /// A block of at least `bytes`, aligned to a cache line, with arbitrary contents.
  func take(bytes: Int) -> Block {
    let wanted = max(bytes, 64)
    let reused: Block? = free.withLock { blocks in
      // The smallest block that fits and is at most twice as large as needed.
      var best: Int?
      for i in blocks.indices
      where !blocks[i].isLasting && blocks[i].bytes >= wanted && blocks[i].bytes <= 2 * wanted + 4096 {
        if best.map({ blocks[i].bytes < blocks[$0].bytes }) ?? true { best = i }
      }
      return best.map { blocks.remove(at: $0) }
    }
    if let reused { return reused }
    let rounded = (wanted + 4095) / 4096 * 4096
    return Block(address: UnsafeMutableRawPointer.allocate(byteCount: rounded, alignment: 64), bytes: rounded)
  }

  /// A block for weights. It is in huge pages, so that the repeated reads of all weights seldom wait for an address
  /// translation.
  func takeLasting(bytes: Int) -> Block {
    let rounded = (max(bytes, 64) + 63) / 64 * 64
    let reused: Block? = free.withLock { blocks in
      blocks.firstIndex { $0.isLasting && $0.bytes == rounded }.map { blocks.remove(at: $0) }
    }
    if let reused { return reused }
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
      return Block(address: address, bytes: rounded, isLasting: true)
    }
  }

  func give(_ block: Block) { free.withLock { $0.append(block) } }

  /// Returns the unused blocks to the system.
  func trim() {
    free.withLock { blocks in
      for block in blocks where !block.isLasting { block.address.deallocate() }
      blocks.removeAll { !$0.isLasting }
    }
  }

  deinit {
    trim()
    slabs.withLock { for slab in $0.all { slab.deallocate() } }
  }
}
