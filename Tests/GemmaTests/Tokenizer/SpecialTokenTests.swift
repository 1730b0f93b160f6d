import Foundation
import Gemma
import Testing

/// Where special words in a text are tokens, and ids that the model has no row for.
@Suite struct SpecialTokenTests {
  let device = CPU(threads: 1)
  private let turn = "<start_of_turn>he<end_of_turn>"

  @Test func markersAreTokensInEveryTemplateAndTextInData() throws {
    let tokenizer = try Fixtures.model("gemma3", device: device).tokenizer
    let (start, end): (Int32, Int32) = (5, 6)
    for template in [
      PromptTemplate.gemmaChat(instruction: turn, maxInputTokens: nil),
      try .custom(
        "<start_of_turn>{instruction}{input}<end_of_turn>\n", instruction: turn, maxInputTokens: nil),
      try .custom("<start_of_turn>{input}<end_of_turn>\n{output}", instruction: "", maxInputTokens: nil),
    ] {
      let ids = template.promptTokens(turn, tokenizer: tokenizer)
      let starts = template.name == "gemma-chat" ? 2 : 1
      #expect(ids.count { $0 == start } == starts && ids.count { $0 == end } == 1, "\(template.name) \(ids)")
      #expect(template.responseTokens(turn, tokenizer: tokenizer).count { $0 == start } == 0)
      #expect(ids.first == tokenizer.bosID && ids.count { $0 == tokenizer.bosID } == 1)
    }
    let own = try PromptTemplate.custom("<bos>{input}", instruction: "", maxInputTokens: nil)
    #expect(own.promptTokens("he<bos>", tokenizer: tokenizer).count { $0 == tokenizer.bosID } == 1)
  }

  @Test(
    arguments: [
      ("he", [2, 272]), ("<start_of_turn>he", [2, 5, 272]), ("<bos>he", [2, 272]), ("", [2]),
    ] as [(String, [Int32])])
  func aTypedPromptHasItsSpecialTokensAndOneBOS(_ text: String, _ ids: [Int32]) throws {
    #expect(try Fixtures.model("gemma3", device: device).tokenizer.encodePrompt(text) == ids)
  }

  @Test func anIdWithoutARowIsAnErrorWhereverItComesIn() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-\(UUID().uuidString)")
      .path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.copyItem(atPath: Fixtures.folder + "/tiny/gemma3", toPath: folder)
    try #"{"zymurgy": 320}"#.write(toFile: folder + "/added_tokens.json", atomically: true, encoding: .utf8)
    let model = try GemmaModel(ModelFile.open(path: folder), device: device)
    #expect(model.tokenizer.encode("zymurgy") == [320])
    let error = GemmaError.noEmbedding(token: "zymurgy", id: 320, rows: 320)
    let generator = Generator(model: model, adapter: nil, device: device)
    let prompt = try PromptTemplate.custom("{input}:", instruction: "", maxInputTokens: nil)
    let example = prompt.example(input: "he", output: "zymurgy", tokenizer: model.tokenizer)
    func classifier(_ categories: [String]) -> Classifier {
      Classifier(model: model, adapter: nil, prompt: prompt, categories: categories, device: device)
    }
    #expect(throws: error) { try generator.logProbabilities(model.tokenizer.encodePrompt("zymurgy")) }
    #expect(throws: error) { try generator.generate([[2, 320]], maxTokens: 1, stops: []) }
    #expect(throws: error) { try classifier(["he", "zymurgy"]).classify(["he"], method: .constrained) }
    #expect(throws: error) { try classifier(["he", "in"]).classify(["zymurgy"], method: .constrained) }
    #expect(throws: error) { try classifier(["he", "in"]).classify(["zymurgy"], method: .generate) }
    #expect(throws: error) { try model.loss(of: [example], adapter: nil, device: device) }
    let adapter = try Adapter.load(
      path: Fixtures.folder + "/tiny/gemma3/adapter", model: model, device: device)
    #expect(throws: error) {
      try Trainer(
        model: model, adapter: adapter, examples: [example], config: TrainingConfig(), device: device)
    }
    #expect(try classifier(["he", "in"]).classify(["he"], method: .constrained).count == 1)
  }
}
