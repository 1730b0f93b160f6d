/// What the stepping commands act on: the notebook at a prompt. `Stepper` is the one there is; the commands know it by this.
protocol Stepping: AnyObject {
  /// What each cell is called: its #id without the sign, or its number from 1.
  var cellNames: [String] { get }
  /// Index of the cell that `next` runs.
  var position: Int { get }
  /// For each cell.
  var states: [CellState] { get }
  /// A row for each cell.
  var list: Table { get }
  /// Set to leave the prompt.
  var isLeaving: Bool { get set }

  /// - Returns: whether the cell ran as it should.
  func next() throws -> Bool
  /// - Parameter count: nil runs all that are left.
  func run(_ count: Int?) throws
  func back(_ count: Int) throws
  /// - Parameter reference: a cell's number from 1, or its #id.
  func goto(_ reference: String) throws
  func restart() throws
  func skip() throws
  /// Makes the lines typed last cells of the notebook.
  func keep(_ count: Int) throws
  /// - Parameter reference: nil for the next cell.
  /// - Returns: whether the cell was changed.
  func edit(_ reference: String?) throws -> Bool
  /// - Parameter path: nil for the file that the notebook was read from.
  /// - Returns: the path written.
  func save(to path: String?, overwriting: Bool) throws -> String
}

/// What became of a cell at a prompt.
public enum CellState: String, Sendable, Codable {
  case waiting, done, interrupted, skipped
}
