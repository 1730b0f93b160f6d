import Foundation

extension Chart {
  /// The chart as one `<svg>` that needs nothing around it. Greys and blues that show on light and dark.
  package var svg: String {
    let body: String
    let height: Double
    switch shape {
    case .curve(let points, let first, let xLabel, let last):
      (body, height) = Self.svgCurve(points, first: first, xLabel: xLabel, last: last)
    case .bars(let bars): (body, height) = Self.svgBars(bars)
    }
    let title = HTML.escaped(self.title)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 \(Self.number(height + 34))" role="img" \
      font-family="system-ui, sans-serif" font-size="13" fill="#7a7f87"><title>\(title)</title>
      <text x="0" y="16" font-weight="600">\(title)</text>
      <g transform="translate(0 30)">
      \(body)
      </g>
      </svg>
      """
  }

  private static func number(_ value: Double) -> String {
    let text = NumberFormat.fixed(value, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func text(_ x: Double, _ y: Double, _ anchor: String, _ text: String) -> String {
    "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">\(HTML.escaped(text))</text>\n"
  }

  private static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, faint: Bool) -> String {
    "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" stroke=\"#7a7f87\" "
      + "stroke-opacity=\"\(faint ? "0.25" : "0.8")\"/>\n"
  }

  private static func svgCurve(_ points: [Double], first: String, xLabel: String, last: String) -> (
    String, Double
  ) {
    guard let range = range(points) else { return (text(0, 20, "start", "(nothing to plot)"), 30) }
    let (left, right, top, bottom) = (58.0, 632.0, 6.0, 206.0)
    var body = ""
    for k in 0...4 {
      let y = top + (bottom - top) * Double(k) / 4
      body += line(left, y, right, y, faint: k < 4)
      body += text(left - 8, y + 4, "end", label(range.high - (range.high - range.low) * Double(k) / 4))
    }
    body += line(left, top, left, bottom, faint: false)
    body += text(left, bottom + 18, "start", first)
    body += text((left + right) / 2, bottom + 18, "middle", xLabel)
    body += text(right, bottom + 18, "end", last)
    // What is not finite breaks the curve only where it is a gap: a traced curve has none of its own.
    let shown = points.enumerated().filter { $0.element.isPlotted }.map { i, value in
      let x = left + (right - left) * (points.count == 1 ? 0.5 : Double(i) / Double(points.count - 1))
      let y = top + (range.high - value) / (range.high - range.low) * (bottom - top)
      return "\(number(x)),\(number(y))"
    }
    body +=
      shown.count == 1
      ? "<circle cx=\"\(shown[0].split(separator: ",")[0])\" cy=\"\(shown[0].split(separator: ",")[1])\" r=\"3\" fill=\"#3d7bd9\"/>"
      : "<polyline points=\"\(shown.joined(separator: " "))\" fill=\"none\" stroke=\"#3d7bd9\" stroke-width=\"2\" "
        + "stroke-linejoin=\"round\"/>"
    return (body, bottom + 24)
  }

  private static func svgBars(_ bars: [Bar]) -> (String, Double) {
    let top = bars.map(\.value).filter(\.isFinite).max() ?? 0
    // About what a proportional font needs for the longest name.
    let names = min(220, 12 + 7 * Double(bars.map { DisplayWidth.of($0.name) }.max() ?? 0))
    let texts = 12 + 7.5 * Double(bars.map { DisplayWidth.of($0.text) }.max() ?? 0)
    var body = ""
    for (i, bar) in bars.enumerated() {
      let y = Double(i) * 26
      let share = top > 0 && bar.value.isFinite ? max(0, bar.value / top) : 0
      let length = share * (632 - names - texts)
      body += text(names - 10, y + 16, "end", bar.name)
      body +=
        "<rect x=\"\(number(names))\" y=\"\(number(y + 3))\" width=\"\(number(length))\" height=\"18\" rx=\"2\" fill=\"#3d7bd9\"/>\n"
      body += text(names + length + 8, y + 16, "start", bar.text)
    }
    return (body, Double(bars.count) * 26 + 4)
  }
}
