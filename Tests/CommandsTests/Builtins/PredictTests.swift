import Commands
import Foundation
import Gemma
import Testing

/// predict, with a tiny model.
@Suite struct PredictTests {
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/tiny").path
  private let recorder = Recorder()
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "gnb-predict-\(UUID().uuidString)"
  ).path

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  private func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    return folder + "/" + name
  }

  private func read(_ name: String) throws -> String {
    try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
  }

  private func classifier(_ recorder: Recorder, template: String = "{input} =>") throws {
    let error = recorder.run(
      "load model \"\(Self.tiny)/gemma2\"; load data mini-news categories=[movie-enter, sports-watch]; split train=9 validation=9\n"
        + "prompt \"\(template)\" max_input_tokens=19; lora rank=2")
    #expect(error == nil)
  }

  private func field(_ name: String, _ recorder: Recorder? = nil) -> JSONValue? {
    (recorder ?? self.recorder).events.last {
      if case .result = $0.kind { $0.command.hasPrefix("predict") } else { false }
    }.flatMap { event in
      if case .result(let fields, _) = event.kind { fields.first { $0.name == name }?.value } else { nil }
    }
  }

  @Test func everyRowHasItsRowWithTheProbabilitiesOfAsk() throws {
    try classifier(recorder)
    let input = try write("in.csv", "id,body\na,角度の話\nb,\nc,角度の話\nd,\"海,\n空\"\n")
    #expect(recorder.run("predict \(input) to=\(folder)/out.csv; ask 角度の話") == nil)
    let lines = try read("out.csv").split(separator: "\n").map(String.init)
    #expect(lines[0] == "id,prediction,p_movie-enter,p_sports-watch,error")
    #expect(lines.count == 5 && lines[2] == "b,,,,\"column 'body': expected a text, found nothing\"")
    let asked = recorder.events.compactMap { event -> [JSONValue]? in
      guard event.command.hasPrefix("ask"), case .result(let fields, _) = event.kind else { return nil }
      return fields.map(\.value)
    }
    guard case .string(let prediction)? = asked.first?.first, case .array(let numbers)? = asked.first?.last
    else {
      Issue.record("ask told nothing")
      return
    }
    let expected = ([prediction] + numbers.map(\.text)).joined(separator: ",")
    #expect(lines[1] == "a,\(expected)," && lines[3] == "c,\(expected),")
    #expect(!FileManager.default.fileExists(atPath: folder + "/out.csv.part"))
    let told = recorder.lines(width: 300)
    #expect(
      told.contains {
        $0.hasPrefix("1 row without an answer; the column 'error' says why. The first: b: column 'body'")
      })
    #expect(told.contains { $0.hasPrefix("the probabilities are not calibrated") })
    #expect(field("calibrated") == .bool(false) && field("failed") == .int(1))
  }

  @Test func formatsAgreeWithEachOther() throws {
    try classifier(recorder)
    let input = try write("in.txt", "角度の話\n\n海の話\n")
    #expect(
      recorder.run(
        "predict \(input) to=\(folder)/a.csv; predict \(input) to=\(folder)/a.tsv; predict \(input) to=\(folder)/a.jsonl"
      ) == nil)
    #expect(
      try read("a.tsv")
        == read("a.csv").replacingOccurrences(of: ",", with: "\t").replacingOccurrences(
          of: "expected a text\t", with: "expected a text,"
        ).replacingOccurrences(of: "\"", with: ""))
    let objects = try read("a.jsonl").split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(objects.map { $0["id"] as? String } == ["line-1", "line-2", "line-3"])
    #expect(
      objects[1]["error"] as? String == "column 'text': expected a text, found nothing"
        && objects[1]["prediction"] == nil)
    let shares = try #require(objects[0]["probabilities"] as? [String: Double])
    #expect(
      shares.keys.sorted() == ["movie-enter", "sports-watch"] && abs(shares.values.reduce(0, +) - 1) < 1e-9)
    #expect(
      recorder.run("predict \(input) to=\(folder)/a.xlsx")?.message.contains(".csv, .tsv or .jsonl") == true)
  }

  @Test func standardOutputHasTheRowsAndNothingElse() throws {
    try classifier(recorder)
    let input = try write("in.txt", "a\nb\n")
    #expect(recorder.run("predict \(input) to=\(folder)/a.csv") == nil)
    let before = recorder.events.count
    #expect(recorder.run("predict \(input)") == nil)
    var streamed = ""
    for event in recorder.events.dropFirst(before) {
      guard case .output(let output) = event.kind else { continue }
      guard case .stream(let text) = output else {
        Issue.record("\(output)")
        continue
      }
      streamed += text
    }
    #expect(try streamed == read("a.csv"))
    let notices = recorder.events.dropFirst(before).compactMap {
      if case .notice(let text) = $0.kind { text } else { nil }
    }
    #expect(notices.contains { $0.hasPrefix("the probabilities are not calibrated") })
  }

  @Test func labelsAreFoundAndMeasured() throws {
    try classifier(recorder)
    let rows = "kind,note\nmovie-enter,角度の話\nsports-watch,海の話\nother,空の話\n,月の話\n"
    #expect(recorder.run("predict \(try write("in.csv", rows)) text=note to=\(folder)/a.csv") == nil)
    #expect(field("labelled") == .int(3), "the column holds mostly categories")
    let right = try read("a.csv").split(separator: "\n").dropFirst().count {
      let fields = $0.split(separator: ",", omittingEmptySubsequences: false)
      return !fields[4].isEmpty && fields[1] == fields[4]
    }
    #expect(field("correct") == .int(right))
    #expect(
      recorder.lines(width: 300).contains {
        $0.hasPrefix("accuracy ") && $0.contains("(\(right) of 3 with a label")
      })
    #expect(recorder.lines(width: 300).contains { $0.hasPrefix("the mean probability of these answers is ") })
    // No column of categories, no accuracy; one that is named and is not there is an error.
    let others = try write("b.csv", "kind,note\nx,角度の話\ny,海の話\n")
    #expect(recorder.run("predict \(others) text=note to=\(folder)/out-b.csv") == nil)
    #expect(field("labelled") == nil)
    #expect(try !read("out-b.csv").contains("label"))
    #expect(recorder.run("predict \(folder)/b.csv label=nothing")?.message.contains("a column of") == true)
    // What was trained on is no measure.
    var seen = SeenTexts()
    seen.add([Sample(id: "", title: "", text: "角度の話", category: "")])
    recorder.session.workspace.seen = seen
    #expect(recorder.run("predict \(folder)/in.csv text=note to=\(folder)/a.csv") == nil)
    #expect(
      field("seen") == .int(1)
        && recorder.lines(width: 300).contains { $0.hasSuffix("; 1 of these were trained on") })
  }

  /// An interruption after so many questions whether to go on.
  private func interrupt(_ recorder: Recorder, after polls: Int) {
    var left = polls
    recorder.session.context.interruption = {
      left -= 1
      return left < 0 ? .stop : .none
    }
  }

  private var many: String {
    "text,id\n" + (0..<400).map { "\"角度の話 \($0), と\"\"\n海\",n\($0)\n" }.joined()
  }

  @Test(arguments: ["csv", "jsonl"]) func anInterruptedPredictGoesOnAndEndsWithTheSameBytes(_ ending: String)
    throws
  {
    try classifier(recorder)
    let input = try write("in.csv", many)
    #expect(recorder.run("predict \(input) to=\(folder)/whole.\(ending)") == nil)
    interrupt(recorder, after: 3)
    let command = "predict \(input) to=\(folder)/out.\(ending)"
    #expect(recorder.run(command)?.code == .interrupted)
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/out.\(ending)"))
    let part = try read("out.\(ending).part")
    #expect(part.hasPrefix("#gnb predict ") && part.contains("n5"))
    #expect(
      recorder.lines(width: 300).contains {
        $0.hasPrefix("interrupted after ") && $0.contains("out.\(ending).part keeps them")
      })
    // As if it had been killed within a row.
    try (part + (ending == "csv" ? "n399,\"half" : "{\"id\":\"n399\"")).write(
      toFile: "\(folder)/out.\(ending).part", atomically: true, encoding: .utf8)
    recorder.session.context.interruption = { .none }
    let other = Recorder()
    try classifier(other)
    #expect(other.run(command) == nil)
    #expect(
      other.lines(width: 300).contains {
        $0.hasSuffix("of 400 rows were finished before; going on after them")
      })
    #expect(try read("out.\(ending)") == read("whole.\(ending)"))
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/out.\(ending).part"))
    #expect(field("predictions", other) == field("predictions"))
  }

  @Test(arguments: [
    "train steps=2 batch=2 lr=1e-2", "prompt \"{input} =\" max_input_tokens=19",
    "load model \"\(tiny)/gemma3\"", "CHANGE FILE",
  ])
  func anotherModelPromptOrFileBeginsAnew(_ change: String) throws {
    try classifier(recorder)
    let input = try write("in.csv", many)
    interrupt(recorder, after: 3)
    let command = "predict \(input) to=\(folder)/out.csv"
    #expect(recorder.run(command)?.code == .interrupted)
    recorder.session.context.interruption = { .none }
    if change == "CHANGE FILE" {
      _ = try write("in.csv", many + "noch etwas,x\n")
    } else {
      #expect(recorder.run(change) == nil)
    }
    #expect(recorder.run(command) == nil)
    #expect(recorder.lines(width: 300).contains { $0.hasSuffix("beginning anew") })
    #expect(recorder.run("predict \(input) to=\(folder)/whole.csv") == nil)
    #expect(try read("out.csv") == read("whole.csv"))
  }

  @Test func aPartFileOfSomebodyElseIsNotTouched() throws {
    try classifier(recorder)
    let mine = try write("out.csv.part", "mine")
    let error = try #require(recorder.run("predict \(try write("in.txt", "a\n")) to=\(folder)/out.csv"))
    #expect(error.message.contains("out.csv.part") && error.help?.contains("move it away") == true)
    #expect(try String(contentsOfFile: mine, encoding: .utf8) == "mine")
  }

  @Test func atThePromptAFileIsReplacedOnlyOnRequest() throws {
    try classifier(recorder)
    let input = try write("in.txt", "a\n")
    let mine = try write("out.csv", "mine")
    let stepper = try Stepper(nil, session: recorder.session)
    stepper.enter("predict \(input) to=\(mine)")
    #expect(try read("out.csv") == "mine")
    stepper.enter("predict \(input) to=\(mine) overwrite=true")
    #expect(try read("out.csv").hasPrefix("id,prediction,"))
    let errors = recorder.events.compactMap {
      if case .error(let diagnostic) = $0.kind { diagnostic.code } else { nil }
    }
    #expect(errors == [.invalidValue])
  }

  @Test func thePromptMayShowAnyColumn() throws {
    let data = try write(
      "learn.csv",
      "subject,body,kind\n" + (0..<8).map { "s\($0),角度 \($0),\($0 % 2 == 0 ? "はい" : "いいえ")\n" }.joined())
    #expect(
      recorder.run(
        "load model \"\(Self.tiny)/gemma2\"; load data \(data); split train=4 validation=4; prompt \"{subject}: {body} =>\"; lora; evaluate; save classifier \(folder)/c"
      ) == nil)
    let other = Recorder()
    #expect(other.run("load classifier \(folder)/c; predict \(data) to=\(folder)/out.csv") == nil)
    let shown = try read("out.csv").split(separator: "\n").dropFirst()
    let evaluated = recorder.events.compactMap { event -> JSONValue? in
      guard event.command == "evaluate", case .result(let fields, _) = event.kind else { return nil }
      return fields.first { $0.name == "predictions" }?.value
    }
    guard case .array(let predictions)? = evaluated.first else {
      Issue.record("nothing was evaluated")
      return
    }
    for case .object(let prediction) in predictions {
      guard case .string(let id)? = prediction.first(where: { $0.name == "id" })?.value,
        case .array(let shares)? = prediction.first(where: { $0.name == "probabilities" })?.value
      else { continue }
      #expect(
        shown.contains { $0.hasPrefix(id + ",") && $0.contains(shares.map(\.text).joined(separator: ",")) },
        "\(id)")
    }
    let error = try #require(other.run("predict \(try write("less.csv", "body\n角度\n"))"))
    #expect(
      error.message.contains("expected the column 'subject', which the prompt shows, found the columns body"))
  }

  @Test func instructionsAreAnsweredByText() throws {
    #expect(
      recorder.run(
        "load model \"\(Self.tiny)/gemma2\"; load data butler-rows; split; prompt \"{instruction} {input}\" max_input_tokens=20; lora"
      )
        == nil)
    let input = try write(
      "in.jsonl", "{\"instruction\": \"Say\", \"input\": \"sea\"}\n{\"instruction\": \"Go\"}\n{\"x\": 1}\n")
    #expect(
      recorder.run("save classifier \(folder)/c; predict \(input) to=\(folder)/a.csv max_tokens=5") == nil)
    let lines = try read("a.csv").split(separator: "\n")
    #expect(lines[0] == "id,prediction,error" && lines.last?.hasPrefix("line-3,,") == true)
    #expect(!recorder.lines().contains { $0.contains("calibrated") })
    #expect(recorder.run("generate \"Say sea\" max_tokens=5") == nil)
    let text = recorder.events.compactMap { event -> String? in
      guard event.command.hasPrefix("generate"), case .result(let fields, _) = event.kind,
        case .string(let text)? = fields.first(where: { $0.name == "text" })?.value
      else { return nil }
      return text
    }
    let answer = try #require(text.first)
    #expect(
      try read("a.csv").contains(
        "line-1,\(answer.contains(",") || answer.contains("\"") || answer.contains("\n") ? "\"" : "")\(answer.replacingOccurrences(of: "\"", with: "\"\""))"
      ))
    let other = Recorder()
    #expect(other.run("load classifier \(folder)/c; predict \(input) to=\(folder)/b.csv max_tokens=5") == nil)
    #expect(try read("b.csv") == read("a.csv"))
  }

  @Test func theFileThatIsReadIsNeverReplaced() throws {
    try classifier(recorder)
    let input = try write("in.csv", "body\n海\n")
    let error = try #require(
      recorder.run("predict \(input) to=\(folder)/../\((folder as NSString).lastPathComponent)/in.csv"))
    #expect(error.message.contains("another file than the one that is read"))
    #expect(try read("in.csv") == "body\n海\n")
  }

  @Test func whatIsMissingIsSaid() throws {
    #expect(recorder.run("predict x.csv")?.code == .missingStep)
    #expect(recorder.run("load model \"\(Self.tiny)/gemma2\"; predict x.csv")?.help == "load classifier DIR")
    try classifier(recorder)
    #expect(recorder.run("predict \(folder)/nothing.csv")?.code == .fileNotFound)
    #expect(recorder.run("predict \(try write("e.csv", "")) to=\(folder)/o.csv")?.code == .malformedFile)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["e.csv"], "and nothing was begun")
  }

  @Test func aTextThatIsTooLongForTheModelIsARowWithTheReason() throws {
    #expect(
      recorder.run("load model \"\(Self.tiny)/gemma2\"; load data mini-news; prompt \"{input} =>\"; lora")
        == nil)
    let input = try write("in.txt", "a\n" + String(repeating: "角度の話 ", count: 300) + "\nb\n")
    #expect(recorder.run("predict \(input) to=\(folder)/a.csv") == nil)
    let lines = try read("a.csv").split(separator: "\n")
    #expect(lines.count == 4 && lines[2].hasPrefix("line-2,,") && lines[2].contains("max_input_tokens"))
    #expect(!lines[3].hasPrefix("line-3,,"))
  }
}
