import Commands
import Foundation
import Gemma
import Testing

@Suite struct ArgumentTests {
  private enum Method: String, CaseIterable {
    case gnb, sklearn
  }

  private struct Keys: Sendable {
    let steps = Argument("steps", .integer(1...100), "how many")
    let batch = Argument("batch", .integer(1...100), 8, positional: true, "at once")
    let lr = Argument("lr", .number(0...10), 2e-3, "a rate")
    let method = Argument("method", .choice(Method.self), .gnb, "a way")
    let seed = Argument("seed", .seed, 200, "a seed")
    let shuffle = Argument("shuffle", .bool, true, "in another order")
    let stop = Argument("stop", .list, "some words")
    let folder = Argument("folder", .path, "~/models", "a folder")
  }

  /// What a command's body reads of its arguments.
  private func read(_ line: String) throws -> String {
    let recorder = Recorder()
    let table = CommandTable([
      Command("try it", .look, "reads its arguments", arguments: Keys()) { arguments, invocation in
        let steps: Int? = arguments.steps
        let method: Method = arguments.method
        let seed: UInt64 = arguments.seed
        invocation.print(
          "\(steps.map(String.init) ?? "-") \(arguments.batch) \(arguments.lr) \(method) \(seed) \(arguments.shuffle) "
            + "\(arguments.stop?.joined(separator: "+") ?? "-") \(arguments.folder)")
      }
    ])
    _ = Interpreter(recorder.session, table).run(
      try Parser.parse(line), cell: "1", file: nil, source: line)
    return recorder.lines(width: 400).joined(separator: "\n")
  }

  @Test(arguments: [
    ("try it", "- 8 0.002 gnb 200 true - HOME/models"),
    ("try it 4 steps=3", "3 4 0.002 gnb 200 true - HOME/models"),
    ("try it lr=1 method=sklearn seed=7", "- 8 1.0 sklearn 7 true - HOME/models"),
    ("try it stop=[a, \"b c\", 3]", "- 8 0.002 gnb 200 true a+b c+3 HOME/models"),
    ("try it stop=a shuffle=false folder=x", "- 8 0.002 gnb 200 false a x"),
    ("try it stop=[]", "- 8 0.002 gnb 200 true  HOME/models"),
  ])
  func keysReadWhatWasGivenOrTheirDefault(_ line: String, _ expected: String) throws {
    #expect(try read(line) == expected.replacingOccurrences(of: "HOME", with: NSHomeDirectory()))
  }

  @Test(arguments: [
    ("try it 101", "G017"), ("try it 2.5", "G015"), ("try it method=gn", "G016"), ("try it sdeps=1", "G012"),
  ])
  func keysRefuseWhatTheyDoNotTake(_ line: String, _ code: String) throws {
    #expect(try read(line).hasPrefix("error[\(code)]"))
  }

  @Test func helpAndCompletionFollowFromTheKeys() throws {
    let table = CommandTable([Command("try it", .look, "x", arguments: Keys()) { _, _ in }])
    let help = try Help(table).topic("try it").lines(100)
    #expect(help.first == "try it [steps=] [BATCH] [lr=] [method=] [seed=] [shuffle=] [stop=] [folder=]")
    #expect(help.contains { $0.contains("a way (gnb, sklearn; default gnb)") })
    let session = Recorder().session
    #expect(Completion("try it method=", session: session, table: table).candidates == ["gnb", "sklearn"])
    #expect(
      Completion("try it s", session: session, table: table).candidates == [
        "seed=", "shuffle=", "steps=", "stop=",
      ])
  }
}
