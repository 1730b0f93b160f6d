import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `gnb predict`, as other programs call it.
@Suite struct PredictProgramTests {
  private let program = ProgramTests()
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/tiny/gemma2").path
  private var folder: String { program.folder }

  /// A classifier of two categories, learnt from tickets with the columns subject, body and kind.
  private func classifier() throws -> String {
    let rows = (0..<12).map { "s\($0);角度の話 \($0);\($0 % 2 == 0 ? "movie" : "sport")\n" }.joined()
    let data = try program.write("learn.csv", Data(("subject;body;kind\n" + rows).utf8))
    let run = try program.gnb([
      "-c",
      "load model \(Self.tiny); load data \(data); split train=6 validation=6; prompt \"{input} =>\" max_input_tokens=19; lora rank=2; evaluate; save classifier \(folder)/c",
    ])
    #expect(run.status == 0, "\(run.errors)")
    return folder + "/c"
  }

  @Test func standardOutputIsTheTableAndNothingElse() throws {
    let classifier = try classifier()
    let input = try program.write("in.csv", Data("id;body\nx;海\ny;\nz;空\n".utf8))
    let run = try program.gnb(["predict", classifier, input])
    let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(run.status == 0 && lines.count == 5 && lines[4].isEmpty)
    #expect(lines[0] == "id,prediction,p_movie,p_sport,error" && lines[2].hasPrefix("y,,,,"))
    #expect(run.errors.contains("the probabilities are not calibrated") && run.errors.contains("texts/s"))
    let quiet = try program.gnb(["predict", classifier, input, "--quiet"])
    #expect(quiet.output == run.output && quiet.errors.isEmpty)
    let json = try program.gnb(["predict", classifier, input, "--to", "jsonl", "--quiet"])
    #expect(
      json.output.split(separator: "\n").count == 3
        && json.output.hasPrefix("{\"id\":\"x\",\"prediction\":\""))
    for ending in ["csv", "jsonl"] {
      let file = try program.gnb(["predict", classifier, input, "--to", "\(folder)/out.\(ending)"])
      #expect(file.status == 0 && file.output.isEmpty)
      #expect(
        try String(contentsOfFile: "\(folder)/out.\(ending)", encoding: .utf8)
          == (ending == "csv" ? run : json).output)
    }
    // A whole table through a pipe.
    let table = try program.gnb(
      ["predict", classifier, "-", "--format", "table", "--quiet"],
      input: String(contentsOfFile: input, encoding: .utf8))
    #expect(table.output == run.output)
    let columns = try program.gnb(["predict", classifier, input, "--text", "id", "--id", "body", "--quiet"])
    #expect(columns.status == 0 && columns.output.contains("\n海,") && columns.output.contains("\nline-3,"))
  }

  @Test func statusesAndMistakesAreThoseOfOtherVerbs() throws {
    let classifier = try classifier()
    let input = try program.write("in.csv", Data("body\n海\n".utf8))
    for (arguments, status, words) in [
      (["predict", classifier], 2, "gnb predict DIR FILE"),
      (["predict", classifier, input, "more"], 2, "gnb predict DIR FILE"),
      (
        ["predict", classifier, input, "--to", "a.txt"], 2,
        "--to takes a file that ends in .csv, .tsv or .jsonl"
      ),
      (["predict", classifier, "-", "--to", "a.csv"], 2, "standard output"),
      (
        ["predict", classifier, input, "--format", "text"], 2, "--format works with 'gnb predict DIR -' only"
      ),
      (["predict", classifier, "-", "--format", "xml"], 2, "--format takes auto, text, jsonl, table"),
      (["run", "a.gnb", "--to", "csv"], 2, "--to works with 'gnb export' and 'gnb predict' only"),
      (["run", "a.gnb", "--text", "b"], 2, "--text works with 'gnb predict' only"),
      (["predict", folder + "/nothing", input], 3, "nothing"),
      (["predict", classifier, folder + "/nothing.csv"], 3, "nothing.csv"),
      (["predict", Self.tiny + "/adapter", input], 3, "an adapter without categories"),
      (["predict", classifier, input, "--text", "nothing"], 3, "expected a column of"),
    ] {
      let run = try program.gnb(arguments)
      #expect(
        run.status == Int32(status) && run.errors.replacing("\n", with: " ").contains(words)
          && run.output.isEmpty, "\(arguments) \(run.status) \(run.errors)")
    }
    let help = try program.gnb(["predict", "--help"])
    #expect(help.status == 0 && help.output.hasPrefix("gnb predict DIR FILE|-"))
  }

  @Test func badLinesOfAPipeHaveTheirLineAndTheRestGoesOn() throws {
    let classifier = try classifier()
    let lines = ["海", "{\"body\": \"海\", \"id\": 7}", "{\"body\": 1", "", "{\"x\": 2}", "  ", "空\r", "last"]
    let run = try program.gnb(["predict", classifier, "-"], input: lines.joined(separator: "\n"))
    let told = run.output.split(separator: "\n").map(String.init)
    #expect(run.status == 0 && told.count == lines.count)
    let objects = try told.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(objects.map { $0["error"] == nil } == [true, true, false, false, false, false, true, true])
    #expect(
      objects.map { $0["id"] as? String } == [
        "line-1", "7", "line-3", "line-4", "line-5", "line-6", "line-7", "line-8",
      ])
    #expect(
      objects[0]["probabilities"] as? [String: Double] == objects[1]["probabilities"] as? [String: Double],
      "one text, one answer")
    #expect((objects[2]["error"] as? String)?.contains("JSON, byte 10") == true, "\(objects[2])")
    #expect((objects[4]["error"] as? String)?.contains("text=COLUMN") == true)
    #expect(run.errors.contains("8 lines, 4 of them without an answer"))
    let text = try program.gnb(
      ["predict", classifier, "-", "--format", "text", "--to", "csv"], input: "{\"body\": 1\n")
    #expect(
      text.output.hasPrefix("id,prediction,p_movie,p_sport,error\nline-1,") && text.output.hasSuffix(",\n"))
    let json = try program.gnb(["predict", classifier, "-", "--format", "jsonl"], input: "海\n")
    #expect(json.output.contains("\"error\":"))
    let broken = try program.write("broken", Data([0x61, 0xFF, 0x0A, 0x62, 0x0A]))
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    let output = Pipe()
    shell.arguments = [
      "-c", "\"$0\" predict \"$1\" - --quiet < \"$2\"", ProgramTests.binary.path, classifier, broken,
    ]
    shell.standardOutput = output
    try shell.run()
    let answered = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(
      answered.hasPrefix("{\"id\":\"line-1\",\"error\":\"expected UTF-8")
        && answered.contains("{\"id\":\"line-2\",\"prediction\""))
  }

  @Test func aLineIsAnsweredBeforeTheNextOneIsWritten() throws {
    let process = Process()
    process.executableURL = ProgramTests.binary
    process.arguments = ["predict", try classifier(), "-", "--quiet"]
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput, process.standardError) = (
      input, output, FileHandle.nullDevice
    )
    try process.run()
    for number in 1...3 {
      try input.fileHandleForWriting.write(contentsOf: Data("角度 \(number)\n".utf8))
      // Waits for the answer: a program that kept it back would never end this.
      let answer = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      #expect(
        answer.hasPrefix("{\"id\":\"line-\(number)\",\"prediction\":\"") && answer.hasSuffix("}\n"),
        "\(answer)")
    }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130, "Ctrl-C ends it, though it waits for a line")
  }

  @Test func ctrlCKeepsTheRowsAndTheSameCallGoesOn() throws {
    let classifier = try classifier()
    let count = 5000
    let input = try program.write(
      "in.csv", Data(("body\n" + (0..<count).map { "\"角度の話 \($0)\n海\"\n" }.joined()).utf8))
    let out = folder + "/out.csv"
    let process = Process()
    process.executableURL = ProgramTests.binary
    process.arguments = ["predict", classifier, input, "--to", out]
    let errors = try program.write("errors", Data())
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    while process.isRunning,
      ((try? String(contentsOfFile: out + ".part", encoding: .utf8)) ?? "").count < 2000
    { usleep(1000) }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    #expect(!FileManager.default.fileExists(atPath: out))
    let told = try String(contentsOfFile: errors, encoding: .utf8).replacing("\n", with: " ")
    #expect(told.contains("the same command goes on from there"), "\(told)")
    let part = try String(contentsOfFile: out + ".part", encoding: .utf8)
    let finished = part.split(separator: "\n").count - 2
    #expect(finished > 10 && finished < count)
    let again = try program.gnb(["predict", classifier, input, "--to", out])
    #expect(
      again.status == 0
        && again.errors.replacing("\n", with: " ").contains("were finished before; going on after them"))
    let whole = try program.gnb(["predict", classifier, input, "--quiet"])
    #expect(try String(contentsOfFile: out, encoding: .utf8) == whole.output)
    #expect(!FileManager.default.fileExists(atPath: out + ".part"))
  }

  /// The five lines of README, as they stand there, on a file as a stranger has it. Only the model is another one, by the same name.
  @Test func fiveLinesOfTheReadmeMakeAClassifierAndATableOfPredictions() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    let part = try #require(readme.components(separatedBy: "## Your own texts").dropFirst().first)
    let block = try #require(part.components(separatedBy: "```\n").dropFirst().first)
    let lines = block.split(separator: "\n").map(String.init)
    #expect(lines.count == 5, "\(lines)")
    let labels = ["料金", "配送", "返品"]
    func table(_ header: String, _ row: (Int) -> String) throws -> Data {
      try #require((header + "\r\n" + (0..<60).map { row($0) + "\r\n" }.joined()).data(using: .shiftJIS))
    }
    _ = try program.write(
      "tickets.csv", table("件名;本文;分類") { "件\($0);\"番号\($0)の\(labels[$0 % 3])について; お願い\";\(labels[$0 % 3])" })
    _ = try program.write("new.csv", table("件名;本文") { "件\($0);番号\($0 + 100)の\(labels[$0 % 3])" })
    // The tiny model with a context that holds the prompt, in the place of gemma-3-270m.
    try FileManager.default.copyItem(atPath: Self.tiny, toPath: folder + "/model")
    let config = folder + "/model/config.json"
    let text = try String(contentsOfFile: config, encoding: .utf8)
    try text.replacing(/"max_position_embeddings": \d+/, with: "\"max_position_embeddings\": 8192").write(
      toFile: config, atomically: true, encoding: .utf8)
    let models = folder + "/cache/models/gemma-3-270m"
    try FileManager.default.createDirectory(atPath: models, withIntermediateDirectories: true)
    let made = try program.gnb([
      "-c", "load model \(folder)/model; save model \(models)/gemma-3-270m-Q4_K_M.gguf type=f32",
    ])
    #expect(made.status == 0, "\(made.errors)")
    let run = try program.gnb(
      ["--cache-dir", folder + "/cache"], input: lines.joined(separator: "\n") + "\n",
      directory: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("tickets.csv: Shift_JIS, separated by semicolons, with a header"))
    let answers = try String(contentsOfFile: folder + "/answers.csv", encoding: .utf8).split(separator: "\n")
    #expect(answers.count == 61 && answers[0] == "id,prediction,p_料金,p_返品,p_配送,error")
    #expect(
      answers.dropFirst().allSatisfy { row in
        labels.contains { row.contains(",\($0),") } && row.hasSuffix(",")
      })
    // And the line for the shell after them.
    let shell = try program.gnb(
      ["--cache-dir", folder + "/cache", "predict", "tickets", "new.csv"], directory: folder)
    #expect(shell.status == 0 && shell.output.split(separator: "\n") == answers, "\(shell.errors)")
  }
}
