import CEdit
import Commands
import Foundation

/// Reads cells from a terminal with libedit: history, completion, paste, Japanese input. The only file that knows libedit.
///
/// A cell may have several lines: Enter ends it only when it is complete. libedit's keys are the user's (`~/.editrc`); ours are
/// bound on top of them.
final class LineEditor {
  enum Line: Equatable {
    case text(String)
    /// Ctrl-C: the line is to be forgotten.
    case interrupted
    /// Ctrl-D on an empty line.
    case end
  }

  /// Whether a text is complete, so that Enter ends it.
  var isComplete: (String) -> Bool = { _ in true }
  /// What could follow the text before the cursor.
  var complete: (String) -> Completion?

  private let editor: OpaquePointer
  private let history: History
  private let pastes: Bool
  private var prompt: [Unicode.Scalar] = ["\0"]
  private var wasInterrupted = false
  private let columns: () -> Int

  /// Keys that only this file presses.
  private static let accept: Unicode.Scalar = "\u{1E}"
  private static let interrupt: Unicode.Scalar = "\u{1F}"
  /// Stands around what takes no room in the prompt.
  private static let escape: Unicode.Scalar = "\u{01}"

  /// - Returns: nil if libedit cannot use the terminal.
  init?(history path: String, columns: @escaping () -> Int, complete: @escaping (String) -> Completion?) {
    gnb_edit_locale()
    guard let editor = gnb_edit_open() else { return nil }
    self.editor = editor
    self.columns = columns
    self.complete = complete
    history = History(path: path)
    pastes = ProcessInfo.processInfo.environment["TERM"] != "dumb"
    gnb_edit_client(editor, Unmanaged.passUnretained(self).toOpaque())
    gnb_edit_emacs(editor)
    el_source(editor, nil)
    gnb_edit_set_prompt(editor, { LineEditor.of($0).promptPointer() }, Int32(Self.escape.value))
    gnb_edit_reader(editor) { editor, character in LineEditor.of(editor).readCharacter(character) }
    if let handle = history.handle { gnb_edit_use(editor, handle) }
    bindKeys()
  }

  deinit { el_end(editor) }

  private static func of(_ editor: OpaquePointer?) -> LineEditor {
    Unmanaged<LineEditor>.fromOpaque(gnb_edit_client_of(editor)).takeUnretainedValue()
  }

  private func bindKeys() {
    add("gnb-enter", "end the cell, or begin a line of it") { editor, _ in LineEditor.of(editor).enter() }
    add("gnb-complete", "complete the word") { editor, _ in LineEditor.of(editor).completeWord() }
    add("gnb-paste", "insert what the terminal pastes") { editor, _ in LineEditor.of(editor).paste() }
    add("gnb-interrupt", "forget the line") { editor, _ in LineEditor.of(editor).forget() }
    bind(String(Self.accept), "ed-newline")
    bind(String(Self.interrupt), "gnb-interrupt")
    for key in ["\n", "\r"] { bind(key, "gnb-enter") }
    bind("\t", "gnb-complete")
    bind("\u{1B}[200~", "gnb-paste")
    bind("\u{12}", "em-inc-search-prev")
    bind("\u{17}", "ed-delete-prev-word")
    for (key, function) in [
      ("[3~", "ed-delete-next-char"), ("[H", "ed-move-to-beg"), ("[F", "ed-move-to-end"),
      ("[1~", "ed-move-to-beg"),
      ("[4~", "ed-move-to-end"), ("[1;5C", "em-next-word"), ("[1;5D", "ed-prev-word"),
    ] { bind("\u{1B}" + key, function) }
  }

  private func add(_ name: String, _ help: String, _ function: @escaping gnb_edit_function) {
    Self.wide(name) { name in Self.wide(help) { gnb_edit_add(editor, name, $0, function) } }
  }

  private func bind(_ key: String, _ function: String) {
    Self.wide(key) { key in Self.wide(function) { gnb_edit_bind(editor, key, $0) } }
  }

