import Foundation

/// The program: arguments, and what they ask for.
enum Fuzz {
  static let usage = """
    Broken files for every parser of gnb: valid ones, changed by their structure and at random.

        Fuzz [FORMAT ...] [--count N] [--seed S] [--from NUMBER] [--seconds S] [--failures N] [--output FOLDER]
        Fuzz FORMAT --input FILE          one file, in this process: what it does to it
        Fuzz --list                       the formats

    Ends with 1 if an input failed. Each is in .build/fuzz/, made small, with a word on how to have it again.
    """

  private struct Wrong: Error { var text: String }

  static func main(_ arguments: [String]) -> Int32 {
    do {
      var (formats, options): ([String], [String: String]) = ([], [:])
      var words = arguments[...]
      while let word = words.popFirst() {
        switch word {
        case "--help":
          print(usage)
          return 0
        case "--list":
          print(Format.names.joined(separator: "\n"))
          return 0
        case _ where word.hasPrefix("--"): options[String(word.dropFirst(2))] = words.popFirst()
        default: formats.append(word)
        }
      }
      if let wrong = formats.first(where: { !Format.names.contains($0) }) {
        throw Wrong(text: "no format \(wrong): \(Format.names.joined(separator: " "))")
      }
      let root = options["root"] ?? root
      if let name = options["worker"] ?? (options["input"] == nil ? nil : formats.first) {
        return try work(name, root, options)
      }
      return try drive(formats.isEmpty ? Format.names : formats, root, options)
    } catch {
      Worker.tell((error as? Wrong)?.text ?? "\(error)")
      return 2
    }
  }

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  private static func number(_ name: String, _ options: [String: String], _ usual: UInt64) throws -> UInt64 {
    guard let text = options[name] else { return usual }
    guard let value = UInt64(text) else { throw Wrong(text: "--\(name) takes a whole number, not \(text)") }
    return value
  }

  private static func work(_ name: String, _ root: String, _ options: [String: String]) throws -> Int32 {
    let scratch = options["scratch"] ?? Driver.scratch()
    let folder = "\(scratch)/worker"
    try? FileManager.default.removeItem(atPath: folder)
    defer { try? FileManager.default.removeItem(atPath: options["scratch"] == nil ? scratch : folder) }
    guard let format = try Formats(root: root, folder: folder).make(name) else {
      throw Wrong(text: "no format \(name)")
    }
    Worker.limit(isSanitized: ProcessInfo.processInfo.environment["GNB_SANITIZED"] != nil)
    let worker = Worker(format: format, place: try Worker.Place(path: scratch + "/place"))
    if let path = options["input"] {
      let isTaken = worker.read(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
      if options["worker"] == nil { print(isTaken ? "taken" : "refused") }
    } else {
      let numbers = try number("from", options, 0)..<number("to", options, 0)
      worker.run(seed: try number("seed", options, 1), numbers: numbers)
    }
    return 0
  }

  private static func drive(_ formats: [String], _ root: String, _ options: [String: String]) throws -> Int32
  {
    var driver = Driver(root: root, output: options["output"] ?? root + "/.build/fuzz")
    driver.seed = try number("seed", options, 1)
    driver.first = try number("from", options, 0)
    driver.count = try number("count", options, 100_000)
    driver.mostFailures = Int(try number("failures", options, 5))
    if options["seconds"] != nil { driver.seconds = Double(try number("seconds", options, 60)) }
    var failures = 0
    for name in formats {
      let outcome = try driver.run(name)
      print(outcome.line)
      for failure in outcome.failures { print("  " + failure) }
      failures += outcome.failures.count
      fflush(nil)
    }
    return failures == 0 ? 0 : 1
  }
}
