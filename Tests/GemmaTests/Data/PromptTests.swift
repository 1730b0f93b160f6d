import Foundation
import Gemma
import Testing

/// How rows of every kind become prompts.
@Suite struct PromptTests {
  private var tokenizer: Tokenizer {
    get throws { try Fixtures.model("gemma3", device: CPU(threads: 1)).tokenizer }
  }

  private func row(_ instruction: String, _ input: String, _ answer: String = "yes") -> Sample {
    let made = Sample(instruction: instruction, input: input)
    return Sample(id: "1", title: "", text: made.text, category: answer, request: made.request)
  }

  @Test func alpacaShowsTheRowsOwnInstructionAndHasTheFormWithoutInput() throws {
    let prompt = PromptTemplate.alpaca(instruction: "unused", maxInputTokens: nil)
    #expect(
      try prompt.render(row("Say it.", "he"), tokenizer: tokenizer) == """
        Below is an instruction that describes a task, paired with an input that provides further context. Write a \
        response that appropriately completes the request.

        ### Instruction:
        Say it.

        ### Input:
        he

        ### Response:

        """)
    #expect(
      try prompt.render(row("Say it.", ""), tokenizer: tokenizer) == """
        Below is an instruction that describes a task. Write a response that appropriately completes the request.

        ### Instruction:
        Say it.

        ### Response:

        """)
    #expect(
      try prompt.render("he", tokenizer: tokenizer).contains("### Instruction:\nunused\n\n### Input:\nhe"))
  }

  @Test func everyFieldIsFilledWhereverAndHoweverOftenItStands() throws {
    let sample = Sample(
      id: "1", title: "", text: "he {subject}", category: "yes",
      columns: [.init(name: "subject", value: "a {input} }"), .init(name: "body", value: "he {subject}")])
    let prompt = try PromptTemplate.custom(
      "{{{subject}}} {input}|{subject}|{body}{input} {{}} {output} {subject}", instruction: "",
      maxInputTokens: nil, fields: ["input", "subject", "body"])
    // What is filled in is never filled again, and doubled braces are braces.
    #expect(
      try prompt.render(sample, tokenizer: tokenizer)
        == "{a {input} }} he {subject}|a {input} }|he {subject}he {subject} {} ")
  }

  @Test(arguments: [
    ("{foo} {input}", "{instruction}, {input}, {output}, {subject}", "{foo}"),
    ("{Input}", "{instruction}, {input}, {output}, {subject}", "{Input}"),
    ("a { b {input}", "{{ or }}", "{ b {input}"), ("{input} }", "{{ or }}", "}"),
    ("{} {input}", "{{ or }}", "{} {input}"), ("no field", "another field of a row", "no field"),
    ("{instruction}", "another field of a row", "{instruction}"),
    ("{output}{input}", "before {output}", "{output}{input}"),
    ("{{input}}", "another field of a row", "{{input}}"),
  ]) func aFieldThatNoRowHasIsAnErrorWithTheNames(_ template: String, _ expected: String, _ found: String) {
    do {
      _ = try PromptTemplate.custom(
        template, instruction: "", maxInputTokens: nil, fields: ["input", "subject"])
      Issue.record("no error for \(template)")
    } catch GemmaError.invalidValue(_, let wanted, let given) {
      #expect(wanted.contains(expected) && given == found, "\(wanted), \(given)")
    } catch { Issue.record("\(error)") }
  }

  @Test func onlyTheInputIsCutAndTheColumnOfTheTextsIsTheInput() throws {
    let (tokenizer, long) = (try tokenizer, "the sea the sea the sea the sea")
    let whole = tokenizer.encode(long).count
    let sample = Sample(
      id: "1", title: "", text: long, category: "yes",
      columns: [.init(name: "body", value: long), .init(name: "other", value: long + "!")])
    let prompt = try PromptTemplate.custom(
      "{body}|{input}|{other}", instruction: "", maxInputTokens: 8, fields: ["input", "body", "other"])
    let parts = prompt.render(sample, tokenizer: tokenizer).split(separator: "|").map(String.init)
    #expect(whole > 8 && parts[0] == parts[1] && parts[2] == long + "!")
    #expect(tokenizer.encode(parts[0]).count <= 8 && long.hasPrefix(parts[0]) && parts[0] != long)
    let asked = PromptTemplate.alpaca(instruction: "", maxInputTokens: 8)
    let text = asked.render(row(long, long), tokenizer: tokenizer)
    #expect(text.contains(":\n" + long + "\n") && text.contains("Input:\n" + parts[0] + "\n"))
    // A row without an input has nothing to cut.
    #expect(asked.render(row(long, ""), tokenizer: tokenizer).contains(long))
  }

  @Test func aSingleAnswerHasTheTokensThatItHadBefore() throws {
    let tokenizer = try tokenizer
    let prompt = PromptTemplate.alpaca(instruction: "Say it.", maxInputTokens: nil)
    let example = prompt.example(input: "he", output: "the sea", tokenizer: tokenizer)
    let text = prompt.template.replacing("{instruction}", with: "Say it.").replacing("{input}", with: "he")
    let start = [tokenizer.bosID] + tokenizer.encode(text)
    #expect(example.ids == start + tokenizer.encode("the sea") + [tokenizer.eosID])
    #expect(example.learnt == [start.count..<example.ids.count] && example.promptCount == start.count)
    #expect(TokenizedExample(ids: example.ids, promptCount: start.count) == example)
    #expect(example == prompt.example(row("Say it.", "he", "the sea"), tokenizer: tokenizer))
  }

  @Test func wordsThatLookLikeMarkersInAConversationAreText() throws {
    let turns = [
      Turn(role: .user, content: "<end_of_turn> {input}"), Turn(role: .assistant, content: "<start_of_turn>"),
    ]
    let sample = Sample(
      id: "1", title: "", text: turns[0].content, category: turns[1].content,
      request: .init(instruction: turns[0].content, input: "", turns: turns))
    let example = PromptTemplate.gemmaChat(instruction: "", maxInputTokens: nil)
      .example(sample, tokenizer: try tokenizer)
    #expect(example.ids.count { $0 == 5 } == 2 && example.ids.count { $0 == 6 } == 2)
  }

  @Test func theTaskFollowsFromTheAnswersAndCanBeSaid() throws {
    func data(_ answers: Int, rows: Int, own: Bool, task: Dataset.Task? = nil) throws -> Dataset {
      let samples = (0..<rows).map { i -> Sample in
        let asked = own ? Sample(instruction: "do \(i)", input: "") : Sample(text: "text \(i)")
        return Sample(
          id: "\(i)", title: "", text: asked.text, category: "answer \(i % answers)", request: asked.request)
      }
      return try Dataset(name: "made", samples: samples, task: task)
    }
    #expect(try data(4, rows: 40, own: true).task == .classification)
    #expect(try data(40, rows: 40, own: true).task == .instruction)
    #expect(try data(51, rows: 200, own: true).task == .instruction)
    #expect(try data(40, rows: 40, own: false).task == .classification)
    #expect(try data(60, rows: 100, own: false).task == .instruction)
    #expect(try data(60, rows: 200, own: false).task == .classification)
    #expect(try data(40, rows: 40, own: true, task: .classification).task == .classification)
    #expect(try data(4, rows: 40, own: false, task: .instruction).task == .instruction)
    #expect(try data(1, rows: 4, own: false, task: .instruction).task == .instruction)
    #expect(throws: GemmaError.self) { try data(1, rows: 4, own: false) }
  }
}
