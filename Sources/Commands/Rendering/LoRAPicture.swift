/// LoRA drawn: the frozen matrix W beside the thin B and A, in their true proportions. From a fenced block ```` ```lora ```` whose lines
/// are "outputs 640", "inputs 2048", "rank 8".
public struct LoRAPicture: Sendable, Equatable {
  let outputs: Int
  let inputs: Int
  let rank: Int

  /// - Returns: nil if a line is none of the three, or a number is not above 0. Those that are missing are 640, 640 and 8.
  public init?(_ lines: [String]) {
    var sizes = ["outputs": 640, "inputs": 640, "rank": 8]
    for line in lines where !line.allSatisfy(\.isWhitespace) {
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 2, sizes[words[0]] != nil, let number = Int(words[1]),
        (1...1_000_000).contains(number)
      else { return nil }
      sizes[words[0]] = number
    }
    (outputs, inputs, rank) = (sizes["outputs"] ?? 0, sizes["inputs"] ?? 0, sizes["rank"] ?? 0)
  }

  /// The words in the picture.
  package struct Words: Sendable {
    package var frozen = "frozen"
    package var beginsAtZero = "begins at 0"
    package var beginsAtRandom = "begins at random"
    /// With the count of frozen and of trained numbers, and their share.
    package var summary: @Sendable (String, String, String) -> String = {
      "frozen: \($0) numbers; trained: \($1), \($2)"
    }
    package var reason = ". B begins at zero, so BA does too."

    package init() {}
  }

  private var frozen: Int { outputs * inputs }
  private var trained: Int { rank * (outputs + inputs) }

  private func summary(_ words: Words) -> String {
    words.summary(
      NumberFormat.count(frozen), NumberFormat.count(trained),
      NumberFormat.percent(Double(trained) / Double(frozen)))
  }

  /// In letters, for a terminal.
  package func lines(width: Int, _ words: Words = Words()) -> [String] {
    let rows = 7
    let wide = max(10, min(20, (width - 22) / 2))
    func row(_ i: Int) -> String {
      let w =
        i == 0
        ? "┌" + String(repeating: "─", count: wide) + "┐"
        : i == rows - 1
          ? "└" + String(repeating: "─", count: wide) + "┘"
          : "│" + center(i == rows / 2 ? "W, \(words.frozen)" : "", wide) + "│"
      let plus = i == rows / 2 ? "  +  " : "     "
      let b = i == 0 ? "┌──┐" : i == rows - 1 ? "└──┘" : i == rows / 2 ? "│B │" : "│  │"
      let a: String
      switch i {
      case 0: a = " ┌" + String(repeating: "─", count: wide) + "┐"
      case 1: a = " │" + center("A", wide) + "│"
      case 2: a = " └" + String(repeating: "─", count: wide) + "┘"
      default: a = ""
      }
      return w + plus + b + a
    }
    let text = [
      "W: \(outputs) x \(inputs)   B: \(outputs) x \(rank)   A: \(rank) x \(inputs)",
      summary(words) + words.reason,
    ]
    return (0..<rows).map(row) + text.flatMap { DisplayWidth.wrap($0, to: width) }
  }

  private func center(_ text: String, _ width: Int) -> String {
    let left = (width - DisplayWidth.of(text)) / 2
    return DisplayWidth.pad(String(repeating: " ", count: max(0, left)) + text, to: width)
  }

  /// As one `<svg>`. The long side is 150 units; the rank is at least 5 wide, so that it can be seen.
  func svg(_ words: Words = Words()) -> String {
    let scale = 150 / Double(max(outputs, inputs))
    let (height, width) = (max(40, Double(outputs) * scale), max(40, Double(inputs) * scale))
    let thin = max(5, Double(rank) * scale)
    func number(_ value: Double) -> String { NumberFormat.fixed(value, 1) }
    func box(_ x: Double, _ y: Double, _ w: Double, _ h: Double, _ colour: String, solid: Bool) -> String {
      "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(w))\" height=\"\(number(h))\" rx=\"2\" fill=\"\(colour)\" "
        + "fill-opacity=\"\(solid ? "0.85" : "0.25")\" stroke=\"\(colour)\"/>\n"
    }
    func text(_ x: Double, _ y: Double, _ label: String, _ size: Double = 11, italic: Bool = false) -> String
    {
      "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"middle\" font-size=\"\(number(size))\""
        + (italic ? " font-style=\"italic\" font-family=\"serif\"" : "") + ">\(HTML.escaped(label))</text>\n"
    }
    let top = 26.0
    let (left, bLeft) = (10.0, 10 + width + 50)
    let aLeft = bLeft + thin + 24
    let all = aLeft + width + 10
    let bottom = top + height
    let middle = top + height / 2
    var body = box(left, top, width, height, "#7a7f87", solid: false)
    body +=
      text(left + width / 2, middle + 6, "W", 20, italic: true)
      + text(left + width / 2, top - 8, words.frozen)
    body += text(left + width / 2, bottom + 15, "\(outputs) × \(inputs)")
    body += text(left + width + 25, middle + 7, "+", 20)
    body += box(bLeft, top, thin, height, "#d9822b", solid: true)
    body += text(bLeft + thin / 2, top - 8, "B", 16, italic: true)
    body += text(bLeft + thin / 2, bottom + 15, "\(outputs) × \(rank)")
    body += text(bLeft + thin / 2, bottom + 29, words.beginsAtZero)
    body += box(aLeft, middle - thin / 2, width, thin, "#3d7bd9", solid: true)
    body += text(aLeft + width / 2, middle - thin / 2 - 8, "A", 16, italic: true)
    body += text(aLeft + width / 2, middle + thin / 2 + 15, "\(rank) × \(inputs)")
    body += text(aLeft + width / 2, middle + thin / 2 + 29, words.beginsAtRandom)
    body += text(all / 2, bottom + 50, summary(words))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(number(all)) \(number(bottom + 58))" role="img" \
      style="width:100%;max-width:\(number(all * 1.5))px" font-family="system-ui, sans-serif" fill="#7a7f87">\
      <title>LoRA: W, \(outputs) by \(inputs), plus B times A of rank \(rank)</title>
      \(body)</svg>
      """
  }
}
