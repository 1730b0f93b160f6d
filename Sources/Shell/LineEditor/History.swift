import CEdit
import Foundation

/// What was typed in this and earlier sessions. One entry is one cell, line ends included. Nobody else may read the file.
final class History {
  let handle: OpaquePointer?
  private let path: String

  private static let limit: Int32 = 2000

  /// `$GNB_HISTORY`, `$XDG_STATE_HOME/gnb/history`, or `~/.local/state/gnb/history`.
  static var standardPath: String {
    let environment = ProcessInfo.processInfo.environment
    func set(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    return set("GNB_HISTORY")
      ?? (set("XDG_STATE_HOME") ?? (set("HOME") ?? NSHomeDirectory()) + "/.local/state") + "/gnb/history"
  }

  init(path: String) {
    self.path = path
    handle = gnb_history_open(Self.limit)
    guard let handle else { return }
    // Entries are appended; what is too old goes when there is too much of it.
    if gnb_history_load(handle, path) > 2 * Self.limit { _ = gnb_history_save(handle, path) }
  }

  deinit { if let handle { history_wend(handle) } }

  /// Adds an entry, here and to the file's end: a session that dies loses nothing, and two at once lose nothing of each other's.
  func add(_ text: String) {
    guard let handle, !text.allSatisfy(\.isWhitespace) else { return }
    try? FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    // The mode before the contents.
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    var isFile = false
    if descriptor >= 0 {
      // Somebody who sends it to /dev/null does not want that changed.
      var status = stat()
      isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      if isFile { fchmod(descriptor, 0o600) }
      close(descriptor)
    }
    LineEditor.wide(text) { line in
      gnb_history_enter(handle, line)
      if isFile { gnb_history_append(path, line) }
    }
  }
}
