import Gemma

/// What an instruction task has in place of classifications.
extension Workspace {
  /// - Parameters:
  ///   - command: the command that needs categories.
  ///   - instead: the command that does the like for answers in free words.
  /// - Throws: `invalidValue` in an instruction task.
  func needClassification(_ command: String, instead: String) throws {
    guard data?.task == .instruction else { return }
    throw GemmaError.invalidValue(
      name: command,
      expected: "a classification task (if the answers are categories: load data ... task=classification)",
      found: "an instruction task, whose answers are free words; use \(instead)")
  }

  /// A name that no evaluation has yet: "untrained", "step 60", "step 60, train (2)".
  func freeAnswersName(on part: Part) -> String {
    let standard =
      (steps.isEmpty ? "untrained" : "step \(steps.count)")
      + (part == .validation ? "" : ", \(part.rawValue)")
    return answers.freeName(standard)
  }

  /// The evaluation with this name, or with this number in `compare`.
  func answers(_ name: String) throws -> InstructionEvaluation { try answers.named(name) }

  mutating func add(_ evaluation: InstructionEvaluation) {
    answers.removeAll { $0.name == evaluation.name }
    answers.append(evaluation)
  }
}
