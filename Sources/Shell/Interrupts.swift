import Foundation
import Gemma
import Synchronization

/// Signals. A handler may only touch atomics; what they mean is decided where they are read.
enum Interrupts {
  private static let count = Atomic<Int>(0)
  private static let resized = Atomic<Bool>(false)
  private static let stopped = Atomic<Bool>(false)
  private static let continued = Atomic<Bool>(false)
  private static let endsAtSecond = Atomic<Bool>(true)
  private static let tells = Atomic<Bool>(true)

  static var isSet: Bool { number > 0 }
  /// How often Ctrl-C was pressed since the last `clear`.
  static var number: Int { count.load(ordering: .relaxed) }
  static func clear() { count.store(0, ordering: .relaxed) }
  static func takeResize() -> Bool { resized.exchange(false, ordering: .relaxed) }
  /// Whether the program was stopped by Ctrl-Z and goes on. The shell has written to the terminal since.
  static func takeContinue() -> Bool { continued.exchange(false, ordering: .relaxed) }
  static func takeStop() -> Bool { stopped.exchange(false, ordering: .relaxed) }

  /// While a file is being written, this many Ctrl-C wait for the command to stop and to remove what it has written.
  private static let patience = 4

  /// At a prompt no number of Ctrl-C ends the program; without one the second does.
  static var isAtPrompt: Bool {
    get { !endsAtSecond.load(ordering: .relaxed) }
    set { endsAtSecond.store(!newValue, ordering: .relaxed) }
  }

  /// Whether the first Ctrl-C is answered by a word, because what runs goes on to the end of its step. Not while a line is read.
  static var isWorking: Bool {
    get { tells.load(ordering: .relaxed) }
    set { tells.store(newValue, ordering: .relaxed) }
  }

  private static var answer: StaticString {
    isAtPrompt
      ? "\r\u{1B}[Kstopping after this step; Ctrl-C again goes back to before the cell\n"
      : "\r\u{1B}[Kstopping after this step; Ctrl-C again ends at once\n"
  }

  /// What the first Ctrl-C is answered, as written.
  static var word: String { "\(answer)" }

  /// Only `write` may be called in a handler.
  private static func tell() {
    let text = answer
    _ = write(2, text.utf8Start, text.utf8CodeUnitCount)
  }

  /// Whether Ctrl-Z is left to the line editor, which has the terminal to put in order first.
  static func catchStop(_ catches: Bool) {
    if catches {
      signal(SIGTSTP) { _ in Interrupts.stopped.store(true, ordering: .relaxed) }
    } else {
      signal(SIGTSTP, SIG_DFL)
    }
  }

  static func install() {
    // A program that blocks SIGINT may start gnb. The blocked signals are inherited, so gnb unblocks SIGINT.
    var interrupt = sigset_t()
    sigemptyset(&interrupt)
    sigaddset(&interrupt, SIGINT)
    sigprocmask(SIG_UNBLOCK, &interrupt, nil)
    signal(SIGPIPE, SIG_IGN)
    // A model's file is mapped into memory, not copied. If another program cuts the file short, reading the lost pages raises SIGBUS.
    signal(SIGBUS) { _ in
      let text: StaticString =
        "\nerror[G031]: a file in use was cut short, or its disk failed. gnb has to stop. Restore the file, then load it again.\n"
      _ = write(2, text.utf8Start, text.utf8CodeUnitCount)
      _exit(3)
    }
    signal(SIGCONT) { _ in Interrupts.continued.store(true, ordering: .relaxed) }
    signal(SIGWINCH) { _ in Interrupts.resized.store(true, ordering: .relaxed) }
    signal(SIGINT) { _ in
      let number = Interrupts.count.add(1, ordering: .relaxed).newValue
      if number > 1, !Interrupts.isAtPrompt, !UnfinishedWrites.exist || number > Interrupts.patience {
        _exit(130)
      }
      if number == 1, Interrupts.isWorking, isatty(2) == 1 { Interrupts.tell() }
    }
  }
}
