/// A `.gnb` file: Markdown whose `gnb` blocks run.
public struct Notebook: Sendable {
  /// A runnable block.
  public struct Cell: Sendable {
    /// Its `#id`, or its number from 1.
    public var name: String
    public var source: String
    /// File line of the block's first source line, from 1.
    public var firstLine: Int
    /// The code this cell must fail with.
    public var raises: Diagnostic.Code?
    /// Recorded lines of the `out` or `err` block after it; nil without one.
    public var recorded: [String]?
    /// The `in=` of that block.
    public var inputHash: String?
  }

  /// The file in order.
  public enum Part: Sendable {
    case prose([String])
    case cell(Cell)
  }

  public var path: String
  public var title: String?
  public var seed: UInt64?
  public var width: Int?
  /// Names of files with the sha256 they must have.
  public var inputs: [(name: String, sha256: String)] = []
  public var parts: [Part] = []

  public var cells: [Cell] {
    parts.compactMap { if case .cell(let cell) = $0 { cell } else { nil } }
  }
}