  /// The text as C's wide characters.
  static func wide<R>(_ text: String, _ body: (UnsafePointer<wchar_t>) -> R) -> R {
    (Array(text.unicodeScalars) + ["\0"]).withUnsafeBufferPointer { buffer in
      // Never empty: it ends with a zero.
      buffer.withMemoryRebound(to: wchar_t.self) { body($0.baseAddress.unsafelyUnwrapped) }
    }
  }

  // MARK: Reading

  /// - Parameter prompt: its faint part comes first, if the terminal has colour.
  func read(prompt: String, color: Bool) -> Line {
    let mark = String(Self.escape)
    let shown = color ? mark + "\u{1B}[2m" + mark + prompt + mark + "\u{1B}[0m" + mark : prompt
    self.prompt = Array(shown.unicodeScalars) + ["\0"]
    wasInterrupted = false
    Interrupts.clear()
    Interrupts.catchStop(true)
    if pastes { FileDescriptor.output.write("\u{1B}[?2004h") }
    defer {
      if pastes { FileDescriptor.output.write("\u{1B}[?2004l") }
      Interrupts.catchStop(false)
      Interrupts.clear()
    }
    // libedit would show the prompt first, and for a moment the terminal would echo what is typed.
    gnb_edit_raw(editor, 1)
    var count: Int32 = 0
    guard let line = el_wgets(editor, &count), count > 0 else {
      FileDescriptor.output.write("\n")
      return .end
    }
    if wasInterrupted { return .interrupted }
    var text = Self.string(UnsafeBufferPointer(start: line, count: Int(count)))
    while text.hasSuffix("\n") { text.removeLast() }
    history.add(text)
    return .text(text)
  }

