/// How well a model predicts answers that are there.
public struct AnswerLoss: Sendable, Equatable, Codable {
  /// Mean of -log p over the answers' tokens.
  public var loss: Double
  /// The answers' tokens, with the one that ends each.
  public var tokens: Int
  /// Those that are the model's first choice, given the right tokens before them.
  public var right: Int

  public init(loss: Double, tokens: Int, right: Int) {
    self.loss = loss
    self.tokens = tokens
    self.right = right
  }

  public var perplexity: Double { ElementaryMath.exp(loss) }
  public var shareRight: Double { tokens == 0 ? 0 : Double(right) / Double(tokens) }
}

/// The loss of answers that are measured pass by pass.
struct AnswerLossSum {
  private var (sum, count) = (0.0, 0.0)
  private var right = 0

  /// Adds the rows of a pass, in order. `weights` counts how many sequences have a row's target.
  mutating func add(_ scores: TargetScores, weights: [Float]) {
    for (row, value) in scores.logProbabilities.enumerated() where weights[row] > 0 {
      sum -= value * Double(weights[row])
      count += Double(weights[row])
      if scores.isFirst[row] { right += Int(weights[row]) }
    }
  }

  var result: AnswerLoss { AnswerLoss(loss: sum / max(count, 1), tokens: Int(count), right: right) }
}

extension GemmaModel {
  /// Mean of -log p over the answers' tokens of all examples. It is the loss of `loss_on=response`.
  public func loss(of examples: [TokenizedExample], adapter: Adapter?, device: Device) throws -> Double {
    try answerLoss(of: examples, adapter: adapter, device: device).loss
  }

  /// - Parameter progress: called after each pass with the share that is done. If it returns false, measuring stops.
  /// - Throws: `interrupted` if `progress` returned false.
  public func answerLoss(
    of examples: [TokenizedExample], adapter: Adapter?, device: Device,
    progress: (_ share: Double) -> Bool = { _ in true }
  ) throws -> AnswerLoss {
    for example in examples { try checkRows(example.ids) }
    let silent = TrainingNoise(dropout: 0, neftuneAlpha: 0, seed: 0)
    let passes = MicroBatch.joined(
      MicroBatch.make(
        examples, places: Array(examples.indices), lossOn: .response, noise: silent,
        rowLimit: MicroBatch.rowLimit(config)), rows: device.passRows)
    let entropy = CrossEntropy(head: head, softCap: config.finalSoftCap)
    var sum = AnswerLossSum()
    for (number, pass) in passes.enumerated() {
      let hidden = try forward(pass.batch, adapter: adapter, device: device).hidden
      let result = entropy.forward(hidden, targets: pass.targets, device: device)
      sum.add(result, weights: pass.weights)
      guard progress(Double(number + 1) / Double(passes.count)) else { throw GemmaError.interrupted }
    }
    return sum.result
  }
}
