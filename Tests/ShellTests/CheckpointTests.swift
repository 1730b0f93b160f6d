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

  /// Starts a training, and sends it a signal `delay` after its state is as wanted, or after it has ended.
  /// - Returns: what it wrote: its events.
  private func stopped(
    checkpoint: String, _ signal: Int32, after delay: useconds_t = 0, settings: String,
    when isReady: (_ events: String) -> Bool
  ) throws -> String {
    let path = try program.write("events", Data())
    let process = Process()
    process.executableURL = ProgramTests.binary
    process.arguments = ["--json", "-", "-c", before + "\(settings) checkpoint=\(checkpoint)"]
    process.standardOutput = FileHandle(forWritingAtPath: path)
    process.standardError = FileHandle.nullDevice
    func events() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
    try process.run()
    while try !isReady(events()), process.isRunning { usleep(1000) }
    usleep(delay)
    if process.isRunning { kill(process.processIdentifier, signal) }
    process.waitUntilExit()
    return try events()
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
      _ = try stopped(checkpoint: checkpoint, SIGKILL, after: delay, settings: settings) { _ in
        FileManager.default.fileExists(atPath: checkpoint)
      }
      #expect(try adapter("resumed-\(number)", "train resume=\(checkpoint)") == whole, "after \(delay) µs")
    }
  }

  /// No checkpoint is ever due, so the one that is there is the one of Ctrl-C, wherever in a step the signal came.
  @Test func ctrlCWritesACheckpoint() throws {
    let checkpoint = program.folder + "/there.ckpt"
    let events = try stopped(
      checkpoint: checkpoint, SIGINT, settings: "train steps=1000000 batch=4 checkpoint_every=1000000"
    ) { $0.contains("\"unit\":\"step\"") }
    let told = try #require(events.matches(of: /"unit":"step","step":([0-9]+),/).last?.1)
    #expect(events.contains("\"code\":\"G037\""), "\(events.suffix(400))")
    let text = String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: checkpoint)).prefix(10_000_000), as: UTF8.self)
    let completed = try #require(text.firstMatch(of: /completed\\":([0-9]+)/)?.1)
    #expect(completed == told && told != "0")
  }

  /// A model large enough that writing takes longer than two signals.
  @Test func aSecondCtrlCLeavesNoHalfWrittenFolder() throws {
    let model =
      (ProcessInfo.processInfo.environment["GNB_CACHE"] ?? NSHomeDirectory() + "/.cache/gnb")
      + "/models/gemma-3-270m/gemma-3-270m-Q4_K_M.gguf"
    guard FileManager.default.fileExists(atPath: model) else {
      print("skipped: gemma-3-270m is not in the cache: gnb pull gemma-3-270m")
      return
    }
    try FileManager.default.createDirectory(atPath: program.folder, withIntermediateDirectories: true)
    let process = Process()
    process.executableURL = ProgramTests.binary
    process.arguments = ["-c", "load model \(model)\nsave model \(program.folder)/saved type=f32"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: program.folder) }
    try process.run()
    while try names().isEmpty, process.isRunning { usleep(1000) }
    for _ in 0..<2 { kill(process.processIdentifier, SIGINT) }
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(try names() == [])
  }

  @Test func resumeTakesNothingBesideItself() throws {
    let run = try program.gnb(["-c", before + "train resume=nothing.ckpt steps=5"])
    #expect(run.status == 3 && run.errors.contains("no argument beside resume"))
  }
}
