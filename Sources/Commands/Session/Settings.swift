import Gemma

/// Settings of a session, changed by `set` and `--set`.
public struct Settings: Sendable, Equatable {
  /// Seed of everything that draws, unless a command gets its own.
  public var seed: UInt64 = 3407
  public var threads: Int
  /// Columns of tables and charts on the screen; nil goes with the terminal. Recordings have the notebook's own width.
  public var width: Int?
  /// The name of a kernel set; nil takes the best.
  public var kernels: String?

  public init(threads: Int) { self.threads = threads }
}

extension Settings {
  /// Names that `set` and `--set` know.
  public static let names = ["seed", "width", "threads", "kernels"]

  mutating func apply(_ values: [String: Value]) throws {
    for (name, value) in values {
      guard case .number(let number) = value else {
        if name == "kernels" {
          guard Kernels.named(value.text) != nil else {
            throw GemmaError.invalidValue(
              name: "kernels",
              expected: "of this CPU: \(Kernels.available.map(\.name).joined(separator: ", "))",
              found: value.text)
          }
          kernels = value.text
        }
        continue
      }
      switch name {
      case "seed": seed = UInt64(number)
      case "width": width = Int(number)
      case "threads": threads = Int(number)
      default: break
      }
    }
  }
}
