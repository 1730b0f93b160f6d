import Foundation
import Testing

/// The built program, driven as a user drives it.
@Suite struct ProgramTests {
  struct Run {
    var status: Int32
    var output: String
    var errors: String
  }

  static let binary: URL = {
    // Beside the test bundle, whatever the configuration.
    var url =
      Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
      ?? URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0])
    while url.path != "/",
      !FileManager.default.isExecutableFile(atPath: url.appendingPathComponent("gnb").path)
    {
      url.deleteLastPathComponent()
    }
    return url.appendingPathComponent("gnb")
  }()

  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-\(UUID().uuidString)").path

  /// - Parameter directory: the folder it works in; by default that of the tests.
  func gnb(
    _ arguments: [String], input: String = "", environment: [String: String] = [:], directory: String? = nil
  ) throws -> Run {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let process = Process()
    process.executableURL = Self.binary
    process.arguments = arguments
    if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files, not pipes: nothing can fill up and wait.
    let names = ["in", "out", "err"].map { folder + "/" + $0 }
    try input.write(toFile: names[0], atomically: true, encoding: .utf8)
    for name in names[1...] { _ = FileManager.default.createFile(atPath: name, contents: nil) }
    process.standardInput = FileHandle(forReadingAtPath: names[0])
    process.standardOutput = FileHandle(forWritingAtPath: names[1])
    process.standardError = FileHandle(forWritingAtPath: names[2])
    try process.run()
    process.waitUntilExit()
    return Run(
      status: process.terminationStatus, output: try String(contentsOfFile: names[1], encoding: .utf8),
      errors: try String(contentsOfFile: names[2], encoding: .utf8))
  }

  func write(_ name: String, _ data: Data) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = folder + "/" + name
    try data.write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test(arguments: [
    (["--version"], 0), (["--help"], 0), (["help", "train"], 0), (["-c", "set width=60"], 0),
    (["--treads", "2"], 2),
    (["--threads", "0"], 2), (["run"], 2), (["run", "/no/such.gnb"], 2), (["-c", "trian"], 2),
    (["-c", "train"], 3),
    (["-c", "load data /no/such.csv"], 3), (["check", "a.gnb"], 2), (["--set", "x"], 2), (["nonsense"], 2),
    (["-c", "let a = 1\nset width=$a"], 3), (["pull", "nothing"], 2), (["--color", "red"], 2),
    (["help", "trian"], 2),
  ])
  func exitStatusIsAsDocumented(_ arguments: [String], _ status: Int) throws {
    let run = try gnb(arguments)
    #expect(run.status == Int32(status), "\(run.errors)")
    #expect((status == 0) == run.errors.isEmpty)
  }

  @Test func aPipeIsAScript() throws {
    let run = try gnb(["--json", "-"], input: "load data mini-news\nsplit train=3 validation=2\n")
    #expect(run.status == 0)
    let events = run.output.split(separator: "\n").compactMap {
      (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
    }
    #expect(events.map { $0["event"] as? String } == ["start", "result", "end", "start", "result", "end"])
    #expect((events[4]["train"] as? [String])?.count == 3)
  }

  @Test func setOverridesANotebooksVariableAndRefusesOthers() throws {
    let path = try write(
      "a.gnb", Data("---\ngnb: 1\n---\n```gnb\nlet w = 50\nset width=$w\nshow config\n```\n".utf8))
    #expect(try gnb(["run", path, "--set", "w=70"]).output.contains("width    70"))
    #expect(try gnb(["run", path, "--set", "width=90", "--quiet"]).status == 0)
    let unknown = try gnb(["run", path, "--set", "q=70"])
    #expect(unknown.status == 2 && unknown.errors.contains("no 'let q'"))
  }

  @Test func setKnowsWhatCellsAndScriptsUse() throws {
    let head = "---\ngnb: 1\n---\n"
    let used = try write(
      "used.gnb", Data((head + "```gnb\nfor s in [50] {\n  set width=$w seed=$s\n}\nshow config\n```\n").utf8)
    )
    let plain = try write("plain.gnb", Data((head + "```gnb\nshow config\n```\n").utf8))
    #expect(try gnb(["run", used, "--set", "w=70"]).output.contains("width    70"))
    #expect(
      try gnb(["-c", "let w = 1; set width=$w; show config", "--set", "w=70"]).output.contains("width    70"))
    for arguments in [
      ["run", used, "--set", "w=70", "--set", "stpes=3"], ["run", plain, "--set", "stpes=3"],
      ["run", used, "--set", "s=3"],
      ["check", plain, "--set", "stpes=3"], ["record", plain, "--set", "stpes=3"],
      ["-c", "show config", "--set", "stpes=3"],
    ] {
      let run = try gnb(arguments)
      let name = arguments.last?.split(separator: "=").first.map(String.init) ?? ""
      #expect(
        run.status == 2 && run.errors.contains("no 'let \(name)' and no use of $\(name)"),
        "\(arguments) \(run.errors)")
    }
    let refused = try gnb(["check", used, "--set", "w=70"])
    #expect(refused.status == 2 && refused.errors.contains("--set w=... would change its output"))
  }

  @Test func aScriptFromWindowsRuns() throws {
    for end in ["\r\n", "\r", "\n\u{85}\u{A0}"] {
      let run = try gnb([], input: "set width=50\(end)show config\(end)")
      #expect(run.status == 0 && run.output.contains("width    50"), "\(run.errors)")
    }
  }

  @Test func noControlCharacterOfDataOrFilesReachesTheOutput() throws {
    let bad = "\u{1B}]0;title\u{7}\u{9B}2J\r"
    func json(_ text: String) throws -> String {
      String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }
    let data = try write(
      "bad.jsonl",
      Data(
        ["x", "y"].map {
          "{\"text\":\(try json(bad + $0)),\"label\":\(try json(bad + $0)),\"title\":\(try json(bad))}"
        }
        .joined(separator: "\n").utf8))
    let notebook = try write(
      "bad.gnb",
      Data(
        "---\ngnb: 1\n---\n# \(bad)\n\n\(bad)\n\n```gnb\nload data \(data)\nshow data # \(bad.dropLast())\n```\n"
          .utf8))
    let broken = try write("broken.csv", Data("text,label\(bad.dropLast())\na,b\n".utf8))
    for arguments in [
      [
        "-c",
        "load data \(data); show sample; show data; split train=1 validation=1; load data \(data) categories=[\"\(bad)\"]",
      ],
      ["run", notebook], ["-c", "load data \(broken)"], ["-c", "load data \"\(bad)\""], ["--\(bad)"],
      ["\(bad).gnb"],
      ["export", notebook, "--to", "html", "-o", "-"], ["export", notebook, "--to", "md", "-o", "-"],
      ["export", notebook, "--to", "ipynb", "-o", "-"],
    ] {
      let run = try gnb(arguments)
      for text in [run.output, run.errors] {
        #expect(
          !text.unicodeScalars.contains {
            $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t"
          },
          "\(arguments): \(text.debugDescription)")
      }
      #expect((run.output + run.errors).contains("␛]0;title␇"), "\(arguments)")
    }
    let events = try gnb(["--json", "-", "-c", "load data \(data); show sample"]).output
    #expect(events.contains("\\u001b]0;title\\u0007\\u009b2J\\r"), "JSON has the text itself")
  }

  @Test func aDifferentInputEndsWithStatusFour() throws {
    let hash = String(repeating: "0", count: 64)
    let path = try write(
      "a.gnb",
      Data("---\ngnb: 1\ninputs:\n  mini-news: \(hash)\n---\n```gnb\nload data mini-news\n```\n".utf8))
    #expect(try gnb(["run", path]).status == 4)
  }

  @Test func foreignAndBrokenFilesAreErrorsNeverCrashes() throws {
    let garbage = Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 3) })
    var gguf = Data("GGUF".utf8)
    for value in [3, 0, 0xFFFF_FFFF, 0xFFFF_FFFF, 7] as [UInt32] {
      withUnsafeBytes(of: value.littleEndian) { gguf.append(contentsOf: $0) }
    }
    var lines: [String] = []
    for (i, data) in [Data(), Data("hello".utf8), garbage, gguf].enumerated() {
      for ending in ["gguf", "tar.gz", "csv", "jsonl"] {
        let path = try write("bad\(i).\(ending)", data)
        lines += ["load model \(path)", "load data \(path)"]
      }
    }
    lines += [
      "load model \(folder)", "load data \(folder)", "load adapter \(folder)", "load model /dev/zero",
    ]
    for line in lines {
      let run = try gnb(["-c", line])
      #expect(run.status == 3, "\(line): \(run.status) \(run.errors)")
      #expect(run.errors.hasPrefix("error[G0"), "\(line): \(run.errors)")
    }
  }

  @Test func aModelThatIsCutWhileItIsInUseEndsWithWords() throws {
    let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/tiny/gemma2").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: tiny, toPath: folder + "/model")
    let weights = folder + "/model/model.safetensors"
    let process = Process()
    process.executableURL = Self.binary
    let (input, output, errors) = (Pipe(), Pipe(), try write("err", Data()))
    (process.standardInput, process.standardOutput) = (input, output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    process.arguments = [
      "--json", "-", "-c",
      "load model \(folder)/model; load data mini-news; split train=20 validation=5; prompt \"{input} => {output}\" max_input_tokens=19; lora rank=2; train steps=1000000 batch=2",
    ]
    try process.run()
    var told = Data()
    while String(decoding: told, as: UTF8.self).contains("\"unit\":\"step\"") == false {
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { break }
      told += more
    }
    try #require(truncate(weights, 0) == 0)
    while !output.fileHandleForReading.availableData.isEmpty {}
    process.waitUntilExit()
    let text = try String(contentsOfFile: errors, encoding: .utf8)
    #expect(process.terminationReason == .exit && process.terminationStatus == 3, "\(text)")
    #expect(text.contains("error[G031]: a file in use was cut short"), "\(text)")
  }

  @Test(arguments: [
    (["run"], "usage: gnb run FILE.gnb..."), (["check", "--bogus", "a.gnb"], "usage: gnb check FILE.gnb..."),
    (["nonsense"], "usage: gnb [FILE.gnb | run"), (["--threads", "0"], "usage: gnb [FILE.gnb | run"),
    (["export", "a.gnb"], "usage: gnb export FILE.gnb --to"),
  ])
  func aUsageErrorHasThreeLines(_ arguments: [String], _ usage: String) throws {
    let lines = try gnb(arguments).errors.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 4 && lines[0].hasPrefix("gnb: ") && lines[1].hasPrefix(usage), "\(lines)")
    #expect(lines[2].hasSuffix("--help' says more") && lines[3].isEmpty)
  }

  @Test(arguments: ["run", "check", "record", "export", "predict", "pull"]) func aVerbHasItsOwnHelp(
    _ verb: String
  )
    throws
  {
    for arguments in [[verb, "--help"], ["--help", verb], [verb, "a.gnb", "-h"]] {
      let run = try gnb(arguments)
      #expect(run.status == 0 && run.output.hasPrefix("gnb \(verb) "), "\(run.output)")
      #expect(!run.output.contains("Ctrl-R") && run.output.count < 700)
    }
  }

  @Test func colourIsForTerminalsOnly() throws {
    let source = "load data mini-news; show sample 1"
    #expect(!(try gnb(["-c", source])).output.contains("\u{1B}["))
    #expect(try gnb(["-c", source, "--color", "always"]).output.contains("\u{1B}["))
  }
}
