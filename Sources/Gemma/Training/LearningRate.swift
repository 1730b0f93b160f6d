/// The learning rate of each step: a warm-up from zero, then the schedule, as in `get_*_schedule_with_warmup` of
/// transformers.
public struct LearningRate: Sendable, Equatable {
  public enum Schedule: String, Sendable, CaseIterable, Codable {
    case linear, cosine, constant
  }

  public var peak: Double
  public var schedule: Schedule
  public var warmup: Int
  public var steps: Int

  public init(peak: Double, schedule: Schedule, warmup: Int, steps: Int) {
    self.peak = peak
    self.schedule = schedule
    self.warmup = warmup
    self.steps = steps
  }

  /// The rate of step `step`, counted from 0. The first rate of a warm-up is zero.
  public func rate(at step: Int) -> Double {
    if step < warmup { return peak * Double(step) / Double(max(1, warmup)) }
    let total = max(1, steps - warmup)
    switch schedule {
    case .constant: return peak
    case .linear: return peak * Double(max(0, steps - step)) / Double(total)
    case .cosine:
      let progress = Double(step - warmup) / Double(total)
      return peak * max(0, 0.5 * (1 + ElementaryMath.cos(Double.pi * progress)))
    }
  }
}
