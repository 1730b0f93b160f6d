import Foundation

/// A warning about a data set: something that its owner should check before training.
public enum DataWarning: Sendable, Equatable {
  /// Categories that differ in capitals, spaces, signs or width only.
  case nearEqual([String])
  /// The number of texts that have two categories, with the ids and categories of the first one.
  case conflicts(count: Int, ids: [String], categories: [String])
  case numbers([String])
  /// Categories with fewer than `few` rows.
  case few([String])
  case leaks(Int)
  /// Categories whose names begin with the same token.
  case sameStart([String])

  /// Fewer rows of a category than this are called few.
  public static let few = 5

  /// All there is to say about the labels of a classification.
  public static func all(of data: Dataset) -> [DataWarning] {
    var warnings: [DataWarning] = data.leaks > 0 ? [.leaks(data.leaks)] : []
    guard data.task == .classification else { return warnings }
    warnings += nearEqual(data.categories).map(DataWarning.nearEqual)
    if let conflict = conflicts(data.samples) { warnings.append(conflict) }
    if data.categories.allSatisfy({ Double($0) != nil }) { warnings.append(.numbers(data.categories)) }
    let few = zip(data.categories, data.counts).filter { $1 < self.few }.map(\.0)
    if !few.isEmpty { warnings.append(.few(few)) }
    return warnings
  }

  /// Names that a model begins to write alike. Known only where there is a tokenizer.
  public static func sameStart(_ data: Dataset, tokenizer: Tokenizer) -> [DataWarning] {
    guard data.task == .classification else { return [] }
    return Dictionary(grouping: data.categories) { tokenizer.encode($0).first }.values
      .filter { $0.count > 1 }.map { $0.sorted() }.sorted { $0[0] < $1[0] }.map(DataWarning.sameStart)
  }

  private static func nearEqual(_ categories: [String]) -> [[String]] {
    func key(_ name: String) -> String {
      let plain = name.precomposedStringWithCompatibilityMapping.lowercased()
      let letters = plain.filter { $0.isLetter || $0.isNumber }
      // A name of signs only, such as "+" and "-", is its signs.
      return letters.isEmpty ? name : letters
    }
    // Signs before a number count: 1 and -1.
    let names = categories.filter { Double($0) == nil }
    return Dictionary(grouping: names, by: key).values.filter { $0.count > 1 }.map { $0.sorted() }
      .sorted { $0[0] < $1[0] }
  }

  private static func conflicts(_ samples: [Sample]) -> DataWarning? {
    var first: [String: Int] = [:]
    var texts: Set<String> = []
    var example: (Int, Int)?
    for (index, sample) in samples.enumerated() {
      let text = sample.text + (sample.request.map { "\u{0}" + $0.instruction } ?? "")
      guard let other = first[text] else {
        first[text] = index
        continue
      }
      guard samples[other].category != sample.category else { continue }
      texts.insert(text)
      example = example ?? (other, index)
    }
    return example.map { one, other in
      .conflicts(
        count: texts.count, ids: [samples[one].id, samples[other].id],
        categories: [samples[one].category, samples[other].category])
    }
  }
}
