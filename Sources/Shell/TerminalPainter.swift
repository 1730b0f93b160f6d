import Commands
import Foundation

/// Paints events: results on standard output, progress and errors on standard error.
final class TerminalPainter {
  /// Standard error is a terminal: progress is redrawn in place.
  private let redraws: Bool
  private let quiet: Bool
  /// Whether results are shown; not when JSON has standard output.
  private let showsResults: Bool
  /// Columns of the terminal; nil where there is none.
  private let columns: () -> Int?
  /// Rows of the terminal that a chart may be drawn on while a training runs; nil where there is none.
  private let chartRows: () -> Int?
  /// Of the training that runs.
  private var chart = LiveChart()
  /// Whether the user was told, below the chart, that Ctrl-C was seen.
  private var wasTold = false
  let width: () -> Int
  /// Whether hints are given that are not part of a result.
  let hints: Bool
  let color: Bool
  /// Whether the terminal has lines of double size.
  var hasLargeType = false
  /// Whether cells' outputs are shown; not while they are recorded or checked.
  var showsOutputs = true
  /// Whether help that is longer than the screen goes through the user's pager.
  var pagesHelp = false
  /// Lines that were painted since the screen was cleared.
  private(set) var height = 0
  private var progressShown = false
  private var lastTenth = -1
  private var lastInnerTenth = 0
  private var started = DispatchTime.now().uptimeNanoseconds
  private var lineOpen = false

  init(
    color: Bool, redraws: Bool, quiet: Bool, showsResults: Bool, hints: Bool,
    columns: @escaping () -> Int?, chartRows: @escaping () -> Int? = { nil },
    width: @escaping () -> Int
  ) {
    self.color = color
    self.redraws = redraws
    self.quiet = quiet
    self.showsResults = showsResults
    self.hints = hints
    self.columns = columns
    self.chartRows = chartRows
    self.width = width
  }

  /// What comes from a notebook's text and from names of files is made visible here; what events hold is already.
  func styled(_ text: String, _ style: Span.Style) -> String {
    let text = VisibleText.of(text)
    guard color, !text.isEmpty else { return text }
    let code: String
    switch style {
    case .plain: return text
    case .strong: code = "1"
    case .faint: code = "2"
    case .good: code = "32"
    case .bad: code = "31"
    // From dark to light blue of the 256-colour cube, with a foreground that stays readable.
    case .shade(let share):
      let steps = [236, 17, 18, 19, 20, 27, 33, 39]
      let step = min(steps.count - 1, Int(share * Double(steps.count)))
      code = "48;5;\(steps[step]);\(step >= 6 ? 30 : 97)"
    }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }

  func out(_ text: String) {
    guard showsResults else { return }
    clearProgress()
    height += text.count { $0 == "\n" }
    FileDescriptor.output.write(text)
  }

  private func clearProgress() {
    if progressShown { FileDescriptor.error.write(erasing()) }
    progressShown = false
  }

  /// What erases bar and chart. The word on Ctrl-C, which stands below the chart, stays.
  private func erasing() -> String {
    if Interrupts.takeContinue() { chart.leave() }
    let columns = columns() ?? 80
    guard chart.isShown, Interrupts.isSet, Interrupts.isWorking, !wasTold else {
      return chart.erasing(columns: columns)
    }
    wasTold = true
    return chart.erasing(columns: columns, below: 1) + Interrupts.word
  }

