import Foundation
import Synchronization

/// Ctrl-C: the first asks the work to stop at its next step, the second ends the program.
enum Interrupts {
  private static let count = Atomic<Int>(0)

  static var isSet: Bool { count.load(ordering: .relaxed) > 0 }
  static func clear() { count.store(0, ordering: .relaxed) }

  static func install() {
    signal(SIGPIPE, SIG_IGN)
    // A handler may only touch atomics.
    signal(SIGINT) { _ in
      if Interrupts.count.add(1, ordering: .relaxed).newValue > 1 { _exit(130) }
    }
  }
}
