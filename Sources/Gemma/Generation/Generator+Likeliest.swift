extension Generator {
  /// The `count` likeliest tokens after `ids`, the likeliest first, with their probabilities among all tokens of the vocabulary. Equal
  /// ones are in the order of their ids.
  public func likeliest(after ids: [Int32], count: Int) throws -> [(id: Int32, probability: Double)] {
    guard (1...model.config.contextLength).contains(ids.count) else {
      throw GemmaError.invalidValue(
        name: "text", expected: "1 to \(model.config.contextLength) tokens", found: "\(ids.count) tokens")
    }
    try model.checkRows(ids)
    var batch = TokenBatch()
    batch.append(ids, wanted: ids.count - 1..<ids.count)
    let (hidden, _) = try model.forward(batch, adapter: adapter, device: device)
    let logits = model.logits(hidden, device: device).values(ofRow: 0)
    let top = Double(logits.max() ?? 0)
    var sum = 0.0
    for logit in logits { sum += ElementaryMath.exp(Double(logit) - top) }
    let order = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
    return order.prefix(count).map { (Int32($0), ElementaryMath.exp(Double(logits[$0]) - top) / sum) }
  }
}
