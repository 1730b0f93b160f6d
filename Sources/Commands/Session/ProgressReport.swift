/// The progress of a long command.
public struct ProgressReport: Sendable, Equatable {
  public var done: Int
  public var total: Int
  /// The unit of `done` and `total`: "step", "article", "byte".
  public var unit: String
  /// Within what comes after `done`, the share that is done already, from 0 to 1. Only for people: how often it is told depends on the
  /// clock.
  public var inside: Double?
  /// What to say beside the bar.
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
