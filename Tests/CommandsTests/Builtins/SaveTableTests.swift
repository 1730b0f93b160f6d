import Commands
import Foundation
import Gemma
import Testing

/// save table after every command that shows a table.
@Suite struct SaveTableTests {
  private let recorder = Recorder()
  private let folder = NSTemporaryDirectory() + "gnb-tables-\(UUID().uuidString)"
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/tiny/gemma3")
    .path

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  /// The tables shown since the event of this index.
  private func tables(since index: Int) -> [Table] {
    recorder.events[index...].compactMap {
      if case .output(.table(let table)) = $0.kind { table } else { nil }
    }
  }

  /// Lines that between them run every command, but for those that act on a notebook or fetch something.
  private var lines: [String] {
    let rows = (0..<12).map { "text \($0),\($0 % 2 == 0 ? "even" : "odd")\n" }.joined() + "short\n"
    let data = folder + "/own.csv"
    _ = FileManager.default.createFile(atPath: data, contents: Data(("text,label\n" + rows).utf8))
    return [
      "load model \(Self.tiny)", "load data \(data)", "show rejects", "show data",
      "load data mini-news categories=[movie-enter, sports-watch]", "split train=6 validation=9",
      "show split",
      "prompt \"{input} => {output}\" max_input_tokens=19", "lora rank=2", "train steps=2 batch=2",
      "evaluate", "baseline", "compare", "compare 1 2", "report", "confusion", "mistakes", "show mistake 1",
      "show model", "show sample", "show prompt", "show lora", "show tokens film", "show next film",
      "show loss", "show rounding", "show config",
      "show session",
      "score \"a film\"", "ask film", "generate film max_tokens=2", "plot loss", "help", "set seed=4",
      "save adapter \(folder)/adapter", "load adapter \(folder)/adapter",
      "save classifier \(folder)/classifier",
      "load classifier \(folder)/classifier", "predict \(folder)/own.csv to=\(folder)/answers.csv",
      "save model \(folder)/model",
      "merge",
    ]
  }

  @Test func theTableJustShownIsSavedWhateverCommandMadeIt() throws {
    var showed: Set<String> = []
    for (number, line) in lines.enumerated() {
      let start = recorder.events.count
      #expect(recorder.run(line) == nil, "\(line)")
      let tables = tables(since: start)
      guard let last = tables.last else { continue }
      showed.insert(line.split(separator: " ").prefix(2).joined(separator: " "))
      for ending in ["csv", "json"] {
        let path = "\(folder)/\(number).\(ending)"
        #expect(recorder.run("save table \(path)") == nil, "\(line)")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == last.text(ending: ending), "\(line)")
      }
      for (i, table) in tables.enumerated() {
        #expect(recorder.run("save table \(folder)/n.csv number=\(i + 1)") == nil)
        #expect(try String(contentsOfFile: folder + "/n.csv", encoding: .utf8) == table.text(ending: "csv"))
      }
      let more = recorder.run("save table \(folder)/n.csv number=\(tables.count + 1)")
      #expect(more?.message == "number: expected from 1 to \(tables.count), found \(tables.count + 1)")
    }
    // The commands with a table; one that is new belongs into `lines`.
    #expect(
      showed.sorted() == [
        "compare", "compare 1", "confusion", "load data", "mistakes", "report", "score \"a", "show data",
        "show loss", "show model", "show next", "show rejects", "show rounding", "show session", "show split",
        "show tokens", "split train=6",
      ])
    let untried = CommandTable.standard.commands.filter { command in
      !command.isStepping && !lines.contains { $0.hasPrefix(command.name) }
    }
    #expect(untried.map(\.name).sorted() == ["pull", "save table"])
  }

  @Test func aTableIsSavedWholeWhateverWasShownOfIt() throws {
    let path = folder + "/whole.csv"
    let text = "---\ngnb: 1\n---\n```gnb rows=1\nload data mini-news\nsave table \(path)\n```\n"
    let replay = Replay(try NotebookReader.read(text: text, path: "a.gnb"), session: recorder.session)
    #expect(try replay.run { $1.failure == nil }.first?.failure == nil)
    #expect(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count == 6)
  }

  @Test func theListOfCellsIsSavedWhereItIsTypedAndNoCellTakesItForItsOwn() throws {
    let (listed, own) = (folder + "/list.csv", folder + "/own.csv")
    let text =
      "---\ngnb: 1\n---\n```gnb\nload data mini-news\n```\n```gnb\nsave table \(own)\n```\n"
    let stepper = try Stepper(NotebookReader.read(text: text, path: "a.gnb"), session: recorder.session)
    for line in ["", "list", "save table \(listed)", "list", ""] { stepper.enter(line) }
    #expect(try String(contentsOfFile: listed, encoding: .utf8).contains("load data mini-news"))
    #expect(try String(contentsOfFile: own, encoding: .utf8).hasPrefix("category,articles"))
    // What stands on the screen after the list is meant again.
    for line in ["back", "list", "show data", "save table \(listed) overwrite=true"] { stepper.enter(line) }
    #expect(try String(contentsOfFile: listed, encoding: .utf8).hasPrefix("category,articles,first article"))
  }
}
