/// The language of a notebook's text, or of an exercise's question, and the words that the prompt puts beside them. Recordings have
/// English words, so that a lesson and its translation share their outputs.
package enum ReaderLanguage: Sendable, Equatable {
  case english
  case japanese

  /// The language of a text: Japanese if a good part of its letters is kana. A Japanese question may name commands.
  package init(of text: String) {
    let kana = text.unicodeScalars.count { (0x3041...0x30FF).contains($0.value) }
    let latin = text.unicodeScalars.count { $0.isASCII && $0.properties.isAlphabetic }
    self = kana * 3 > latin ? .japanese : .english
  }

  /// The language of a notebook's text.
  package init(of notebook: Notebook) {
    let lines = notebook.parts.flatMap { part -> [String] in
      if case .prose(let lines) = part { lines } else { [] }
    }
    self.init(of: lines.joined(separator: "\n"))
  }

  func pick(_ english: String, _ japanese: String) -> String {
    self == .english ? english : japanese
  }

  // MARK: Stepping

  package var greeting: String {
    pick(
      "Enter runs the next cell, 'back' undoes it, 'list' shows all, Ctrl-D leaves",
      "Enter で次のセルを実行、back で取り消し、list で一覧、Ctrl-D で終了")
  }
  /// Where --set gave a variable of the notebook another value.
  package var figuresDiffer: String {
    pick(
      "You gave a variable with --set, so your figures are not those in the text.",
      "--set で変数を変えたので、数字は本文のものとは違います。")
  }
  package func showsMore(_ page: Int, of count: Int) -> String {
    pick(
      "(page \(page) of \(count) of this output; Enter shows the next page)",
      "（出力 \(page) / \(count) ページ。Enter で次のページを表示）")
  }
  package var showsRest: String { pick("(Enter goes on)", "（Enter で続きを表示）") }
  package var showsNextCell: String { pick("(Enter shows the next cell)", "（Enter で次のセルを表示）") }
  package var ranOnCopy: String {
    pick(
      "(on a copy, which the next cell discards; 'keep' makes the line a cell)",
      "（コピーの上で実行しました。次のセルで元に戻ります。keep でこの行をセルにできます）")
  }

  package func isDone(_ lesson: String, next: (reference: String, title: String)?) -> String {
    pick("Lesson \(lesson) is done. ", "第 \(lesson) 課は終わりです。")
      + (next.map { pick("Next: ", "次の課: ") + "gnb tour \($0.reference)\(pick(", ", "、"))\($0.title)" }
        ?? pick("It was the last one.", "これが最後の課です。"))
  }

  package func goesOn(_ lesson: String) -> String {
    pick("'gnb tour \(lesson)' goes on here.", "gnb tour \(lesson) で、ここから続けられます。")
  }

  // MARK: The speaker's notes

  func place(_ cell: Int, of count: Int, minutes: Int) -> String {
    let place =
      cell <= count ? pick("cell \(cell) of \(count)", "セル \(cell) / \(count)") : pick("the end", "終わり")
    return place + pick(", \(minutes) min", "、\(minutes) 分")
  }
  package func cell(_ cell: Int, of count: Int) -> String {
    cell <= count ? pick("cell \(cell)", "セル \(cell)") : pick("after the last cell", "最後のセルの後")
  }
  package func isWaiting(for command: String) -> String {
    pick("waiting for: \(command)   (Ctrl-C leaves)", "\(command) を待っています（Ctrl-C で終了）")
  }
  package var leaves: String { pick("(Ctrl-C leaves)", "（Ctrl-C で終了）") }
  var solution: String { pick("solution", "解答") }
  var noNote: String { pick("no note for this cell", "このセルのメモはありません") }
  var onScreen: String { pick("on the screen:", "画面のセル:") }
  var then: String { pick("then:", "その次:") }

  // MARK: A page

  /// As `lang` of HTML has it; browsers choose the shapes of Chinese characters by it.
  var code: String { pick("en", "ja") }
  var wrapped: String { pick("long lines: wrapped", "長い行: 折り返す") }
  var scrolled: String { pick("long lines: scrolled", "長い行: 横に送る") }

  /// What a mark such as «time» stands for.
  func explanation(of kind: Volatile) -> String {
    let japanese =
      switch kind {
      case .time: "かかった時間"
      case .rate: "一秒あたりの数"
      case .memory: "使っているバイト数"
      case .path: "ファイルの場所"
      case .host: "コンピューターの名前"
      case .threads: "スレッドの数"
      case .kernel: "カーネルの種類"
      }
    return pick(
      "«\(kind.rawValue)»: \(kind.meaning). It differs from run to run, so a notebook does not record it.",
      "«\(kind.rawValue)»: \(japanese)。実行のたびに変わるので、ノートブックには記録しません。")
  }

  /// The words in the picture of LoRA.
  package var picture: LoRAPicture.Words {
    var words = LoRAPicture.Words()
    guard self == .japanese else { return words }
    words.frozen = "凍結"
    words.beginsAtZero = "0 から始まる"
    words.beginsAtRandom = "乱数から始まる"
    words.summary = { "凍結: \($0) 個、学習: \($1) 個（\($2)）" }
    words.reason = "。B は 0 から始まるので、BA も 0 です。"
    return words
  }

  // MARK: Asking

  var hint: String { pick("hint", "ヒント") }
  var hintTitle: String { pick("Hint", "ヒント") }
  var answerTitle: String { pick("Answer", "解答") }
  var typesNumber: String { pick("type a number", "数を入力") }
  var typesPercentage: String { pick("type a percentage", "パーセントを入力") }
  var typesWord: String { pick("type a word", "言葉を入力") }
  var typesCommand: String { pick("type a command", "コマンドを入力") }

  /// What an empty line tells.
  func instruction(_ asksFor: String) -> String {
    pick("(\(asksFor); Enter once more shows a solution)", "（\(asksFor)。もう一度 Enter で解答を表示）")
  }

  // MARK: Judging

  func name(_ kind: Verdict.Kind) -> String {
    switch kind {
    case .right: pick("right", "正解")
    case .nearly: pick("nearly", "惜しい")
    case .wrong: pick("not yet", "まだ違います")
    }
  }

  var isNoNumber: String { pick("this is no number", "これは数ではありません") }
  var isClose: String { pick("that is close, but not it", "近いですが、違います") }
  var isMisspelt: String { pick("look at the spelling", "つづりを確かめてください") }
  var wantsCommand: String { pick("this exercise wants a command", "この問題にはコマンドで答えてください") }

  func wants(_ asksFor: String) -> String {
    pick("this exercise wants \(asksFor.replacing("type ", with: ""))", "この問題では\(asksFor)してください")
  }

  func isOff(isLarge: Bool, isLittle: Bool) -> String {
    pick(
      (isLittle ? "a little " : "") + "too " + (isLarge ? "large" : "small"),
      (isLittle ? "少し" : "") + (isLarge ? "大きすぎます" : "小さすぎます"))
  }

  func isMissing(_ field: String) -> String {
    pick("these commands do not show \(name(field))", "\(name(field))を示すコマンドではありません")
  }

  func found(_ field: String, _ value: String) -> String {
    pick("\(name(field)) is \(value)", "\(name(field))は \(value) です")
  }

  func wanted(_ field: String, _ value: String, _ part: Condition.Part) -> String {
    let wish =
      switch part.sign {
      case ">=": pick("at least \(part.value)", "\(part.value) 以上に")
      case "<=": pick("at most \(part.value)", "\(part.value) 以下に")
      case ">": pick("more than \(part.value)", "\(part.value) より大きい値に")
      case "<": pick("less than \(part.value)", "\(part.value) より小さい値に")
      case "!=": pick("something other than \(part.value)", "\(part.value) 以外に")
      default: pick(part.value, "\(part.value) に")
      }
    return pick(
      "\(found(field, value)), and should be \(wish)", "\(found(field, value))。\(wish)してください")
  }

  /// What fields that exercises ask about are called; another one is called by its own name.
  package static let names: [String: (english: String, japanese: String)] = [
    "accuracy": ("the accuracy", "正解率"),
    "examples": ("the number of examples", "例の数"),
    "ids": ("the number of tokens", "トークンの数"),
    "p": ("the first probability", "いちばん上の確率"),
    "prediction": ("the category", "分類"),
    "train": ("the number of training articles", "学習用の件数"),
    "validation": ("the number of validation articles", "評価用の件数"),
  ]

  private func name(_ field: String) -> String {
    Self.names[field].map { pick($0.english, $0.japanese) } ?? field
  }
}
