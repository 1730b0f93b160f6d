import Commands
import Foundation
import Gemma
import Testing

@Suite struct CompletionTests {
  private let recorder = Recorder()

  private func candidates(_ line: String) -> [String] {
    Completion(line, session: recorder.session, table: .standard).candidates
  }

  @Test(arguments: [
    ("eva", ["evaluate"]), ("time eva", ["evaluate"]), ("split; eva", ["evaluate"]), ("load mo", ["model"]),
    ("load model gemma-3", ["gemma-3-270m"]), ("load data mini", ["mini-news"]),
    ("evaluate met", ["method="]), ("evaluate method=con", ["constrained"]), ("train method=c", []),
    ("evaluate method=constrained met", []), ("split shuffle=t", ["true"]),
    ("lora targets=[q_", ["q_proj"]), ("lora targets=[q_proj, v", ["v_proj"]),
    ("lora targets=[q_proj, q", []), ("lora layers=[", []), ("lora rank_pattern=[", []),
    ("prompt al", ["alpaca"]), ("prompt template=g", ["gemma-chat"]), ("prompt \"{ins", ["{instruction}"]),
    ("prompt \"{input} {", ["{instruction}", "{output}"]),
    ("prompt template=\"{in", ["{input}", "{instruction}"]),
    ("prompt \"{input} ", []), ("ask \"{in", []), ("help perp", ["perplexity"]),
    ("for r in [1] { tra", ["train"]),
    ("train steps=$", []), ("no-such-verb x", []), ("help G01", (10...19).map { "G0\($0)" }),
    ("goto ", ["cell="]), ("pull gem", ["gemma-3-270m"]), ("plot l", ["lengths", "loss", "lr"]),
  ])
  func thePlaceDecides(_ line: String, _ expected: [String]) {
    #expect(candidates(line) == expected)
  }

  @Test func kernelSetsAreThoseOfThisCPUAndCategoriesThoseOfTheData() {
    #expect(candidates("set kernels=") == Kernels.available.map(\.name).sorted())
    #expect(recorder.run("load data mini-news categories=[movie-enter, sports-watch]") == nil)
    #expect(candidates("load data mini-news categories=[") == ["movie-enter", "sports-watch"])
    #expect(candidates("load data mini-news categories=[movie-enter, ") == ["sports-watch"])
    #expect(
      Completion("prompt \"{inp", session: recorder.session, table: .standard).ending("{input}") == "")
  }

  @Test func variablesEvaluationsAndCellsAreNames() throws {
    recorder.session.variables = ["rank": .number(4), "rate": .number(1), "名": .number(1)]
    #expect(candidates("lora rank=$r") == ["$rank", "$rate"])
    #expect(candidates("ask \"a $ra") == ["$rank", "$rate"])
    #expect(Completion("lora rank=$r", session: recorder.session, table: .standard).common == "$ra")
    let text = "---\ngnb: 1\n---\n```gnb #model\nsplit\n```\n```gnb\nsplit\n```\n"
    let stepper = try Stepper(NotebookReader.read(text: text, path: "a.gnb"), session: recorder.session)
    #expect(candidates("goto ") == ["2", "cell=", "model"])
    withExtendedLifetime(stepper) {}
  }

  @Test func pathsMayHaveSpacesAndFoldersGoOn() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-\(UUID().uuidString)")
      .path
    try FileManager.default.createDirectory(atPath: folder + "/a folder", withIntermediateDirectories: true)
    for name in ["a file.csv", "plain.csv", ".hidden", "a folder/日本.csv"] {
      try Data().write(to: URL(fileURLWithPath: folder + "/" + name))
    }
    #expect(candidates("load data \(folder)/pl") == [folder + "/plain.csv"])
    #expect(candidates("load data \(folder)/a") == ["\"\(folder)/a file.csv\"", "\"\(folder)/a folder/"])
    #expect(candidates("load data \"\(folder)/a fo") == ["\"\(folder)/a folder/"])
    #expect(candidates("load data \"\(folder)/a folder/") == ["\"\(folder)/a folder/日本.csv\""])
    #expect(candidates("load data \(folder)/.h") == [folder + "/.hidden"])
    let completion = Completion("load data \"\(folder)/a fo", session: recorder.session, table: .standard)
    #expect(completion.ending("x/") == "" && completion.ending("\"x/") == "" && completion.ending("x") == " ")
    #expect(completion.ending("lr=") == "")
  }

  @Test func anyLineCompletesWithoutTrouble() {
    let alphabet = Array("\"[]{}=$#;\\ \tあload train/.~,")
    var state: UInt32 = 1
    for _ in 0..<500 {
      var line = ""
      for _ in 0..<12 {
        state = state &* 1_664_525 &+ 1_013_904_223
        line.append(alphabet[Int(state >> 16) % alphabet.count])
      }
      let completion = Completion(line, session: recorder.session, table: .standard)
      #expect(completion.replaced <= line.count, "\(line)")
    }
  }
}
