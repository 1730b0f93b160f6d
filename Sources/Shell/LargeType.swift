import Foundation

/// Lines of double height and width (DECDHL), where the terminal has them. There is no way to ask, so those that are known to have them are
/// known by their variables. Inside tmux and screen, which drop the sequence, and in VTE and kitty, which lack it, letters are spaced instead.
enum LargeType {
  /// - Parameter environment: `GNB_LARGE=1` or `0` overrules.
  static func isKnown(_ environment: [String: String]) -> Bool {
    if let own = environment["GNB_LARGE"], !own.isEmpty { return own != "0" }
    if environment["TMUX"] != nil || environment["STY"] != nil { return false }
    if ["XTERM_VERSION", "WT_SESSION", "KONSOLE_VERSION", "MLTERM"].contains(where: { environment[$0] != nil }
    ) {
      return true
    }
    return ["iTerm.app", "Apple_Terminal", "mintty"].contains(environment["TERM_PROGRAM"] ?? "")
  }

  /// The line twice: its upper half, then its lower half.
  static func lines(_ text: String) -> String { "\u{1B}#3\(text)\n\u{1B}#4\(text)\n" }
}
