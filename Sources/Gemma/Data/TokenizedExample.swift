/// A prompt and its response as tokens, or a conversation with several responses.
public struct TokenizedExample: Sendable, Equatable {
  public var ids: [Int32]
  /// Where in `ids` the tokens to learn are: the response, or each of the model's turns. In order, none empty.
  public var learnt: [Range<Int>]

  public init(ids: [Int32], learnt: [Range<Int>]) {
    self.ids = ids
    self.learnt = learnt
  }

  /// - Parameter promptCount: how many of `ids` are the prompt; the rest is to be learnt.
  public init(ids: [Int32], promptCount: Int) {
    self.init(ids: ids, learnt: promptCount < ids.count ? [promptCount..<ids.count] : [])
  }

  /// How many tokens are before the first one to learn.
  public var promptCount: Int { learnt.first?.lowerBound ?? ids.count }

  /// The tokens before the last answer.
  public var prompt: [Int32] { Array(ids[..<(learnt.last?.lowerBound ?? ids.count)]) }

  /// How many tokens are to be learnt.
  public var learntCount: Int { learnt.reduce(0) { $0 + $1.count } }

  /// 1 for each token of `range` that is to be learnt, 0 for the others.
  func weights(_ range: Range<Int>) -> [Float] {
    var weights = [Float](repeating: 0, count: range.count)
    for part in learnt {
      for place in part.clamped(to: range) { weights[place - range.lowerBound] = 1 }
    }
    return weights
  }

  /// What the hash of a training's examples is made of.
  var fingerprint: String {
    learnt.count < 2
      ? "\(promptCount) \(ids)" : "\(learnt.map { "\($0.lowerBound)-\($0.upperBound)" }) \(ids)"
  }
}
