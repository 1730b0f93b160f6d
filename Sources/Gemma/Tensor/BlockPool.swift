import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Memory blocks for matrices, kept for reuse: fresh pages from the system cost more than the arithmetic on small batches.
final class BlockPool: Sendable {
  struct Block: @unchecked Sendable {
    var address: UnsafeMutableRawPointer
    var bytes: Int
  }

  private let free = Mutex<[Block]>([])

  /// A block of at least `bytes`, aligned to a cache line, with arbitrary contents.
  func take(bytes: Int) -> Block {
    let wanted = max(bytes, 64)
    let reused: Block? = free.withLock { blocks in
      // The smallest that fits and is not more than twice too large.
      var best: Int?
      for i in blocks.indices where blocks[i].bytes >= wanted && blocks[i].bytes <= 2 * wanted + 4096 {
        if best.map({ blocks[i].bytes < blocks[$0].bytes }) ?? true { best = i }
      }
      return best.map { blocks.remove(at: $0) }
    }
    if let reused { return reused }
    let rounded = (wanted + 4095) / 4096 * 4096
    return Block(address: UnsafeMutableRawPointer.allocate(byteCount: rounded, alignment: 64), bytes: rounded)
  }

  func give(_ block: Block) { free.withLock { $0.append(block) } }

  /// Returns the unused blocks to the system.
  func trim() {
    free.withLock { blocks in
      for block in blocks { block.address.deallocate() }
      blocks.removeAll()
    }
  }

  deinit { trim() }
}
