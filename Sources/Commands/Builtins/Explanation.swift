/// What a figure of a result means, in one line: for `explain=true`. The words that are longer are in the glossary.
enum Explanation: String {
  case interval, mcNemar, loss, validationLoss, perplexity, trainedOn

  static let argument = Argument("explain", .bool, false, "add a line on what each figure means")

  /// Lines for these figures; none unless they are asked for.
  static func lines(_ isAsked: Bool, _ figures: [Explanation]) -> [Output] {
    isAsked ? figures.map { .line(Span($0.text, .faint)) } : []
  }

  var text: String {
    switch self {
    case .interval:
      "95% interval: where the accuracy on all such articles probably lies. With four times the articles it is half as wide."
    case .mcNemar:
      "McNemar's p: how often chance would make the two differ as much, were they equally good. Below 0.05 one calls them different."
    case .loss:
      "Loss: how surprised the model is by the right answers that it learns: the mean of -log p over their tokens. 0 is certainty."
    case .validationLoss:
      "Validation loss: how surprised the model is by the right answers of articles it does not learn from. Once it rises while the "
        + "training loss falls, the model learns by heart."
    case .perplexity:
      "Perplexity: e to the power of that loss, as if the model chose among so many equally likely tokens. 1 is certainty."
    case .trainedOn:
      "Trained on: the model has learnt the answers to these articles, so they tell nothing about its answers to new ones."
    }
  }
}
