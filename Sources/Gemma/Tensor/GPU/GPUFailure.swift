/// Why the GPU cannot compute.
public enum GPUFailure: Error, Equatable, Sendable {
  /// NVIDIA's driver is not installed.
  case noDriver(reason: String)
  /// The driver sees no GPU.
  case noGPU
  /// The driver or the GPU is too old. `found` says which version it has.
  case tooOld(found: String, needed: String)
  /// The memory of the GPU is not enough.
  case outOfMemory(needed: Int, free: Int)
  /// The GPU stopped. Nothing in its memory can be read any more.
  case lost(reason: String)
}