  func paint(_ event: Event) {
    switch event.kind {
    case .start:
      (lastTenth, lastInnerTenth) = (-1, 0)
      started = DispatchTime.now().uptimeNanoseconds
      (chart, wasTold) = (LiveChart(), Interrupts.isSet)
    case .output where !showsOutputs: break
    case .output(.stream(let text)): out(text)
    case .output(.page(let page)) where pagesHelp && hints && showsResults && Pager.show(page.lines(width())):
      break
    case .output(let output):
      for line in output.lines(width: width()) { out(line.map { styled($0.text, $0.style) }.joined() + "\n") }
    case .notice(let text): if !quiet { notice(text) }
    case .progress(let progress): paint(progress)
    case .error(let diagnostic) where diagnostic.isExpected && !showsOutputs: break
    case .error(let diagnostic):
      clearProgress()
      for (i, line) in diagnostic.lines(width: columns() ?? 100).enumerated() {
        let isAdded = line.hasPrefix("+ ")
        let style: Span.Style =
          diagnostic.isExpected ? .plain : i == 0 || line.hasPrefix("- ") ? .bad : isAdded ? .good : .plain
        FileDescriptor.error.write(styled(line, style) + "\n")
      }
    case .result: break
    case .end: clearProgress()
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
    let share = (Double(progress.done) + (progress.inside ?? 0)) / Double(progress.total)
    let elapsed = Double(DispatchTime.now().uptimeNanoseconds - started) * 1e-9
    var rest = ""
    if progress.done > 1 || (progress.inside ?? 0) > 0, share < 1 {
      rest = "  " + NumberFormat.duration(elapsed / share * (1 - share)) + " left"
    }
    if redraws {
      let count = " \(progress.unit) \(progress.done)/\(progress.total)  "
      // Room for the ^C that the terminal shows behind it: on a line of its own it would move everything.
      let space = (columns() ?? 80) - 3
      let left = space - DisplayWidth.of(count) - DisplayWidth.of(rest)
      // In a narrow terminal the bar is shorter, and then the note. How long it still takes is always to be read.
      let room = [20, 12, 4].first { $0 + DisplayWidth.of(note) <= left } ?? 4
      let filled = Int(share * Double(room))
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: room - filled)
      // Of the note whole parts are left out, so that no number is cut.
      var parts = note.components(separatedBy: "  ")
      while parts.count > 1, DisplayWidth.of(parts.joined(separator: "  ")) > left - room {
        parts.removeLast()
      }
      let text = bar + count + parts.joined(separator: "  ") + rest
      FileDescriptor.error.write(place(for: progress) + DisplayWidth.truncate(text, to: space))
      progressShown = true
    } else {
      if let inside = progress.inside {
        // Once one step is done, the tenths of all are close enough together.
        let tenth = Int(inside * 10)
        guard progress.done == 0, tenth > lastInnerTenth else { return }
        lastInnerTenth = tenth
      } else {
        let tenth = progress.done * 10 / progress.total
        guard tenth > lastTenth else { return }
        lastTenth = tenth
      }
      FileDescriptor.error.write("\(progress.unit) \(progress.done)/\(progress.total)  \(note)\(rest)\n")
    }
  }

  /// What brings the cursor to the empty line of the bar, and draws the chart above it if its time has come.
  private func place(for progress: ProgressReport) -> String {
    if let losses = progress.losses { chart.add(losses, at: progress.done) }
    if Interrupts.takeContinue() { chart.leave() }
    // After Ctrl-C the chart makes room for the word on it.
    guard !Interrupts.isSet else { return erasing() }
    guard showsOutputs, let columns = columns(), let rows = chartRows(),
      chart.isDue(columns: columns, rows: rows)
    else { return "\r\u{1B}[K" }
    return chart.drawing(columns: columns)
  }

  /// A notebook's text between cells, without its comments.
  func prose(_ lines: [String], large: Bool = false) {
    guard !quiet, showsResults else { return }
    for block in ProseText.blocks(lines) {
      switch block {
      case .text(let text): paragraphs(text, large: large)
      case .fenced("lora", let inner):
        let words = ReaderLanguage(of: lines.joined(separator: "\n")).picture
        let drawn = LoRAPicture(inner)?.lines(width: width() - 2, words) ?? inner
        for line in drawn { out("  " + styled(line, .plain) + "\n") }
      case .fenced("math", let inner):
        for line in inner { out("  " + styled(Equation(line).text, .strong) + "\n") }
      case .fenced(_, let inner):
        for line in inner { out("  " + styled(line, .plain) + "\n") }
      }
    }
  }

