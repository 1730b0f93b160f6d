import Foundation
import TestSupport
import Testing

/// What a user sees of a GPU that is not there, too old, too small or lost.
@Suite struct GPUProgramTests {
  private let program = ProgramTests()
  private let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/tiny/gemma2").path

  private func run(_ script: String, library: String) throws -> ProgramTests.Run {
    try program.gnb([], input: script, environment: ["GNB_CUDA_LIBRARY": library])
  }

  @Test(arguments: [
    ("libcuda-none", "the driver finds no GPU of NVIDIA"),
    ("libcuda-old", "this computer has a driver for CUDA 9.0, but gnb needs CUDA 10.0 or newer"),
  ])
  func aGPUThatCannotBeUsedIsRefusedInWords(_ name: String, _ words: String) throws {
    let library = try StandIn.library(name)
    let refused = try run("set device=cuda\nload model \(model)\nscore \"a\"", library: library)
    #expect(refused.status == 3)
    #expect(refused.errors.contains("error[G044]: " + words), "\(refused.errors)")
    #expect(refused.errors.contains("set device=cpu"))
    // Without a wish, the processor computes, and nobody speaks of a GPU.
    let automatic = try run("load model \(model)\nscore \"a\"\nshow config", library: library)
    #expect(automatic.status == 0, "\(automatic.errors)")
    #expect(automatic.output.contains("device   cpu"))
  }

  @Test func aMissingDriverIsNoError() throws {
    let run = try run("load model \(model)\nscore \"a\"", library: "/nowhere/libcuda.so.1")
    #expect(run.status == 0, "\(run.errors)")
    let asked = try self.run("load model \(model) device=cuda", library: "/nowhere/libcuda.so.1")
    #expect(asked.status != 0)
  }

  @Test func theConfigurationAndTheSessionNameTheGPU() throws {
    let run = try run("show config\nshow session", library: StandIn.library("libcuda-run"))
    #expect(run.output.contains("device   cuda (stand-in)"), "\(run.output)")
    #expect(run.output.contains("computes on cuda (stand-in)"), "\(run.output)")
  }

  /// The session goes on with the state before the command: the model is still there, and the processor computes.
  @Test func aLostGPUEndsACommandAndNotTheSession() throws {
    let cells = [
      "load model \(model)", "load data mini-news categories=[movie-enter, sports-watch]",
      "split train=6 validation=9",
      "prompt \"news: {input} => {output}\" max_input_tokens=19", "lora rank=5 alpha=10",
      "train steps=2 batch=2",
      "score \"a film\"", "show config",
    ]
    let text =
      "---\ngnb: 1\ntitle: Lost\n---\n" + cells.map { "```gnb\n\($0)\n```\n" }.joined(separator: "\n")
    let lost = try program.gnb(
      ["run", "--keep-going", try program.write("lost.gnb", Data(text.utf8))],
      environment: ["GNB_CUDA_LIBRARY": try StandIn.library("libcuda-lost")])
    #expect(lost.errors.contains("error[G044]: the GPU stopped: an illegal memory access"), "\(lost.errors)")
    let healthy = try program.gnb(
      ["--device", "cpu"], input: "load model \(model)\nscore \"a film\"")
    let last = healthy.output.split(separator: "\n").last { $0.contains("log p") }
    #expect(last != nil && lost.output.contains(last ?? "-"), "\(lost.output)")
    #expect(lost.output.contains("device   cpu"))
  }
}
