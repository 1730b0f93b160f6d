import Foundation
import Gemma

/// The user's own editor, for `edit`.
enum Editor {
  /// - Returns: the text after editing; nil if the editor failed.
  static func edit(_ text: String) throws -> String? {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("cell.gnb")
    try Data((text + "\n").utf8).write(to: file)
    // The editor is a command with arguments of its own, as git and others read it; the shell leaves Ctrl-C to it.
    setenv("GNB_EDIT_FILE", file.path, 1)
    defer { unsetenv("GNB_EDIT_FILE") }
    let status = system("${VISUAL:-${EDITOR:-vi}} \"$GNB_EDIT_FILE\"")
    guard status == 0 else {
      throw GemmaError.inputOutput(
        path: file.path, reason: "the editor ended with an error; nothing was changed")
    }
    return try String(contentsOf: file, encoding: .utf8)
  }
}
