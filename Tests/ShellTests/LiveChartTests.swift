import Foundation
import Testing

/// The losses as a chart while a training runs.
@Suite(.serialized) struct LiveChartTests {
  private let program = ProgramTests()
  private var folder: String { program.folder }
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/tiny/gemma3").path

  /// A training that goes on until it is stopped, with validation losses.
  private let longTraining = [
    "load model \(tiny)",
    "load data mini-news categories=[movie-enter, sports-watch]\nsplit train=6 validation=4\n"
      + "prompt \"{input} => {output}\" max_input_tokens=19\nlora rank=2",
    "train steps=100000 batch=2 lr=1e-3 eval_every=8 eval_limit=2", "plot loss",
  ]

  private func notebook(_ cells: [String]) -> Data {
    Data(("---\ngnb: 1\n---\n" + cells.map { "```gnb\n\($0)\n```\n" }.joined()).utf8)
  }

  private func start(_ arguments: [String]) throws -> Terminal {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return try Terminal(arguments, folder: folder)
  }

  @Test func theLossesAreAChartWhileTrainingAndGoneAfterIt() throws {
    let path = try program.write("a.gnb", notebook(longTraining))
    let terminal = try start([path])
    try terminal.wait(prompt: "gnb[1/4]>")
    terminal.type("goto 3")
    try terminal.wait(prompt: "gnb[3/4]>")
    terminal.send("\r")
    // Both curves above the bar, once each however often they are drawn.
    try terminal.wait("both losses above the bar") { screen in
      let lines = screen.lines
      return lines.last?.contains("/100000") == true && lines.suffix(12).first?.hasPrefix("loss") == true
        && lines.suffix(11).first?.contains("validation") == true && screen.contains("step 24:")
    }
    #expect(terminal.screen.lines.suffix(11).count { $0.contains("┤") } == 7)
    #expect(terminal.screen.lines.count { $0.contains("o validation") } == 1, "\(terminal.screen.text)")
    terminal.send("\u{3}")
    try terminal.wait(prompt: "gnb[4/4]>")
    #expect(!terminal.screen.contains("┤") && !terminal.screen.contains("░"), "\(terminal.screen.text)")
    #expect(
      terminal.screen.contains("Ctrl-C again goes back") && terminal.screen.contains("interrupted after step")
    )
    #expect(terminal.screen.lines.count { $0.contains("Ctrl-C again goes back") } == 1)
    #expect(!terminal.screen.lines.contains("loss"), "not even its title is left: \(terminal.screen.text)")
    terminal.type("plot loss")
    try terminal.wait("the curve itself") { $0.contains("┤") && $0.lines.last == "gnb[4/4]>" }
  }

  @Test(arguments: [80, 60]) func howLongItStillTakesIsToBeReadAtAnyWidth(_ columns: Int) throws {
    let path = try program.write("a.gnb", notebook(longTraining))
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let terminal = try Terminal([path], columns: columns, folder: folder)
    try terminal.wait(prompt: "gnb[1/4]>")
    terminal.type("goto 3")
    try terminal.wait(prompt: "gnb[3/4]>")
    terminal.send("\r")
    try terminal.wait("a bar and its end") { screen in
      screen.lines.last?.hasSuffix(" left") == true && screen.lines.last?.contains("░ step") == true
        && screen.lines.last?.contains("loss") == true
    }
    terminal.send("\u{3}")
    try terminal.wait(prompt: "gnb[4/4]>")
  }

  @Test(arguments: [(79, 24, [:]), (80, 23, [:]), (80, 24, ["ACCESSIBLE": "1"]), (80, 24, ["TERM": "dumb"])])
  func withoutRoomOrForAReaderThereIsNoChart(_ columns: Int, _ rows: Int, _ environment: [String: String])
    throws
  {
    let path = try program.write(
      "a.gnb", notebook(longTraining.map { $0.replacingOccurrences(of: "100000", with: "24") }))
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let terminal = try Terminal(
      [path], columns: columns, rows: rows, folder: folder, environment: environment)
    try terminal.wait(prompt: "gnb[1/4]>")
    terminal.type("run 3")
    try terminal.wait(prompt: "gnb[4/4]>")
    #expect(terminal.raw.contains("step 24") && !terminal.raw.contains("┤"))
  }

  @Test func aChartNeedsNoColourAndARunOfANotebookHasItToo() throws {
    let path = try program.write(
      "a.gnb",
      notebook(Array(longTraining.map { $0.replacingOccurrences(of: "100000", with: "40") }.prefix(3))))
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let terminal = try Terminal(["run", path], folder: folder, environment: ["NO_COLOR": "1"])
    #expect(try terminal.exitStatus() == 0)
    #expect(terminal.raw.contains("┤") && !terminal.screen.contains("┤"), "drawn, and gone at the end")
    #expect(terminal.screen.contains("step 40/40"))
    // In a pipe the steps are told by lines; nothing is drawn.
    let run = try program.gnb(["run", path])
    #expect(run.status == 0 && !run.errors.contains("┤") && !run.output.contains("┤"))
    // What is recorded is the same with and without a terminal.
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let other = try program.write("b.gnb", Data(text.utf8))
    let recording = try Terminal(["record", path], folder: folder)
    #expect(try recording.exitStatus() == 0 && !recording.raw.contains("┤"))
    #expect(try program.gnb(["record", other]).status == 0)
    #expect(FileManager.default.contentsEqual(atPath: path, andPath: other))
  }
}
