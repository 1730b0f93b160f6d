import Foundation
import Gemma

#if canImport(Darwin)
  import Darwin
#endif

/// What a computer is, as far as it matters for lessons.
package enum Machine {
  /// The CPU's name, as it gives it.
  static var cpu: String {
    #if os(Linux)
      return cpu(inProc: (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "")
    #else
      // Untested: gnb was never run on macOS.
      var size = 0
      guard sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0) == 0, size > 0 else {
        return "unknown"
      }
      var name = [UInt8](repeating: 0, count: size)
      guard sysctlbyname("machdep.cpu.brand_string", &name, &size, nil, 0) == 0 else { return "unknown" }
      return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
    #endif
  }

  /// The CPU's name in the text of /proc/cpuinfo: of x86 its own, of AArch64 that of the board where Linux knows it, else the numbers
  /// of maker and part.
  package static func cpu(inProc text: String) -> String {
    func value(_ key: String) -> String? {
      text.split(separator: "\n").lazy.map { $0.split(separator: ":", maxSplits: 1) }
        .first { $0.count == 2 && $0[0].trimmingCharacters(in: .whitespaces) == key }
        .map { $0[1].trimmingCharacters(in: .whitespaces) }
    }
    if let name = value("model name") ?? value("Model") { return name }
    guard let maker = value("CPU implementer"), let part = value("CPU part") else { return "unknown" }
    return "AArch64, maker \(maker), part \(part)"
  }

  static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

  /// Bytes of memory in all, and those that programs may still take.
  static var memory: (all: Int, available: Int) {
    let all = Int(ProcessInfo.processInfo.physicalMemory)
    #if os(Linux)
      let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
      let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
      let kilobytes = line?.split(separator: " ").compactMap { Int($0) }.first
      return (all, kilobytes.map { $0 * 1024 } ?? all)
    #else
      return (all, all)
    #endif
  }

  /// How many cores were busy in the last minute, on average.
  static var load: Double {
    var loads = [0.0]
    return getloadavg(&loads, 1) == 1 ? loads[0] : 0
  }

  /// Free bytes on the disk of a folder, which need not be there yet.
  static func freeBytes(at folder: String) -> Int? {
    var path = folder
    while path.count > 1, !FileManager.default.fileExists(atPath: path) {
      path = (path as NSString).deletingLastPathComponent
    }
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)
    return (attributes?[.systemFreeSize] as? NSNumber)?.intValue
  }
}
