/// An equation in a few words of TeX, as SVG for pages and as a line for terminals. From a fenced block ```` ```math ````.
///
/// It knows letters, numbers and signs, `^` and `_`, `{...}`, `\frac{}{}`, `\sqrt{}`, `\text{}`, `\bar{}`, Greek letters, and the signs of
/// `Equation.signs`. What it does not know is shown as written.
public struct Equation {
  /// A piece with its place: x from the left, y from the line it stands on, downwards.
  private struct Box {
    var width = 0.0
    /// Above and below the line.
    var ascent = 0.0
    var descent = 0.0
    var svg: (_ x: Double, _ y: Double) -> String = { _, _ in "" }
    /// As plain text.
    var text = ""
    /// Whether it is one character or word, which needs no brackets in plain text.
    var isSimple = true
    var isFraction = false
  }

  static let signs: [String: String] = [
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "Delta": "Δ", "epsilon": "ε", "eta": "η",
    "theta": "θ",
    "lambda": "λ", "mu": "μ", "pi": "π", "sigma": "σ", "Sigma": "Σ", "tau": "τ", "phi": "φ", "nabla": "∇",
    "sum": "∑",
    "prod": "∏", "cdot": "·", "times": "×", "le": "≤", "ge": "≥", "ne": "≠", "approx": "≈", "to": "→",
    "in": "∈",
    "infty": "∞", "partial": "∂", "pm": "±", "odot": "⊙", "dots": "…", "quad": "  ",
  ]
  private static let words: Set<String> = ["log", "exp", "max", "min", "softmax", "tanh"]
  private static let superscripts: [Character: Character] = [
    "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
    "T": "ᵀ",
    "-": "⁻", "n": "ⁿ",
  ]

  private let box: Box

  public init(_ source: String) {
    var rest = Array(source)[...]
    box = Self.row(&rest, size: 20, until: nil)
  }

  /// On one line of a terminal.
  public var text: String { box.text.trimmingSpaces }

