import Foundation
import Testing

/// `gnb record`, `check` and `export` as a script uses them: files and exit statuses.
@Suite struct NotebookCommandTests {
  private let program = ProgramTests()
  private let text = """
    ---
    gnb: 1
    seed: 7
    ---
    ```gnb #data
    load data mini-news
    ```
    ```gnb #split
    split train=10 validation=5
    ```
    ```gnb
    time baseline
    ```

    """

  private func write(_ text: String, _ name: String = "a.gnb") throws -> String {
    try program.write(name, Data(text.utf8))
  }
  private func contents(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  /// A recorded notebook and its text.
  private func recorded(_ name: String = "a.gnb") throws -> (path: String, text: String) {
    let path = try write(text, name)
    #expect(try program.gnb(["record", path]).status == 0)
    return (path, try contents(path))
  }

  @Test func recordThenCheck() throws {
    let (path, first) = try recorded()
    #expect(first.contains("```out in=") && first.contains("took «time»"))
    let again = try program.gnb(["record", path])
    #expect(again.status == 0 && again.output.contains("nothing has changed"))
    #expect(try contents(path) == first)
    let check = try program.gnb(["check", path, "--threads", "2"])
    #expect(check.status == 0 && check.output.contains("3 cells, every byte as recorded"), "\(check.errors)")
    #expect(try contents(path) == first, "check never writes")
  }

  @Test func aChangedNumberIsADifferenceOfThatLine() throws {
    let (path, text) = try recorded()
    let line = try #require(text.components(separatedBy: "\n").first { $0.hasPrefix("tf-idf: accuracy") })
    let wrong = line.replacingOccurrences(of: "0.", with: "1.")
    _ = try write(text.replacingOccurrences(of: line, with: wrong))
    let check = try program.gnb(["check", path])
    #expect(check.status == 1)
    #expect(check.errors.contains("- \(wrong)\n+ \(line)\n"), "\(check.errors)")
    #expect(check.errors.contains("a.gnb:") && check.errors.contains("cell #3"))
  }

  @Test func aChangedSeedIsFoundWithoutRunningAnything() throws {
    let (path, text) = try recorded()
    _ = try write(text.replacingOccurrences(of: "seed: 7", with: "seed: 8"))
    let check = try program.gnb(["check", path, "--json", "-"])
    #expect(check.status == 1)
    #expect(check.output.contains("G041") && !check.output.contains("\"start\""))
  }

  @Test func keepGoingShowsEveryDifference() throws {
    let (path, text) = try recorded()
    _ = try write(
      text.replacingOccurrences(of: "300 articles", with: "301 articles")
        .replacingOccurrences(of: "tf-idf: accuracy", with: "tf-idf: acuracy"))
    let first = try program.gnb(["check", path])
    #expect(first.status == 1 && first.errors.contains("301") && !first.errors.contains("acuracy"))
    let all = try program.gnb(["check", path, "--keep-going"])
    #expect(all.status == 1 && all.errors.contains("301") && all.errors.contains("acuracy"))
    #expect(all.output.contains("2 of 3 cells"))
  }

  @Test func theActualRunCanBeKeptAndReported() throws {
    let (path, text) = try recorded()
    let wrong = text.replacingOccurrences(of: "300 articles", with: "301 articles")
    _ = try write(wrong)
    let (actual, report) = (program.folder + "/actual.gnb", program.folder + "/report.xml")
    let check = try program.gnb(["check", path, "--write-actual", actual, "--junit", report])
    #expect(check.status == 1)
    #expect(try contents(actual) == text && contents(path) == wrong)
    let xml = try contents(report)
    #expect(xml.contains("tests=\"3\" failures=\"1\"") && xml.contains("+ 300 articles"))
  }

  @Test func aCellThatFailsIsNotRecorded() throws {
    let failing = text.replacingOccurrences(of: "time baseline", with: "confusion")
    let path = try write(failing)
    let run = try program.gnb(["record", path])
    #expect(run.status == 3 && run.errors.contains("G036"))
    #expect(try contents(path) == failing)
    #expect(try program.gnb(["check", path, "--keep-going"]).status == 3)
  }

  @Test func aFailedCellOfACheckEndsWithThree() throws {
    let (path, text) = try recorded()
    // The same text, but its input is gone: the file that a cell reads.
    let csv = try program.write("d.csv", Data("text,label\na,x\nb,y\n".utf8))
    let reading = text.components(separatedBy: "```gnb #data")[0] + "```gnb\nload data \(csv)\n```\n"
    _ = try write(reading)
    #expect(try program.gnb(["record", path]).status == 0)
    #expect(try program.gnb(["check", path]).status == 0)
    try FileManager.default.removeItem(atPath: csv)
    #expect(try program.gnb(["check", path]).status == 3)
  }

  @Test func anotherInputEndsWithFour() throws {
    let hash = String(repeating: "0", count: 64)
    let path = try write(
      text.replacingOccurrences(of: "seed: 7", with: "seed: 7\ninputs:\n  mini-news: \(hash)"))
    #expect(try program.gnb(["record", path]).status == 4)
    #expect(try program.gnb(["check", path, "--keep-going"]).status == 4)
  }

  @Test func severalNotebooksStartFresh() throws {
    let first = try recorded("a.gnb").path
    let second = try write("---\ngnb: 1\n---\n```gnb raises=G036\nsplit\n```\n", "b.gnb")
    #expect(try program.gnb(["record", first, second]).status == 0)
    let check = try program.gnb(["check", first, second])
    #expect(check.status == 0 && check.output.split(separator: "\n").count == 2)
  }

  @Test(arguments: ["ipynb", "html", "md"]) func exportWritesAFileOrTheOutput(_ format: String) throws {
    let path = try recorded().path
    let printed = try program.gnb(["export", path, "--to", format, "-o", "-"])
    #expect(printed.status == 0 && printed.output.contains("mini-news") && printed.output.contains("tf-idf"))
    let beside = try program.gnb(["export", path, "--to", format])
    #expect(beside.status == 0 && beside.output == "written: \(program.folder)/a.\(format)\n")
    #expect(try contents(program.folder + "/a." + format) == printed.output)
  }

  @Test(arguments: [
    ["export", "a.gnb"], ["export", "a.gnb", "--to", "pdf"], ["export", "no-such.gnb", "--to", "md"],
    ["check"], ["record"],
    ["run", "a.gnb", "--junit", "x"], ["check", "a.gnb", "b.gnb", "--write-actual", "x"], ["record", "/"],
    ["export", "a.gnb", "--to", "md", "-o", "/no/such/folder/x"], ["check", "a.gnb", "--set", "seed=3"],
    ["record", "/proc/version"],
  ])
  func wrongUseEndsWithTwo(_ words: [String]) throws {
    let path = try write(text)
    let run = try program.gnb(words.map { $0 == "a.gnb" ? path : $0 })
    #expect(
      run.status == 2 && run.output.isEmpty && !run.errors.isEmpty, "\(words): \(run.status) \(run.errors)")
  }

  @Test func aTimeoutEndsTheProgramThatPullWaitsFor() throws {
    // In place of pip: it would come to its end by itself, and pull would then miss the file.
    let python = try program.write("python3", Data("#!/bin/sh\nexec sleep 60\n".utf8))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: python)
    let path = try write("---\ngnb: 1\n---\n```gnb timeout=1\npull gemma-3-270m\n```\n")
    let run = try program.gnb(
      ["run", path],
      environment: [
        "GNB_CACHE": program.folder + "/cache",
        "PATH": program.folder + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? ""),
      ])
    #expect(run.status == 3 && run.errors.contains("error[G040]"), "\(run.errors)")
  }
}
