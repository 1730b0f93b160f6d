extension Chart {
  /// The chart as one `<svg>`. Places across are percentages and places down are in em, so that the letters keep their size at every
  /// width. Greys, blue and orange that show on light and dark.
  ///
  /// - Parameter standalone: with its title and a size of its own, for a viewer that shows it as a picture.
  package func svg(standalone: Bool) -> String {
    let title = HTML.escaped(self.title)
    let (body, height, margin) =
      switch shape {
      case .curve(let xLabel, let series): Self.svgCurve(series, xLabel)
      case .bars(let bars): Self.svgBars(bars, full: full)
      }
    // A nested svg counts its percentages from its own edges.
    let left = Self.number(standalone ? margin : 0)
    let top = standalone ? 2.0 : 0
    let size = standalone ? "640" : "100%"
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(size)" height="\(Self.number(height + top))em" role="img" overflow="visible" \
      font-family="system-ui, sans-serif" font-size="13" fill="#7a7f87"><title>\(title)</title>
      \(standalone ? "<text y=\"1.2em\" font-weight=\"600\">\(title)</text>" : "")
      <svg x="\(left)em" y="\(Self.number(top))em" width="\(standalone ? "\(Self.number(620 - margin * 13))" : "100%")" overflow="visible">
      \(body)
      </svg>
      </svg>
      """
  }

  /// What a curve's numbers need at its left, in em.
  package var svgMargin: Double {
    if case .curve(let xLabel, let series) = shape { Self.svgCurve(series, xLabel).margin } else { 0 }
  }

  private static let colours = ["#3d7bd9", "#d9822b"]

  private static func number(_ value: Double) -> String {
    let text = NumberFormat.fixed(value, 2)
    return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
  }

  private static func percent(_ share: Double) -> String { number(share * 100) + "%" }

  private static func text(
    _ across: Double, _ down: Double, _ anchor: String, _ text: String, dx: String = "0"
  )
    -> String
  {
    "<text x=\"\(percent(across))\" y=\"\(number(down))em\" dx=\"\(dx)\" text-anchor=\"\(anchor)\">\(HTML.escaped(text))</text>\n"
  }

  private static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, faint: Bool) -> String {
    "<line x1=\"\(percent(x1))\" y1=\"\(number(y1))em\" x2=\"\(percent(x2))\" y2=\"\(number(y2))em\" stroke=\"#7a7f87\" "
      + "stroke-opacity=\"\(faint ? "0.25" : "0.8")\"/>\n"
  }

  private static func svgCurve(_ series: [Series], _ xLabel: String) -> (
    body: String, height: Double, margin: Double
  ) {
    guard let frame = Frame(series) else { return (text(0, 1.2, "start", nothing), 2, 0) }
    // Half a line for the number at the top, or a line more for the names.
    let top = series.count > 1 ? 2.2 : 0.6
    let plot = 15.0
    let labels = (0...4).map { label(frame.high - (frame.high - frame.low) * Double($0) / 4) }
    var body = ""
    if series.count > 1 {
      let names = series.enumerated().map { i, series in
        "<tspan fill=\"\(colours[min(i, 1)])\">\(i == 0 ? "━" : "●")</tspan> \(HTML.escaped(series.name))"
      }
      body += "<text y=\"1em\">\(names.joined(separator: " \u{2003}"))</text>\n"
    }
    for (k, label) in labels.enumerated() {
      let y = top + plot * Double(k) / 4
      body += line(0, y, 1, y, faint: k < 4)
      body += text(0, y + 0.35, "end", label, dx: "-0.6em")
    }
    body += line(0, top, 0, top + plot, faint: false)
    body += text(0, top + plot + 1.5, "start", "\(frame.x.lowerBound)")
    body += text(0.5, top + plot + 1.5, "middle", xLabel)
    body += text(1, top + plot + 1.5, "end", "\(frame.x.upperBound)")
    for (i, series) in series.enumerated() {
      let shown = zip(series.x, series.y).filter { $0.1.isPlotted }.map {
        (x: frame.across($0), y: frame.down($1))
      }
      if shown.count > 1 {
        // Stretched to the plot, but for the line's width.
        let points = shown.map { "\(number($0.x * 1000)),\(number($0.y * 1000))" }.joined(separator: " ")
        body +=
          "<svg y=\"\(number(top))em\" width=\"100%\" height=\"\(number(plot))em\" viewBox=\"0 0 1000 1000\" "
          + "preserveAspectRatio=\"none\" overflow=\"visible\"><polyline points=\"\(points)\" fill=\"none\" "
          + "stroke=\"\(colours[min(i, 1)])\" stroke-width=\"2\" stroke-linejoin=\"round\" vector-effect=\"non-scaling-stroke\"/></svg>\n"
      }
      guard i > 0 || shown.count == 1 else { continue }
      for point in shown {
        body +=
          "<circle cx=\"\(percent(point.x))\" cy=\"\(number(top + plot * point.y))em\" r=\"3.5\" fill=\"\(colours[min(i, 1)])\"/>\n"
      }
    }
    let longest = labels.map(DisplayWidth.of).max() ?? 0
    return (body, top + plot + 2, 0.62 * Double(longest) + 0.8)
  }

  /// Each bar below its name, so that no name is too long for a narrow page.
  private static func svgBars(_ bars: [Bar], full: Double?) -> (body: String, height: Double, margin: Double)
  {
    let top = full ?? bars.map(\.value).filter(\.isFinite).max() ?? 0
    var body = ""
    var y = 0.0
    for bar in bars {
      for line in DisplayWidth.wrap(bar.name, to: 36) {
        body += text(0, y + 1, "start", line)
        y += 1.25
      }
      // The last fifth is for the number of the longest.
      let length = top > 0 && bar.value.isFinite ? min(1, max(0, bar.value / top)) * 0.8 : 0
      body +=
        "<rect y=\"\(number(y + 0.1))em\" width=\"\(percent(length))\" height=\"1em\" rx=\"2\" fill=\"\(colours[0])\"/>\n"
      body += text(length, y + 1, "start", bar.text, dx: "0.5em")
      y += 1.6
    }
    return (body, y, 0)
  }
}
