import Commands
import Foundation
import Gemma

/// Reads inputs one after the other, in a process that may die of one. Where it is stands in a file that the driver maps too.
struct Worker {
  /// How the process ends where a parser did what none may.
  enum End: Int32 {
    /// An error without a type: nobody turns it into words.
    case untyped = 78
    case memory = 77
  }

  /// Seconds of processor time that one input may take.
  static let seconds = 10
  /// Bytes of address space, and of memory held at once.
  static let addresses: UInt = 6 << 30
  static let resident = 1 << 30

  let format: Format
  let place: Place

  /// Number of the input that is read, and of those that were taken.
  final class Place {
    private let memory: UnsafeMutablePointer<UInt64>

    init(path: String) throws {
      let descriptor = open(path, O_RDWR | O_CREAT, 0o644)
      guard descriptor >= 0, ftruncate(descriptor, 16) == 0,
        let address = mmap(nil, 16, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), address != MAP_FAILED
      else { throw POSIXError(.EIO) }
      close(descriptor)
      memory = address.assumingMemoryBound(to: UInt64.self)
    }

    var number: UInt64 {
      get { memory[0] }
      set { memory[0] = newValue }
    }
    var accepted: UInt64 {
      get { memory[1] }
      set { memory[1] = newValue }
    }
  }

  /// - Parameter isSanitized: a sanitizer's shadow takes terabytes of addresses.
  static func limit(isSanitized: Bool) {
    if !isSanitized {
      var memory = rlimit(rlim_cur: addresses, rlim_max: addresses)
      setrlimit(__rlimit_resource_t(9), &memory)  // RLIMIT_AS
    }
    var core = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(4), &core)  // RLIMIT_CORE
  }

  func run(seed: UInt64, numbers: Range<UInt64>) {
    for number in numbers {
      place.number = number
      if read(format.input(seed: seed, number: number)) { place.accepted += 1 }
    }
    place.number = numbers.upperBound
  }

  /// - Returns: whether it was taken for a good one.
  @discardableResult
  func read(_ file: [UInt8]) -> Bool {
    // The signal ends the process; the driver sees which one it was.
    var timer = itimerval(it_interval: timeval(), it_value: timeval(tv_sec: Self.seconds, tv_usec: 0))
    setitimer(__itimer_which_t(2), &timer, nil)  // ITIMER_PROF
    defer {
      var usage = rusage()
      getrusage(__rusage_who_t(0), &usage)
      if usage.ru_maxrss * 1024 > Self.resident { exit(End.memory.rawValue) }
    }
    do {
      try format.read(file)
      return true
    } catch {
      let diagnostic = (error as? Diagnostic) ?? Diagnostic(error)
      // What is thrown must have words of its own.
      if diagnostic.code == .internalError {
        Self.tell("untyped error: \(error)")
        exit(End.untyped.rawValue)
      }
      _ = diagnostic.message
      return false
    }
  }

  /// On standard error.
  static func tell(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
  }
}