  func svg() -> String {
    func number(_ value: Double) -> String { NumberFormat.fixed(value, 1) }
    let (width, height) = (box.width + 8, box.ascent + box.descent + 8)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(number(width)) \(number(height))" width="\(number(width))" \
      height="\(number(height))" style="max-width:100%" role="img" font-family="'STIX Two Text', 'Noto Serif', 'DejaVu Serif', serif" fill="currentColor" \
      stroke="none"><title>\(HTML.escaped(text))</title>\(box.svg(4, box.ascent + 4))</svg>
      """
  }

  // MARK: Reading and laying out

  private static func row(_ rest: inout ArraySlice<Character>, size: Double, until end: Character?) -> Box {
    var boxes: [Box] = []
    while let c = rest.first {
      rest.removeFirst()
      if c == end { break }
      switch c {
      case " ": continue
      case "{": boxes.append(row(&rest, size: size, until: "}"))
      case "^", "_":
        let base = boxes.popLast() ?? Box()
        boxes.append(script(base, atom(&rest, size: size * 0.7), size: size, isUpper: c == "^"))
      case "\\": boxes.append(command(&rest, size: size))
      default: boxes.append(glyph(String(c), size: size))
      }
    }
    return joined(boxes)
  }

  /// One letter, command or group.
  private static func atom(_ rest: inout ArraySlice<Character>, size: Double) -> Box {
    while rest.first == " " { rest.removeFirst() }
    guard let c = rest.popFirst() else { return Box() }
    if c == "{" { return row(&rest, size: size, until: "}") }
    return c == "\\" ? command(&rest, size: size) : glyph(String(c), size: size)
  }

  private static func command(_ rest: inout ArraySlice<Character>, size: Double) -> Box {
    let name = String(rest.prefix { $0.isLetter })
    rest = rest.dropFirst(name.count)
    switch name {
    case "frac":
      let above = atom(&rest, size: size * 0.85)
      return fraction(above, atom(&rest, size: size * 0.85), size: size)
    case "sqrt": return root(atom(&rest, size: size), size: size)
    case "bar":
      var box = atom(&rest, size: size)
      let inner = box
      box.ascent += size * 0.15
      box.svg = { x, y in inner.svg(x, y) + rule(x, y - inner.ascent, inner.width) }
      box.text = "mean " + inner.text
      return box
    case "text":
      guard rest.first == "{", let end = rest.firstIndex(of: "}") else { return Box() }
      let word = String(rest[rest.index(after: rest.startIndex)..<end])
      rest = rest[rest.index(after: end)...]
      return glyph(word, size: size, isUpright: true)
    default:
      if let sign = signs[name] {
        return glyph(sign, size: size, isUpright: !(sign.first?.isLetter ?? false))
      }
      return glyph(words.contains(name) ? name : "\\" + name, size: size, isUpright: true)
    }
  }

  private static func rule(_ x: Double, _ y: Double, _ width: Double) -> String {
    "<rect x=\"\(fixed(x))\" y=\"\(fixed(y))\" width=\"\(fixed(width))\" height=\"1.1\"/>"
  }

  private static func fixed(_ value: Double) -> String { NumberFormat.fixed(value, 1) }

  private static func glyph(_ text: String, size: Double, isUpright: Bool = false) -> Box {
    let isLetter = text.count == 1 && text.first?.isLetter == true && !isUpright
    let isWord = text.count > 1
    let isOperator = !isWord && "=+−-·×≤≥≠≈→∈±<>⊙".contains(text)
    let shown = text == "-" ? "−" : text
    // Widths of a serif letter, in em; the text is stretched to them.
    let each = shown.map { c -> Double in
      if "∑∏".contains(c) { return 0.95 }
      if c.isUppercase || "mwMW=+−×≈≤≥→".contains(c) { return 0.68 }
      return "ijltfr.,:;()[]|' ".contains(c) ? 0.34 : DisplayWidth.of(c) == 2 ? 1 : 0.52
    }
    let size = "∑∏".contains(shown) ? size * 1.35 : size
    let width = each.reduce(0, +) * size
    let gap = isOperator ? size * 0.24 : isWord ? size * 0.12 : 0
    return Box(
      width: width + 2 * gap, ascent: size * 0.78, descent: size * 0.24,
      svg: { x, y in
        "<text x=\"\(fixed(x + gap))\" y=\"\(fixed(y))\" font-size=\"\(fixed(size))\" textLength=\"\(fixed(width))\" "
          + "lengthAdjust=\"spacingAndGlyphs\"\(isLetter ? " font-style=\"italic\"" : "")>\(HTML.escaped(shown))</text>"
      }, text: isOperator ? " \(shown) " : isWord ? "\(shown) " : shown == "," ? ", " : shown)
  }

  private static func joined(_ boxes: [Box]) -> Box {
    guard boxes.count != 1 else { return boxes[0] }
    return Box(
      width: boxes.map(\.width).reduce(0, +), ascent: boxes.map(\.ascent).max() ?? 0,
      descent: boxes.map(\.descent).max() ?? 0,
      svg: { x, y in
        var at = x
        return boxes.map { box in
          defer { at += box.width }
          return box.svg(at, y)
        }.joined()
      }, text: plain(boxes), isSimple: boxes.count < 2)
  }

  /// On one line. A fraction beside a factor gets brackets, or the factor would seem to stand below the line.
  private static func plain(_ boxes: [Box]) -> String {
    var text = ""
    for (box, next) in zip(boxes, boxes.dropFirst().map(Optional.some) + [nil]) {
      let isFactor =
        next.map { !$0.text.hasPrefix(" ") } ?? false || !(text.isEmpty || text.hasSuffix(" "))
      text += box.isFraction && isFactor ? "(\(box.text)) " : box.text
      if "∑∏".contains(box.text.prefix(1)), next != nil { text += " " }
    }
    return text.replacing("  ", with: " ")
  }

  private static func script(_ base: Box, _ small: Box, size: Double, isUpper: Bool) -> Box {
    let shift = isUpper ? -size * 0.38 : size * 0.2
    let word = small.text.trimmingSpaces
    let raised = isUpper && word.allSatisfy { superscripts[$0] != nil }
    let mark = isUpper ? "^" : "_"
    return Box(
      width: base.width + small.width + size * 0.04, ascent: max(base.ascent, small.ascent - shift),
      descent: max(base.descent, small.descent + shift),
      svg: { x, y in base.svg(x, y) + small.svg(x + base.width + size * 0.02, y + shift) },
      text: base.text.trimmingSpaces
        + (raised
          ? String(word.compactMap { superscripts[$0] }) : mark + (word.count == 1 ? word : "(\(word))"))
        + (base.text.hasSuffix(" ") ? " " : ""))
  }

  private static func fraction(_ above: Box, _ below: Box, size: Double) -> Box {
    let width = max(above.width, below.width) + size * 0.3
    let axis = size * 0.26
    func plain(_ box: Box) -> String {
      box.isSimple ? box.text.trimmingSpaces : "(\(box.text.trimmingSpaces))"
    }
    return Box(
      width: width + size * 0.16, ascent: axis + size * 0.14 + above.ascent + above.descent,
      descent: below.ascent + below.descent + size * 0.14 - axis,
      svg: { x, y in
        let left = x + size * 0.08
        return above.svg(left + (width - above.width) / 2, y - axis - size * 0.1 - above.descent)
          + rule(left, y - axis, width)
          + below.svg(left + (width - below.width) / 2, y - axis + size * 0.14 + below.ascent)
      }, text: plain(above) + " / " + plain(below), isFraction: true)
  }

  private static func root(_ inner: Box, size: Double) -> Box {
    let sign = glyph("√", size: size)
    return Box(
      width: sign.width + inner.width, ascent: inner.ascent + size * 0.18, descent: inner.descent,
      svg: { x, y in
        sign.svg(x, y) + inner.svg(x + sign.width, y)
          + rule(x + sign.width - 1, y - inner.ascent - size * 0.06, inner.width)
      }, text: "√" + (inner.isSimple ? inner.text : "(\(inner.text.trimmingSpaces))"))
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    var text = self[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
