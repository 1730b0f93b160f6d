import Foundation

/// Downloads one address into a part file with curl. A stopped download continues where it stopped, also in a later
/// run.
struct Download {
  /// The server refused, and another try would not help.
  struct Refusal: Error {
    var address: String
    var status: Int
    /// The headers of the last answer, by lower-case name.
    var headers: [String: String]
  }

  var address: String
  var part: String
  /// Request headers. They are passed to curl on its standard input, so that a token is never in the list of processes.
  /// curl does not send `Authorization` to other hosts after a redirect.
  var headers: [String] = []
  /// The length of the whole file, if it is known.
  var total: Int?
  /// The largest length. A longer download is stopped, and the caller's check then fails.
  var limit = Int.max
  /// Whether the part certainly belongs to the file at the address. Otherwise its ETag or date must still be the same.
  var partIsSafe = false
  /// Whether to retry if the host cannot be reached. It is true after the host's first answer.
  var insists = false
  var wait: @Sendable (_ seconds: Double) -> Void = { Thread.sleep(forTimeInterval: $0) }

  private var most: Int { total ?? limit }
  private var validatorPath: String { part + ".etag" }

  /// - Parameter goOn: called with the length of the part. If it returns false, the download stops and the part stays.
  /// - Throws: `Refusal`, `interrupted`, or `inputOutput` with the address or the part, and the reason.
  func run(_ goOn: (_ bytes: Int) -> Bool) throws {
    try touch()
    var (failures, best) = (0, length)
    while true {
      if length > most || !partIsSafe && validator == nil { try restart() }
      if let total, length == total { return }
      let start = length
      let answer = try request(from: start, goOn)
      guard length <= most else { return }
      if answer.status == 416 {
        // Nothing is left to send: the part is whole, or was never a part of this.
        if answer.headers["content-range"] == "bytes */\(start)" { return }
        guard start > 0 else { throw refusal(answer) }
        try restart()
        continue
      }
      switch answer.exit {
      case 0: return
      case 33 where start > 0:  // The server does not send parts, or has another file by now.
        try restart()
        continue
      case 23: throw GemmaError.inputOutput(path: part, reason: Self.whyNotWritten(part))
      case 127:
        throw GemmaError.missing(need: "the program curl", remedy: "apt-get install curl")
      case 22 where answer.status < 500 && ![408, 425, 429].contains(answer.status): throw refusal(answer)
      default: break
      }
      // A try that downloaded some bytes does not count.
      if length > best + 1 << 20 { (failures, best) = (0, length) }
      failures += 1
      guard failures <= 5, answer.isPassing(insists: insists) else {
        throw GemmaError.inputOutput(path: address, reason: answer.message)
      }
      // Wait in short steps, so that Ctrl-C works.
      for _ in 0..<(10 << (failures - 1)) {
        guard goOn(length) else { throw GemmaError.interrupted }
        wait(0.1)
      }
    }
  }

  private func refusal(_ answer: Answer) -> Refusal {
    Refusal(address: address, status: answer.status, headers: answer.headers)
  }

  // MARK: One try

  private struct Answer {
    /// Exit codes of curl.
    var exit: Int32
    var status = 0
    var headers: [String: String] = [:]
    var message: String

    /// Exit codes of curl for errors that may be temporary: an HTTP error, a timeout, a lost connection, TLS, HTTP/2.
    func isPassing(insists: Bool) -> Bool {
      [16, 18, 22, 28, 35, 52, 55, 56, 92].contains(exit) || insists && [5, 6, 7].contains(exit)
    }
  }

  private func request(from start: Int, _ goOn: (Int) -> Bool) throws -> Answer {
    var lines = [
      "silent", "show-error", "fail", "location", "globoff", "max-redirs = 10", "connect-timeout = 30",
      // A minute without a byte counts as a lost connection.
      "speed-limit = 1", "speed-time = 60", "dump-header = \"-\"", "output = \(Self.quoted(part))",
      "url = \(Self.quoted(address))",
    ]
    if address.hasPrefix("https:") { lines.append("proto-redir = \"=https\"") }
    lines += headers.map { "header = \(Self.quoted($0))" }
    if start > 0 {
      lines.append("continue-at = \(start)")
      if !partIsSafe, let validator { lines.append("header = \(Self.quoted("If-Range: \(validator)"))") }
    }
    var isNoted = partIsSafe || start > 0
    func note(_ output: String) {
      guard !isNoted, let value = Self.validator(Self.parse(output)) else { return }
      // If this file cannot be written, a later run starts from the beginning; nothing else is lost.
      try? AtomicFile.write(Data(value.utf8), to: validatorPath)
      isNoted = true
    }
    var isStopped = false
    let result = try Program.run(["curl", "--config", "-"], input: lines.joined(separator: "\n")) { output in
      note(output)
      isStopped = !goOn(length)
      return !isStopped && length <= most
    }
    // Ctrl-C may have stopped curl first.
    guard !isStopped, goOn(length) else { throw GemmaError.interrupted }
    note(result.output)
    let (status, headers) = Self.parse(result.output)
    return Answer(exit: result.status, status: status, headers: headers, message: result.lastError)
  }

