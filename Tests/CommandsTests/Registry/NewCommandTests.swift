import Commands
import Foundation
import Gemma
import Testing

// From here to the suite the text is CONTRIBUTING's, too.
struct LongestArguments: Sendable {
  let count = Argument("count", .integer(1...100), 3, positional: true, "how many articles")
}

struct Longest: CommandResult {
  let articles: [Sample]

  var outputs: [Output] {
    let rows = articles.map { [$0.id, "\($0.text.count)"] }
    return [.table(Table([.init("article"), .init("characters", .right)], rows: rows))]
  }
  var fields: [(name: String, value: JSONValue)] { [("ids", .strings(articles.map(\.id)))] }
}

let longest = Command("show longest", .look, "the longest articles", arguments: LongestArguments()) {
  arguments, invocation in
  let data = try invocation.session.workspace.needData()
  let sorted = data.samples.sorted { $0.text.count > $1.text.count }
  invocation.tell(Longest(articles: Array(sorted.prefix(arguments.count))))
} python: { call, _ in
  ["print(sorted(train, key=lambda article: -len(article[\"text\"]))[:\(call.python(\.count))])"]
}

/// CONTRIBUTING's example of a new command is code, and has all that a command has.
@Suite struct NewCommandTests {
  private let table = CommandTable(CommandTable.standard.commands + [longest])
  private let recorder = Recorder()

  private func run(_ line: String) throws -> Diagnostic? {
    Interpreter(recorder.session, table).run(try Parser.parse(line), cell: "1", file: nil, source: line)
  }

  @Test func theExampleInContributingIsThisFiles() throws {
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let start = try #require(source.range(of: "struct LongestArguments"))
    let end = try #require(source.range(of: "\n/// CONTRIBUTING's example"))
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(contentsOf: root.appendingPathComponent("CONTRIBUTING.md"), encoding: .utf8)
    #expect(page.contains("```swift\n" + source[start.lowerBound..<end.lowerBound] + "```\n"))
  }

  @Test func itHasATableAndJSON() throws {
    #expect(try run("load data mini-news; show longest 2") == nil)
    #expect(recorder.lines().suffix(5).first?.hasPrefix("article") == true)
    guard case .result(let fields, _)? = recorder.events.dropLast().last?.kind else {
      Issue.record("no result")
      return
    }
    let shown = recorder.lines().suffix(3).prefix(2).map { $0.split(separator: " ")[0] }
    #expect(JSONValue.object(fields).text == "{\"ids\":[\"\(shown[0])\",\"\(shown[1])\"]}")
  }

  @Test func itIsChecked() throws {
    #expect(try run("show longest 0")?.code == .outOfRange)
    #expect(try run("show longest cuont=2")?.help == "did you mean 'count'?")
    #expect(try run("show longst")?.help == "did you mean 'show longest'?")
  }

  @Test func itHasHelpCompletionAndAPlaceInTheDocs() throws {
    let help = try Help(table).topic("show longest").lines(80)
    #expect(help.contains("  count  how many articles (a whole number from 1 to 100; default 3)"))
    let completion = Completion("show longest ", session: recorder.session, table: table)
    #expect(completion.candidates == ["count="])
    #expect(Help(table).markdown.contains("### `show longest`"))
  }

  @Test(arguments: [
    ("show longest 2", "[:2]"), ("show longest", "[:3]"), ("let n = 5; show longest $n", "[:n]"),
  ])
  func itHasItsLinesOfPython(_ line: String, _ python: String) throws {
    let notebook = try NotebookReader.read(text: "---\ngnb: 1\n---\n```gnb\n\(line)\n```\n", path: "a.gnb")
    let text = Export.text(notebook, to: .colab, table: table)
    #expect(text.contains("print(sorted(train, key=lambda article: -len(article[\\\"text\\\"]))\(python))"))
  }
}
