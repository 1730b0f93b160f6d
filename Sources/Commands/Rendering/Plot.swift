import Foundation

/// Charts in characters, for a terminal and for a recorded notebook.
public enum Plot {
  /// A curve in braille dots, with the range of y at the left and of x below.
  ///
  /// - Parameters:
  ///   - points: y against x = 1, 2, ...; what is not finite is left out.
  ///   - width: columns in all; the axis labels are inside.
  public static func line(_ points: [Double], title: String, xLabel: String, width: Int, height: Int = 10)
    -> [String]
  {
    let finite = points.filter(\.isFinite)
    guard var low = finite.min(), var high = finite.max() else { return [title, "(nothing to plot)"] }
    if low == high {
      low -= abs(low) / 2 + 0.5
      high += abs(high) / 2 + 0.5
    }
    func label(_ y: Double) -> String { NumberFormat.short(y, 3) }
    let margin = max(DisplayWidth.of(label(low)), DisplayWidth.of(label(high)))
    let columns = max(4, min(width - margin - 2, 100))
    var dots = [[UInt8]](repeating: [UInt8](repeating: 0, count: columns), count: height)
    // Bits of a braille cell, left column from the top, then the right one.
    let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
    var previous: (x: Int, y: Int)?
    for (i, value) in points.enumerated() {
      guard value.isFinite else {
        previous = nil
        continue
      }
      let x =
        points.count == 1
        ? columns : Int((Double(i) / Double(points.count - 1) * Double(columns * 2 - 1)).rounded())
      let y = Int(((high - value) / (high - low) * Double(height * 4 - 1)).rounded())
      let from = previous ?? (x, y)
      let steps = max(abs(x - from.x), abs(y - from.y), 1)
      for step in 0...steps {
        let px = from.x + (x - from.x) * step / steps
        let py = from.y + (y - from.y) * step / steps
        dots[py / 4][px / 2] |= bits[px % 2][py % 4]
      }
      previous = (x, y)
    }
    var lines = [title]
    for (r, row) in dots.enumerated() {
      let text = r == 0 ? label(high) : r == height - 1 ? label(low) : ""
      let cells = String(String.UnicodeScalarView(row.compactMap { UnicodeScalar(0x2800 + UInt32($0)) }))
      lines.append(DisplayWidth.pad(text, to: margin, right: true) + " ┤" + cells)
    }
    let last = "\(points.count)"
    let axis = "1 " + xLabel
    lines.append(
      String(repeating: " ", count: margin + 2) + axis
        + String(repeating: " ", count: max(1, columns - DisplayWidth.of(axis) - last.count)) + last)
    return lines
  }

  /// Named bars, longest to the full width.
  public static func bars(_ values: [(name: String, value: Double, text: String)], title: String, width: Int)
    -> [String]
  {
    let names = values.map { DisplayWidth.of($0.name) }.max() ?? 0
    let texts = values.map { DisplayWidth.of($0.text) }.max() ?? 0
    let room = max(4, min(60, width - names - texts - 4))
    let top = values.map(\.value).max() ?? 0
    return [title]
      + values.map { entry in
        let eighths =
          top > 0 && entry.value.isFinite ? Int((entry.value / top * Double(room * 8)).rounded()) : 0
        let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        let bar = String(repeating: "█", count: eighths / 8) + partial
        let label =
          DisplayWidth.pad(entry.name, to: names) + "  "
          + DisplayWidth.pad(entry.text, to: texts, right: true)
        return bar.isEmpty ? label : label + "  " + bar
      }
  }
}
