/// The progress of a long command.
public struct ProgressReport: Sendable, Equatable {
  /// What a step of a training measured.
  public struct Losses: Sendable, Equatable {
    public var training: Double
    /// Nil where the validation articles were not looked at.
    public var validation: Double?

    public init(training: Double, validation: Double?) {
      self.training = training
      self.validation = validation
    }
  }

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
  /// After a step of a training, for a chart that grows. It is for people only.
  public var losses: Losses?

  public init(
    done: Int, total: Int, unit: String, inside: Double? = nil, note: [Span] = [],
    fields: [(name: String, value: JSONValue)] = [], losses: Losses? = nil
  ) {
    self.done = done
    self.total = total
    self.unit = unit
    self.inside = inside
    self.note = note
    self.fields = fields
    self.losses = losses
  }

  public static func == (a: ProgressReport, b: ProgressReport) -> Bool {
    a.done == b.done && a.total == b.total && a.inside == b.inside && a.note == b.note && a.losses == b.losses
      && JSONValue.object(a.fields) == .object(b.fields)
  }
}
