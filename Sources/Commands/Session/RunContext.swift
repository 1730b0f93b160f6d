import Dispatch

/// What a run is given from outside, and passed down to its commands: where events go, how the user can stop it, when it has to be
/// done, and how much it shows.
public struct RunContext {
  /// What the user asked for by Ctrl-C.
  public enum Interruption: Sendable {
    case none
    /// Finish the step and stop there.
    case stop
    /// Stop at once and go back to before the cell.
    case undo
  }

  public var sink: EventSink
  public var interruption: () -> Interruption = { .none }
  /// When it has to be done: a cell's `timeout=`.
  var deadline: DispatchTime?
  /// At most so many rows of a table are shown: a cell's `rows=`.
  var rowLimit: Int?

  public init(sink: @escaping EventSink) { self.sink = sink }

  var isOverdue: Bool { deadline.map { DispatchTime.now() > $0 } ?? false }

  /// Asked between steps of long work; true stops it.
  var isInterrupted: Bool { interruption() != .none || isOverdue }
}
