import Foundation
import Gemma
import Testing

/// The random model that `gnb doctor` measures with where the real one is missing.
@Suite(.serialized) struct RandomModelTests {
  private static let words = PromptTemplate.alpaca(
    instruction: PromptTemplate.defaultInstruction(
      categories: (try? Dataset.miniNews().categories) ?? []), maxInputTokens: nil)
  private let device = CPU(threads: 2)

  private func file() throws -> ModelFile {
    try ModelFile.random(words: Self.words.template + Self.words.instruction)
  }

  @Test(.enabled(if: Fixtures.gemma270m != nil, "needs the model: run `make demo` once"))
  func itHasTheShapeAndTheTypesOfTheRealOne() throws {
    let (random, real) = (try file(), try ModelFile.open(path: Fixtures.gemma270m ?? ""))
    #expect(random.config == real.config && random.storedTypes == real.storedTypes)
    for tensor in ModelTensor.all(real.config) {
      let (a, b) = (try random.tensor(tensor), try real.tensor(tensor))
      #expect(a.type == b.type && a.shape == b.shape && a.bytes.count == b.bytes.count, "\(tensor.name)")
    }
  }

  @Test func aPromptHasAboutAsManyTokensAsTheRealOne() throws {
    let tokenizer = try file().tokenizer()
    var prompt = Self.words
    prompt.maxInputTokens = 96
    for sample in try Dataset.miniNews().samples.prefix(20) {
      let example = prompt.example(sample, tokenizer: tokenizer)
      // The quickstart's first article: 181 tokens, and 5 of the answer.
      #expect((165...200).contains(example.ids.count), "\(example.ids.count)")
      #expect((4...7).contains(example.learnt.map(\.count).reduce(0, +)))
    }
  }

  @Test func itsLogitsAreNumbersAndTheSameEachTime() throws {
    let first = try GemmaModel(file(), device: device)
    let ids = try file().tokenizer().encodePrompt("Below is 電気毛布")
    let logits = try first.logits(of: ids, adapter: nil, device: device)
    let last = UnsafeBufferPointer(start: logits.row(ids.count - 1), count: first.config.vocabularySize)
    let (low, high) = (last.min() ?? 0, last.max() ?? 0)
    #expect(last.allSatisfy(\.isFinite) && low < -0.5 && high > 0.5 && high < 100, "\(low) to \(high)")
    let again = try GemmaModel(file(), device: device).logits(of: ids, adapter: nil, device: device)
    #expect((0..<100).allSatisfy { again.row(0)[$0] == logits.row(0)[$0] })
  }
}
