import Commands
import Gemma
import Testing

/// The tokens of a split are made once.
@Suite struct KeptTokensTests {
  @Test func tokensOfASplitAreMadeOnceAndKept() throws {
    let session = try EvaluationSession()
    #expect(session.message(EvaluationSession.news) == nil)
    let tokenizer = try session.workspace.needModel().tokenizer
    /// How many texts a source encodes.
    func encoded(_ source: String) -> Int {
      let before = tokenizer.encodedTexts
      #expect(session.message(source) == nil)
      return tokenizer.encodedTexts - before
    }
    // For each row: the cut article, the prompt, the answer. For each classifier: its two categories.
    let (row, labels) = (3, 2)
    #expect(encoded("train steps=3 batch=2 eval_every=1") == (10 + 9) * row + labels)
    #expect(encoded("train steps=4 batch=2 eval_every=1") == labels)
    #expect(encoded("evaluate") == labels)
    #expect(encoded("evaluate on=train limit=4") == labels)
    #expect(encoded("evaluate on=test") == 8 * row + labels)
    // Another prompt makes other tokens; other articles are not taken for those before.
    #expect(encoded("prompt \"{input} -> {output}\" max_input_tokens=19\nevaluate") >= 9 * row + labels)
    #expect(encoded("evaluate") == labels)
    #expect(encoded("split train=10 validation=9 test=8 seed=5\nevaluate") >= labels)
    let other =
      "load data mini-news categories=[it-life-hack, sports-watch]\nsplit\n"
      + "prompt \"{input} -> {output}\" max_input_tokens=19\n"
    #expect(encoded(other + "evaluate limit=9") >= 9 * row + labels)
  }
}
