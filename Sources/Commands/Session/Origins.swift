/// The commands that made what a session has loaded, as they could be typed without its variables. Run again, they make the same again.
public struct Origins: Sendable, Equatable {
  /// What a command makes again, and so does away with.
  private static let replaced: [String: Set<String>] = [
    "load model": ["load model", "lora", "load adapter", "merge"],
    "load data": ["load data", "split", "prompt"],
    "split": ["split"], "prompt": ["prompt"],
    "lora": ["lora", "load adapter"], "load adapter": ["lora", "load adapter"], "merge": [],
  ]

  private(set) var calls: [(command: String, line: String)] = []

  /// A command that has run.
  mutating func note(_ command: String, _ line: String) {
    guard let replaced = Self.replaced[command] else { return }
    calls.removeAll { replaced.contains($0.command) }
    calls.append((command, line))
  }

  /// Whether an adapter was folded into the model: then the model is in no file.
  var hasMerged: Bool { calls.contains { $0.command == "merge" } }

  /// The lines that make all but the adapter.
  var lines: [String] { calls.filter { !["lora", "load adapter"].contains($0.command) }.map(\.line) }

  public static func == (a: Origins, b: Origins) -> Bool { a.calls.map(\.line) == b.calls.map(\.line) }
}
