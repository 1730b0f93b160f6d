import Foundation
import Gemma

/// Where the fixtures are, and the tiny models among them.
enum Fixtures {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures").path

  static func json(_ path: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + path))
    guard let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw GemmaError.malformed(
        path: path, location: "start", expected: "an object", found: "something else")
    }
    return object
  }

  static func model(_ name: String, device: Device) throws -> GemmaModel {
    try GemmaModel(ModelFile.open(path: folder + "/tiny/" + name), device: device)
  }

  /// The two sequences of the tiny fixtures.
  static func examples(_ expected: [String: Any]) throws -> [TokenizedExample] {
    zip(try ids(expected["input_ids"]), expected["prompt_lengths"] as? [Int] ?? []).map {
      TokenizedExample(ids: $0, promptCount: $1)
    }
  }

  /// Bytes written as hexadecimal digits.
  static func bytes(_ value: Any?) -> [UInt8] {
    let digits = Array((value as? String ?? "").utf8)
    return stride(from: 0, to: digits.count, by: 2).map {
      UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16) ?? 0
    }
  }

  static func ids(_ value: Any?) throws -> [[Int32]] {
    (value as? [[NSNumber]] ?? []).map { $0.map { $0.int32Value } }
  }

  /// The model of the quickstart, where `make demo` puts it; nil if it was never fetched.
  static let gemma270m: String? = {
    let environment = ProcessInfo.processInfo.environment
    let cache =
      environment["GNB_CACHE"] ?? environment["XDG_CACHE_HOME"].map { $0 + "/gnb" } ?? NSHomeDirectory()
      + "/.cache/gnb"
    let path = cache + "/models/gemma-3-270m/gemma-3-270m-Q4_K_M.gguf"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()
}

extension TrainingConfig {
  /// The settings of a fixture's training: ten steps of its two sequences in their order.
  init(_ training: [String: Any]) {
    self.init()
    steps = 10
    batch = 2
    learningRate = training["learning_rate"] as? Double ?? 0
    warmup = training["warmup_steps"] as? Int ?? 0
    weightDecay = training["weight_decay"] as? Double ?? 0
    clip = training["clip"] as? Double ?? 0
    lossOn = LossOn(rawValue: training["loss_on"] as? String ?? "") ?? .response
    shuffle = false
  }
}

/// Largest difference over the largest magnitude of the truth.
func relativeError(_ values: [Double], _ truth: [Double]) -> Double {
  let scale = truth.map(abs).max() ?? 1
  return zip(values, truth).map { abs($0 - $1) }.max().map { $0 / scale } ?? .infinity
}

extension Fixtures {
  /// The Livedoor archive: in the cache, or beside the repository where CI has it.
  static let livedoor: String? = {
    let environment = ProcessInfo.processInfo.environment
    let cache =
      environment["GNB_CACHE"] ?? environment["XDG_CACHE_HOME"].map { $0 + "/gnb" } ?? NSHomeDirectory()
      + "/.cache/gnb"
    let beside = URL(fileURLWithPath: folder).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("shared/data/ldcc-rebuilt.tar.gz").path
    return [cache + "/data/livedoor/livedoor.tar.gz", beside].first {
      FileManager.default.fileExists(atPath: $0)
    }
  }()
}

extension String {
  /// Replaces a regular expression line by line.
  func replacingOccurrences(of pattern: String, with template: String, pattern _: Bool) -> String {
    split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.replacingOccurrences(of: pattern, with: template, options: .regularExpression) }
      .joined(separator: "\n")
  }
}
