/// The progress of a long command.
public struct ProgressReport: Sendable, Equatable {
  public var done: Int
  public var total: Int
  /// The unit of `done` and `total`: "step", "article", "byte".
  public var unit: String
  /// The completed share of the unit after `done`, from 0 to 1. It is for people only, because the number of reports
  /// depends on the clock.
  public var inside: Double?
  /// Text beside the bar.
  public var note: [Span]
  public var fields: [(name: String, value: JSONValue)]

  public init(
    done: Int, total: Int, unit: String, inside: Double? = nil, note: [Span] = [],
    fields: [(name: String, value: JSONValue)] = []
  ) {
    self.done = done
    self.total = total
    self.unit = unit
    self.inside = inside
    self.note = note
    self.fields = fields
  }

  public static func == (a: ProgressReport, b: ProgressReport) -> Bool {
    a.done == b.done && a.total == b.total && a.inside == b.inside && a.note == b.note
      && JSONValue.object(a.fields) == .object(b.fields)
  }
}
