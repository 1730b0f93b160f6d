import Commands
import Foundation
import Gemma
import Testing

/// save classifier and load classifier: what one session learnt, in another.
@Suite struct ClassifierCommandsTests {
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/tiny").path
  private let recorder = Recorder()
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "gnb-classifier-\(UUID().uuidString)"
  ).path

  private var learnt: String {
    """
    load model "\(Self.tiny)/gemma2"
    load data mini-news categories=[movie-enter, sports-watch]
    split train=12 validation=9
    prompt "news: {input} => {output}" max_input_tokens=19
    lora rank=2
    train steps=2 batch=2 lr=1e-2
    evaluate

    """
  }

  /// The values of a field of all results of a command.
  private func values(_ recorder: Recorder, _ command: String, _ field: String) -> [JSONValue] {
    recorder.events.compactMap { event in
      guard event.command.hasPrefix(command), case .result(let fields, _) = event.kind else { return nil }
      return fields.first { $0.name == field }?.value
    }
  }

  private func notes() throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/c/gnb.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test func anotherSessionAnswersAsTheFirst() throws {
    #expect(recorder.run(learnt + "ask \"角度の話\"; save classifier \(folder)/c") == nil)
    let other = Recorder()
    #expect(other.run("load classifier \(folder)/c\nask \"角度の話\"") == nil, "without any data")
    #expect(values(other, "ask", "probabilities") == values(recorder, "ask", "probabilities"))
    #expect(values(other, "ask", "prediction").count == 1)
    #expect(other.lines().contains { $0.hasPrefix("learnt from mini-news: 12 articles, after 2 steps") })
    #expect(
      other.lines(width: 200).contains {
        $0.hasPrefix("step 2: accuracy ") && $0.hasSuffix("on validation articles")
      })
    // And measures the same on the same data, whose own prompt and categories it does not take.
    #expect(
      other.run(
        "load data mini-news categories=[movie-enter, sports-watch]; split train=12 validation=9; evaluate")
        == nil)
    #expect(values(other, "evaluate", "predictions") == values(recorder, "evaluate", "predictions"))
    #expect(values(other, "evaluate", "name") == [.string("adapter c")])
  }

  @Test func theFolderHasAllThatWasAskedFor() throws {
    #expect(recorder.run(learnt + "save classifier \(folder)/c") == nil)
    let classifier = try #require(try notes()["classifier"] as? [String: Any])
    #expect(classifier["format"] as? Int == 1 && classifier["calibrated"] as? Bool == false)
    #expect(classifier["categories"] as? [String] == ["movie-enter", "sports-watch"])
    let prompt = try #require(classifier["prompt"] as? [String: Any])
    #expect(prompt["template"] as? String == "news: {input} => " && prompt["max_input_tokens"] as? Int == 19)
    #expect(prompt["end_token"] as? String == "<eos>")
    let base = try #require(classifier["base"] as? [String: Any])
    #expect(base["sha256"] as? String == (try ModelFile.sha256(path: Self.tiny + "/gemma2")))
    let data = try #require(classifier["data"] as? [String: Any])
    #expect(
      data["name"] as? String == "mini-news" && data["train"] as? Int == 12 && data["validation"] as? Int == 9
    )
    #expect(data["sha256"] as? String == recorder.session.workspace.data?.sha256)
    let measured = try #require((classifier["evaluations"] as? [[String: Any]])?.first)
    #expect(measured["articles"] as? Int == 9 && measured["on"] as? String == "validation")
    #expect((measured["low"] as? Double ?? 1) < (measured["high"] as? Double ?? 0))
    let training = try #require(classifier["training"] as? [String: Any])
    #expect(training["commands"] as? [String] == ["train steps=2 batch=2 lr=0.01"])
    // PEFT's two files are those of `save adapter`.
    #expect(recorder.run("save adapter \(folder)/a") == nil)
    for name in ["adapter_config.json", "adapter_model.safetensors"] {
      #expect(
        FileManager.default.contentsEqual(atPath: "\(folder)/c/\(name)", andPath: "\(folder)/a/\(name)"))
    }
    let card = try String(contentsOfFile: folder + "/c/README.md", encoding: .utf8)
    for piece in [
      "library_name: peft", "license: gemma", "- movie-enter", "| step 2 | constrained | 9 (validation) |",
      "gnb predict c texts.csv", "AutoPeftModelForCausalLM", "not calibrated",
      "`mini-news`: 120 rows (12 train, 9 validation)",
      "train steps=2 batch=2 lr=0.01", "cut to 19 tokens", "ai.google.dev/gemma/terms",
    ] { #expect(card.contains(piece), "\(piece)") }
    #expect(card.hasPrefix("---\n") && !card.contains("base_model:"), "a path is no name on the hub")
  }

  @Test func theCardNamesTheBaseAsTheHubDoes() throws {
    let hub = folder + "/hub/models--google--tiny-2/snapshots"
    try FileManager.default.createDirectory(atPath: hub, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: Self.tiny + "/gemma2", toPath: hub + "/0123abcd")
    #expect(
      recorder.run(
        learnt.replacingOccurrences(of: Self.tiny + "/gemma2", with: hub + "/0123abcd")
          + "save classifier \(folder)/c")
        == nil)
    let card = try String(contentsOfFile: folder + "/c/README.md", encoding: .utf8)
    #expect(card.hasPrefix("---\nbase_model: google/tiny-2\n"))
    let config = try String(contentsOfFile: folder + "/c/adapter_config.json", encoding: .utf8)
    #expect(config.contains("\"base_model_name_or_path\": \"google/tiny-2\""))
  }

  @Test func onlyFiguresOfTheAdapterAsItIsAreSaved() throws {
    #expect(recorder.run(learnt + "train steps=1 batch=2; save classifier \(folder)/c") == nil)
    let none = (try notes()["classifier"] as? [String: Any])?["evaluations"] as? [[String: Any]]
    #expect(none?.isEmpty == true)
    #expect(
      recorder.lines(width: 200).contains { $0.hasPrefix("note: no evaluation of the adapter as it is now") })
    #expect(recorder.run("evaluate; save classifier \(folder)/c") == nil, "a script replaces it")
    let evaluations = (try notes()["classifier"] as? [String: Any])?["evaluations"] as? [[String: Any]]
    #expect(evaluations?.map { $0["name"] as? String } == ["step 3"])
    #expect(
      (try notes()["classifier"] as? [String: Any]).flatMap {
        ($0["training"] as? [String: Any])?["steps"] as? Int
      } == 3)
  }

  @Test func withoutAnAdapterItIsAPromptAndSaysSo() throws {
    #expect(
      recorder.run(
        "load model \"\(Self.tiny)/gemma2\"; load data mini-news; prompt \"{input} =>\" max_input_tokens=9; ask a; save classifier \(folder)/c"
      )
        == nil)
    #expect(
      recorder.lines(width: 200).contains {
        $0.hasPrefix("there is no adapter: it is the base model with this prompt")
      })
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder + "/c").sorted() == [
        "README.md", "gnb.json",
      ])
    let other = Recorder()
    #expect(other.run("load classifier \(folder)/c; ask a") == nil)
    #expect(other.lines().contains("no adapter: it is the base model with a prompt"))
    #expect(values(other, "ask", "probabilities") == values(recorder, "ask", "probabilities"))
  }

  @Test func theModelThatIsThereStays() throws {
    #expect(recorder.run(learnt + "save classifier \(folder)/c; load classifier \(folder)/c") == nil)
    #expect(recorder.lines(width: 200).contains { $0.hasSuffix("which the session had already") })
    #expect(recorder.session.workspace.evaluations.count == 1, "and so do its evaluations")
    #expect(recorder.run("load model \"\(Self.tiny)/gemma3\"; load classifier \(folder)/c; ask a") == nil)
    #expect(recorder.session.workspace.modelName == Self.tiny + "/gemma2")
  }

  @Test func whatWasTrainedOnComesBack() throws {
    #expect(recorder.run(learnt) == nil)
    let seen = SeenTexts(hashes: ["0123456789abcdef", "fedcba9876543210"])
    recorder.session.workspace.seen = seen
    #expect(recorder.run("save classifier \(folder)/c") == nil)
    for line in ["load classifier", "load adapter"] {
      let other = Recorder()
      #expect(other.run("load model \"\(Self.tiny)/gemma2\"; \(line) \(folder)/c") == nil)
      #expect(other.session.workspace.seen == seen, "\(line)")
      #expect(
        other.lines(width: 200).contains { $0.contains("'load classifier \(folder)/c' brings its prompt") }
          == (line == "load adapter"))
    }
  }

  @Test func aMismatchIsSaidBeforeAnythingIsComputed() throws {
    #expect(recorder.run(learnt + "save classifier \(folder)/c") == nil)
    // Other categories: told when the second of the two is loaded, and nothing is measured.
    for lines in [
      "load data support-messages; load classifier \(folder)/c",
      "load classifier \(folder)/c; load data support-messages",
    ] {
      let other = Recorder()
      #expect(other.run(lines) == nil)
      let note = other.lines(width: 400).last { $0.hasPrefix("note: ") } ?? ""
      #expect(
        note.contains("knows (movie-enter, sports-watch), but support-messages has account, billing"),
        "\(note)")
      #expect(other.run("split; evaluate")?.code == .missingStep)
      #expect(other.run("lora; train")?.code != .missingStep, "a fresh adapter is a new classifier")
    }
    // Another base under the same name.
    let hub = folder + "/base"
    try FileManager.default.copyItem(atPath: Self.tiny + "/gemma2", toPath: hub)
    #expect(
      recorder.run(
        learnt.replacingOccurrences(of: Self.tiny + "/gemma2", with: hub) + "save classifier \(folder)/d")
        == nil)
    try FileManager.default.removeItem(atPath: hub + "/model.safetensors")
    try FileManager.default.copyItem(
      atPath: Self.tiny + "/gemma3/model.safetensors", toPath: hub + "/model.safetensors")
    let other = Recorder()
    let error = try #require(other.run("load classifier \(folder)/d"))
    #expect(
      error.message.contains("another model, sha256 ") && error.help?.contains("load model PATH") == true)
    #expect(other.session.workspace.model == nil)
    try FileManager.default.removeItem(atPath: hub)
    #expect(other.run("load classifier \(folder)/d")?.message.contains("which is not here") == true)
  }

  @Test func aMissingBaseIsNamedWithItsPull() throws {
    #expect(recorder.run(learnt + "save classifier \(folder)/c") == nil)
    let path = folder + "/c/gnb.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for (name, hub, pull) in [
      ("gemma-3-270m", "google/gemma-3-270m", "gnb pull gemma-3-270m"),
      ("google/gemma-2-2b", "google/gemma-2-2b", "gnb pull google/gemma-2-2b"),
    ] {
      let changed = text.replacingOccurrences(
        of: "\"name\" : \"\(Self.tiny)/gemma2\"", with: "\"name\" : \"\(name)\", \"hub\" : \"\(hub)\"")
      #expect(changed != text)
      try changed.write(toFile: path, atomically: true, encoding: .utf8)
      let error = try #require(Recorder().run("load classifier \(folder)/c"))
      #expect(error.message.contains(hub) && error.help == pull, "\(error.message) \(error.help ?? "")")
    }
  }

  @Test func foreignAndDamagedFoldersAreRefusedByWhatIsMissing() throws {
    let plain = try #require(Recorder().run("load classifier \(Self.tiny)/gemma2/adapter"))
    #expect(plain.message.contains("an adapter without categories, prompt and base model"))
    #expect(plain.help?.contains("'load adapter ") == true)
    #expect(
      Recorder().run("load classifier \(Self.tiny)")?.message.contains("a folder without gnb.json") == true)
    #expect(Recorder().run("load classifier \(folder)/nothing")?.code == .fileNotFound)
    #expect(recorder.run(learnt + "save classifier \(folder)/c") == nil)
    // Another adapter over the first one's notes.
    #expect(recorder.run("train steps=2 batch=2 lr=1e-2; save adapter \(folder)/c") == nil)
    let other = try #require(Recorder().run("load classifier \(folder)/c"))
    #expect(other.message.contains("another adapter, or a damaged one"), "\(other.message)")
    let path = folder + "/c/gnb.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for (from, to, words) in [
      ("\"format\" : 1", "\"format\" : 9", "a newer gnb wrote"),
      ("\"prompt\" : {", "\"prompts\" : {", "classifier"),
      ("{", "", "a JSON object"),
    ] {
      let changed = to.isEmpty ? "[]" : text.replacingOccurrences(of: from, with: to)
      try changed.write(toFile: path, atomically: true, encoding: .utf8)
      let error = try #require(Recorder().run("load classifier \(folder)/c"))
      #expect(error.message.contains(words) && error.message.contains("gnb.json"), "\(error.message)")
    }
  }

  @Test(arguments: ["save adapter FOLDER/x", "save classifier FOLDER/x", "save adapter FOLDER/x.gguf"])
  func aFailureOrCtrlCLeavesNothingBehind(_ command: String) throws {
    let command = command.replacingOccurrences(of: "FOLDER", with: folder)
    #expect(recorder.run(learnt) == nil)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var polls = 0
    while polls < 200 {
      var left = polls
      recorder.session.context.interruption = {
        left -= 1
        return left < 0 ? .stop : .none
      }
      let error = recorder.run(command)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      if error == nil { break }
      #expect(error?.code == .interrupted && names.isEmpty, "after \(polls): \(names)")
      polls += 1
    }
    #expect((20..<200).contains(polls), "it asks again and again, and then it is written")
    recorder.session.context.interruption = { .none }
    // A folder that cannot be written: a file lies where the parent should be.
    try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/file"))
    let blocked = command.replacingOccurrences(of: folder + "/x", with: folder + "/file/x")
    #expect(recorder.run(blocked) != nil)
    #expect(
      Set(try FileManager.default.contentsOfDirectory(atPath: folder)).isSubset(of: ["file", "x", "x.gguf"]))
  }

  @Test func whatAKilledProgramLeftIsClearedAway() throws {
    let left = folder + "/c.tmp-999999"
    try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
    try Data("x".utf8).write(to: URL(fileURLWithPath: left + "/adapter_config.json"))
    #expect(recorder.run(learnt + "save classifier \(folder)/c") == nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["c"])
  }

  @Test func otherFilesOfTheFolderStay() throws {
    try FileManager.default.createDirectory(atPath: folder + "/c", withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/c/mine.txt"))
    #expect(recorder.run(learnt + "save classifier \(folder)/c") == nil)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder + "/c").sorted()
        == ["README.md", "adapter_config.json", "adapter_model.safetensors", "gnb.json", "mine.txt"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["c"])
  }

  @Test func aMergedModelIsNoBase() throws {
    #expect(recorder.run(learnt + "merge; lora rank=1") == nil)
    let error = try #require(recorder.run("save classifier \(folder)/c"))
    #expect(error.help?.contains("save model DIR") == true)
  }

  @Test func theLastSessionKnowsWhichFiguresAreOfItsAdapter() throws {
    let origins = recorder.session
    #expect(recorder.run(learnt) == nil)
    #expect(origins.workspace.presentEvaluations == ["step 2"])
    #expect(recorder.run("lora") == nil && origins.workspace.presentEvaluations.isEmpty)
  }
}
