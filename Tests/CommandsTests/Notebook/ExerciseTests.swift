import Commands
import Foundation
import Testing

/// Exercise blocks: reading, judging, running, stepping, exporting.
@Suite struct ExerciseTests {
  private static let number = """
    ```exercise #minus-log
    question: The right word has p = 0.2.
      What is the loss?
    answer: 1.609
    within: 0.01
    near: 0.2
    hint: The natural logarithm.
    ```

    """
  private static let word = """
    ```exercise #word
    question: What is it called when a model learns by heart?
    answer: overfitting
    accept: over-learning, 過学習
    near: memorising
    ```

    """
  private static let command = """
    ```exercise #twenty
    question: Draw 20 articles to train on.
    command: split train=20 validation=5
    accept: train = 20 and validation > 0
    near: train >= 10
    hint: The command is split.
    ```

    """

  private func notebook(_ body: String) throws -> Notebook {
    try NotebookReader.read(text: "---\ngnb: 1\nseed: 7\n---\n" + body, path: "a.gnb")
  }

  private func exercise(_ lines: String...) throws -> Exercise {
    let body = "```exercise\nquestion: q\n" + lines.joined(separator: "\n") + "\n```\n"
    return try #require(try notebook(body).cells.first?.exercise)
  }

  // MARK: Judging

  @Test(arguments: [
    ("1.609", "right"), ("1.6", "right"), ("about 1.61", "right"), ("１．６０９", "right"), (" 1.619 ", "right"),
    ("1.7", "nearly: a little too large"), ("1.45", "nearly: a little too small"),
    ("0.2", "not yet: too small"), ("-1.609", "not yet: too small"), ("7", "not yet: too large"),
    ("a lot", "not yet: this is no number"), ("nan", "not yet: this is no number"),
    ("", "not yet: this is no number"),
  ])
  func aNumberIsJudgedByItsDistance(_ typed: String, _ verdict: String) throws {
    #expect(try exercise("answer: 1.609", "within: 0.01", "near: 0.2").judge(typed).words == verdict)
  }

  @Test(arguments: [
    ("85%", "right"), ("85", "right"), ("８５％", "right"), ("84", "right"),
    ("80", "nearly: a little too small"),
    ("60", "not yet: too small"), ("0.85", "not yet: too small"),
  ])
  func aPercentageIsAskedForWithoutItsSign(_ typed: String, _ verdict: String) throws {
    #expect(try exercise("answer: 85%", "within: 2", "near: 6%").judge(typed).words == verdict)
  }

