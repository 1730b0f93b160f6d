import Foundation
import Gemma

/// What all `save` commands do with a path that exists: one rule.
enum Overwriting {
  static let argument = Argument("overwrite", .bool, false, "replace an existing file or folder")

  /// For a command's help.
  static let rule =
    "At the prompt, a save command replaces an existing file or folder only with overwrite=true. In a notebook or a script "
    + "that is run, it always does."

  /// - Throws: `invalidValue` where the rule forbids it.
  static func check(
    _ path: String, name: String = "path", overwrite: Bool, _ invocation: Invocation
  ) throws {
    guard invocation.context.isTyped, !overwrite, FileManager.default.fileExists(atPath: path) else { return }
    throw GemmaError.invalidValue(name: name, expected: expected, found: path)
  }

  static let expected = "a path that does not exist, or overwrite=true"
}
