/// Examples before the row: few-shot prompts.
extension PromptTemplate {
  /// The same prompt with examples of these rows: one of each category in turn, in the order of the rows.
  package func showing(_ rows: [Sample], categories: [String]) -> PromptTemplate {
    var copy = self
    copy.examples = Array(Self.inTurn(rows, categories: categories).prefix(exampleCount))
    return copy
  }

  /// The first row of each category, then the second of each, and so on. Without categories, as they are.
  private static func inTurn(_ rows: [Sample], categories: [String]) -> [Sample] {
    guard !categories.isEmpty else { return rows }
    let groups = categories.map { category in rows.filter { $0.category == category } }
    return (0..<(groups.map(\.count).max() ?? 0)).flatMap { place in
      groups.compactMap { place < $0.count ? $0[place] : nil }
    }
  }

  /// What follows an example's question: its answer, and the end of the example.
  func answered(_ example: Sample) -> [Stretch] {
    [
      Stretch(text: answer(example), isTemplate: false),
      Stretch(text: endsTurn ? "<end_of_turn>\n" : "\n\n", isTemplate: true),
    ]
  }
}
