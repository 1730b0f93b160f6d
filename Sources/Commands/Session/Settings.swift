import Gemma

/// Where a session computes.
public enum DeviceChoice: String, Sendable, CaseIterable {
  /// On a GPU if one can be used, else on the CPU.
  case auto
  case cpu
  case cuda
}

/// Settings of a session, changed by `set` and `--set`.
public struct Settings: Sendable, Equatable {
  /// The seed of all commands that use random numbers and are given no seed.
  public var seed: UInt64 = 3407
  public var threads: Int
  /// Columns for tables and charts on the screen; nil follows the terminal. Recordings use the notebook's width.
  public var width: Int?
  /// The name of a kernel set; nil chooses the fastest.
  public var kernels: String?

  /// Where to compute.
  public var device = DeviceChoice.auto

  public init(threads: Int) { self.threads = threads }

  /// The names of the settings for `set` and `--set`.
  public static let names = ["seed", "width", "threads", "kernels", "device"]
}
