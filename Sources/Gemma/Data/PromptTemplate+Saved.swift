extension PromptTemplate {
  /// A template as it was saved with an adapter.
  package static func saved(
    template: String, instruction: String, maxInputTokens: Int?, endsTurn: Bool, name: String
  ) -> PromptTemplate {
    PromptTemplate(
      template: template, instruction: instruction, maxInputTokens: maxInputTokens, endsTurn: endsTurn,
      name: name)
  }
}
