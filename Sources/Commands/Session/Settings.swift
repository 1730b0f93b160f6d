import Gemma

/// Settings of a session, changed by `set` and `--set`.
public struct Settings: Sendable, Equatable {
  /// Seed of everything that draws, unless a command gets its own.
  public var seed: UInt64 = 3407
  public var threads: Int
  /// Columns of tables and charts on the screen; nil goes with the terminal. Recordings have the notebook's own width.
  public var width: Int?
  /// The name of a kernel set; nil takes the best.
  public var kernels: String?

  public init(threads: Int) { self.threads = threads }

  /// Names that `set` and `--set` know.
  public static let names = ["seed", "width", "threads", "kernels"]
}
