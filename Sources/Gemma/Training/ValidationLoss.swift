extension GemmaModel {
  /// Mean of -log p over the answers' tokens of all examples. It is the loss of `loss_on=response`.
  public func loss(of examples: [TokenizedExample], adapter: Adapter?, compute: Compute) throws -> Double {
    for example in examples { try checkRows(example.ids) }
    let silent = TrainingNoise(dropout: 0, neftuneAlpha: 0, seed: 0)
    let passes = MicroBatch.make(
      examples, places: Array(examples.indices), lossOn: .response, noise: silent,
      rowLimit: MicroBatch.rowLimit(config))
    let entropy = CrossEntropy(head: head, softCap: config.finalSoftCap)
    var (sum, count) = (0.0, 0.0)
    for pass in passes {
      let hidden = try forward(pass.batch, adapter: adapter, compute: compute).hidden
      for (row, value) in entropy.forward(hidden, targets: pass.targets, compute: compute).logProbabilities
        .enumerated()
      {
        sum -= value * Double(pass.weights[row])
        count += Double(pass.weights[row])
      }
    }
    return sum / max(count, 1)
  }
}