  @Test func ofAShareAPercentageIsAnAnswer() throws {
    let share = try exercise("answer: 0.85", "within: 0.01")
    #expect(
      share.judge("85%").kind == .right && share.judge("85").kind == .wrong
        && share.judge("0.8").kind == .wrong)
    #expect(try exercise("answer: 5").judge("5.0").kind == .right)
    #expect(try exercise("answer: 5").judge("5.1").kind == .wrong, "without 'within' only the number itself")
  }

  @Test(arguments: [
    ("overfitting", "right"), ("Overfitting.", "right"), ("over fitting", "nearly: look at the spelling"),
    ("over learning", "right"), ("過学習", "right"), ("「過学習」", "right"),
    ("overfiting", "nearly: look at the spelling"),
    ("memorising", "nearly: that is close, but not it"), ("underfitting", "not yet"), ("x", "not yet"),
  ])
  func aWordIsJudgedWithoutCaseAndHyphens(_ typed: String, _ verdict: String) throws {
    let exercise = try exercise("answer: overfitting", "accept: over-learning, 過学習", "near: memorising")
    #expect(exercise.judge(typed).words == verdict)
  }

  @Test func ofAShortWordAnotherLetterIsAnotherAnswer() throws {
    #expect(try exercise("answer: b").judge("a").kind == .wrong)
    #expect(try exercise("answer: rank").judge("tank").kind == .wrong)
  }

  @Test(arguments: [
    (["accuracy": JSONValue.number(0.8)], "right: the accuracy is 0.8"),
    (["accuracy": .number(0.74)], "nearly: the accuracy is 0.74, and should be at least 0.8"),
    (["accuracy": .number(0.2)], "not yet: the accuracy is 0.2, and should be at least 0.8"),
    ([:], "not yet: these commands do not show the accuracy"),
  ])
  func aResultIsJudgedByItsFields(_ fields: [String: JSONValue], _ verdict: String) throws {
    let exercise = try exercise("command: evaluate", "accept: accuracy >= 0.8", "near: accuracy >= 0.7")
    #expect(exercise.judge(fields).words == verdict)
  }

  @Test(arguments: [
    ("prediction = sports-watch", true), ("prediction != sports-watch", false), ("ids = 3", true),
    ("ids < 3", false),
    ("ids <= 3", true), ("p > 0.5", true), ("p > 0.5 and ids = 4", false), ("p != 0.75", false),
  ])
  func conditionsCompareTextsNumbersAndLengths(_ condition: String, _ holds: Bool) throws {
    let fields: [String: JSONValue] = [
      "prediction": .string("sports-watch"), "ids": .ids([1, 2, 3]), "p": .number(0.75),
    ]
    let verdict = try exercise("command: ask it", "accept: \(condition)").judge(fields)
    #expect(verdict.kind == (holds ? .right : .wrong))
  }

  // MARK: Reading

  @Test(arguments: [
    ("question: q", 5, "no 'answer:'"), ("answer: 1", 5, "no 'question:'"),
    ("question: q\nanswre: 1", 7, "'answre'"),
    ("question: q\nanswer: 1\nanswer: 2", 8, "twice"),
    ("question: q\nanswer: 1\nwithin: some", 8, "'within'"),
    ("question: q\nanswer: 1\naccept: 2", 8, "'accept'"),
    ("question: q\nanswer: a\nwithin: 2", 8, "'within'"),
    ("question: q\ncommand: split\naccept: train", 8, "'train' is no condition"),
    ("question: q\ncommand: split\naccept: train > many", 8, "no condition"),
    ("question: q\ncommand: split", 5, "no 'accept:'"),
    ("question: q\ncommand: split\nanswer: 1\naccept: train = 1", 8, "'answer'"),
    ("words", 6, "name: value"),
  ])
  func aMistakeNamesItsLine(_ block: String, _ line: Int, _ words: String) throws {
    let error = #expect(throws: Diagnostic.self) { try notebook("```exercise\n\(block)\n```\n") }
    #expect(
      error?.code.rawValue == "G020" && error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(
      error?.range?.line == line, "\(String(describing: error?.range))")
  }

  @Test func anAttributeThatAnExerciseHasNotIsRefused() {
    for attribute in ["raises=G036", "pause", "rows=0"] {
      #expect(throws: Diagnostic.self) {
        try notebook("```exercise \(attribute)\nquestion: q\nanswer: 1\n```\n")
      }
    }
  }

  @Test func anExerciseIsWrittenAsItWasRead() throws {
    let text = "---\ngnb: 1\nseed: 7\n---\n" + Self.number + Self.word + Self.command
    #expect(NotebookWriter.text(try NotebookReader.read(text: text, path: "a.gnb")) == text)
    let exercise = try #require(try notebook(Self.number).cells.first?.exercise)
    #expect(
      exercise.question == "The right word has p = 0.2. What is the loss?"
        && exercise.hint == "The natural logarithm.")
  }

  @Test func theSolutionsCommandIsCheckedBeforeAnythingRuns() throws {
    let bad = Self.command.replacingOccurrences(of: "split train=20", with: "split trian=20")
    let replay = Replay(try notebook("```gnb\nload data mini-news\n```\n" + bad), session: Recorder().session)
    let error = #expect(throws: Diagnostic.self) { try replay.check() }
    #expect(
      error?.code == .unknownArgument && error?.range?.line == 10, "\(String(describing: error?.range))")
  }

  // MARK: Running

  @Test func aReplayRunsTheSolutionOnACopy() throws {
    let recorder = Recorder()
    let body =
      "```gnb\nload data mini-news\nsplit train=100\n```\n" + Self.number + Self.command
      + "```gnb\nshow split\n```\n"
    let notebook = try notebook(body)
    let runs = try Replay(notebook, session: recorder.session).run { _, _ in true }
    #expect(runs.allSatisfy { $0.failure == nil })
    #expect(runs[1].transcript.recorded(width: 80) == ["1.609: right"])
    #expect(
      runs[2].transcript.recorded(width: 80).suffix(2).joined(separator: " ")
        == "right: the number of training articles is 20, the number of validation articles is 5")
    #expect(recorder.session.workspace.split?.train.count == 100)
    let again = notebook.recorded(runs)
    #expect(again.recorded(runs).cells.map(\.recording) == again.cells.map(\.recording))
    #expect(Check.outdated(again).isEmpty)
  }

  @Test func aSolutionThatIsNotRightFails() throws {
    let recorder = Recorder()
    let wrong = Self.command.replacingOccurrences(of: "split train=20", with: "split train=15")
    let notebook = try notebook("```gnb\nlet a = 1\nload data mini-news\n```\n" + wrong)
    let runs = try Replay(notebook, session: recorder.session).run { _, _ in true }
    #expect(
      runs[1].failure?.code.rawValue == "G045" && runs[1].failure?.range?.line == 11,
      "\(String(describing: runs[1].failure?.range))")
    // With a value from --set the figures are other ones, and no mistake of the notebook.
    let other = Recorder()
    let replay = Replay(notebook, session: other.session)
    other.session.overrides = ["a": .number(2)]
    #expect(try replay.run { _, _ in true }.allSatisfy { $0.failure == nil })
    #expect(other.lines().last == "nearly: the number of training articles is 15, and should be 20")
  }

  @Test func wordingAndExercisesChangeNoLaterRecording() throws {
    let (before, after) = ("```gnb\nlet a = 1\n```\n", "```gnb\nlet b = 2\n```\n")
    let plain = try notebook(before + after).inputHashes
    let hashes = try notebook(before + Self.number + after).inputHashes
    #expect([hashes[0], hashes[2]] == plain)
    let translated = Self.number.replacingOccurrences(of: "The natural logarithm.", with: "自然対数です。")
      .replacingOccurrences(of: "What is the loss?", with: "損失はいくつですか。")
    #expect(try notebook(before + translated + after).inputHashes == hashes)
    let other = Self.number.replacingOccurrences(of: "within: 0.01", with: "within: 0.02")
    #expect(try notebook(before + other + after).inputHashes[1] != hashes[1])
  }

  // MARK: Stepping

  private func stepper(_ body: String, _ recorder: Recorder) throws -> Stepper {
    try Stepper(notebook(body), session: recorder.session)
  }

  @Test func aRightAnswerGoesOnAndOthersStay() throws {
    let recorder = Recorder()
    let stepper = try stepper(Self.number + Self.word, recorder)
    for line in ["7", "1.7", "1.61"] { stepper.enter(line) }
    #expect(
      recorder.lines() == [
        "7: not yet: too large", "hint: The natural logarithm.", "1.7: nearly: a little too large",
        "1.61: right",
      ])
    #expect(stepper.position == 1 && stepper.states == [.done, .waiting])
    for line in ["memorising", "check learning", "check over-learning"] { stepper.enter(line) }
    #expect(
      recorder.lines().suffix(3) == [
        "memorising: nearly: that is close, but not it", "learning: not yet", "over-learning: right",
      ])
    #expect(stepper.isAtEnd && !stepper.hasScratch)
  }

  @Test func commandsAtAQuestionRunAsEver() throws {
    let recorder = Recorder()
    let stepper = try stepper(Self.word, recorder)
    for line in ["let a = 3", "overfitting?", "help loss"] { stepper.enter(line) }
    #expect(stepper.position == 0 && recorder.session.variables["a"]?.text == "3")
    stepper.enter("過学習")
    #expect(stepper.isAtEnd && recorder.session.variables["a"] == nil)
  }

  @Test func aCommandsResultIsJudgedAndUndoneWhenRight() throws {
    let recorder = Recorder()
    let stepper = try stepper("```gnb\nload data mini-news\nsplit train=100\n```\n" + Self.command, recorder)
    stepper.enter("")
    for line in ["help split", "split train=5", "split train=15"] {
      stepper.enter(line)
      #expect(stepper.position == 1)
    }
    let told = recorder.lines()
    #expect(
      told.contains("not yet: the number of training articles is 5, and should be 20")
        && told.contains("hint: The command is split."))
    #expect(told.last == "nearly: the number of training articles is 15, and should be 20")
    stepper.enter("check")
    #expect(recorder.lines().last == "nearly: the number of training articles is 15, and should be 20")
    stepper.enter("split train=20 validation=3")
    #expect(
      recorder.lines().suffix(2).joined(separator: " ")
        == "right: the number of training articles is 20, the number of validation articles is 3"
        && stepper.isAtEnd)
    #expect(recorder.session.workspace.split?.train.count == 100)
    stepper.enter("back")
    #expect(stepper.position == 1)
  }

  @Test func theFirstEnterHintsAndTheSecondSolves() throws {
    let recorder = Recorder()
    let stepper = try stepper(Self.number + "```gnb\nlet a = 1\n```\n", recorder)
    stepper.enter("")
    #expect(
      recorder.lines() == [
        "hint: The natural logarithm.", "(type a number; Enter once more shows a solution)",
      ])
    #expect(stepper.position == 0)
    stepper.enter("")
    #expect(recorder.lines().last == "1.609: right" && stepper.position == 1)
    stepper.enter("back")
    stepper.enter("run")
    #expect(stepper.isAtEnd, "run at an exercise shows its solution")
  }

  @Test func aJapaneseQuestionIsJudgedInJapaneseAndRecordedInEnglish() throws {
    let recorder = Recorder()
    let number = Self.number.replacing("The right word has p = 0.2.", with: "p = 0.2 のとき、")
      .replacing("What is the loss?", with: "損失はいくつですか。").replacing("The natural logarithm.", with: "自然対数です。")
    let command = Self.command.replacing("Draw 20 articles to train on.", with: "学習用に 20 件を引いてください。")
    let stepper = try stepper("```gnb\nload data mini-news\n```\n" + number + command, recorder)
    for line in ["", "7", "1.7", "", "1.61", "", "split train=5", "split train=20 validation=3"] {
      stepper.enter(line)
    }
    let told = recorder.lines()
    for line in [
      "7: まだ違います: 大きすぎます", "ヒント: 自然対数です。", "1.7: 惜しい: 少し大きすぎます",
      "（数を入力。もう一度 Enter で解答を表示）", "1.61: 正解", "（コマンドを入力。もう一度 Enter で解答を表示）",
      "まだ違います: 学習用の件数は 5 です。20 にしてください", "正解: 学習用の件数は 20 です、評価用の件数は 3 です",
    ] { #expect(told.contains(line), "\(line) in \(told)") }
    #expect(stepper.isAtEnd)
    let runs = try Replay(try notebook(number), session: Recorder().session).run { _, _ in true }
    #expect(runs[0].transcript.recorded(width: 80) == ["1.609: right"])
  }

  @Test func aSolutionThatIsShownIsJudgedInTheLanguageOfItsQuestion() throws {
    let recorder = Recorder()
    let number = Self.number.replacing("What is the loss?", with: "この損失はいくつですか。対数で答えてください。")
    let command = Self.command.replacing("Draw 20 articles to train on.", with: "学習用に 20 件を引いてください。")
    let stepper = try stepper("```gnb\nload data mini-news\n```\n" + number + command, recorder)
    for line in ["", "", "", "", ""] { stepper.enter(line) }
    let told = recorder.shownLines()
    for line in ["1.609: 正解", "正解: 学習用の件数は 20 です、評価用の件数は 5 です"] {
      #expect(told.contains(line), "\(line) in \(told)")
    }
    #expect(stepper.isAtEnd && !told.contains { $0.contains("right") })
    // What is recorded is English, as in the lesson's twin.
    let document = stepper.document
    #expect(document.cells[1].recording?.lines == ["1.609: right"])
    let recorded = "right: the number of training articles is 20, the number of validation articles is 5"
    #expect(document.cells[2].recording?.lines.suffix(2).joined(separator: " ") == recorded)
    #expect(
      recorder.events.compactMap { $0.json?.text }.contains { $0.contains("the number of training articles") }
    )
    let again = try Replay(document, session: Recorder().session).run { _, _ in true }
    #expect(zip(document.cells, again).allSatisfy { Check.difference($0, $1, in: document) == nil })
  }

  @Test(arguments: [Export.Format.html, .md, .ipynb])
  func aHandoutHasTheVerdictInTheLanguageOfItsQuestion(_ format: Export.Format) throws {
    for (question, verdict, other) in [
      ("Draw 20 articles to train on.", "right: the number of training articles is 20", "正解"),
      ("学習用に 20 件を引いてください。", "正解: 学習用の件数は 20 です", "right: the number"),
    ] {
      let command = Self.command.replacing("Draw 20 articles to train on.", with: question)
        .replacing(" and validation > 0", with: "")
      let notebook = try notebook("```gnb\nload data mini-news\n```\n" + command)
      let runs = try Replay(notebook, session: Recorder().session).run { _, _ in true }
      let text = Export.text(notebook.recorded(runs), to: format)
      #expect(text.contains(verdict) && !text.contains(other), "\(verdict)")
    }
  }

  @Test func theWordsBetweenCellsAreInTheLanguageOfTheText() throws {
    let recorder = Recorder()
    let number = Self.number.replacing("What is the loss?", with: "この損失はいくつですか。対数で答えてください。")
    let cell = "```gnb\nload data mini-news\n```\n"
    let stepper = try stepper("この課では記事を読み込みます。\n\n" + cell + number + cell, recorder)
    for line in ["run", "1.609", "show data", "back", "", ""] { stepper.enter(line) }
    let told = recorder.lines()
    for line in ["問題の前で止まりました", "前のセルの後に入力した行を取り消しました", "最後のセルでした。back、restart、または Ctrl-D で終了"] {
      #expect(told.contains(line), "\(line) in \(told)")
    }
  }

  @Test func wordsWhereACommandIsWantedAreNoMistakeOfTheLanguage() throws {
    let recorder = Recorder()
    let stepper = try stepper("```gnb\nload data mini-news\n```\n" + Self.command, recorder)
    for line in ["", "twenty articles", "splt train=20"] { stepper.enter(line) }
    for line in ["twenty articles: not yet: this exercise wants a command", "hint: The command is split."] {
      #expect(recorder.lines().contains(line), "\(recorder.lines())")
    }
    let codes = recorder.events.compactMap { event -> String? in
      if case .error(let diagnostic) = event.kind { diagnostic.code.rawValue } else { nil }
    }
    #expect(codes == ["G010"] && stepper.position == 1, "a mistyped command is one")
  }

  @Test func runStopsBeforeAnExercise() throws {
    let recorder = Recorder()
    let stepper = try stepper("```gnb\nlet a = 1\n```\n" + Self.number + "```gnb\nlet b = 2\n```\n", recorder)
    stepper.enter("run")
    #expect(stepper.position == 1 && recorder.lines().last == "stopped before an exercise")
    stepper.enter("run 2")
    #expect(stepper.isAtEnd)
  }

  @Test func checkNeedsAnExerciseAndAnAnswer() throws {
    let recorder = Recorder()
    let stepper = try stepper(Self.number + "```gnb\nlet a = 1\n```\n", recorder)
    for line in ["check", "edit", "next", "check 1"] { stepper.enter(line) }
    let codes = recorder.events.compactMap { event -> String? in
      if case .error(let diagnostic) = event.kind { diagnostic.code.rawValue } else { nil }
    }
    #expect(codes == ["G036", "G035", "G036"])
  }

  @Test func jsonHasTheVerdict() throws {
    let recorder = Recorder()
    let stepper = try stepper(Self.number, recorder)
    stepper.enter("1.7")
    let json = recorder.events.compactMap { $0.json?.text }
    #expect(
      json.contains {
        $0.contains("\"event\":\"result\"") && $0.contains("\"verdict\":\"nearly\"")
          && $0.contains("\"answer\":\"1.7\"")
      }, "\(json)")
  }

  // MARK: Exports

  @Test func exportsFoldTheAnswer() throws {
    let recorder = Recorder()
    let notebook = try notebook("```gnb\nload data mini-news\n```\n" + Self.number + Self.command)
    let runs = try Replay(notebook, session: recorder.session).run { _, _ in true }
    let recorded = notebook.recorded(runs)
    let html = Export.text(recorded, to: .html)
    let parts = html.components(separatedBy: "<section class=\"exercise\"").dropFirst()
    #expect(parts.count == 2)
    for (part, answer) in zip(parts, ["1.609", "split"]) {
      let folded = try #require(part.components(separatedBy: "<details class=\"answer\">").dropFirst().first)
      #expect(
        folded.contains(answer)
          && !part.components(separatedBy: "<details class=\"answer\">")[0].contains("1.609"))
    }
    #expect(html.contains("<p>The right word has p = 0.2. What is the loss?</p>"))
    #expect(
      html.contains("<td class=\"n\">20</td>") || html.contains(">20<"), "the table of the command's output")
    let markdown = Export.text(recorded, to: .md)
    #expect(markdown.contains("<details><summary>Answer</summary>\n\n**1.609**\n\n</details>"))
    #expect(markdown.contains("```gnb\nsplit train=20 validation=5\n```"))
    let jupyter =
      try JSONSerialization.jsonObject(with: Data(Export.text(recorded, to: .ipynb).utf8)) as? [String: Any]
    let cells = try #require(jupyter?["cells"] as? [[String: Any]])
    #expect(cells.map { $0["cell_type"] as? String } == ["code", "markdown", "markdown"])
    let colab = Export.text(recorded, to: .colab)
    #expect(colab.contains("The right word has p = 0.2") && !colab.contains("# gnb: split train=20"))
  }

  // MARK: The page

  @Test func thePageNamesTheLinesOfAnExercise() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(contentsOf: root.appendingPathComponent("docs/notebook-format.md"), encoding: .utf8)
    let rest = try #require(page.components(separatedBy: "### Exercises").dropFirst().first)
    let names = rest.components(separatedBy: "\n").drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
      .dropFirst(2).map {
        $0.split(separator: "|")[0].trimmingCharacters(in: CharacterSet(charactersIn: " `"))
      }
    #expect(names == Exercise.names)
  }
}
