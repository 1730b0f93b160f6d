/// The name a typing mistake was meant to be.
public enum Suggestion {
  /// The nearest of `names`, if it is near enough to be meant.
  public static func nearest(_ word: String, in names: [String]) -> String? {
    let limit = max(1, word.count / 3)
    return names.map { ($0, distance(word.lowercased(), $0)) }
      .filter { $0.1 <= limit || (word.count >= 3 && $0.0.hasPrefix(word)) }
      .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
  }

  /// Insertions, deletions, replacements and swaps of neighbours between two words (Damerau 1964, restricted).
  static func distance(_ a: String, _ b: String) -> Int {
    let (x, y) = (Array(a), Array(b))
    guard !x.isEmpty, !y.isEmpty else { return max(x.count, y.count) }
    var table = [[Int]](repeating: Array(0...y.count), count: x.count + 1)
    for i in 1...x.count {
      table[i][0] = i
      for j in 1...y.count {
        table[i][j] = min(
          table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (x[i - 1] == y[j - 1] ? 0 : 1))
        if i > 1, j > 1, x[i - 1] == y[j - 2], x[i - 2] == y[j - 1] {
          table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
        }
      }
    }
    return table[x.count][y.count]
  }
}
