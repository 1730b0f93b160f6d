import Synchronization

/// Counts the files and folders that have a temporary name while gnb writes them. The program must not end at once while there are any:
/// the temporary ones would stay on the disk.
package final class UnfinishedWrites {
  private static let count = Atomic<Int>(0)

  /// Only reads an atomic, so a signal handler may call it.
  package static var exist: Bool { count.load(ordering: .relaxed) > 0 }

  /// One unfinished write begins. It ends when this object is dropped.
  package init() { Self.count.add(1, ordering: .relaxed) }
  deinit { Self.count.subtract(1, ordering: .relaxed) }
}
