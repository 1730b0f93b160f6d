import Commands
import Foundation
import Gemma
import Testing

/// merge and save model, as they are typed.
@Suite struct SaveCommandsTests {
  private let recorder = Recorder()
  private let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/tiny").path
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "gnb-saved-\(UUID().uuidString)"
  ).path

  /// What the last `score` told.
  private var score: [JSONValue] {
    recorder.events.compactMap { event in
      guard case .result(let fields, _) = event.kind else { return nil }
      return fields.first { $0.name == "total" }?.value
    }
  }

  private func number(_ index: Int) -> Double {
    if case .number(let value) = score[index] { value } else { .nan }
  }

  @Test func aSavedModelScoresAsTheSessionDid() throws {
    #expect(
      recorder.run(
        """
        load model "\(tiny)/gemma3"
        load adapter "\(tiny)/gemma3/adapter"
        score "a b"
        save model "\(folder)/a" type=f32
        save model "\(folder)/a.gguf" type=f32
        save adapter "\(folder)/lora.gguf"
        merge
        score "a b"
        save model "\(folder)/b.gguf" type=f32
        load model "\(folder)/a"
        score "a b"
        load model "\(folder)/b.gguf"
        score "a b"
        """) == nil)
    #expect(score.count == 4)
    for i in 1..<4 { #expect(abs(number(i) - number(0)) < 1e-4) }
    #expect(FileManager.default.contentsEqual(atPath: folder + "/a.gguf", andPath: folder + "/b.gguf"))
    let lines = recorder.lines()
    #expect(lines.contains("the adapter is merged into the saved model"))
    #expect(lines.contains { $0.hasPrefix("model as GGUF, F32, 478 kB, written to «path»") })
    #expect(lines.contains { $0.contains("parameters into 49 projections, stored as f32") })
  }

  @Test func anAdapterNamesItsBaseAsTheHubDoes() throws {
    let hub = folder + "/hub/models--google--tiny-3"
    try FileManager.default.createDirectory(atPath: hub + "/snapshots", withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: tiny + "/gemma3", toPath: hub + "/snapshots/0123abcd")
    for (model, base) in [
      (hub + "/snapshots/0123abcd/", "google/tiny-3"), (tiny + "/gemma3", tiny + "/gemma3"),
    ] {
      #expect(
        recorder.run(
          """
          load model "\(model)"
          lora rank=1
          save adapter "\(folder)/based"
          """) == nil)
      let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/based/adapter_config.json"))
      let config = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      #expect(config["base_model_name_or_path"] as? String == base)
    }
    #expect(recorder.lines().contains("the folder names google/tiny-3 as its base model"))
    #expect(Catalogue.items.allSatisfy { !$0.isModel || Hub.isName($0.hubName ?? "") })
  }

  @Test func whatIsLeftOutOfAnAdapterIsTold() {
    #expect(
      recorder.run("load model \"\(tiny)/gemma3\"; load adapter \"\(tiny)/adapter-files/vision-tower\"")
        == nil)
    let lines = recorder.lines(width: 200)
    #expect(lines.contains { $0.hasPrefix("note: 4 tensors for the vision tower are left out") })
    #expect(lines.contains { $0.hasPrefix("note: it names google/multimodal as its base") })
  }

  @Test func mistakesAreToldBeforeAnythingIsWritten() {
    #expect(recorder.run("merge")?.code == .missingStep)
    #expect(recorder.run("save model x")?.code == .missingStep)
    #expect(recorder.run("save model x type=q9_0")?.code == .notAChoice)
    #expect(recorder.run("load model \"\(tiny)/gemma2\"; merge")?.code == .missingStep)
    #expect(recorder.run("save model \"\(tiny)/gemma2\"")?.code == .invalidValue)
    #expect(recorder.run("save model \"\(folder)/x\" type=q8_0")?.code == .invalidValue)
    #expect(recorder.run("lora rank=2 dora=true; save adapter \"\(folder)/x.gguf\"")?.code == .unsupported)
    #expect(!FileManager.default.fileExists(atPath: folder + "/x"))
  }

  @Test func backRestoresTheModelBeforeTheMerge() throws {
    let cells = [
      "load model \"\(tiny)/gemma3\"\nload adapter \"\(tiny)/gemma3/adapter\"", "score \"a b\"", "merge",
      "lora rank=2\nscore \"a b\"",
    ]
    let text = "---\ngnb: 1\n---\n" + cells.map { "```gnb\n\($0)\n```\n" }.joined()
    let stepper = try Stepper(NotebookReader.read(text: text, path: "a.gnb"), session: recorder.session)
    stepper.enter("run")
    #expect(recorder.session.workspace.model?.isMerged == true)
    #expect(abs(number(1) - number(0)) < 1e-4, "a fresh adapter changes nothing")
    stepper.enter("back 2")
    #expect(recorder.session.workspace.model?.isMerged == false)
    #expect(recorder.session.workspace.adapter?.config.rank == 4)
    stepper.enter("score \"a b\"")
    #expect(score.count == 3 && score[2] == score[0])
    stepper.enter("back")
    stepper.enter("run")
    #expect(score.count == 4 && score[3] == score[1], "the same merge gives the same bits")
  }
}