  /// Status and headers of the last answer. The answers before it were redirects.
  private static func parse(_ text: String) -> (status: Int, headers: [String: String]) {
    var (status, headers) = (0, [String: String]())
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("HTTP/") {
        status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        headers = [:]
      } else if let colon = line.firstIndex(of: ":") {
        headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
          in: .whitespaces)
      }
    }
    return (status, headers)
  }

  private static func quoted(_ text: String) -> String {
    let escaped = text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(
      of: "\"", with: "\\\""
    )
    .replacingOccurrences(of: "\n", with: "\\n").replacingOccurrences(of: "\r", with: "\\r")
    return "\"\(escaped)\""
  }

  // MARK: The part

  private var length: Int { Self.length(of: part) }

  static func length(of path: String) -> Int {
    ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.intValue ?? 0
  }

  private func touch() throws {
    let descriptor = open(part, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw GemmaError.inputOutput(path: part, reason: String(cString: strerror(errno)))
    }
    close(descriptor)
  }

  private func restart() throws {
    unlink(validatorPath)
    guard truncate(part, 0) == 0 else {
      throw GemmaError.inputOutput(path: part, reason: String(cString: strerror(errno)))
    }
  }

  /// Syncs the part to the disk, and renames it.
  func finish(as path: String) throws {
    let descriptor = open(part, O_RDONLY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor >= 0, fsync(descriptor) == 0, rename(part, path) == 0 else {
      throw GemmaError.inputOutput(path: path, reason: String(cString: strerror(errno)))
    }
    unlink(validatorPath)
  }

  func discard() {
    unlink(part)
    unlink(validatorPath)
  }

  /// The ETag or date of the file when the part was begun.
  private var validator: String? {
    guard let text = try? String(contentsOfFile: validatorPath, encoding: .utf8) else { return nil }
    let line = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return line.isEmpty ? nil : line
  }

  /// A weak ETag does not guarantee the same bytes. Then the date is used.
  private static func validator(_ answer: (status: Int, headers: [String: String])) -> String? {
    guard answer.status == 200 else { return nil }
    if let tag = answer.headers["etag"], tag.hasPrefix("\"") { return tag }
    return answer.headers["last-modified"]
  }

  private static func whyNotWritten(_ path: String) -> String {
    let free = freeBytes(at: (path as NSString).deletingLastPathComponent)
    return free ?? .max < 16 << 20 ? "the disk is full" : "cannot be written"
  }

  /// Free bytes on the disk of the folder.
  static func freeBytes(at folder: String) -> Int? {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
    return (attributes?[.systemFreeSize] as? NSNumber)?.intValue
  }
}

/// Runs other programs.
enum Program {
  struct Result {
    var status: Int32
    var output: String
    var errors: String

    var lastError: String {
      errors.split(whereSeparator: \.isNewline).last.map { printable(String($0)) } ?? "status \(status)"
    }
  }

  /// Runs a program to its end, and asks `goOn` twenty times a second.
  ///
  /// - Parameters:
  ///   - input: at most 64 KB, the size of a pipe.
  ///   - goOn: called with the standard output so far. If it returns false, the program is stopped.
  static func run(
    _ command: [String], input: String = "", _ goOn: (_ output: String) -> Bool = { _ in true }
  ) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    let (inputs, outputs, errors) = (Pipe(), Pipe(), Pipe())
    (process.standardInput, process.standardOutput, process.standardError) = (inputs, outputs, errors)
    var output = Tail(outputs)
    var error = Tail(errors)
    do {
      // The input is written before the program starts. It fits in the pipe, so this does not block.
      try inputs.fileHandleForWriting.write(contentsOf: Data(input.utf8))
      try inputs.fileHandleForWriting.close()
      try process.run()
    } catch { throw GemmaError.inputOutput(path: command[0], reason: error.localizedDescription) }
    while process.isRunning {
      usleep(50_000)
      output.read()
      error.read()
      if !goOn(output.text) {
        process.terminate()
        process.waitUntilExit()
        break
      }
    }
    output.read()
    error.read()
    return Result(status: process.terminationStatus, output: output.text, errors: error.text)
  }

  /// A message of a server or program for the terminal: one line, without control characters, and not too long.
  static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.filter { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }.prefix(300)))
  }

  /// Reads the output of a pipe without waiting, so that the pipe never fills up.
  private struct Tail {
    private let handle: FileHandle
    private var bytes: [UInt8] = []
    var text: String { String(decoding: bytes, as: UTF8.self) }

    init(_ pipe: Pipe) {
      handle = pipe.fileHandleForReading
      _ = fcntl(handle.fileDescriptor, F_SETFL, O_NONBLOCK)
    }

    mutating func read() {
      var buffer = [UInt8](repeating: 0, count: 65536)
      while true {
        let count = buffer.withUnsafeMutableBytes {
          Foundation.read(handle.fileDescriptor, $0.baseAddress, $0.count)
        }
        guard count > 0 else { return }
        // Only the end of the output is kept, so that a program with endless output does not use up the memory.
        bytes += buffer.prefix(count)
        if bytes.count > 1 << 20 { bytes.removeFirst(bytes.count - 1 << 19) }
      }
    }
  }
}
