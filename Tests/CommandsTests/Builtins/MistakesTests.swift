import Commands
import Foundation
import Gemma
import Testing

/// mistakes, show mistake and show sample: getting at the articles.
@Suite struct MistakesTests {
  private let recorder = Recorder()
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/tiny/gemma3")
    .path
  private static let start = """
    load model \(tiny)
    load data mini-news categories=[movie-enter, sports-watch, topic-news]
    split train=6 validation=30 test=6
    prompt "{input} => {output}" max_input_tokens=19

    """

  private var lastTable: Table? {
    recorder.events.reversed().lazy.compactMap {
      if case .output(.table(let table)) = $0.kind { table } else { nil }
    }.first
  }

  private var lastFields: [String: JSONValue] {
    for event in recorder.events.reversed() {
      if case .result(let fields, _) = event.kind {
        return Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { old, _ in old })
      }
    }
    return [:]
  }

  private func strings(_ value: JSONValue?) -> [String] {
    guard case .array(let items)? = value else { return [] }
    return items.compactMap { if case .string(let text) = $0 { text } else { nil } }
  }

  @Test func mistakesAreNumberedTheSurestFirst() throws {
    #expect(recorder.run(Self.start + "evaluate\nmistakes limit=100") == nil)
    let e = try #require(recorder.session.workspace.evaluations.first)
    let wrong = e.truth.indices.filter { e.truth[$0] != e.predictions[$0] }
    #expect(wrong.count > 5, "an untrained model makes mistakes")
    let table = try #require(lastTable)
    #expect(table.columns.map(\.title) == ["no.", "truth", "prediction", "p", "article"])
    #expect(table.rows.map { $0[0].text } == (1...wrong.count).map(String.init))
    let shown = table.rows.compactMap { row -> Double? in
      if case .number(let p)? = row[3].value { p } else { nil }
    }
    #expect(shown == wrong.compactMap { e.probabilities[$0].max() }.sorted(by: >))
    // Programs get them in the articles' order, as before.
    #expect(strings(lastFields["mistakes"]) == wrong.map { e.articles[$0].id })
  }

  @Test func oneMistakeHasItsWholeTextAndEveryProbability() throws {
    #expect(recorder.run(Self.start + "evaluate\nmistakes\nshow mistake 3") == nil)
    let e = try #require(recorder.session.workspace.evaluations.first)
    let row = try #require(lastTable?.rows[2])
    guard case .string(let id)? = lastFields["id"], case .string(let text)? = lastFields["text"] else {
      Issue.record("no id")
      return
    }
    let place = try #require(e.articles.firstIndex { $0.id == id })
    #expect(e.truth[place] == row[1].text && e.predictions[place] == row[2].text)
    let data = try recorder.session.workspace.needData()
    #expect(data.samples.first { $0.id == id }?.text == text && text.contains("\n"))
    let chart = recorder.events.compactMap { event -> Chart? in
      if case .output(.chart(let chart)) = event.kind { chart } else { nil }
    }.last
    guard case .bars(let bars)? = chart?.shape else {
      Issue.record("no bars")
      return
    }
    #expect(bars.map(\.value) == e.probabilities[place].sorted(by: >) && bars.count == 3)
    #expect(bars.filter { $0.name.hasSuffix(" (truth)") }.map(\.name) == ["\(e.truth[place]) (truth)"])
    let lines = recorder.lines(width: 1000)
    for line in text.split(separator: "\n") { #expect(lines.contains(String(line)), "\(line)") }
    let count = e.truth.indices.count { e.truth[$0] != e.predictions[$0] }
    #expect(
      recorder.run("show mistake \(count + 1)")?.message
        == "number: expected from 1 to \(count), found \(count + 1)")
  }

  @Test func otherDataTakeNothingFromAnEvaluation() throws {
    #expect(recorder.run(Self.start + "evaluate as=news\nevaluate method=generate limit=3 as=free") == nil)
    let before = recorder.lines(width: 200).count
    let looks = "show mistake 2 news; report news; confusion news; mistakes news"
    #expect(recorder.run(looks) == nil)
    let first = recorder.lines(width: 200).dropFirst(before)
    #expect(recorder.run("load data support-messages; split") == nil)
    let after = recorder.lines(width: 200).count
    #expect(recorder.run(looks) == nil)
    #expect(Array(recorder.lines(width: 200).dropFirst(after)) == Array(first))
    // Free answers have no probabilities, and keep the articles' order.
    let start = recorder.lines().count
    #expect(recorder.run("show mistake 1 free") == nil)
    #expect(recorder.lines().dropFirst(start).contains("method=generate gives no probabilities"))
  }

  @Test func noMistakeIsSaidToBeNone() throws {
    let rows = (0..<10).map { "same \($0),\($0 < 9 ? "a" : "b")\n" }.joined()
    let path = NSTemporaryDirectory() + "\(UUID().uuidString).csv"
    try Data(("text,label\n" + rows).utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(
      recorder.run("load data \(path); split train=8 validation=1 shuffle=false stratify=false; baseline")
        == nil)
    #expect(
      recorder.run("show mistake 1 majority")?.message
        == "number: expected an evaluation with mistakes; 'majority' has none, found 1")
  }

  @Test func everyPartCanBeLookedAt() throws {
    #expect(recorder.run(Self.start) == nil)
    let (data, split) = (
      try recorder.session.workspace.needData(), try recorder.session.workspace.needSplit()
    )
    func id(_ line: String) -> String? {
      #expect(recorder.run(line) == nil, "\(line)")
      if case .string(let id)? = lastFields["id"] { return id }
      return nil
    }
    #expect(id("show sample 3") == data.samples[split.train[2]].id)
    for part in Part.allCases {
      let samples = split.samples(of: part)
      #expect(id("show sample on=\(part.rawValue) 3") == data.samples[samples[2]].id)
      #expect(id("show prompt 2 on=\(part.rawValue)") == data.samples[samples[1]].id)
      #expect(
        recorder.run("show sample on=\(part.rawValue) \(samples.count + 1)")?.message
          == "number: expected from 1 to \(samples.count), found \(samples.count + 1)")
    }
    #expect(id("show sample on=all \(data.samples.count)") == data.samples.last?.id)
    #expect(recorder.run("split train=6 validation=3; show sample on=test")?.code == .missingStep)
  }
}
