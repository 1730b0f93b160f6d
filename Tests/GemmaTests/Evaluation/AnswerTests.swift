import Foundation
import Gemma
import Testing

/// Answers to many texts are those to each alone: `predict` may go on anywhere, and take texts one by one from a pipe.
@Suite struct AnswerTests {
  @Test(arguments: ["gemma2", "gemma3"]) func anAnswerDoesNotDependOnItsGroup(_ name: String) throws {
    let device = CPU(threads: 2)
    let model = try Fixtures.model(name, device: device)
    let prompt = try PromptTemplate.custom("news: {input} => {output}", instruction: "", maxInputTokens: 20)
    let classifier = Classifier(
      model: model, adapter: nil, prompt: prompt, categories: ["sea", "sky", "seaside"], device: device)
    let texts = try Dataset.miniNews().samples.prefix(90).map(\.text)
    let prompts = texts.map { prompt.promptTokens($0, tokenizer: model.tokenizer) }
    let whole = try classifier.classify(texts, method: .constrained)
    let prefix = try classifier.sharedPrefix(
      of: ["0", "a"].map { prompt.promptTokens($0, tokenizer: model.tokenizer) })
    for part in [prompts[40...], prompts[3..<4], prompts[0..<7]] {
      for shared in [nil, prefix] {
        var answers: [Classifier.Answer] = []
        try classifier.answer(Array(part), method: .constrained, sharing: shared) { answers += $0 }
        #expect(answers == Array(whole[part.indices]), "to the bit")
      }
    }
    var written: [String] = []
    try classifier.write(prompts.prefix(5).map { $0 }, maxTokens: 6) { written += $0.map(\.text) }
    var alone: [String] = []
    for ids in prompts.prefix(5) {
      try classifier.write([ids], maxTokens: 6, sharing: prefix) { alone += $0.map(\.text) }
    }
    #expect(written == alone && written.count == 5)
  }
}
