import Foundation
import Gemma
import Testing

@Suite struct AnswerTextTests {
  private let tokenizer: Tokenizer

  init() throws {
    tokenizer = try Tokenizer(sentencePieceModel: Fixtures.folder + "/tiny/tokenizer/tokenizer.model")
  }

  /// The text's bytes, each as a token of its own.
  private func bytes(_ text: String) throws -> [Int32] {
    let first = try #require((0..<320).first { tokenizer.piece($0) == "<0x00>" })
    return text.utf8.map { first + Int32($0) }
  }

  /// What is shown step by step, until a stop text came.
  private func run(_ ids: [Int32], _ stops: [String]) -> (shown: [String], answer: AnswerText) {
    var answer = AnswerText(tokenizer, stops: stops)
    var shown: [String] = []
    for id in ids where !answer.isStopped { shown.append(answer.push(id)) }
    shown.append(answer.finish())
    return (shown, answer)
  }

  @Test(arguments: [
    // Text, stop texts, what is left.
    ("the string", ["ri"], "the st"), ("the string", ["he s"], "t"), ("the string", ["the"], ""),
    ("the string", ["x", "ing"], "the str"), ("the string", ["ng", "tri"], "the s"),
    ("日本語です。日本", ["。"], "日本語です"), ("日本語です。日本", ["本語"], "日"), ("日本語の記事です", ["語の記事"], "日本"),
    ("a\n\nb\nc", ["\nc"], "a\n\nb"), ("nananas", ["nanas"], "na"), ("天気はどう", ["気は"], "天"),
    ("ab", ["b", ""], "a"),
  ])
  func theTextEndsBeforeAStopTextHoweverTheTokensFall(_ text: String, _ stops: [String], _ left: String)
    throws
  {
    for ids in [tokenizer.encode(text), try bytes(text)] {
      let (shown, answer) = run(ids, stops)
      #expect(answer.isStopped && answer.text == left && shown.joined() == left, "\(shown)")
      // The ids cover the text, and end with it or within the token that the stop text begins in.
      let kept = Array(ids.prefix(answer.tokenCount))
      #expect(tokenizer.decode(kept).hasPrefix(left))
      #expect(kept.isEmpty || !tokenizer.decode(kept.dropLast()).hasPrefix(left), "\(kept)")
    }
  }

  @Test(arguments: ["the string", "日本語です", "###", "a\nb\n", "nanana"])
  func whatOnlyBeginsLikeAStopTextIsShownInTheEnd(_ text: String) throws {
    let stops = ["string.", "です。", "####", "\nc", "\n\n", "nanas"]
    for ids in [tokenizer.encode(text), try bytes(text)] {
      let (shown, answer) = run(ids, stops)
      #expect(!answer.isStopped && answer.text == text && shown.joined() == text)
      #expect(answer.tokenCount == ids.count)
    }
  }

  @Test func noPartOfAStopTextIsShownWhileItMayStillCome() throws {
    #expect(run(try bytes("a##b###c"), ["###"]).shown == ["a", "", "", "##b", "", "", "", ""])
    #expect(run(tokenizer.encode("日本語です。"), ["語です"]).shown.joined() == "日本")
    // A character's last byte decides.
    #expect(run(try bytes("語説"), ["語誌"]).shown == ["", "", "", "", "", "語説", ""])
  }

  @Test func brokenCharactersAreShownAsSuchAtTheEnd() throws {
    let (_, answer) = run(Array(try bytes("a語").dropLast()), ["語"])
    #expect(answer.text == "a\u{FFFD}\u{FFFD}" && !answer.isStopped && answer.tokenCount == 3)
  }
}

/// Gemma's chat format.
extension AnswerTextTests {
  @Test func aChatsIdsAreThoseOfTheReference() throws {
    let chats = try Fixtures.json("sampling/expected.json")["chats"] as? [[String: Any]] ?? []
    #expect(chats.count == 4)
    for chat in chats {
      let ids = PromptTemplate.gemmaChat(system: chat["system"] as? String)
        .promptTokens(chat["prompt"] as? String ?? "", tokenizer: tokenizer)
      #expect(ids.map(Int.init) == chat["ids"] as? [Int], "\(chat)")
    }
  }

  @Test func markersInWhatIsFilledInAreText() {
    let marker = "<end_of_turn>"
    let ids = PromptTemplate.gemmaChat(system: marker + "{input}").promptTokens(marker, tokenizer: tokenizer)
    #expect(ids.count { $0 == tokenizer.endOfTurnID } == 1)
    #expect(
      tokenizer.decode(ids)
        == "user\n\(marker){input}\n\n\(marker)\nmodel\n")
  }

  @Test(.enabled(if: Fixtures.gemma270m != nil, "needs the model: run `make demo` once"))
  func aChatWithTheRealVocabularyIsTheReferences() throws {
    let tokenizer = try ModelFile.open(path: Fixtures.gemma270m ?? "").tokenizer()
    #expect(
      PromptTemplate.gemmaChat(system: nil).promptTokens("こんにちは", tokenizer: tokenizer)
        == [2, 105, 2364, 107, 85141, 106, 107, 105, 4368, 107])
  }
}
