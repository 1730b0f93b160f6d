extension Tokenizer {
  /// Scores that put merges in the order of the tokenizer's own. Where it lists merges, a piece's score is minus the rank of the first
  /// merge that makes it, as the converters of the other direction number them; what no merge makes comes last.
  var scores: [Float] {
    guard let ranks = encoder.rules.ranks else { return vocabulary.scores }
    var best = [Int32](repeating: .max, count: vocabulary.count)
    for (pair, rank) in ranks {
      let (a, b) = BytePairEncoder.ids(pair)
      let piece = Array(vocabulary.piece(a)) + Array(vocabulary.piece(b))
      guard let id = piece.withUnsafeBytes({ vocabulary.id($0) }) else { continue }
      best[Int(id)] = min(best[Int(id)], rank)
    }
    return best.map { $0 == .max ? -Float(ranks.count + 1) : -Float($0) }
  }
}
