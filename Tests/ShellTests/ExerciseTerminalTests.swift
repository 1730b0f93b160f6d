import Commands
import Foundation
import Gemma
import Testing

/// Exercises as a participant does them: on a terminal, each kind wrong, nearly and right.
@Suite(.serialized) struct ExerciseTerminalTests {
  private let program = ProgramTests()

  private static let notebook = """
    ---
    gnb: 1
    ---
    ```gnb
    load data mini-news
    ```
    # A number

    ```exercise #number
    question: The right word has the probability 0.2. What is the loss, -log p?
    answer: 1.609
    within: 0.01
    near: 0.2
    hint: The natural logarithm with its sign turned round.
    ```
    # A word

    ```exercise #word
    question: What is it called when a model learns its articles by heart? 丸暗記のことです。
    answer: overfitting
    accept: 過学習
    near: memorising
    hint: It begins with "over".
    ```
    # A command

    ```exercise #command
    question: Draw 20 articles to train on.
    command: split train=20 validation=5
    accept: train = 20
    near: train >= 10
    hint: The command is split.
    ```
    # The end

    ```gnb
    show data
    ```

    """

  @Test(arguments: [80, 60]) func eachKindIsDoneWrongNearlyAndRight(_ columns: Int) throws {
    _ = try program.write("lesson.gnb", Data(Self.notebook.utf8))
    let terminal = try Terminal(["lesson.gnb"], columns: columns, rows: 50, folder: program.folder)
    func answer(_ line: String, _ words: String, prompt: String) throws {
      terminal.type(line)
      try terminal.wait("\(words) after \(line)") { $0.contains(words) && $0.lines.last == prompt }
    }
    try terminal.wait(prompt: "gnb[1/5]>")
    try answer("", "-log p?", prompt: "gnb[2/5]>")
    try answer("7", "7: not yet: too large", prompt: "gnb[2/5]>")
    try answer("1.7", "1.7: nearly: a little too large", prompt: "gnb[2/5]>")
    #expect(terminal.screen.contains("hint: The natural logarithm"))
    try answer("1.61", "1.61: right", prompt: "gnb[3/5]>")
    #expect(terminal.screen.contains("# A word") && terminal.screen.contains("(type a word)"))
    try answer("learning", "learning: not yet", prompt: "gnb[3/5]>")
    try answer("overfiting", "nearly: look at the spelling", prompt: "gnb[3/5]>")
    try answer("過学習", "過学習: right", prompt: "gnb[4/5]>")
    try answer("split train=5", "not yet: the number of training articles is 5", prompt: "gnb[4/5]>")
    try answer("split train=15", "nearly: the number of training articles is 15", prompt: "gnb[4/5]>")
    try answer("split train=20", "right: the number of training articles is 20", prompt: "gnb[5/5]>")
    #expect(terminal.screen.lines.allSatisfy { !$0.contains("…") })
    terminal.send("\u{4}")
    #expect(try terminal.exitStatus() == 0)
  }

  @Test func enterGivesTheHintAndThenTheSolution() throws {
    _ = try program.write("lesson.gnb", Data(Self.notebook.utf8))
    let terminal = try Terminal(["lesson.gnb"], columns: 80, rows: 50, folder: program.folder)
    try terminal.wait(prompt: "gnb[1/5]>")
    terminal.type("")
    try terminal.wait(prompt: "gnb[2/5]>")
    terminal.type("")
    try terminal.wait("the hint") {
      $0.contains("Enter once more shows a solution") && $0.lines.last == "gnb[2/5]>"
    }
    terminal.type("")
    try terminal.wait("the solution") { $0.contains("1.609: right") && $0.lines.last == "gnb[3/5]>" }
    terminal.type("check memorising")
    try terminal.wait("nearly") { $0.contains("memorising: nearly") && $0.lines.last == "gnb[3/5]>" }
  }

  @Test(arguments: [80, 60]) func aJapaneseLessonSpeaksJapanese(_ columns: Int) throws {
    let text = Self.notebook.replacing("# A number", with: "# 数\n\nこの課では損失を計算します。")
      .replacing(
        "The right word has the probability 0.2. What is the loss, -log p?",
        with: "確率が 0.2 のとき、損失 -log p はいくつですか。"
      )
      .replacing("The natural logarithm with its sign turned round.", with: "自然対数の符号を変えたものです。")
      .replacing(
        "What is it called when a model learns its articles by heart? 丸暗記のことです。", with: "記事を丸暗記することを何と呼びますか。"
      )
      .replacing("Draw 20 articles to train on.", with: "学習用に 20 件を引いてください。").replacing(
        "# The end", with: "終わりです。"
      )
      .replacing("# A word", with: "次は言葉です。").replacing("# A command", with: "次はコマンドです。")
    _ = try program.write("lesson.gnb", Data(text.utf8))
    let terminal = try Terminal(["lesson.gnb"], columns: columns, rows: 50, folder: program.folder)
    try terminal.wait(prompt: "gnb[1/5]>")
    for (line, words, prompt) in [
      ("", "はいくつですか。", "gnb[2/5]>"), ("", "もう一度 Enter で解答を表示", "gnb[2/5]>"),
      ("", "1.609: 正解", "gnb[3/5]>"), ("memorising", "memorising: 惜しい: 近いですが、違います", "gnb[3/5]>"),
      ("過学習", "過学習: 正解", "gnb[4/5]>"), ("二十件", "二十件: まだ違います: この問題にはコマンドで答えてください", "gnb[4/5]>"),
      ("", "コマンドを入力。もう一度", "gnb[4/5]>"), ("", "正解: 学習用の件数は 20 です", "gnb[5/5]>"),
      ("run", "終わりです。", "gnb[end]>"), ("", "最後のセルでした", "gnb[end]>"),
    ] {
      terminal.type(line)
      try terminal.wait("\(words) after \(line)") { $0.contains(words) && $0.lines.last == prompt }
    }
    #expect(terminal.screen.lines.allSatisfy { DisplayWidth.of($0) <= columns })
    for word in ["right", "hint", "Enter once more", "type a"] {
      #expect(!terminal.screen.contains(word), "\(word)")
    }
  }

  @Test func runAndRecordAnswerByThemselves() throws {
    let path = try program.write("lesson.gnb", Data(Self.notebook.utf8))
    let run = try program.gnb(["run", path])
    #expect(run.status == 0 && run.output.contains("1.609: right"), "\(run)")
    #expect(try program.gnb(["record", path]).status == 0)
    #expect(try program.gnb(["check", path]).status == 0)
  }

  private static let model = Cache().path + "/models/gemma-3-270m"

  /// The lesson that trains nothing, with the real model. `make check` runs all twelve.
  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: model), "needs the model: run `gnb pull gemma-3-270m` once"))
  func theFirstLessonIsAsRecorded() throws {
    let path = Self.lesson("01-what-the-model-sees")
    let check = try program.gnb(["check", path])
    #expect(check.status == 0, "\(check.output)\(check.errors)")
  }

  /// The other lessons were run by hand (docs/log.md).
  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: model), "needs the model: run `gnb pull gemma-3-270m` once"))
  func aLessonRunsOnTheEnglishMessages() throws {
    let run = try program.gnb(["run", Self.lesson("02-loss-by-hand"), "--set", "data=support-messages"])
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    for words in [
      "your figures are not those in the text", "300 articles in 4 categories", "1.609: right",
      "after 6 steps: accuracy",
    ] {
      #expect(run.output.contains(words), "\(words)")
    }
  }

  private static func lesson(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("notebooks/lessons/\(name).gnb").path
  }
}
