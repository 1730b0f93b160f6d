import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Checkpoints of the program itself: killed without warning, and stopped by Ctrl-C.
@Suite struct CheckpointTests {
  private let program = ProgramTests()
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appendingPathComponent("Fixtures/tiny/gemma2").path

  private var before: String {
    """
    load model \(Self.tiny)
    load data mini-news categories=[movie-enter, sports-watch]
    split train=20 validation=9
    prompt "news: {input} => {output}" max_input_tokens=25
    lora rank=8

    """
  }
  private let settings = "train steps=24 batch=4 lr=1e-2 checkpoint_every=3"

  /// Starts a training and does something to it as soon as there is a checkpoint.
  private func stopped(checkpoint: String, _ signal: Int32, after delay: useconds_t, settings: String) throws
  {
    let process = Process()
    process.executableURL = ProgramTests.binary
    process.arguments = ["-c", before + "\(settings) checkpoint=\(checkpoint)"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    while !FileManager.default.fileExists(atPath: checkpoint), process.isRunning { usleep(1000) }
    usleep(delay)
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
  }

  private func adapter(_ name: String, _ train: String) throws -> Data {
    let path = program.folder + "/" + name
    let run = try program.gnb(["-c", before + train + "\nsave adapter \(path)"])
    #expect(run.status == 0, "\(run.errors)")
    return try Data(contentsOf: URL(fileURLWithPath: path + "/adapter_model.safetensors"))
  }

  @Test func aKilledTrainingGoesOnAndEndsWithTheSameBytes() throws {
    let whole = try adapter("whole", settings)
    for (number, delay) in [useconds_t(0), 30_000].enumerated() {
      let checkpoint = program.folder + "/\(number).ckpt"
      try stopped(checkpoint: checkpoint, SIGKILL, after: delay, settings: settings)
      #expect(try adapter("resumed-\(number)", "train resume=\(checkpoint)") == whole, "after \(delay) µs")
    }
  }

  @Test func ctrlCWritesACheckpoint() throws {
    let checkpoint = try program.write("there", Data()) + ".ckpt"
    try stopped(
      checkpoint: checkpoint, SIGINT, after: 0, settings: "train steps=100000 batch=4 checkpoint_every=97")
    let text = String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: checkpoint)).prefix(100_000), as: UTF8.self)
    let completed = try #require(text.firstMatch(of: /completed\\":([0-9]+)/)?.1).description
    // Not the one of the step that was due.
    #expect(try #require(Int(completed)) % 97 != 0)
  }

  @Test func resumeTakesNothingBesideItself() throws {
    let run = try program.gnb(["-c", before + "train resume=nothing.ckpt steps=5"])
    #expect(run.status == 3 && run.errors.contains("resume alone"))
  }
}
