import Foundation

/// Runs a worker for each format, and again after each input that ended it; makes that input small and keeps it.
struct Driver {
  var root: String
  /// Where failing inputs go.
  var output: String
  var seed: UInt64 = 1
  var first: UInt64 = 0
  var count: UInt64 = 100_000
  /// Seconds for each format; the count may not be reached.
  var seconds = Double.infinity
  /// Failing inputs after which a format is left.
  var mostFailures = 5

  struct Outcome {
    var format: String
    var inputs: UInt64 = 0
    var accepted: UInt64 = 0
    var seconds = 0.0
    var failures: [String] = []

    var line: String {
      func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
      }
      let speed = Int(Double(inputs) / max(seconds, 1e-3))
      return format.padding(toLength: 16, withPad: " ", startingAt: 0) + pad("\(inputs)", 9) + " inputs"
        + pad("\(speed)", 8)
        + " a second" + pad("\(accepted)", 9) + " taken" + pad("\(failures.count)", 4) + " failures"
    }
  }

  /// Inputs of a worker's life: what leaks does not add up.
  private static let life: UInt64 = 20_000

  func run(_ name: String) throws -> Outcome {
    let scratch = Self.scratch()
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    let place = try Worker.Place(path: scratch + "/place")
    let started = Date()
    var outcome = Outcome(format: name)
    var next = first
    while next < first + count, Date().timeIntervalSince(started) < seconds,
      outcome.failures.count < mostFailures
    {
      // With little time a life is short.
      let speed = Double(outcome.inputs) / max(0.1, Date().timeIntervalSince(started))
      let left = seconds - Date().timeIntervalSince(started)
      let most = seconds.isFinite ? UInt64(max(50, min(Double(Self.life), speed * left))) : Self.life
      let end = min(first + count, next + most)
      place.number = next
      let status = worker(name, scratch, ["--from", "\(next)", "--to", "\(end)"])
      if status == 0 {
        outcome.inputs += end - next
        next = end
        continue
      }
      let number = place.number
      outcome.inputs += number + 1 - next
      next = number + 1
      outcome.failures.append(try keep(name, number, status, scratch))
    }
    outcome.accepted = place.accepted
    outcome.seconds = Date().timeIntervalSince(started)
    return outcome
  }

  static func scratch() -> String {
    let memory = "/dev/shm"
    let folder = FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
    return "\(folder)/gnb-fuzz-\(getpid())-\(UInt32.random(in: 0 ... .max))"
  }

  /// - Returns: 0, an exit status, or the negative number of a signal.
  private func worker(
    _ name: String, _ scratch: String, _ arguments: [String], tells: Bool = false
  ) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
    process.arguments =
      ["--worker", name, "--seed", "\(seed)", "--root", root, "--scratch", scratch] + arguments
    // Where a trap is costs a minute of symbols, so that is asked for once.
    let settings =
      tells
      ? "enable=yes,color=no,limit=12,threads=crashed,cache=no,registers=none,images=none,interactive=no"
      : "enable=no"
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": settings]) { $1 }
    _ = FileManager.default.createFile(atPath: scratch + "/errors", contents: nil)
    process.standardError = FileHandle(forWritingAtPath: scratch + "/errors")
    do { try process.run() } catch { return 127 }
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
      ? -process.terminationStatus : process.terminationStatus
  }

  private static func words(_ status: Int32) -> String {
    switch status {
    case Worker.End.memory.rawValue: "more than \(Worker.resident >> 20) MiB of memory"
    case Worker.End.untyped.rawValue: "an error without a type"
    case -27: "more than \(Worker.seconds) seconds"
    case -4, -5: "a trap (signal \(-status))"
    case -11: "an access to no memory, or a stack that overflows (signal 11)"
    case -7: "an access beyond the end of a file (signal 7)"
    case ..<0: "signal \(-status)"
    default: "exit status \(status)"
    }
  }

  // MARK: What failed

  private func keep(_ name: String, _ number: UInt64, _ status: Int32, _ scratch: String) throws -> String {
    let here = scratch + "/here"
    defer { try? FileManager.default.removeItem(atPath: here) }
    guard let format = try Formats(root: root, folder: here).make(name) else { return "no format \(name)" }
    let whole = format.input(seed: seed, number: number)
    let file = scratch + "/input"
    func fails(_ bytes: [UInt8]) -> Bool {
      FileManager.default.createFile(atPath: file, contents: Data(bytes))
        && worker(name, scratch, ["--input", file]) == status
    }
    var small = whole
    let isSure = fails(whole)
    if isSure { Self.minimise(&small, tries: status == -27 ? 12 : 100, fails) }
    _ = FileManager.default.createFile(atPath: file, contents: Data(small))
    _ = worker(name, scratch, ["--input", file], tells: true)
    let told = ((try? String(contentsOfFile: scratch + "/errors", encoding: .utf8)) ?? "")
      .split(separator: "\n").filter { $0.contains(" at /") || $0.contains("rror:") }.prefix(12).joined(
        separator: "\n")
    try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    let path = "\(output)/\(name)-\(seed)-\(number)"
    try Data(small).write(to: URL(fileURLWithPath: path))
    let text = """
      \(Self.words(status))\(isSure ? "" : "; not with this input alone")
      \(whole.count) bytes, made \(small.count)
      again: Fuzz \(name) --input \(path)
      whole: Fuzz \(name) --seed \(seed) --from \(number) --count 1
      \(told)
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + ".txt"))
    return "\(name) \(number): \(Self.words(status)), \(small.count) bytes in \(path)"
  }

  /// Leaves out pieces as long as it still fails: halves, quarters, and so on.
  private static func minimise(_ bytes: inout [UInt8], tries: Int, _ fails: ([UInt8]) -> Bool) {
    var left = tries
    var size = bytes.count / 2
    while size >= 1, left > 0 {
      var start = 0
      while start < bytes.count, left > 0 {
        var shorter = bytes
        shorter.removeSubrange(start..<min(bytes.count, start + size))
        left -= 1
        if fails(shorter) { bytes = shorter } else { start += size }
      }
      size /= 2
    }
  }
}