  /// A text with `*words*` and `**words**` in bold, where there is bold.
  private func emphasised(_ text: String) -> [Span] {
    guard color else { return [Span(text)] }
    var spans: [Span] = []
    var rest = text[...]
    // What is between backticks stays as it is.
    while let match = rest.firstMatch(of: /`[^`]*`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*/) {
      spans.append(Span(String(rest[..<match.range.lowerBound])))
      let words = match.1 ?? match.2
      spans.append(words.map { Span(String($0), .strong) } ?? Span(String(match.0)))
      rest = rest[match.range.upperBound...]
    }
    return spans + [Span(String(rest))]
  }

  /// - Parameter large: whether headings are of double size.
  private func paragraphs(_ lines: [String], large: Bool = false) {
    // Lines of a paragraph belong together, however the file breaks them.
    var paragraph: [String] = []
    func flush() {
      guard !paragraph.isEmpty else { return }
      let spans = emphasised(paragraph.joined(separator: " "))
      for line in DisplayWidth.wrap(spans, to: width(), typeset: true) {
        out(line.map { styled($0.text, $0.style) }.joined() + "\n")
      }
      paragraph = []
    }
    for line in lines.map(VisibleText.of) {
      if line.hasPrefix("#") || line.isEmpty || line.hasPrefix("- ") || line.hasPrefix("|")
        || line.prefixMatch(of: #/[0-9]+\. /#) != nil
      {
        flush()
      }
      if line.hasPrefix("#"), large {
        let title = String(line.drop { $0 == "#" }.drop { $0 == " " })
        for part in DisplayWidth.wrap(title, to: width() / 2 - 1) {
          out(LargeType.lines(styled(part, .strong)))
        }
      } else if line.hasPrefix("#") {
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
        styled(i == 0 ? prompt : String(repeating: " ", count: prompt.count), .faint)
          + styled(String(line), .strong) + "\n")
    }
  }

  /// The cell that comes next, before it is run.
  func upcoming(_ cell: Notebook.Cell) {
    guard !quiet, showsResults else { return }
    if let exercise = cell.exercise {
      return question(exercise, note: hints ? "  (\(exercise.asksFor))" : "")
    }
    for line in cell.source.components(separatedBy: "\n") {
      // What is left of a long line is set in, so that it does not look like a command of its own.
      let margin = String(line.prefix { $0 == " " }) + "  "
      for (i, part) in DisplayWidth.wrap(line, to: max(20, width() - 4 - margin.count)).enumerated() {
        out(styled("  │ ", .faint) + styled((i == 0 ? "" : margin) + part, .strong) + "\n")
      }
    }
  }

  /// An exercise's question, indented like a cell.
  func question(_ exercise: Exercise, note: String = "") {
    guard !quiet, showsResults else { return }
    let room = max(20, width() - 4)
    let lines = DisplayWidth.wrap(exercise.question, to: room, typeset: true)
    let fits = DisplayWidth.of(lines.last ?? "") + DisplayWidth.of(note) <= room
    for (i, line) in lines.enumerated() {
      let end = fits && i == lines.count - 1 ? styled(note, .faint) : ""
      out(styled("  ? ", .good) + styled(line, .strong) + end + "\n")
    }
    if !fits { out(styled("  ? ", .good) + styled(note.trimmingCharacters(in: .whitespaces), .faint) + "\n") }
  }

  /// An empty screen, where there is one to redraw.
  func clear() {
    if redraws { out("\u{1B}[H\u{1B}[2J") }
    height = 0
  }

  /// What is being worked on, where no output shows it.
  func announce(_ text: String) {
    guard !quiet else { return }
    clearProgress()
    let text = VisibleText.line(text)
    if redraws {
      FileDescriptor.error.write("\r\u{1B}[K" + DisplayWidth.truncate(text, to: (columns() ?? 80) - 1))
      progressShown = true
    } else {
      FileDescriptor.error.write(text + "\n")
    }
  }

  /// How it ended, in a line of standard output.
  func report(good: Bool, _ text: String) {
    clearProgress()
    guard showsResults else { return }
    FileDescriptor.output.write(styled(text, good ? .good : .bad) + "\n")
  }

  func hint(_ text: String) {
    guard hints, showsResults else { return }
    for line in DisplayWidth.wrap(text, to: width(), typeset: true) { out(styled(line, .faint) + "\n") }
  }

  /// What has to be read, on standard error.
  func notice(_ text: String) {
    clearProgress()
    for line in DisplayWidth.wrap(text, to: columns() ?? 80) { say(line) }
  }

  func say(_ text: String) { FileDescriptor.error.write(VisibleText.of(text) + "\n") }
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
