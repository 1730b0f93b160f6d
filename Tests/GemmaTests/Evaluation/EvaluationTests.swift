import Gemma
import Testing

/// Against scikit-learn: see Tests/Fixtures/evaluation/make.py.
@Suite struct EvaluationTests {
  @Test func reportsAndMatricesAreScikitLearns() throws {
    let cases = try Fixtures.json("evaluation/expected.json")["cases"] as? [[String: Any]] ?? []
    #expect(cases.count == 9)
    for entry in cases {
      let name = entry["name"] as? String ?? ""
      let (classes, truth, predicted) = (
        entry["classes"] as? [String] ?? [], entry["truth"] as? [String] ?? [],
        entry["predicted"] as? [String] ?? []
      )
      let report = ClassificationReport(classes: classes, truth: truth, predicted: predicted)
      // With nothing right scikit-learn prints the support as a fraction; we do not.
      let text = (entry["report"] as? String ?? "").replacingOccurrences(
        of: #"  (\d)\.0$"#, with: "    $1", pattern: true)
      #expect(report.text() == text, "\(name)")
      #expect(abs(report.accuracy - (entry["accuracy"] as? Double ?? -1)) < 1e-9, "\(name)")
      let matrix = ConfusionMatrix(classes: classes, truth: truth, predicted: predicted)
      #expect(matrix.counts == entry["confusion"] as? [[Int]] ?? [], "\(name)")
    }
  }

  @Test func theBaselineIsScikitLearns() throws {
    let b = try Fixtures.json("evaluation/expected.json")["baseline"] as? [String: Any] ?? [:]
    let (texts, labels, classes) = (
      b["texts"] as? [String] ?? [], b["labels"] as? [String] ?? [], b["classes"] as? [String] ?? []
    )
    let vectors = TFIDF(texts)
    #expect(vectors.count == b["features"] as? Int)
    let entries = (b["document_0"] as? [String: Any])?["entries"] as? [String: Double] ?? [:]
    let row = vectors.row(texts[0]).map(\.value).sorted()
    #expect(row.count == entries.count)
    for (ours, theirs) in zip(row, entries.values.sorted()) { #expect(abs(ours - theirs) < 2e-6) }
    let odd = (b["odd_document"] as? [String: Any])?["entries"] as? [String: Double] ?? [:]
    if let text = (b["odd_document"] as? [String: Any])?["text"] as? String {
      #expect(vectors.row(text).count == odd.count)
    }
    let baseline = try TFIDFBaseline(texts: texts, labels: labels, classes: classes)
    let heldOut = b["held_out"] as? [String] ?? []
    let expected = b["converged_held_out_predictions"] as? [[String: Any]] ?? []
    #expect(expected.count == 6)
    for (text, truth) in zip(heldOut, expected) {
      let (prediction, probabilities) = baseline.predict(text)
      #expect(prediction == truth["prediction"] as? String)
      for (p, q) in zip(probabilities, truth["probabilities"] as? [Double] ?? []) {
        #expect(abs(p - q) < 2e-5)
      }
    }
  }

  @Test func intervalsAndTestsHaveTheirKnownValues() {
    let (low, high) = Significance.wilson(correct: 815, total: 1000)
    #expect(abs(low - 0.78979) < 1e-4 && abs(high - 0.83789) < 1e-4)
    // 2 * sum of Binomial(12, 1/2) up to 2 = 2 * 79 / 4096
    #expect(abs(Significance.mcNemar(onlyFirst: 10, onlySecond: 2) - 158.0 / 4096) < 1e-12)
    #expect(Significance.mcNemar(onlyFirst: 0, onlySecond: 0) == 1)
    #expect(Significance.mcNemar(onlyFirst: 900, onlySecond: 900) == 1)
  }

  @Test func theMajorityOfEqualsIsTheFirstByName() {
    #expect(MajorityBaseline(labels: ["b", "a", "b", "a", "c"]).prediction == "a")
  }
}
