import Foundation

/// Character n-grams weighted by TF-IDF, as scikit-learn's `TfidfVectorizer(analyzer="char", ngram_range=(1, 3))`:
/// lower case, runs of white space as one space, idf = ln((1 + n) / (1 + df)) + 1, rows of length 1.
public struct TFIDF: Sendable {
  /// A sparse row: feature numbers ascending.
  public typealias Row = [(feature: Int, value: Double)]

  /// The feature number of each n-gram. The key has up to three scalars of 21 bits.
  private let features: [UInt64: Int]
  package let idf: [Double]

  public var count: Int { idf.count }

  /// Learns the n-grams of `texts` and their inverse document frequencies.
  public init(_ texts: [String]) {
    var documents: [UInt64: Int] = [:]
    for text in texts { for (gram, _) in Self.counts(text) { documents[gram, default: 0] += 1 } }
    let grams = documents.keys.sorted()
    var features: [UInt64: Int] = [:]
    features.reserveCapacity(grams.count)
    for (number, gram) in grams.enumerated() { features[gram] = number }
    self.features = features
    idf = grams.map { ElementaryMath.log(Double(1 + texts.count) / Double(1 + (documents[$0] ?? 0))) + 1 }
  }

  /// The row of a text. N-grams that were not learnt are ignored.
  public func row(_ text: String) -> Row {
    var row: Row = []
    for (gram, count) in Self.counts(text) {
      if let feature = features[gram] { row.append((feature, Double(count) * idf[feature])) }
    }
    row.sort { $0.feature < $1.feature }
    let norm = row.reduce(0) { $0 + $1.value * $1.value }.squareRoot()
    guard norm > 0 else { return row }
    return row.map { ($0.feature, $0.value / norm) }
  }

  private static func counts(_ text: String) -> [UInt64: Int] {
    var scalars: [UInt64] = []
    var spaces: [UInt64] = []
    for scalar in text.lowercased().unicodeScalars {
      if scalar.properties.isWhitespace {
        spaces.append(UInt64(scalar.value))
      } else {
        scalars += spaces.count > 1 ? [0x20] : spaces
        spaces = []
        scalars.append(UInt64(scalar.value))
      }
    }
    scalars += spaces.count > 1 ? [0x20] : spaces
    var counts: [UInt64: Int] = [:]
    for i in scalars.indices {
      var gram: UInt64 = 0
      for k in i..<min(i + 3, scalars.count) {
        // Plus one, so that n-grams of different lengths never get the same key.
        gram = gram << 21 | (scalars[k] + 1)
        counts[gram, default: 0] += 1
      }
    }
    return counts
  }
}
