import Commands
import Foundation

/// Paints events: results on standard output, progress and errors on standard error.
final class TerminalPainter {
  private let color: Bool
  /// Standard error is a terminal: progress is redrawn in place.
  private let redraws: Bool
  private let quiet: Bool
  /// Whether results are shown; not when JSON has standard output.
  private let showsResults: Bool
  /// Columns of the terminal; nil where there is none.
  private let columns: () -> Int?
  private let width: () -> Int
  private var progressShown = false
  private var lastTenth = -1
  private var started = DispatchTime.now().uptimeNanoseconds
  private var lineOpen = false

  init(
    color: Bool, redraws: Bool, quiet: Bool, showsResults: Bool, columns: @escaping () -> Int?,
    width: @escaping () -> Int
  ) {
    self.color = color
    self.redraws = redraws
    self.quiet = quiet
    self.showsResults = showsResults
    self.columns = columns
    self.width = width
  }

  private func styled(_ text: String, _ style: Span.Style) -> String {
    guard color, !text.isEmpty else { return text }
    let code: String
    switch style {
    case .plain: return text
    case .strong: code = "1"
    case .faint: code = "2"
    case .good: code = "32"
    case .bad: code = "31"
    }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }

  private func out(_ text: String) {
    guard showsResults else { return }
    clearProgress()
    FileDescriptor.output.write(text)
  }

  private func clearProgress() {
    if progressShown { FileDescriptor.error.write("\r\u{1B}[K") }
    progressShown = false
  }

  func paint(_ event: Event) {
    switch event.kind {
    case .start:
      lastTenth = -1
      started = DispatchTime.now().uptimeNanoseconds
    case .output(.line(let spans)): line(spans)
    case .output(.table(let table)): for line in table.lines(width: width()) { out(line + "\n") }
    case .output(.drawing(let drawing)): for line in drawing.lines(width: width()) { out(line + "\n") }
    case .output(.stream(let text)): out(text)
    case .progress(let progress): paint(progress)
    case .error(let diagnostic):
      clearProgress()
      for (i, line) in diagnostic.lines.enumerated() {
        FileDescriptor.error.write(styled(line, i == 0 ? .bad : .plain) + "\n")
      }
    case .result: break
    case .end: clearProgress()
    }
  }

  /// A line of text; one that is wider than the terminal is broken between words, without its colours.
  private func line(_ spans: [Span]) {
    let text = spans.map(\.text).joined()
    if let columns = columns(), DisplayWidth.of(text) > columns {
      for part in DisplayWidth.wrap(text, to: columns) { out(part + "\n") }
    } else {
      out(spans.map { styled($0.text, $0.style) }.joined() + "\n")
    }
  }

  private func paint(_ progress: ProgressReport) {
    guard !quiet else { return }
    let note = progress.note.map(\.text).joined()
    guard progress.total > 0 else {
      if redraws {
        FileDescriptor.error.write("\r\u{1B}[K" + DisplayWidth.truncate(note, to: (columns() ?? 80) - 1))
        progressShown = true
      } else if !note.contains(where: \.isNumber) {
        FileDescriptor.error.write(note + "\n")
      }
      return
    }
    let share = Double(progress.done) / Double(progress.total)
    let elapsed = Double(DispatchTime.now().uptimeNanoseconds - started) * 1e-9
    var rest = ""
    if progress.done > 1, share < 1 {
      rest = "  " + NumberFormat.duration(elapsed / share * (1 - share)) + " left"
    }
    if redraws {
      let room = 20
      let filled = Int(share * Double(room))
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: room - filled)
      let text = "\(bar) \(progress.unit) \(progress.done)/\(progress.total)  \(note)\(rest)"
      FileDescriptor.error.write("\r\u{1B}[K" + DisplayWidth.truncate(text, to: (columns() ?? 80) - 1))
      progressShown = true
    } else {
      let tenth = progress.done * 10 / progress.total
      guard tenth > lastTenth else { return }
      lastTenth = tenth
      FileDescriptor.error.write("\(progress.unit) \(progress.done)/\(progress.total)  \(note)\(rest)\n")
    }
  }

  /// A notebook's text between cells.
  func prose(_ lines: [String]) {
    guard !quiet, showsResults else { return }
    // Lines of a paragraph belong together, however the file breaks them.
    var paragraph: [String] = []
    func flush() {
      guard !paragraph.isEmpty else { return }
      for line in DisplayWidth.wrap(paragraph.joined(separator: " "), to: width()) { out(line + "\n") }
      paragraph = []
    }
    for line in lines {
      if line.hasPrefix("#") || line.isEmpty || line.hasPrefix("- ") || line.hasPrefix("|") { flush() }
      if line.hasPrefix("#") {
        out(styled(line, .strong) + "\n")
      } else if line.isEmpty {
        out("\n")
      } else {
        paragraph.append(line)
      }
    }
    flush()
  }

  /// A cell's source, as if typed at the prompt.
  func source(_ text: String, prompt: String) {
    guard !quiet, showsResults else { return }
    for (i, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      out(
        styled(i == 0 ? prompt : String(repeating: " ", count: max(0, prompt.count - 2)) + "  ", .faint)
          + styled(String(line), .strong) + "\n")
    }
  }

  func say(_ text: String) { FileDescriptor.error.write(text + "\n") }
}

/// Unbuffered writing; a reader that went away ends the program quietly.
struct FileDescriptor: Sendable {
  static let output = FileDescriptor(number: 1)
  static let error = FileDescriptor(number: 2)
  let number: Int32

  func write(_ text: String) {
    var text = text
    text.withUTF8 { buffer in
      var done = 0
      while done < buffer.count, let base = buffer.baseAddress {
        let count = Foundation.write(number, base + done, buffer.count - done)
        if count < 0 {
          if errno == EINTR { continue }
          if errno == EPIPE { exit(141) }
          return
        }
        done += count
      }
    }
  }
}
