import Dispatch

/// Settings of one run, passed down to its commands: where events go, how the user can stop the run, when it must end,
/// and how many rows of a table it shows.
public struct RunContext {
  /// The request of the user by Ctrl-C.
  public enum Interruption: Sendable {
    case none
    /// Finish the step and stop there.
    case stop
    /// Stop at once and go back to before the cell.
    case undo
  }

  public var sink: EventSink
  public var interruption: () -> Interruption = { .none }
  /// The time at which the run is stopped, from a cell's `timeout=`.
  var deadline: DispatchTime?
  /// The largest number of rows to show of a table, from a cell's `rows=`.
  var rowLimit: Int?

  /// Whether the command was typed at a prompt, and is no cell of a notebook that is run.
  var isTyped = false

  public init(sink: @escaping EventSink) { self.sink = sink }

  var isOverdue: Bool { deadline.map { DispatchTime.now() > $0 } ?? false }

  /// Long work checks this between its steps; true stops it.
  var isInterrupted: Bool { interruption() != .none || isOverdue }
}
