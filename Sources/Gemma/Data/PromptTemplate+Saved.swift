extension PromptTemplate {
  /// A template as it was saved with an adapter.
  package static func saved(
    template: String, withoutInput: String?, instruction: String, maxInputTokens: Int?, endsTurn: Bool,
    hasTurns: Bool, name: String
  ) -> PromptTemplate {
    PromptTemplate(
      template: template, withoutInput: withoutInput, instruction: instruction,
      maxInputTokens: maxInputTokens, endsTurn: endsTurn, hasTurns: hasTurns, name: name)
  }

  /// The columns that the template shows and that are not among these.
  package func fieldsMissing(in columns: [String]) -> [String] {
    fields.filter { !Self.standardFields.contains($0) && !columns.contains($0) }
  }
}
