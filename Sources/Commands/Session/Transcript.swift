/// The outputs of a cell and its error, kept for the recording and the exports.
public struct Transcript: Sendable, Equatable {
  public var outputs: [Output] = []
  public var error: Diagnostic?

  public init() {}

  public mutating func add(_ event: Event) {
    switch event.kind {
    case .output(.stream(let text)):
      // Streamed pieces are joined to one text.
      if case .stream(let before)? = outputs.last {
        outputs[outputs.count - 1] = .stream(before + text)
      } else {
        outputs.append(.stream(text))
      }
    case .output(let output): outputs.append(output)
    case .error(let diagnostic): error = diagnostic
    default: break
    }
  }

  /// The lines of an `out` or `err` block, without trailing spaces.
  public func recorded(width: Int) -> [String] { blocks(width: width).flatMap(\.lines) }

  /// The same for each output; the last, without one, are the error's.
  func blocks(width: Int) -> [(output: Output?, lines: [String])] {
    var blocks = outputs.map { output -> (output: Output?, lines: [String]) in
      var lines = output.lines(width: width, recorded: true).map { line in line.map(\.text).joined() }
      if case .stream = output, lines.last == "" { lines.removeLast() }
      return (output, lines)
    }
    blocks.append((nil, error?.recordedLines(width: width) ?? []))
    for i in blocks.indices {
      for j in blocks[i].lines.indices {
        while blocks[i].lines[j].last?.isWhitespace == true { blocks[i].lines[j].removeLast() }
      }
    }
    return blocks
  }
}
