import Commands
import Foundation
import Testing

@Suite struct RunContextTests {
  private let recorder = Recorder()

  private func temporaryFile(_ name: String) -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("gnb-\(UUID().uuidString)-\(name)").path
  }

  @Test func aRunTellsWhatItIsGivenToTellAndLeavesTheSessionAsItWas() throws {
    var told: [String] = []
    let context = RunContext { event in
      if case .output(let output) = event.kind { told += output.lines(width: 80).texts }
    }
    let line = "load data mini-news"
    let failure = Interpreter(recorder.session, .standard).run(
      try Parser.parse(line), cell: "1", file: nil, source: line, context: context)
    #expect(failure == nil && told.first == "300 articles in 5 categories")
    #expect(recorder.events.isEmpty, "the session's own sink hears nothing of it")
  }

  @Test func theRowLimitOfACellIsNotTheNextCells() throws {
    let text = "---\ngnb: 1\n---\n```gnb rows=1\nload data mini-news\n```\n```gnb\nload data mini-news\n```\n"
    let replay = Replay(try NotebookReader.read(text: text, path: "a.gnb"), session: recorder.session)
    let runs = try replay.run { _, _ in true }
    #expect(runs.map { $0.transcript.recorded(width: 80).count } == [6, 9])
  }

  @Test func theLastTableGoesBackWithTheCellThatShowedIt() throws {
    let path = temporaryFile("table.csv")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let stepper = try Stepper(nil, session: recorder.session)
    for line in ["load data mini-news", "show session", "back", "save table \(path)"] { stepper.enter(line) }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasPrefix("category,articles,median characters\n"))
  }

  @Test func nothingOfANotebookIsLeftForTheNext() throws {
    let session = recorder.session
    #expect(recorder.run("load data mini-news; let a = 1; set seed=5 width=50") == nil)
    session.reset()
    #expect(session.variables.isEmpty && session.settings == Settings(threads: 1))
    #expect(recorder.run("save table \(temporaryFile("none.csv"))")?.code == .missingStep)
    #expect(recorder.run("show data")?.code == .missingStep)
  }
}
