import Foundation

/// A chart with axes: drawn in characters for a terminal and a recorded notebook, in SVG for an export.
public struct Chart: Sendable, Equatable {
  public struct Bar: Sendable, Equatable {
    public var name: String
    public var value: Double
    /// The value as people read it.
    public var text: String

    public init(_ name: String, _ value: Double, _ text: String) {
      self.name = name
      self.value = value
      self.text = text
    }
  }

  public enum Shape: Sendable, Equatable {
    /// y against x, evenly spaced from `first` to `last`; what is not finite is left out.
    case curve(points: [Double], first: String, xLabel: String, last: String)
    case bars([Bar])
  }

  public var title: String
  public var shape: Shape

  public init(title: String, _ shape: Shape) {
    self.title = title
    self.shape = shape
  }

  /// y against x = 1, 2, ...
  public static func curve(_ points: [Double], title: String, xLabel: String) -> Chart {
    Chart(title: title, .curve(points: points, first: "1", xLabel: xLabel, last: "\(points.count)"))
  }

  static let axis: Character = "┤"
  static let rows = 10

  /// The chart in at most `width` columns.
  public func lines(width: Int) -> [String] {
    switch shape {
    case .curve(let points, let first, let xLabel, let last):
      guard let range = Self.range(points) else { return [title, "(nothing to plot)"] }
      return DisplayWidth.wrap(title, to: width)
        + Self.curve(points, range, (first, xLabel, last), width: width)
    case .bars(let bars):
      return DisplayWidth.wrap(title, to: width) + Self.bars(bars, width: width)
    }
  }

  /// The smallest and largest value that is plotted, apart even if all are equal.
  static func range(_ points: [Double]) -> (low: Double, high: Double)? {
    let finite = points.filter(\.isPlotted)
    guard let low = finite.min(), let high = finite.max() else { return nil }
    guard low == high else { return (low, high) }
    return (low - abs(low) / 2 - 0.5, high + abs(high) / 2 + 0.5)
  }

  static func label(_ y: Double) -> String { NumberFormat.short(y, 3) }

  /// A curve in braille dots, two by four a character.
  private static func curve(
    _ points: [Double], _ range: (low: Double, high: Double),
    _ x: (first: String, label: String, last: String),
    width: Int
  ) -> [String] {
    let middle = rows / 2
    let marks = [
      0: range.high, middle: range.high - (range.high - range.low) * Double(middle) / Double(rows - 1),
      rows - 1: range.low,
    ]
    .mapValues(label)
    let margin = marks.values.map(DisplayWidth.of).max() ?? 0
    let columns = max(4, min(width - margin - 2, 100))
    var dots = [[UInt8]](repeating: [UInt8](repeating: 0, count: columns), count: rows)
    // Bits of a braille cell, left column from the top, then the right one.
    let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
    var previous: (x: Int, y: Int)?
    for (i, value) in points.enumerated() {
      guard value.isPlotted else {
        previous = nil
        continue
      }
      let x =
        points.count == 1
        ? columns : Int((Double(i) / Double(points.count - 1) * Double(columns * 2 - 1)).rounded())
      let y = Int(((range.high - value) / (range.high - range.low) * Double(rows * 4 - 1)).rounded())
      let from = previous ?? (x, y)
      let steps = max(abs(x - from.x), abs(y - from.y), 1)
      for step in 0...steps {
        let px = from.x + (x - from.x) * step / steps
        let py = from.y + (y - from.y) * step / steps
        dots[py / 4][px / 2] |= bits[px % 2][py % 4]
      }
      previous = (x, y)
    }
    var lines = dots.enumerated().map { r, row in
      let cells = String(String.UnicodeScalarView(row.compactMap { UnicodeScalar(0x2800 + UInt32($0)) }))
      return DisplayWidth.pad(marks[r] ?? "", to: margin, right: true) + " \(axis)" + cells
    }
    let indent = String(repeating: " ", count: margin + 1)
    lines.append(indent + "└" + String(repeating: "─", count: columns))
    // First and last at the ends, the label between them.
    let inner = columns - DisplayWidth.of(x.first) - DisplayWidth.of(x.last)
    let label = DisplayWidth.truncate(x.label, to: max(0, inner - 2))
    let left = max(1, (inner - DisplayWidth.of(label)) / 2)
    let between = DisplayWidth.pad(String(repeating: " ", count: left) + label, to: max(1, inner))
    lines.append(indent + " " + x.first + between + x.last)
    return lines
  }

  /// Named bars, longest to the full width.
  private static func bars(_ bars: [Bar], width: Int) -> [String] {
    let texts = bars.map { DisplayWidth.of($0.text) }.max() ?? 0
    let names = min(bars.map { DisplayWidth.of($0.name) }.max() ?? 0, max(8, width - texts - 12))
    let room = max(4, min(60, width - names - texts - 5))
    let top = bars.map(\.value).filter(\.isFinite).max() ?? 0
    return bars.map { bar in
      let share = top > 0 && bar.value.isFinite ? max(0, bar.value / top) : 0
      let eighths = Int((share * Double(room * 8)).rounded())
      let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
      return DisplayWidth.pad(DisplayWidth.truncate(bar.name, to: names), to: names) + "  "
        + DisplayWidth.pad(bar.text, to: texts, right: true) + " \(axis)"
        + String(repeating: "█", count: eighths / 8) + partial
    }
  }
}

extension Double {
  /// Finite, and so small that the distance of two is finite too.
  var isPlotted: Bool { abs(self) < 8e307 }
}
