import Foundation

/// Long help on a terminal, a screen at a time.
enum Pager {
  /// `$PAGER`, or `less -FRX`; nil if the user wants none or has none.
  private static var command: String? {
    let environment = ProcessInfo.processInfo.environment
    if let own = environment["PAGER"] { return own.isEmpty || own == "cat" ? nil : own }
    let folders = (environment["PATH"] ?? "").split(separator: ":")
    return folders.contains { access($0 + "/less", X_OK) == 0 } ? "less -FRX" : nil
  }

  /// Shows the lines in the pager if they are more than the terminal has.
  ///
  /// - Returns: whether they were shown.
  static func show(_ lines: [String]) -> Bool {
    var size = winsize()
    guard isatty(0) == 1, isatty(1) == 1, ioctl(1, UInt(TIOCGWINSZ), &size) == 0,
      size.ws_row > 0, lines.count >= Int(size.ws_row), let command
    else { return false }
    // Ctrl-C is the pager's.
    let (isAtPrompt, isWorking) = (Interrupts.isAtPrompt, Interrupts.isWorking)
    (Interrupts.isAtPrompt, Interrupts.isWorking) = (true, false)
    defer {
      Interrupts.clear()
      (Interrupts.isAtPrompt, Interrupts.isWorking) = (isAtPrompt, isWorking)
    }
    guard let pipe = popen(command, "w") else { return false }
    fputs(lines.joined(separator: "\n") + "\n", pipe)
    let status = pclose(pipe)
    // 127: the shell did not find it.
    return status >> 8 & 0xFF != 127
  }
}
