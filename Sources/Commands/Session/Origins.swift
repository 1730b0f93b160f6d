/// The commands that loaded a session's model, data, split and prompt, without variables. If they are run again, they
/// load the same.
public struct Origins: Sendable, Equatable {
  /// The earlier commands whose results a command replaces.
  private static let replaced: [String: Set<String>] = [
    "load model": ["load model", "lora", "load adapter", "merge", "load classifier"],
    "load classifier": ["load model", "lora", "load adapter", "merge", "load classifier", "prompt"],
    "load data": ["load data", "split", "prompt"],
    "split": ["split"], "prompt": ["prompt"],
    "lora": ["lora", "load adapter"], "load adapter": ["lora", "load adapter"], "merge": [],
  ]
  /// The commands that bring a new adapter: what was trained before them is no part of it.
  private static let fresh: Set<String> = ["load model", "lora", "load adapter", "load classifier", "merge"]

  private(set) var calls: [(command: String, line: String)] = []
  /// The `train` commands that made the adapter what it is.
  private(set) var trainings: [String] = []

  /// Adds a command that has run.
  mutating func note(_ command: String, _ line: String) {
    if Self.fresh.contains(command) { trainings = [] }
    if command == "train" { trainings.append(line) }
    guard let replaced = Self.replaced[command] else { return }
    calls.removeAll { replaced.contains($0.command) }
    calls.append((command, line))
  }

  /// Whether an adapter was merged into the model. Then no file has the model.
  var hasMerged: Bool { calls.contains { $0.command == "merge" } }

  /// The lines that make everything except the adapter.
  var lines: [String] { calls.filter { !["lora", "load adapter"].contains($0.command) }.map(\.line) }

  public static func == (a: Origins, b: Origins) -> Bool { a.calls.map(\.line) == b.calls.map(\.line) }
}
