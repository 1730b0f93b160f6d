import Foundation
import Gemma
import TestSupport
import Testing

/// The same notebook gives the same bytes with any number of threads and every kernel set, in debug and release builds
/// (see docs/determinism.md).
@Suite struct DeterminismTests {
  private let program = ProgramTests()
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let folder = root.path + "/Tests/Fixtures/same-bytes"

  /// A script of Fixtures/same-bytes. Its paths begin at the root of the repository.
  private func script(_ name: String) throws -> String {
    try String(contentsOfFile: Self.folder + "/\(name).txt", encoding: .utf8)
      .replacingOccurrences(of: " /Tests/", with: " \(Self.root.path)/Tests/")
  }

  /// JSON events without what may differ.
  private func events(
    _ script: String, _ options: [String], _ environment: [String: String] = [:]
  ) throws -> String {
    let run = try program.gnb(["--json", "-"] + options, input: script, environment: environment)
    #expect(run.status == 0, "\(run.errors)")
    return run.output.split(separator: "\n").map { line in
      // The path of the checkout is in the command as typed. Why a generation ended is told since after the digests
      // were made; its ids and text are as they were.
      line.replacingOccurrences(of: Self.root.path, with: "")
        .replacingOccurrences(of: ",\"stopped\":\"length\"", with: "")
        .replacingOccurrences(of: #","volatile":\{[^}]*\}"#, with: "", options: .regularExpression)
    }.joined(separator: "\n")
  }

  /// Digests of the events: equal on every machine and in every configuration, so they are constants.
  /// `Packaging/same-bytes` holds packages for other machines to them.
  @Test(arguments: ["gemma2", "gemma3", "four-bits"])
  func threadsAndKernelsNeverShowInAResult(_ name: String) throws {
    let script = try script(name)
    let digests = try String(contentsOfFile: Self.folder + "/digests.txt", encoding: .utf8)
    let line = digests.split(separator: "\n").first { $0.hasSuffix("  " + name) }
    let golden = try #require(line).prefix(64)
    for kernels in Kernels.available.map(\.name) {
      for threads in [1, 2, 3, 5] {
        var text = try events(
          script, ["--device", "cpu", "--threads", "\(threads)", "--set", "kernels=\(kernels)"])
        let digest = text.withUTF8 { SHA256.hexDigest(UnsafeRawBufferPointer($0)) }
        #expect(digest == golden, "\(kernels), \(threads) threads")
      }
    }
    // The kernels of the GPU, on this computer's processor.
    var text = try events(
      script, ["--device", "cuda"], ["GNB_CUDA_LIBRARY": try StandIn.library("libcuda-run")])
    let digest = text.withUTF8 { SHA256.hexDigest(UnsafeRawBufferPointer($0)) }
    #expect(digest == golden, "the stand-in for a GPU")
  }

  @Test(arguments: ["gemma2", "gemma3"])
  func aDrawIsTheSameOnAnyThreadsAndKernels(_ model: String) throws {
    let script = """
      load model \(Self.root.path)/Tests/Fixtures/tiny/\(model)
      generate "film" max_tokens=24 temperature=4 seed=4
      generate "film" max_tokens=24 temperature=3 top_k=100 top_p=0.95 min_p=0.001 repetition_penalty=1.2
      generate "film" max_tokens=24 temperature=5 top_p=0.9 chat=true system="sea"
      """
    var reference: String?
    for kernels in Kernels.available.map(\.name) {
      for threads in [1, 2] {
        let options = ["--device", "cpu", "--threads", "\(threads)", "--set", "kernels=\(kernels)"]
        let run = try program.gnb(["--json", "-"] + options, input: script)
        #expect(run.status == 0, "\(run.errors)")
        let told = run.output.replacingOccurrences(
          of: #","volatile":\{[^}]*\}"#, with: "", options: .regularExpression)
        #expect(told.components(separatedBy: "\"ids\":[").count == 4)
        if let reference { #expect(told == reference, "\(kernels), \(threads) threads") }
        reference = told
      }
    }
  }
}
