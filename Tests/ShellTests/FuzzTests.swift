import Foundation
import Testing

/// A short run of `make fuzz`: always the same broken files.
@Suite struct FuzzTests {
  @Test func brokenFilesOfEveryFormatAreReadOrRefused() throws {
    let process = Process()
    process.executableURL = ProgramTests.binary.deletingLastPathComponent().appendingPathComponent("Fuzz")
    let output = FileManager.default.temporaryDirectory.appendingPathComponent(
      "gnb-fuzz-\(UUID().uuidString)")
    process.arguments = ["--count", "150", "--output", output.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
    let lines = text.split(separator: "\n")
    #expect(lines.count == 16 && lines.allSatisfy { $0.contains("150 inputs") }, "\(text)")
    // Neither all refused nor all taken: the changes are of the right size.
    for line in lines {
      let taken = line.firstMatch(of: /([0-9]+) taken/).flatMap { Int($0.1) } ?? 0
      #expect((1..<150).contains(taken), "\(line)")
    }
  }
}
