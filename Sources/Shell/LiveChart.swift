import Commands
import Foundation

/// The losses of a training that runs, as a small chart above the progress bar. It is drawn on a terminal with room for it, again and
/// again in the same place, and is gone when the command ends.
struct LiveChart {
  /// A smaller terminal shows the bar only.
  private static let least = (columns: 80, rows: 24)
  private static let height = 7
  /// Nanoseconds between two drawings.
  private static let pause: UInt64 = 250_000_000

  private var training = Chart.Series("training", x: [], y: [])
  private var validation = Chart.Series("validation", x: [], y: [])
  /// The widths of the lines on the screen above the bar.
  private var drawn: [Int] = []
  private var lastDrawn: UInt64 = 0

  mutating func add(_ losses: ProgressReport.Losses, at step: Int) {
    training.x.append(step)
    training.y.append(losses.training)
    guard let loss = losses.validation else { return }
    validation.x.append(step)
    validation.y.append(loss)
  }

  /// Whether there is something to draw, room for it, and enough time gone since the last drawing.
  func isDue(columns: Int, rows: Int) -> Bool {
    training.x.count > 1 && columns >= Self.least.columns && rows >= Self.least.rows
      && (drawn.isEmpty || DispatchTime.now().uptimeNanoseconds - lastDrawn > Self.pause)
  }

  /// What draws the chart, and leaves the cursor in the line below it. What was drawn before is erased.
  mutating func drawing(columns: Int) -> String {
    let title = validation.x.isEmpty ? "training loss" : "loss"
    let series = validation.x.isEmpty ? [training] : [training, validation]
    let lines = Chart(title: title, .curve(xLabel: "step", series)).lines(
      width: min(columns - 1, 100), rows: Self.height)
    let text = erasing(columns: columns) + lines.joined(separator: "\n") + "\n"
    drawn = lines.map(DisplayWidth.of)
    lastDrawn = DispatchTime.now().uptimeNanoseconds
    return text
  }

  /// What erases chart and bar, and leaves the cursor where the chart began.
  ///
  /// - Parameters:
  ///   - columns: a narrower terminal than before has broken the lines.
  ///   - below: how many lines were written below the chart since, beside the bar's.
  mutating func erasing(columns: Int, below: Int = 0) -> String {
    guard !drawn.isEmpty else { return "\r\u{1B}[K" }
    let rows = drawn.reduce(below) { $0 + max(1, ($1 + columns - 1) / columns) }
    drawn = []
    return "\r\u{1B}[\(rows)A\u{1B}[J"
  }

  /// Leaves what was drawn where it is: other text stands below it.
  mutating func leave() { drawn = [] }

  var isShown: Bool { !drawn.isEmpty }
}
