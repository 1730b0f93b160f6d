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

  /// One line of a curve: y against x.
  public struct Series: Sendable, Equatable {
    public var name: String
    /// Rising.
    public var x: [Int]
    /// What is not finite is left out.
    public var y: [Double]

    public init(_ name: String, x: [Int], y: [Double]) {
      self.name = name
      self.x = x
      self.y = y
    }

    /// At x = 1, 2, ...
    public init(_ name: String, _ y: [Double]) { self.init(name, x: Array(y.indices.map { $0 + 1 }), y: y) }
  }

  public enum Shape: Sendable, Equatable {
    /// The first series is drawn as a line, the others as marks.
    case curve(xLabel: String, [Series])
    case bars([Bar])
  }

  public var title: String
  public var shape: Shape
  /// The value of a bar of full length; nil for the largest.
  public var full: Double?

  public init(title: String, _ shape: Shape, full: Double? = nil) {
    self.title = title
    self.shape = shape
    self.full = full
  }

  /// y against x = 1, 2, ...
  public static func curve(_ points: [Double], title: String, xLabel: String) -> Chart {
    Chart(title: title, .curve(xLabel: xLabel, [Series("", points)]))
  }

  static let axis: Character = "┤"
  /// Of a value of a series that is no line.
  static let mark: Character = "o"
  static let nothing = "(nothing to plot)"
  /// Of a curve.
  public static let rows = 10

  /// The chart in at most `width` columns.
  ///
  /// - Parameter rows: the height of a curve, at least 2.
  public func lines(width: Int, rows: Int = Chart.rows) -> [String] {
    switch shape {
    case .curve(let xLabel, let series):
      let names = series.enumerated().map { ($0 == 0 ? "─ " : "\(Self.mark) ") + $1.name }
      return DisplayWidth.wrap(title, to: width)
        + (series.count > 1 ? DisplayWidth.wrap(names.joined(separator: "  "), to: width) : [])
        + (Frame(series).map { Self.curve(series, $0, xLabel, width: width, rows: rows) } ?? [Self.nothing])
    case .bars(let bars):
      return DisplayWidth.wrap(title, to: width) + Self.bars(bars, full: full, width: width)
    }
  }

  /// What is plotted lies in it.
  struct Frame {
    let x: ClosedRange<Int>
    /// Apart even if all values are equal.
    let low: Double
    let high: Double

    /// Nil where there is nothing to plot.
    init?(_ series: [Series]) {
      let values = series.flatMap { $0.y.filter(\.isPlotted) }
      let places = series.flatMap(\.x)
      guard let low = values.min(), let high = values.max(), let first = places.min(), let last = places.max()
      else { return nil }
      x = first...last
      self.low = low == high ? low - abs(low) / 2 - 0.5 : low
      self.high = low == high ? high + abs(high) / 2 + 0.5 : high
    }

    /// From 0 at the left to 1 at the right; a single place is in the middle.
    func across(_ place: Int) -> Double {
      x.lowerBound == x.upperBound ? 0.5 : Double(place - x.lowerBound) / Double(x.upperBound - x.lowerBound)
    }

    /// From 0 at the top to 1 at the bottom.
    func down(_ value: Double) -> Double { (high - value) / (high - low) }
  }

  static func label(_ y: Double) -> String { NumberFormat.short(y, 3) }

  /// A curve in braille dots, two by four a character, and the marks of the other series over it.
  private static func curve(
    _ series: [Series], _ frame: Frame, _ xLabel: String, width: Int, rows: Int
  ) -> [String] {
    let middle = rows / 2
    let marks = [
      0: frame.high, middle: frame.high - (frame.high - frame.low) * Double(middle) / Double(rows - 1),
      rows - 1: frame.low,
    ].mapValues(label)
    let margin = marks.values.map(DisplayWidth.of).max() ?? 0
    let columns = max(4, min(width - margin - 2, 100))
    var dots = [[UInt8]](repeating: [UInt8](repeating: 0, count: columns), count: rows)
    // Bits of a braille cell, left column from the top, then the right one.
    let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
    func place(_ x: Int, _ y: Double) -> (x: Int, y: Int) {
      let across = frame.x.count == 1 ? Double(columns) : frame.across(x) * Double(columns * 2 - 1)
      return (Int(across.rounded()), Int((frame.down(y) * Double(rows * 4 - 1)).rounded()))
    }
    var previous: (x: Int, y: Int)?
    for (step, value) in series.prefix(1).flatMap({ zip($0.x, $0.y) }) {
      guard value.isPlotted else {
        previous = nil
        continue
      }
      let (x, y) = place(step, value)
      let from = previous ?? (x, y)
      let steps = max(abs(x - from.x), abs(y - from.y), 1)
      for step in 0...steps {
        let px = from.x + (x - from.x) * step / steps
        let py = from.y + (y - from.y) * step / steps
        dots[py / 4][px / 2] |= bits[px % 2][py % 4]
      }
      previous = (x, y)
    }
    var cells = dots.map { row in
      row.map { Character(UnicodeScalar(0x2800 + UInt32($0)) ?? " ") }
    }
    for (step, value) in series.dropFirst().flatMap({ zip($0.x, $0.y) }) where value.isPlotted {
      let (x, y) = place(step, value)
      cells[y / 4][x / 2] = mark
    }
    var lines = cells.enumerated().map { r, row in
      DisplayWidth.pad(marks[r] ?? "", to: margin, right: true) + " \(axis)" + String(row)
    }
    let indent = String(repeating: " ", count: margin + 1)
    lines.append(indent + "└" + String(repeating: "─", count: columns))
    // First and last at the ends, the label between them.
    let (first, last) = ("\(frame.x.lowerBound)", "\(frame.x.upperBound)")
    let inner = columns - DisplayWidth.of(first) - DisplayWidth.of(last)
    let name = DisplayWidth.truncate(xLabel, to: max(0, inner - 2))
    let left = max(1, (inner - DisplayWidth.of(name)) / 2)
    let between = DisplayWidth.pad(String(repeating: " ", count: left) + name, to: max(1, inner))
    lines.append(indent + " " + first + between + last)
    return lines
  }

  /// Named bars; one of the value `full`, or else the longest, has the full width.
  private static func bars(_ bars: [Bar], full: Double?, width: Int) -> [String] {
    let texts = bars.map { DisplayWidth.of($0.text) }.max() ?? 0
    let names = min(bars.map { DisplayWidth.of($0.name) }.max() ?? 0, max(8, width - texts - 12))
    let room = max(4, min(60, width - names - texts - 5))
    let top = full ?? bars.map(\.value).filter(\.isFinite).max() ?? 0
    return bars.map { bar in
      let share = top > 0 && bar.value.isFinite ? min(1, max(0, bar.value / top)) : 0
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
