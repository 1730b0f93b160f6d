import Gemma

/// Something measured, under a name that a user gives or gnb makes.
protocol NamedResult {
  var name: String { get }
}

extension Workspace.Evaluation: NamedResult {}
extension InstructionEvaluation: NamedResult {}

extension Array where Element: NamedResult {
  /// The name, with a number if a result has it already: "step 60", "step 60 (2)".
  func freeName(_ standard: String) -> String {
    var (name, number) = (standard, 1)
    while contains(where: { $0.name == name }) {
      number += 1
      name = "\(standard) (\(number))"
    }
    return name
  }

  /// The result with this name, or with this number in `compare`.
  /// - Throws: `missing` if there is none at all, `invalidValue` with the names that there are.
  func named(_ name: String) throws -> Element {
    guard !isEmpty else { throw GemmaError.missing(need: "an evaluation", remedy: "evaluate") }
    let numbered = Int(name).flatMap { indices.contains($0 - 1) ? self[$0 - 1] : nil }
    guard let found = first(where: { $0.name == name }) ?? numbered else {
      throw GemmaError.invalidValue(
        name: "evaluation", expected: "one of \(map(\.name).joined(separator: ", "))", found: name)
    }
    return found
  }
}
