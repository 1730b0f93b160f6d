import Synchronization

/// Some memory of a GPU. It goes back to the GPU's pool when nobody uses it any more.
final class GPUMemory: @unchecked Sendable {
  let gpu: CUDA
  let address: UInt64
  let bytes: Int
  private let piece: MemoryPool.Piece

  init(bytes: Int, gpu: CUDA) {
    self.gpu = gpu
    self.bytes = bytes
    piece = gpu.take(bytes: max(bytes, 4))
    address = UInt64(UInt(bitPattern: piece.address))
  }

  deinit { gpu.pool.give(piece) }
}

/// A copy of constant values in the memory of a GPU, made when it is first needed.
final class GPUCopy: Sendable {
  fileprivate let memory = Mutex<GPUMemory?>(nil)

  /// - Parameter values: copied if this GPU has no copy yet, or one of fewer than `least` bytes.
  func address(on gpu: CUDA, of values: UnsafeRawBufferPointer, least: Int? = nil) -> UInt64 {
    memory.withLock { memory in
      if let memory, memory.gpu === gpu, memory.bytes >= least ?? values.count { return memory.address }
      let made = GPUMemory(bytes: values.count, gpu: gpu)
      if let base = values.baseAddress { gpu.upload(base, bytes: values.count, to: made.address) }
      // Without memory for it there is no copy to keep.
      if !gpu.hasFailed { memory = made }
      return made.address
    }
  }
}

extension GPUCopy {
  /// - Parameter make: writes the `bytes` bytes that are copied, if this GPU has no copy yet.
  func address(on gpu: CUDA, bytes: Int, _ make: (UnsafeMutableRawPointer) -> Void) -> UInt64 {
    memory.withLock { memory in
      if let memory, memory.gpu === gpu { return memory.address }
      let made = GPUMemory(bytes: bytes, gpu: gpu)
      let values = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 1), alignment: 64)
      defer { values.deallocate() }
      make(values)
      gpu.upload(values, bytes: bytes, to: made.address)
      // Without memory for it there is no copy to keep.
      if !gpu.hasFailed { memory = made }
      return made.address
    }
  }
}

/// Constant floats that operations read, such as the weight of a norm.
public final class Constants: Sendable {
  public let values: [Float]
  let copy = GPUCopy()

  public init(_ values: [Float]) { self.values = values }

  public var count: Int { values.count }

  func address(on gpu: CUDA) -> UInt64 { values.withUnsafeBytes { copy.address(on: gpu, of: $0) } }
}
