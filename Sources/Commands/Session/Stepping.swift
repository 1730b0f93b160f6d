/// The notebook at a prompt, which the stepping commands act on. `Stepper` implements it.
protocol Stepping: AnyObject {
  /// The name of each cell: its #id without the sign, or its number from 1.
  var cellNames: [String] { get }
  /// Index of the cell that `next` runs.
  var position: Int { get }
  /// The state of each cell.
  var states: [CellState] { get }
  /// A table with a row for each cell.
  var list: Table { get }
  /// The lines typed so far, those that failed among them.
  var typed: [String] { get }
  /// Set to leave the prompt.
  var isLeaving: Bool { get set }

  /// - Returns: whether the cell ran without an unexpected error.
  func next() throws -> Bool
  /// - Parameter count: nil runs all remaining cells.
  func run(_ count: Int?) throws
  func back(_ count: Int) throws
  /// - Parameter reference: a cell's number from 1, or its #id.
  func goto(_ reference: String) throws
  func restart() throws
  func clearScreen()
  func skip() throws
  /// Makes the last typed lines cells of the notebook.
  func keep(_ count: Int) throws
  /// Judges an answer to the exercise that comes next; nil for what the typed lines told.
  func check(_ answer: String?) throws
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
