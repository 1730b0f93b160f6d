import Foundation
import Testing

/// The prompt as a user has it: on a terminal.
@Suite(.serialized) struct ReplTests {
  private let program = ProgramTests()
  private var folder: String { program.folder }
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/tiny/gemma3").path

  private func notebook(_ cells: [String]) -> Data {
    Data(("---\ngnb: 1\n---\n" + cells.map { "```gnb\n\($0)\n```\n" }.joined()).utf8)
  }

  private func start(
    _ arguments: [String] = [], columns: Int = 80, environment: [String: String] = [:]
  ) throws -> Terminal {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return try Terminal(arguments, columns: columns, folder: folder, environment: environment)
  }

  /// A session without a notebook, at its first prompt.
  private func session(environment: [String: String] = [:]) throws -> Terminal {
    let terminal = try start(environment: environment)
    try terminal.wait(prompt: "gnb[1]>")
    return terminal
  }

  @Test func historyOutlivesTheSessionWithItsLines() throws {
    let first = try session()
    first.type("let 名前 = \"角度\"")
    try first.wait(prompt: "gnb[2]>")
    first.type("for x in [1] {")
    first.type("let y = $x")
    first.type("}")
    try first.wait(prompt: "gnb[3]>")
    first.send("\u{4}")
    #expect(try first.exitStatus() == 0)
    let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/state/history")
    #expect(attributes[.posixPermissions] as? Int == 0o600)

    let second = try session()
    second.send("\u{1B}[A")
    try second.wait("the whole loop") { $0.lines.suffix(3) == ["gnb[1]> for x in [1] {", "let y = $x", "}"] }
    second.send("\u{1B}[A\u{1B}[A")
    try second.wait("the line before it") { $0.contains("gnb[1]> let 名前 = \"角度\"") }
    second.send("\r")
    try second.wait(prompt: "gnb[2]>")
  }

  @Test func twoSessionsKeepEachOthersHistory() throws {
    let (a, b) = (try start(), try start())
    try a.wait(prompt: "gnb[1]>")
    try b.wait(prompt: "gnb[1]>")
    a.type("let a = 1")
    try a.wait(prompt: "gnb[2]>")
    b.type("let b = 2")
    try b.wait(prompt: "gnb[2]>")
    let text = try String(contentsOfFile: folder + "/state/history", encoding: .utf8)
    #expect(text.contains("a\\040=\\0401") && text.contains("b\\040=\\0402"), "\(text)")
  }

