import Commands
import Foundation

/// The built program on a pseudo-terminal, and the screen that its output paints.
final class Terminal {
  struct Timeout: Error, CustomStringConvertible {
    var description: String
  }

  /// Seconds after which a wait counts as hung. A state comes when it comes, on a shared core late: this only ends what never would.
  private static let hang = 1800.0

  private let primary: Int32
  private let process: pid_t
  /// As `waitpid` gives it, once the program has ended.
  private var ended: Int32?
  private(set) var screen: Screen
  /// Everything that was written, escapes included.
  private(set) var raw = ""
  private var bytes: [UInt8] = []

  /// - Parameters:
  ///   - folder: holds the history, and is where the program runs.
  init(
    _ arguments: [String], columns: Int = 80, rows: Int = 24, folder: String,
    environment: [String: String] = [:]
  ) throws {
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    var primary: Int32 = -1
    var replica: Int32 = -1
    var name = [CChar](repeating: 0, count: 256)
    guard openpty(&primary, &replica, &name, nil, &size) == 0 else { throw POSIXError(.ENODEV) }
    screen = Screen(columns: columns, rows: rows)
    self.primary = primary
    // Parents' signals are not the child's: it gets a session of its own, whose terminal is the first it opens.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // 0x80 is POSIX_SPAWN_SETSID, which glibc keeps from Swift.
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | 0x80)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    posix_spawn_file_actions_addclose(&actions, primary)
    defer {
      posix_spawnattr_destroy(&attributes)
      posix_spawn_file_actions_destroy(&actions)
      close(replica)
    }
    var variables = ProcessInfo.processInfo.environment
    for name in ["NO_COLOR", "ACCESSIBLE", "COLUMNS", "LINES"] { variables[name] = nil }
    variables.merge([
      "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": folder, "PAGER": "cat",
      "GNB_CACHE": folder + "/cache", "GNB_HISTORY": folder + "/state/history",
    ]) { $1 }
    variables.merge(environment) { $1 }
    let shell = ["sh", "-c", "cd \"$0\" && exec \"$@\"", folder, ProgramTests.binary.path]
    let words = (shell + arguments).map { strdup($0) } + [nil]
    let settings = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in words + settings { free(pointer) } }
    var process: pid_t = 0
    let status = posix_spawn(&process, "/bin/sh", &actions, &attributes, words, settings)
    guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: status) ?? .EIO) }
    self.process = process
    _ = fcntl(primary, F_SETFL, O_NONBLOCK)
  }

  deinit {
    if ended == nil {
      kill(process, SIGKILL)
      var status: Int32 = 0
      waitpid(process, &status, 0)
    }
    close(primary)
  }

  func send(_ text: String) {
    var data = Array(text.utf8)[...]
    while !data.isEmpty {
      let count = data.withUnsafeBytes { write(primary, $0.baseAddress, $0.count) }
      if count > 0 { data = data.dropFirst(count) } else { read() }
    }
  }

  /// A line and Enter.
  func type(_ line: String) { send(line + "\r") }

  func resize(columns: Int, rows: Int = 24) {
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(primary, UInt(TIOCSWINSZ), &size)
    screen.columns = columns
  }

  private func read() {
    var descriptor = pollfd(fd: primary, events: Int16(POLLIN), revents: 0)
    _ = poll(&descriptor, 1, 20)
    var buffer = [UInt8](repeating: 0, count: 4096)
    let before = bytes.count
    while true {
      let count = Foundation.read(primary, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    guard bytes.count > before else { return }
    // Up to the last whole character.
    var end = bytes.count
    while end > 0, end > bytes.count - 4, String(validating: bytes[..<end], as: UTF8.self) == nil { end -= 1 }
    let text = String(decoding: bytes[..<end], as: UTF8.self)
    bytes.removeFirst(end)
    raw += text
    screen.put(text)
  }

  private func hasEnded() -> Bool {
    var status: Int32 = 0
    if ended == nil, waitpid(process, &status, WNOHANG) == process { ended = status }
    return ended != nil
  }

  /// Waits until the screen is as wanted; an error if the program ends without it.
  @discardableResult
  func wait(_ what: String, _ isReady: (Screen) -> Bool) throws -> Screen {
    let end = Date() + Self.hang
    while !isReady(screen) {
      let isOver = hasEnded()
      read()
      guard isReady(screen) || !isOver, Date() < end else {
        throw Timeout(description: "\(what) never came; the screen:\n\(screen.text)")
      }
    }
    return screen
  }

  /// Waits until the last line of the screen is this prompt with nothing after it, and the program reads.
  @discardableResult
  func wait(prompt: String) throws -> Screen {
    try wait("prompt \(prompt)") { $0.lines.last == prompt }
  }

  @discardableResult
  func wait(line: String) throws -> Screen { try wait("line '\(line)'") { $0.lines.contains(line) } }

  /// The program's exit status.
  func exitStatus() throws -> Int32 {
    let end = Date() + Self.hang
    while !hasEnded() {
      guard Date() < end else { throw Timeout(description: "it did not end; the screen:\n\(screen.text)") }
      read()
    }
    read()
    let status = ended ?? 0
    return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
  }
}

/// What a terminal shows: as much of xterm as libedit and gnb use. Lines that scroll off are kept.
struct Screen {
  var columns: Int {
    didSet { column = min(column, columns - 1) }
  }
  let rows: Int
  /// One character a column; after a wide one comes an empty string.
  private var cells: [[String]] = [[]]
  private var row = 0
  private var column = 0
  private var escape: String?

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }

  /// Lines without trailing spaces, up to the last that is not empty.
  var lines: [String] {
    var lines = cells.map { line in
      var text = line.joined()
      while text.last == " " { text.removeLast() }
      return text
    }
    while lines.last == "" { lines.removeLast() }
    return lines
  }
  var text: String { lines.joined(separator: "\n") }
  func contains(_ text: String) -> Bool { lines.contains { $0.contains(text) } }

  mutating func put(_ text: String) {
    for character in text.unicodeScalars { put(character) }
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    if let begun = escape {
      let sequence = begun + String(scalar)
      let isDone =
        sequence.hasPrefix("[")
        ? sequence.count > 1 && ("@"..."~").contains(scalar)
        : sequence != "]" && sequence != "(" && sequence != "#"
          && !sequence.hasPrefix("]")
      escape = isDone ? nil : sequence
      if isDone { run(sequence) }
      return
    }
    switch scalar {
    case "\u{1B}": escape = ""
    case "\r": column = 0
    case "\n": down()
    case "\u{8}": column = max(0, column - 1)
    case "\u{7}": break
    case "\t": column = min(columns - 1, (column / 8 + 1) * 8)
    default:
      let width = DisplayWidth.of(String(scalar))
      guard width > 0 else {
        // Belongs to the character before.
        if column > 0 { cells[row][column - 1].unicodeScalars.append(scalar) }
        return
      }
      if column + width > columns {
        column = 0
        down()
      }
      fill(to: column + width)
      cells[row][column] = String(scalar)
      if width == 2 { cells[row][column + 1] = "" }
      column += width
    }
  }

  private mutating func fill(to end: Int) {
    while cells[row].count < end { cells[row].append(" ") }
  }

  private mutating func down() {
    row += 1
    if row == cells.count { cells.append([]) }
  }

  private mutating func run(_ sequence: String) {
    guard sequence.hasPrefix("["), let final = sequence.last else { return }
    let numbers = sequence.dropFirst().dropLast().split(separator: ";", omittingEmptySubsequences: false).map
    { Int($0) }
    let n = max(1, (numbers.first ?? nil) ?? 1)
    /// Row on top of the screen.
    let top = max(0, cells.count - rows)
    switch final {
    case "A": row = max(top, row - n)
    case "B": for _ in 0..<n { down() }
    case "C": column = min(columns - 1, column + n)
    case "D": column = max(0, column - n)
    case "G": column = min(columns, n) - 1
    case "H":
      row = top + n - 1
      while cells.count <= row { cells.append([]) }
      column = min(columns, numbers.count > 1 ? (numbers[1] ?? 1) : 1) - 1
    case "K": cells[row] = Array(cells[row].prefix(column))
    case "J":
      if numbers.first == 2 {
        for i in top..<cells.count { cells[i] = [] }
      } else {
        cells[row] = Array(cells[row].prefix(column))
        for i in cells.indices where i > row { cells[i] = [] }
      }
    case "P":
      fill(to: column + n)
      cells[row].removeSubrange(column..<column + n)
    case "@":
      fill(to: column)
      cells[row].insert(contentsOf: Array(repeating: " ", count: n), at: column)
    default: break
    }
  }
}
