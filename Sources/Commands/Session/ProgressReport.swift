/// The progress of a long command.
public struct ProgressReport: Sendable, Equatable {
  public var done: Int
  public var total: Int
  /// The unit of `done` and `total`: "step", "article", "byte".
  public var unit: String
  /// Text beside the bar.
  public var note: [Span]
  public var fields: [(name: String, value: JSONValue)]

  public init(
    done: Int, total: Int, unit: String, note: [Span] = [], fields: [(name: String, value: JSONValue)] = []
  ) {
    self.done = done
    self.total = total
    self.unit = unit
    self.note = note
    self.fields = fields
  }

  public static func == (a: ProgressReport, b: ProgressReport) -> Bool {
    a.done == b.done && a.total == b.total && a.note == b.note
      && JSONValue.object(a.fields) == .object(b.fields)
  }
}
