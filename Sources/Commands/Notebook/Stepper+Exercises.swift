import Gemma

/// Answering the exercise that comes next.
extension Stepper {
  /// The exercise that comes next.
  var exercise: Exercise? { isAtEnd ? nil : cells[position].exercise }

  /// Whether an exercise comes next.
  public var isAtExercise: Bool { exercise != nil }

  /// Takes a typed line as an answer to the exercise that comes next. The first empty line gives the hint; the second is left to
  /// `next`, which shows the solution.
  ///
  /// - Returns: whether the line was taken; a line that is a command is not.
  func answered(_ text: String) -> Bool {
    guard let exercise else { return false }
    let text = Exercise.narrow(text)
    guard !text.isEmpty else {
      guard hintedAt != moves else { return false }
      hintedAt = moves
      for line in [
        exercise.hint.map { "\(exercise.language.hint): \($0)" },
        exercise.language.instruction(exercise.asksFor),
      ] {
        if let line { tell(line) }
      }
      return true
    }
    if exercise.isCommand {
      guard isNoCommand(text) else { return false }
      let language = exercise.language
      settle(Verdict(kind: .wrong, reason: language.wantsCommand, language: language), answer: text, exercise)
      return true
    }
    guard isAnswer(text, exercise) else { return false }
    settle(exercise.judge(text, in: exercise.language), answer: text, exercise)
    return true
  }

  /// Whether a line answers the exercise and is no command.
  private func isAnswer(_ text: String, _ exercise: Exercise) -> Bool {
    if text.hasPrefix("?") || text.hasSuffix("?") { return false }
    let word = text.prefix { !$0.isWhitespace && $0 != ";" }
    return exercise.isAnswer(text) || !verbs.contains(String(word))
  }

  /// Whether a line is plain words. A mistyped command is not: it has a message of its own.
  private func isNoCommand(_ text: String) -> Bool {
    if text.hasPrefix("?") || text.hasSuffix("?") { return false }
    let word = String(text.prefix { !$0.isWhitespace && $0 != ";" })
    return !verbs.contains(word) && Suggestion.nearest(word, in: verbs) == nil
  }

  /// Judges what the lines typed at an exercise told, if it is what the exercise asks about.
  func judgeTold() {
    guard let exercise, let wanted = exercise.fields, !wanted.isDisjoint(with: told.keys) else { return }
    settle(exercise.judge(told, in: exercise.language), answer: "", exercise)
  }

  /// `check`: judges an answer, or else what the typed lines told.
  func check(_ answer: String?) throws {
    guard let exercise else {
      throw GemmaError.missing(need: "an exercise as the next cell", remedy: "list")
    }
    switch (exercise.isCommand, answer) {
    case (true, nil): settle(exercise.judge(told, in: exercise.language), answer: "", exercise)
    case (true, _?):
      throw GemmaError.invalidValue(
        name: "answer", expected: "a command typed without 'check' before it", found: "check")
    case (false, let answer?):
      settle(
        exercise.judge(answer, in: exercise.language), answer: Exercise.narrow(answer), exercise)
    case (false, nil): throw GemmaError.missing(need: "an answer", remedy: "check ANSWER")
    }
  }

  /// Says the verdict. After a right answer the exercise is done.
  private func settle(_ verdict: Verdict, answer: String, _ exercise: Exercise) {
    let hint = verdict.kind == .wrong ? exercise.hint : nil
    interpreter.tell(
      Judged(verdict: verdict, answer: answer, hint: hint), cell: cells[position].name, command: "check",
      session.context)
    if verdict.kind == .right { pass() }
  }
}

extension Exercise {
  /// The fields that the condition asks about; nil if no command is wanted.
  var fields: Set<String>? { if case .command(let accept, _) = kind { accept.fields } else { nil } }
}
