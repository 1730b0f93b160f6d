import Foundation

/// Precision, recall and F1 of each class, as scikit-learn's `classification_report` computes and prints them.
public struct ClassificationReport: Sendable, Equatable {
  public struct Row: Sendable, Equatable {
    public var name: String
    public var precision: Double
    public var recall: Double
    public var f1: Double
    public var support: Int
  }

  /// A row for each class, in the order of the classes.
  public let rows: [Row]
  public let macro: Row
  public let weighted: Row
  /// The micro average over the classes. It is shown in place of the accuracy if some predictions are not one of the
  /// classes.
  public let micro: Row?
  /// Right answers divided by all answers.
  public let accuracy: Double
  public let total: Int

  /// - Parameters:
  ///   - truth, predicted: of equal length. A prediction that is not one of the classes counts as wrong.
  public init(classes: [String], truth: [String], predicted: [String]) {
    // A division by zero gives 0, as with zero_division=0.
    func ratio(_ a: Int, _ b: Int) -> Double { b == 0 ? 0 : Double(a) / Double(b) }
    func f1(_ p: Double, _ r: Double) -> Double { p + r == 0 ? 0 : 2 * p * r / (p + r) }
    var rows: [Row] = []
    var (hits, claimed, actual) = (0, 0, 0)
    for name in classes {
      let hit = zip(truth, predicted).count { $0 == name && $1 == name }
      let predictedCount = predicted.count { $0 == name }
      let support = truth.count { $0 == name }
      let (p, r) = (ratio(hit, predictedCount), ratio(hit, support))
      // From counts, not from p and r: one rounding less, and the same as scikit-learn.
      rows.append(
        Row(
          name: name, precision: p, recall: r, f1: ratio(2 * hit, predictedCount + support), support: support)
      )
      hits += hit
      claimed += predictedCount
      actual += support
    }
    let count = Double(max(rows.count, 1))
    func mean(_ value: (Row) -> Double) -> Double { rows.reduce(0) { $0 + value($1) } / count }
    func weighted(_ value: (Row) -> Double) -> Double {
      actual == 0 ? 0 : rows.reduce(0) { $0 + value($1) * Double($1.support) } / Double(actual)
    }
    self.rows = rows
    macro = Row(
      name: "macro avg", precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1), support: actual
    )
    self.weighted = Row(
      name: "weighted avg", precision: weighted(\.precision), recall: weighted(\.recall), f1: weighted(\.f1),
      support: actual)
    let (p, r) = (ratio(hits, claimed), ratio(hits, actual))
    let outside = predicted.contains { !classes.contains($0) } || truth.contains { !classes.contains($0) }
    micro = outside ? Row(name: "micro avg", precision: p, recall: r, f1: f1(p, r), support: actual) : nil
    accuracy = ratio(zip(truth, predicted).count { $0 == $1 }, truth.count)
    total = truth.count
  }

  /// The report as scikit-learn prints it, with `digits` digits.
  public func text(digits: Int = 4) -> String {
    let width = max(rows.map(\.name.count).max() ?? 0, "weighted avg".count)
    func padded(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    func line(_ name: String, _ cells: [String]) -> String {
      padded(name, width) + " " + cells.map { " " + padded($0, 9) }.joined()
    }
    func line(_ row: Row) -> String {
      line(
        row.name,
        [row.precision, row.recall, row.f1].map { String(format: "%.\(digits)f", $0) } + ["\(row.support)"])
    }
    var lines = [line("", ["precision", "recall", "f1-score", "support"]), ""]
    lines += rows.map(line)
    lines.append("")
    if let micro {
      lines.append(line(micro))
    } else {
      lines.append(line("accuracy", ["", "", String(format: "%.\(digits)f", accuracy), "\(total)"]))
    }
    lines += [line(macro), line(weighted)]
    return lines.joined(separator: "\n") + "\n"
  }
}

/// The confusion matrix: rows are the truth, columns the prediction.
public struct ConfusionMatrix: Sendable, Equatable {
  public let classes: [String]
  /// [truth][prediction]
  public let counts: [[Int]]
  /// Number of predictions that are not one of the classes, by truth.
  public let outside: [Int]

  public init(classes: [String], truth: [String], predicted: [String]) {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classes.count), count: classes.count)
    var outside = [Int](repeating: 0, count: classes.count)
    for (t, p) in zip(truth, predicted) {
      guard let row = classes.firstIndex(of: t) else { continue }
      if let column = classes.firstIndex(of: p) { counts[row][column] += 1 } else { outside[row] += 1 }
    }
    self.classes = classes
    self.counts = counts
    self.outside = outside
  }
}
