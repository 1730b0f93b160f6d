import Commands
import Foundation
import Gemma
import Testing

/// Long commands ask whether to go on, again and again, and leave nothing half done behind.
@Suite struct InterruptionTests {
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/tiny").path
  private static let adapter = "load model \"\(tiny)/gemma3\"; load adapter \"\(tiny)/gemma3/adapter\""
  private static let evaluations = "load data mini-news; split train=10 validation=20; baseline"

  private let recorder = Recorder()
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "gnb-\(UUID().uuidString)"
  ).path

  /// Answers `none` so often, and then what is asked for.
  private func interrupt(after polls: Int) {
    var left = polls
    recorder.session.context.interruption = {
      left -= 1
      return left < 0 ? .stop : .none
    }
  }

  /// A file of 4,000 rows. The first one names the columns of a table.
  private static func rows(_ ending: String, _ row: (Int) -> String) -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "gnb-rows-\(UUID().uuidString).\(ending)"
    ).path
    let lines = (ending == "csv" ? ["text,label"] : []) + (0..<4000).map(row)
    _ = FileManager.default.createFile(
      atPath: path, contents: Data(lines.joined(separator: "\n").utf8))
    return path
  }

  @Test(arguments: [
    ("", "load model \"\(tiny)/gemma3\""), (adapter, "merge"), (adapter, "save model \"FOLDER/model\""),
    (adapter, "save model \"FOLDER/model.gguf\""),
    ("load data mini-news; split train=10 validation=20", "baseline"), (evaluations, "compare"),
    (adapter + "; load data mini-news", "plot lengths"),
    ("", "load data \"\(rows("csv") { "text \($0),\($0 % 2)" })\""),
    ("", "load data \"\(rows("jsonl") { "{\"text\": \"text \($0)\", \"label\": \($0 % 2)}" })\""),
  ])
  func aLongCommandStopsBetweenItsSteps(_ before: String, _ command: String) throws {
    let command = command.replacingOccurrences(of: "FOLDER", with: folder)
    #expect(before.isEmpty || recorder.run(before) == nil)
    let workspace = recorder.session.workspace
    // `compare` has one pair, and asks once.
    for polls in command == "compare" ? [0] : [0, 1, 3] {
      interrupt(after: polls)
      #expect(recorder.run(command)?.code == .interrupted, "after \(polls)")
      let now = recorder.session.workspace
      #expect(now.model == nil ? workspace.model == nil : now.model?.isMerged == false)
      #expect(now.evaluations.count == workspace.evaluations.count)
      #expect(((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).isEmpty)
    }
    recorder.session.context.interruption = { .none }
    #expect(recorder.run(command) == nil, "and it runs when it is let")
    try? FileManager.default.removeItem(atPath: folder)
  }

  @Test(arguments: [
    "baseline", "load model \"\(tiny)/gemma3\"", "merge", "save model \"FOLDER/m\"", "compare",
  ])
  func timeoutsHoldForThemToo(_ command: String) throws {
    #expect(recorder.run(Self.adapter + "; " + Self.evaluations) == nil)
    let source = command.replacingOccurrences(of: "FOLDER", with: folder)
    var notebook = try NotebookReader.read(
      text: "---\ngnb: 1\n---\n```gnb timeout=1\n\(source)\n```\n", path: "a.gnb")
    // A timeout that is over when the cell begins.
    notebook.update(cell: 0) { $0.timeout = 0 }
    let runs = try Replay(notebook, session: recorder.session).run { _, _ in true }
    #expect(runs.first?.failure?.code == .timedOut)
  }
}
