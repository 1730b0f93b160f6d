import CKernels

/// The Swift interface of CKernels: one set of inner loops, chosen once. All sets give the same bits.
public struct Kernels: @unchecked Sendable {
  /// CKernels/include/kernels.h describes every function.
  package let table: gnb_kernels

  /// One of `names`.
  public var name: String { String(cString: table.name) }

  /// The fastest set that this CPU can run.
  public static let best = Kernels(table: gnb_kernels_best().pointee)

  /// All sets, the slowest first.
  public static let names = ["portable", "neon", "avx2", "avx512"]

  /// All sets that this build has and this CPU can run, the slowest first.
  public static let available: [Kernels] = names.compactMap(named)

  public static func named(_ name: String) -> Kernels? {
    gnb_kernels_named(name).map { Kernels(table: $0.pointee) }
  }
}
