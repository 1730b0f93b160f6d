import Gemma
import Testing

/// A look at the validation rows while training: one pass for the category and for the loss.
@Suite struct LookTests {
  @Test(arguments: ["gemma2", "gemma3"]) func aLookFindsWhatClassifyingAndMeasuringFind(_ name: String) throws
  {
    let device = CPU(threads: 2)
    let model = try Fixtures.model(name, device: device)
    let prompt = try PromptTemplate.custom("news: {input} => {output}", instruction: "", maxInputTokens: 20)
    // One label begins as another, so that there is a second choice.
    let categories = ["sea", "sky", "seaside"]
    let adapter = Adapter(AdapterConfig(rank: 2), model: model, device: device)
    adapter.parameters.set(noise(adapter.parameterCount, stream: 90, scale: 0.2))
    adapter.parametersChanged()
    let samples = try Dataset.miniNews().samples.prefix(70).enumerated().map {
      Sample(text: $1.text, category: categories[$0 % 3])
    }
    let examples = samples.map { prompt.example($0, tokenizer: model.tokenizer) }
    let classifier = Classifier(
      model: model, adapter: adapter, prompt: prompt, categories: categories, device: device)
    let texts = model.tokenizer.encodedTexts
    var told: [Int] = []
    let look = try classifier.look(at: examples) {
      told.append($0)
      return true
    }
    #expect(model.tokenizer.encodedTexts == texts, "a look makes no tokens")
    #expect(told.last == samples.count && told == told.sorted())
    #expect(try look.answers == classifier.classify(samples, method: .constrained))
    let loss = try model.answerLoss(of: examples, adapter: adapter, device: device)
    #expect(look.loss == loss && look.loss.loss.bitPattern == loss.loss.bitPattern)
    #expect(throws: GemmaError.interrupted) { try classifier.look(at: examples) { _ in false } }
  }

  /// Of a conversation every turn of the model counts in the loss; the category is chosen after the last question.
  @Test func turnsBeforeTheLastQuestionCountInTheLoss() throws {
    let device = CPU(threads: 2)
    let model = try Fixtures.model("gemma2", device: device)
    let prompt = try PromptTemplate.custom("{input} => {output}", instruction: "", maxInputTokens: nil)
    let classifier = Classifier(
      model: model, adapter: nil, prompt: prompt, categories: ["sea", "sky"], device: device)
    let examples = [3, 5, 9].map { first in
      let ids = [2] + (0..<20).map { Int32(40 + (7 * $0 * $0 + first) % 200) }
      return TokenizedExample(ids: ids, learnt: [first..<first + 4, 15..<ids.count])
    }
    let look = try classifier.look(at: examples)
    let loss = try model.answerLoss(of: examples, adapter: nil, device: device)
    #expect(look.loss == loss && loss.tokens == 3 * (4 + 6))
    #expect(look.answers == (try classifier.classify(examples.map(\.prompt), method: .constrained)))
  }

  @Test func passesAreFilledInOrder() throws {
    let device = CPU(threads: 1)
    let model = try Fixtures.model("gemma2", device: device)
    // Through the public way: groups of answers come in order, none is lost, and a long prompt is a pass alone.
    let prompt = try PromptTemplate.custom("{input} => {output}", instruction: "", maxInputTokens: nil)
    let classifier = Classifier(
      model: model, adapter: nil, prompt: prompt, categories: ["sea", "sky"], device: device)
    let lengths = [700, 500, 90, 1300, 3, 4]
    let prompts = lengths.enumerated().map { i, length in
      [Int32(40 + i)] + [Int32](repeating: 50, count: length - 1)
    }
    var groups: [Int] = []
    try classifier.answer(prompts, method: .constrained) { groups.append($0.count) }
    #expect(groups == [2, 1, 1, 2])
  }
}