  private func promptPointer() -> UnsafeMutablePointer<wchar_t>? {
    prompt.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: wchar_t.self) }
    }
  }

  // wchar_t has a sign on some processors and none on others.
  private static func wide(_ scalar: Unicode.Scalar) -> wchar_t { wchar_t(truncatingIfNeeded: scalar.value) }

  private static func scalar(_ character: wchar_t) -> Unicode.Scalar {
    Unicode.Scalar(UInt32(truncatingIfNeeded: character)) ?? "\u{FFFD}"
  }

  private static func string(_ characters: UnsafeBufferPointer<wchar_t>) -> String {
    String(String.UnicodeScalarView(characters.map(scalar)))
  }

  /// The text, and the part of it before the cursor.
  private var line: (all: String, before: String) {
    guard let line = el_wline(editor)?.pointee else { return ("", "") }
    return (
      Self.string(UnsafeBufferPointer(start: line.buffer, count: line.lastchar - line.buffer)),
      Self.string(UnsafeBufferPointer(start: line.buffer, count: line.cursor - line.buffer))
    )
  }

  /// Reads one character of UTF-8 input. While it waits, it handles signals.
  private func readCharacter(_ character: UnsafeMutablePointer<wchar_t>?) -> Int32 {
    var bytes: [UInt8] = []
    while true {
      guard wait() else {
        character?.pointee = Self.wide(Self.interrupt)
        return 1
      }
      var byte: UInt8 = 0
      let count = Foundation.read(0, &byte, 1)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count == 1 else { return 0 }
      bytes.append(byte)
      if let text = String(validating: bytes, as: UTF8.self), let scalar = text.unicodeScalars.first {
        character?.pointee = Self.wide(scalar)
        return 1
      }
      // What is not UTF-8 becomes the replacement character, and is not waited on.
      if bytes.count == 4 || bytes[0] < 0xC2 || bytes[0] > 0xF4 {
        character?.pointee = Self.wide("\u{FFFD}")
        return 1
      }
    }
  }

  /// Waits for input. False after Ctrl-C.
  private func wait() -> Bool {
    while true {
      if Interrupts.isSet, !wasInterrupted { return false }
      if Interrupts.takeResize() { el_resize(editor) }
      if Interrupts.takeStop() { suspend() }
      var descriptor = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
      if poll(&descriptor, 1, 200) > 0 { return true }
    }
  }

  /// Ctrl-Z: the terminal as it was, until the shell lets us go on.
  private func suspend() {
    gnb_edit_raw(editor, 0)
    if pastes { FileDescriptor.output.write("\u{1B}[?2004l") }
    kill(getpid(), SIGSTOP)
    if pastes { FileDescriptor.output.write("\u{1B}[?2004h") }
    gnb_edit_raw(editor, 1)
    FileDescriptor.output.write("\n")
    gnb_edit_refresh(editor)
  }

  private func insert(_ text: String) { Self.wide(text) { _ = el_winsertstr(editor, $0) } }
  private func press(_ key: Unicode.Scalar) { Self.wide(String(key)) { el_wpush(editor, $0) } }

  // MARK: Keys

  private func enter() -> UInt8 {
    if isComplete(line.all) {
      press(Self.accept)
      return UInt8(CC_NORM)
    }
    insert("\n")
    return UInt8(CC_REFRESH)
  }

  private func forget() -> UInt8 {
    wasInterrupted = true
    press(Self.accept)
    return UInt8(CC_NORM)
  }

  /// What comes between ESC[200~ and ESC[201~ is text, line ends included.
  private func paste() -> UInt8 {
    let end = Array("\u{1B}[201~".unicodeScalars)
    var scalars: [Unicode.Scalar] = []
    while scalars.suffix(end.count) != end[...] {
      var character: wchar_t = 0
      guard el_wgetc(editor, &character) == 1 else { return UInt8(CC_EOF) }
      let scalar = Self.scalar(character)
      if scalar == Self.interrupt { return forget() }
      scalars.append(scalar)
    }
    scalars.removeLast(end.count)
    // A terminal sends CR for a line end; libedit's tty settings swap CR and LF.
    var text = String(String.UnicodeScalarView(scalars)).replacingOccurrences(of: "\n\r", with: "\n")
      .replacingOccurrences(of: "\r", with: "\n").replacingOccurrences(of: "\t", with: "  ")
    text.unicodeScalars.removeAll { $0.value < 0x20 && $0 != "\n" || $0.value == 0x7F }
    while text.hasSuffix("\n") { text.removeLast() }
    insert(text)
    return UInt8(CC_REFRESH)
  }

  private func completeWord() -> UInt8 {
    guard let completion = complete(line.before), let first = completion.candidates.first else {
      return UInt8(CC_REFRESH_BEEP)
    }
    func replace(_ text: String) {
      // Counted in what libedit counts: scalars.
      let typed = line.before.suffix(completion.replaced).unicodeScalars.count
      el_deletestr(editor, Int32(typed))
      insert(text)
    }
    if completion.candidates.count == 1 {
      replace(first + completion.ending(first))
      return UInt8(CC_REFRESH)
    }
    if completion.common.count > completion.replaced {
      replace(completion.common)
      return UInt8(CC_REFRESH)
    }
    show(completion.candidates)
    return UInt8(CC_REDISPLAY)
  }

  /// Candidates in columns below the line.
  private func show(_ candidates: [String]) {
    // Names of files may hold anything.
    let shown = candidates.prefix(100).map(VisibleText.line)
    let width = (shown.map { DisplayWidth.of($0) }.max() ?? 0) + 2
    let perLine = max(1, columns() / width)
    var text = "\n"
    for (i, candidate) in shown.enumerated() {
      let isLast = (i + 1) % perLine == 0 || i == shown.count - 1
      text += isLast ? candidate + "\n" : DisplayWidth.pad(candidate, to: width)
    }
    if candidates.count > shown.count { text += "… \(candidates.count - shown.count) more\n" }
    FileDescriptor.output.write(text)
  }
}
