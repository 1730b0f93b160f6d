extension Tokenizer {
  /// Scores that give the same order of merges as this tokenizer. If it lists merges, a piece's score is minus the rank
  /// of the first merge that forms it, as in the converters from SentencePiece. Pieces that no merge forms come last.
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
