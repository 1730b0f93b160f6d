import Gemma

/// baseline.
enum BaselineCommand {
  static let baseline = Command(
    "baseline", .evaluate, "the accuracy of simple methods on the same split",
    details:
      "The methods are: always the most frequent category; and TF-IDF of characters with logistic regression, on whole "
      + "articles. If the prompt cuts articles, TF-IDF is also measured on the cut articles.",
    examples: ["baseline"]
  ) { invocation in
    let session = invocation.session
    let workspace = session.workspace
    try workspace.needClassification(
      "baseline", instead: "'evaluate' before the training: the untrained model is what to compare with")
    let (data, split) = (try workspace.needData(), try workspace.needSplit())
    let validation = try workspace.needSamples(of: .validation)
    let labels = split.train.map { data.samples[$0].category }
    let samples = validation.map { data.samples[$0] }
    var seen = SeenTexts()
    seen.add(split.train.map { data.samples[$0] })
    var made: [Workspace.Evaluation] = []
    func add(_ name: String, _ predictions: [String], _ probabilities: [[Double]] = []) {
      made.append(
        .init(
          name: name, method: "baseline", part: .validation, samples: samples, of: data,
          predictions: predictions,
          probabilities: probabilities, seen: seen))
    }
    let majority = MajorityBaseline(labels: labels).prediction
    add("majority", samples.map { _ in majority })
    func tfidf(_ name: String, _ text: (Int) -> String) throws {
      func checked(_ article: Int) throws -> String {
        try invocation.checkInterruption()
        return text(article)
      }
      let model = try TFIDFBaseline(
        texts: split.train.map(checked), labels: labels, classes: data.categories,
        check: invocation.checkInterruption)
      let answers = try validation.map { model.predict(try checked($0)) }
      add(name, answers.map(\.prediction), answers.map(\.probabilities))
    }
    try tfidf("tf-idf") { data.samples[$0].text }
    if let model = workspace.model, let prompt = workspace.prompt, prompt.maxInputTokens != nil {
      try tfidf("tf-idf cut") { prompt.cut(data.samples[$0].text, tokenizer: model.tokenizer) }
    }
    // The same figures again take the place of those before; others get a name of their own.
    for i in made.indices {
      let earlier = session.workspace.evaluations.first { $0.name == made[i].name }
      if let earlier, !earlier.isSame(as: made[i]) {
        made[i].name = session.workspace.freeName(made[i].name)
      }
      session.workspace.add(made[i])
    }
    invocation.tell(Baselines(evaluations: made))
  } python: { script in
    script.need(.baselines)
    return ["baseline(cut_too=\(script.hasPrompt && script.cutsArticles ? "True" : "False"))"]
  }
}

/// The result of `baseline`.
struct Baselines: CommandResult {
  let evaluations: [Workspace.Evaluation]

  var outputs: [Output] { evaluations.map(\.summary) }
  var fields: [(name: String, value: JSONValue)] { evaluations.map { ($0.name, .number($0.accuracy)) } }
}

extension PythonPiece {
  static let baselines = PythonPiece(
    "baselines", needs: [.answers],
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline


    def baseline(cut_too):
        \"""The most frequent category, and what counting characters reaches on the same split.\"""
        labels = [article["category"] for article in train]
        truth = [article["category"] for article in validation]
        keep("majority", truth, [max(categories, key=labels.count)] * len(truth))
        for name, text in [("tf-idf", str)] + ([("tf-idf cut", cut)] if cut_too else []):
            model = make_pipeline(
                TfidfVectorizer(analyzer="char", ngram_range=(1, 3)), LogisticRegression(max_iter=1000, tol=1e-6))
            model.fit([text(article["text"]) for article in train], labels)
            keep(name, truth, model.predict([text(article["text"]) for article in validation]).tolist())
    """)
}
