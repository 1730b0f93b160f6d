import Commands
import Foundation
import Gemma
import Testing

/// A session whose evaluations are looked at: what its lines tell.
struct EvaluationSession {
  let recorder = Recorder()
  let folder = NSTemporaryDirectory() + "gnb-honest-\(UUID().uuidString)"
  static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/tiny/gemma3")
    .path
  static let news = """
    load model \(tiny)
    load data mini-news categories=[movie-enter, sports-watch]
    split train=10 validation=9 test=8
    prompt "{input} => {output}" max_input_tokens=19
    lora rank=2

    """

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  var workspace: Workspace { recorder.session.workspace }

  /// The lines that a source adds.
  func told(_ source: String, by recorder: Recorder? = nil) -> [String] {
    let recorder = recorder ?? self.recorder
    let before = recorder.lines(width: 400).count
    let failure = recorder.run(source)
    #expect(failure == nil, "\(failure?.message ?? "")")
    return Array(recorder.lines(width: 400).dropFirst(before))
  }

  func message(_ source: String) -> String? { recorder.run(source)?.message }

  /// The accuracy lines that a source adds.
  func accuracies(_ source: String, by recorder: Recorder? = nil) -> [String] {
    told(source, by: recorder).filter { $0.contains(": accuracy ") }
  }

  func write(_ name: String, _ rows: [(String, String)]) throws -> String {
    let path = folder + "/" + name
    try Data(("text,label\n" + rows.map { "\($0.0),\($0.1)\n" }.joined()).utf8).write(
      to: URL(fileURLWithPath: path))
    return path
  }
}
