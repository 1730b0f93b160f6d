import CEdit
import Foundation

/// What was typed in this and earlier sessions. One entry is one cell, line ends included. Nobody else may read the file.
final class History {
  let handle: OpaquePointer?
  private let path: String

  /// `$GNB_HISTORY`, `$XDG_STATE_HOME/gnb/history`, or `~/.local/state/gnb/history`.
  static var standardPath: String {
    let environment = ProcessInfo.processInfo.environment
    func set(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    return set("GNB_HISTORY")
      ?? (set("XDG_STATE_HOME") ?? (set("HOME") ?? NSHomeDirectory()) + "/.local/state") + "/gnb/history"
  }

  init(path: String) {
    self.path = path
    handle = gnb_history_open(2000)
    if let handle { _ = gnb_history_load(handle, path) }
  }

  deinit { if let handle { history_wend(handle) } }

  /// Adds an entry, and writes the file: a session that dies loses nothing.
  func add(_ text: String) {
    guard let handle, !text.allSatisfy(\.isWhitespace) else { return }
    (Array(text.unicodeScalars) + ["\0"]).withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: wchar_t.self) { gnb_history_enter(handle, $0.baseAddress) }
    }
    try? FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    // The mode before the contents.
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    fchmod(descriptor, 0o600)
    close(descriptor)
    _ = gnb_history_save(handle, path)
  }
}
