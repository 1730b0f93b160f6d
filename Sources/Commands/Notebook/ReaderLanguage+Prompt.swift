/// What the prompt says about the cells of a notebook, and the tour about its lessons.
extension ReaderLanguage {
  // MARK: Cells

  package var wasLastCell: String {
    pick(
      "this was the last cell: 'back', 'restart', or Ctrl-D to leave", "最後のセルでした。back、restart、または Ctrl-D で終了")
  }
  var stopsAtExercise: String { pick("stopped before an exercise", "問題の前で止まりました") }
  func stopsAtPause(_ cell: String) -> String {
    pick("stopped before #\(cell), which has 'pause'", "#\(cell) に pause があるので、その前で止まりました")
  }
  var wentBack: String { pick("went back to before this cell", "このセルの前に戻りました") }
  var linesAreUndone: String {
    pick("the lines typed since the last cell are undone", "前のセルの後に入力した行を取り消しました")
  }
  func wasNotRun(_ lines: [String]) -> String {
    let more = lines.count - 3
    let shown = lines.prefix(3).joined(separator: "; ")
    return pick("not run in this cell: ", "このセルで実行していない行: ") + shown
      + (more > 0 ? pick(", and \(more) more", "、ほか \(more) 行") : "")
  }
  /// After an interrupted cell.
  /// - Parameter next: the number of the next cell; nil after the last.
  func goesOnAfterInterruption(next: Int?) -> String {
    let onward =
      next.map { pick("'next' runs cell \($0)", "next でセル \($0) を実行します") }
      ?? pick("this was the last cell", "最後のセルでした")
    return onward
      + pick("; 'back' returns to before the interrupted cell", "。back で、中断したセルの前に戻ります")
  }

  // MARK: Leaving

  package func isNotSaved(_ parts: [String]) -> String {
    pick("not saved: \(parts.joined(separator: " and "))", "保存していません: \(parts.joined(separator: "、"))")
  }
  /// - Parameter command: what brings the session back; nil where nothing does.
  package func leaves(bringingBack command: String?) -> String {
    pick("Ctrl-D or 'quit' once more leaves", "もう一度 Ctrl-D か quit で終了します")
      + (command.map { pick("; '\($0)' then brings this back", "。\($0) で元に戻せます") } ?? "")
  }

  // MARK: The tour

  package var modelIsMissing: String {
    pick(
      "The model is not here yet: gnb pull gemma-3-270m, or gnb pull gemma-3-270m --from DIR",
      "モデルがまだありません。gnb pull gemma-3-270m、または gnb pull gemma-3-270m --from DIR で入れてください。")
  }
  package var doctorMeasures: String {
    pick(
      "'gnb doctor' measures this computer and says how long each lesson takes.",
      "gnb doctor は、このコンピューターの速さを測り、各課にかかる時間を表示します。")
  }
  package var wasLastLesson: String {
    pick(
      "That was the last lesson. 'gnb tour LESSON' opens any of them again.",
      "最後の課まで終わりました。gnb tour 番号 で、どの課ももう一度開けます。")
  }
  package func comesNext(_ lesson: String, isOpen: Bool) -> String {
    "gnb tour \(lesson)  "
      + (isOpen ? pick("goes on where you were", "で、続きから始められます") : pick("comes next", "が次の課です"))
  }
  package func asksForLesson(_ lesson: String) -> String {
    pick("lesson (Enter for \(lesson), Ctrl-D leaves)> ", "課の番号（Enter で \(lesson)、Ctrl-D で終了）> ")
  }
  var lessonTitles: [String] {
    self == .english ? ["lesson", "title", "done", "takes"] : ["課", "題", "進み", "時間"]
  }
  var isFinished: String { pick("yes", "済み") }
  func cellsDone(_ cells: Int, of count: Int) -> String {
    pick("\(cells) of \(count) cells", "セル \(cells) / \(count)")
  }
  /// - Parameter minutes: nil for less than one.
  func takes(minutes: Double?) -> String {
    guard let minutes else { return pick("under 1 min", "1 分未満") }
    return minutes < 90
      ? "\(Int(minutes.rounded())) " + pick("min", "分")
      : "\(Int((minutes / 60).rounded())) " + pick("h", "時間")
  }
  var lessonHasChanged: String {
    pick(
      "the lesson has changed since you were here: it begins anew", "前回の後で課の内容が変わったので、初めから始めます")
  }
  func placeIsLost(_ reason: String) -> String {
    pick("your place is not brought back: \(reason)", "続きからは始められません: \(reason)")
  }
  func isBack(after cells: Int, with parts: String) -> String {
    pick(
      "back after \(NumberFormat.count(cells, "cell")), without running them again: ",
      "セル \(cells) の後から続けます。それまでのセルは実行し直しません: ") + parts
  }
}