  @Test func aHistoryThatIsNoFileIsLeftAlone() throws {
    let terminal = try session(environment: ["GNB_HISTORY": "/dev/null"])
    terminal.type("let a = 1")
    try terminal.wait(prompt: "gnb[2]>")
    terminal.send("\u{1B}[A")
    try terminal.wait(prompt: "gnb[2]> let a = 1")
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & 0o777 == 0o666)
  }

  @Test func tabCompletesByPosition() throws {
    let terminal = try session()
    terminal.send("ev\t")
    try terminal.wait(prompt: "gnb[1]> evaluate")
    terminal.send("met\t")
    try terminal.wait(prompt: "gnb[1]> evaluate method=")
    terminal.send("c\t")
    try terminal.wait(prompt: "gnb[1]> evaluate method=constrained")
    terminal.send("\u{15}load \t\t")
    try terminal.wait("what can be loaded, and the line again below it") {
      $0.contains("adapter") && $0.contains("classifier") && $0.lines.last == "gnb[1]> load"
    }
    _ = try program.write("a name.csv", Data())
    terminal.send("\u{15}load data \"a\t")
    try terminal.wait(prompt: "gnb[1]> load data \"a name.csv\"")
  }

  @Test func aPasteOfThreeLinesIsOneCellAndRunsAtEnter() throws {
    let terminal = try session()
    #expect(terminal.raw.contains("\u{1B}[?2004h"))
    terminal.send("\u{1B}[200~let a = 1\nlet b = \"あ\tい\"\rlet c = 3\n\u{1B}[201~")
    try terminal.wait("three lines") {
      $0.lines.suffix(3) == ["gnb[1]> let a = 1", "let b = \"あ  い\"", "let c = 3"]
    }
    terminal.send("\r")
    try terminal.wait(prompt: "gnb[2]>")
    terminal.type("show session")
    try terminal.wait("the variables") { $0.contains("あ") && $0.lines.last == "gnb[3]>" }
  }

  @Test func japaneseGoesInIsDeletedAndComesOut() throws {
    let terminal = try session()
    terminal.send("let s = \"日本語の文\"")
    terminal.send("\u{7F}\u{7F}")
    try terminal.wait(prompt: "gnb[1]> let s = \"日本語の")
    // Left over two characters, each two columns wide, and one put between.
    terminal.send("\u{1B}[D\u{1B}[D新\u{5}\"\r")
    try terminal.wait(prompt: "gnb[2]>")
    terminal.type("show tokens $s")
    try terminal.wait("an error that quotes no garbage") {
      $0.lines.last == "gnb[2]>" && $0.contains("load model")
    }
    #expect(terminal.screen.contains("日本新語の"))
    #expect(!terminal.screen.contains("\u{FFFD}"))
  }

  @Test func ctrlCAtThePromptClearsTheLineAndCtrlDLeaves() throws {
    let terminal = try session()
    terminal.send("let half = [1,")
    try terminal.wait(prompt: "gnb[1]> let half = [1,")
    terminal.send("\u{3}")
    try terminal.wait("a new prompt") { $0.lines.suffix(2) == ["gnb[1]> let half = [1,", "gnb[1]>"] }
    terminal.send("\u{4}")
    #expect(try terminal.exitStatus() == 0)
  }

  @Test(arguments: ["\u{4}", "quit\r"]) func leavingWithUnsavedWorkAsksOnce(_ leave: String) throws {
    let terminal = try session()
    terminal.type("load data mini-news")
    try terminal.wait(prompt: "gnb[2]>")
    terminal.send(leave)
    try terminal.wait("the question") {
      $0.contains("not saved: 1 cell ('save notebook NAME.gnb')") && $0.lines.last == "gnb[2]>"
    }
    terminal.type("let a = 1")
    try terminal.wait(prompt: "gnb[3]>")
    terminal.send(leave)
    try terminal.wait("it again, after something else") {
      $0.contains("not saved: 2 cells") && $0.lines.last == "gnb[3]>"
    }
    terminal.send(leave)
    #expect(try terminal.exitStatus() == 0)
  }

  @Test func whatIsSavedOrComesFromAPipeIsLeftAtOnce() throws {
    let terminal = try session()
    terminal.type("load data mini-news")
    try terminal.wait(prompt: "gnb[2]>")
    terminal.type("save notebook a.gnb")
    try terminal.wait("the file") { $0.contains("1 cell written") && $0.lines.last == "gnb[2]>" }
    terminal.send("\u{4}")
    #expect(try terminal.exitStatus() == 0)
    let run = try program.gnb([folder + "/a.gnb"], input: "let a = 1\nkeep\nquit\n")
    #expect(run.status == 0 && !run.errors.contains("not saved"), "\(run.errors)")
  }

  @Test func theLastSessionComesBack() throws {
    let first = try session()
    first.type("load data mini-news")
    try first.wait(prompt: "gnb[2]>")
    first.type("split train=10 validation=5")
    try first.wait(prompt: "gnb[3]>")
    first.send("\u{4}\u{4}")
    #expect(try first.exitStatus() == 0)
    let second = try start(["--last"])
    try second.wait("what came back") {
      $0.contains("back after 2 cells") && $0.contains("the split") && $0.lines.last == "gnb[3]>"
    }
    second.type("show split")
    try second.wait("the split") { $0.contains("validation") && $0.lines.last == "gnb[4]>" }
    #expect(second.screen.contains("10"))
  }

  private let training = [
    "load model \(tiny)",
    "load data mini-news categories=[movie-enter, sports-watch]\nsplit train=6 validation=4\n"
      + "prompt \"{input} => {output}\" max_input_tokens=19\nlora rank=2",
    "train steps=100000 batch=2 lr=1e-3", "plot loss",
  ]

  @Test func theFirstCtrlCInTrainingKeepsWhatWasLearnt() throws {
    let path = try program.write("a.gnb", notebook(training))
    let terminal = try start([path])
    try terminal.wait(prompt: "gnb[1/4]>")
    terminal.type("run 2")
    try terminal.wait(prompt: "gnb[3/4]>")
    terminal.send("\r")
    try terminal.wait("steps") { $0.contains("/100000") }
    terminal.send("\u{3}")
    try terminal.wait(prompt: "gnb[4/4]>")
    #expect(terminal.screen.contains("interrupted"))
    terminal.type("list")
    try terminal.wait("the mark") {
      $0.lines.contains { $0.contains("interrupted") && $0.contains("train steps") }
    }
    terminal.send("\r")
    try terminal.wait("the curve of the steps that were done") {
      $0.contains("┤") && $0.lines.last == "gnb[end]>"
    }
    terminal.type("back 2")
    try terminal.wait(prompt: "gnb[3/4]>")
    terminal.send("\u{4}")
    #expect(try terminal.exitStatus() == 0)
  }

  @Test func theSecondCtrlCGoesBack() throws {
    // A step of a minute or more, which tells how far it is.
    let slow = training.map { $0.replacingOccurrences(of: "batch=2", with: "batch=128 accumulate=1024") }
    let path = try program.write("a.gnb", notebook(slow))
    let terminal = try start([path])
    try terminal.wait(prompt: "gnb[1/4]>")
    terminal.type("goto 3")
    try terminal.wait(prompt: "gnb[3/4]>")
    terminal.send("\r")
    try terminal.wait("progress within the first step") {
      $0.lines.last?.contains("step 0/100000") == true && $0.lines.last?.contains("of the next step") == true
    }
    terminal.send("\u{3}")
    try terminal.wait("a word") { $0.contains("Ctrl-C again goes back") }
    terminal.send("\u{3}")
    try terminal.wait(line: "went back to before this cell")
    try terminal.wait(prompt: "gnb[3/4]>")
    terminal.type("plot loss")
    try terminal.wait("no curve") { $0.contains("G036") }
  }

  @Test func steppingBackAndGoto() throws {
    let path = try program.write(
      "a.gnb", notebook(["let a = 1", "let a = 2", "let a = \"$a!\"", "show session"]))
    let terminal = try start([path])
    for k in 1...4 {
      try terminal.wait(prompt: "gnb[\(k)/4]>")
      terminal.send("\r")
    }
    try terminal.wait(prompt: "gnb[end]>")
    #expect(terminal.screen.contains("\"2!\""))
    terminal.type("back 3")
    try terminal.wait(prompt: "gnb[2/4]>")
    terminal.type("let a = 9")
    try terminal.wait("the hint") { $0.contains("on a copy") && $0.lines.last == "gnb[2/4]>" }
    terminal.type("goto 4")
    try terminal.wait(prompt: "gnb[4/4]>")
    terminal.send("\r")
    try terminal.wait("the end again") {
      $0.lines.last == "gnb[end]>" && $0.lines.count { $0.hasSuffix("\"2!\"") } == 2
    }
    #expect(!terminal.screen.contains("9!"))
    terminal.type("goto 9")
    try terminal.wait("an error") { $0.contains("one of 1 2 3 4") && $0.lines.last == "gnb[end]>" }
    terminal.type("quit")
    #expect(try terminal.exitStatus() == 0)
  }

  @Test func longHelpGoesThroughThePagerAndShortHelpDoesNot() throws {
    let script = try program.write("pager.sh", Data("wc -l; echo paged; exit 0\n".utf8))
    let terminal = try session(environment: ["PAGER": "sh \(script)"])
    terminal.type("train?")
    try terminal.wait("the pager") { $0.lines.contains("paged") && $0.lines.last == "gnb[2]>" }
    terminal.type("help score")
    try terminal.wait("the help itself") { $0.contains("perplexity") && $0.lines.last == "gnb[3]>" }
    #expect(terminal.screen.lines.count { $0 == "paged" } == 1)
    terminal.type("clear")
    try terminal.wait("an empty screen") { $0.lines.suffix(24).filter { !$0.isEmpty } == ["gnb[3]>"] }
    let run = try program.gnb(["help", "train"], environment: ["PAGER": "sh \(script)"])
    #expect(run.output.hasPrefix("train [") && !run.output.contains("paged"))
  }

  @Test func aResizedWindowIsSeenAtOnce() throws {
    let terminal = try session()
    terminal.resize(columns: 40)
    terminal.type("help train")
    try terminal.wait("help") { $0.lines.last == "gnb[2]>" && $0.contains("warmup") }
    for line in terminal.screen.lines.drop(while: { !$0.contains("help train") }) {
      #expect(line.count <= 40)
    }
    // The editor wraps at the new width too: a long line goes on in the next row, and comes back when it is deleted.
    let long = "let x = \"" + String(repeating: "あ", count: 30) + "\""
    terminal.send(long)
    try terminal.wait("a wrapped line") { $0.lines.suffix(2).joined().hasSuffix(long) }
    terminal.send("\u{15}")
    try terminal.wait("an empty line") { $0.lines.last == "gnb[2]>" && !$0.contains("ああ") }
  }

  @Test func fortyColumnsAreEnough() throws {
    let path = try program.write(
      "a.gnb", notebook(["load data mini-news", "split train=10 validation=5", "show split"]))
    let terminal = try start([path], columns: 40)
    try terminal.wait(prompt: "gnb[1/3]>")
    terminal.type("run")
    try terminal.wait(prompt: "gnb[end]>")
    terminal.type("list")
    try terminal.wait("the list") { $0.contains("→") || $0.lines.count { $0.contains("done") } == 3 }
    terminal.type("train lerning_rate=1")
    try terminal.wait("the suggestion") { $0.contains("did you mean 'lr'?") }
    terminal.type("bogus")
    try terminal.wait("an error") { $0.contains("G010") && $0.lines.last == "gnb[end]>" }
  }

  @Test func accessibleMeansNoHintsAndNoRedrawing() throws {
    let path = try program.write(
      "a.gnb", notebook(training.map { $0.replacingOccurrences(of: "100000", with: "20") }))
    let terminal = try start([path], environment: ["ACCESSIBLE": "1"])
    try terminal.wait(prompt: "gnb[1/4]>")
    #expect(!terminal.screen.contains("Enter runs"))
    terminal.type("run")
    try terminal.wait(prompt: "gnb[end]>")
    #expect(terminal.screen.contains("step 20/20") && !terminal.screen.contains("░"))
  }

  @Test func colourFollowsTheEnvironment() throws {
    let plain = try start(environment: ["NO_COLOR": "1"])
    try plain.wait(prompt: "gnb[1]>")
    plain.type("train")
    try plain.wait("an error") { $0.contains("G036") && $0.lines.last == "gnb[1]>" }
    #expect(!plain.raw.contains("\u{1B}[2m") && !plain.raw.contains("\u{1B}[31m"))
    let colored = try start()
    try colored.wait(prompt: "gnb[1]>")
    colored.type("train")
    try colored.wait("an error") { $0.contains("G036") && $0.lines.last == "gnb[1]>" }
    #expect(colored.raw.contains("\u{1B}[31m"))
  }

  @Test func editChangesACell() throws {
    let path = try program.write("a.gnb", notebook(["let a = 1", "show session"]))
    let script = try program.write("editor.sh", Data("sed -i 's/1/77/' \"$1\"\n".utf8))
    let terminal = try start([path], environment: ["VISUAL": "sh \(script)"])
    try terminal.wait(prompt: "gnb[1/2]>")
    terminal.send("\r")
    try terminal.wait(prompt: "gnb[2/2]>")
    terminal.type("edit 1")
    try terminal.wait("back at the cell") { $0.contains("changed") && $0.lines.last == "gnb[1/2]>" }
    terminal.type("run")
    try terminal.wait("the new value") { $0.contains("77") && $0.lines.last == "gnb[end]>" }
    terminal.type("save notebook")
    try terminal.wait("the file") { $0.contains("2 cells written") }
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains("```gnb\nlet a = 77\n```"))
  }

  @Test func presentShowsACellAtATime() throws {
    let path = try program.write(
      "a.gnb",
      Data("---\ngnb: 1\n---\n# Words\n\n```gnb\nlet a = \"大きな字\"\n```\n```gnb\nlet b = 2\n```\n".utf8))
    let terminal = try start([path, "--present"])
    let screen = try terminal.wait(prompt: "gnb[1/2]>")
    #expect(
      screen.contains("┃  let a = \"大きな字\"  ┃") && screen.contains("# Words") && !screen.contains("let b"))
    terminal.send("\r")
    try terminal.wait("the first cell's output") {
      $0.contains("(Enter shows") && $0.lines.last == "gnb[2/2]>"
    }
    #expect(!terminal.screen.contains("let b"))
    terminal.send("\r")
    try terminal.wait("the second cell") { $0.contains("┃  let b = 2  ┃") && $0.lines.last == "gnb[2/2]>" }
    terminal.send("\r")
    try terminal.wait(prompt: "gnb[end]>")
  }
}
