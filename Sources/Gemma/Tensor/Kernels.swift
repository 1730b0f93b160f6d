import CKernels

/// The Swift face of CKernels: one set of inner loops, chosen once. All sets give equal bits.
public struct Kernels: @unchecked Sendable {
  /// The contract of every function is in CKernels/include/kernels.h.
  package let table: gnb_kernels

  /// One of `names`.
  public var name: String { String(cString: table.name) }

  /// The best set of this CPU.
  public static let best = Kernels(table: gnb_kernels_best().pointee)

  /// Every set there is, the slowest first.
  public static let names = ["portable", "neon", "avx2", "avx512"]

  /// Every set that this build and this CPU have, the slowest first.
  public static let available: [Kernels] = names.compactMap(named)

  public static func named(_ name: String) -> Kernels? {
    gnb_kernels_named(name).map { Kernels(table: $0.pointee) }
  }
}
