/// Chooses the next token from the logits, with the same order and meaning as `generate` of Hugging Face transformers:
/// repetition penalty, temperature, top-k, top-p, min-p (generation/logits_process.py), then a draw.
///
/// Scores are floats, as in torch. Equal scores are in the order of their ids; torch does not define that order.
public struct Sampler: Sendable, Equatable {
  /// Logits are divided by the temperature; below 1, likely tokens become more likely. 0 takes the largest logit
  /// without a draw.
  public var temperature = 0.0
  /// Only this many of the largest logits may be drawn, and logits equal to the last of them. 0 is no limit.
  public var topK = 0
  /// Only the most likely tokens that together have this probability may be drawn, at least one token. 1 is no limit.
  public var topP = 1.0
  /// Only tokens with at least this share of the highest probability may be drawn.
  public var minP = 0.0
  /// Logits of tokens in prompt and answer are divided by it if they are positive, else multiplied (Keskar et al. 2019,
  /// CTRL).
  public var repetitionPenalty = 1.0
  /// Seed of the draws. Token n of prompt i is a pure function of seed, i, n and the logits.
  public var seed: UInt64 = 0

  public init() {}

  /// A token that may be drawn.
  package struct Candidate {
    package var token: Int32
    /// The logit divided by the temperature.
    var score: Float
    /// exp(score - largest score); after `distribution`, the probability.
    package var weight: Double
  }

  /// The next token.
  /// - Parameters:
  ///   - logits: of all tokens.
  ///   - seen: the tokens of prompt and answer so far.
  ///   - prompt: the number of the prompt.
  ///   - number: the number of the token in the answer.
  func choose(_ logits: [Float], seen: Set<Int32>, prompt: Int, number: Int, device: Device) -> Int32 {
    var logits = logits
    penalise(&logits, seen: seen)
    let best = logits.firstLargest() ?? 0
    guard temperature > 0 else { return Int32(best) }
    return draw(candidates(&logits, best: best, device: device), prompt: prompt, number: number)
      ?? Int32(best)
  }

  /// The probabilities of all tokens that may be drawn, by id, for tests and tables.
  package func distribution(_ logits: [Float], seen: Set<Int32>, device: Device) -> [Candidate] {
    var logits = logits
    penalise(&logits, seen: seen)
    let found = candidates(&logits, best: logits.firstLargest() ?? 0, device: device)
    let sum = Self.sum(found)
    return found.map { Candidate(token: $0.token, score: $0.score, weight: $0.weight / sum) }
  }

  /// Draws by the inverse of the cumulative distribution, in the order of ids. Nil if the weights are not finite.
  package func draw(_ candidates: [Candidate], prompt: Int, number: Int) -> Int32? {
    let random = Philox(seed: seed, purpose: .sampling, substream: UInt32(truncatingIfNeeded: prompt))
    var rest = Double(random.bits(at: UInt64(number))) * 0x1p-32 * Self.sum(candidates)
    for candidate in candidates {
      rest -= candidate.weight
      if rest < 0 { return candidate.token }
    }
    // Because of rounding, the target may be a little above the last sum.
    return rest.isFinite ? candidates.last { $0.weight > 0 }?.token : nil
  }

  private func penalise(_ logits: inout [Float], seen: Set<Int32>) {
    guard repetitionPenalty != 1 else { return }
    let penalty = Float(repetitionPenalty)
    // Each token changes its own logit only, so the order of the set does not matter.
    for token in seen where token >= 0 && Int(token) < logits.count {
      let value = logits[Int(token)]
      logits[Int(token)] = value < 0 ? value * penalty : value / penalty
    }
  }

  /// The tokens that may be drawn, by id, with their weights.
  private func candidates(_ logits: inout [Float], best: Int, device: Device) -> [Candidate] {
    let count = logits.count
    if temperature != 1 {
      let divisor = Float(temperature)
      for i in logits.indices { logits[i] /= divisor }
    }
    let top = logits[best]
    // A temperature near zero leaves only the largest logit.
    guard top.isFinite else { return [] }
    var lowest = -Float.greatestFiniteMagnitude
    if topK > 0, topK < count {
      let scores = logits
      lowest = Self.last(count, limit: Double(topK), top: top, score: { scores[$0] }, share: { _ in 1 }).score
    }
    var found: [Candidate] = []
    found.reserveCapacity(lowest == -Float.greatestFiniteMagnitude ? count : topK)
    for i in 0..<count where logits[i] >= lowest {
      found.append(Candidate(token: Int32(i), score: logits[i], weight: 0))
    }
    weigh(&found, top: top, device: device)
    if topP < 1 {
      let limit = topP * Self.sum(found)
      let last = Self.last(
        found.count, limit: limit, top: top, score: { found[$0].score }, share: { found[$0].weight })
      let token = found.isEmpty ? 0 : found[last.index].token
      found = found.filter { $0.score > last.score || $0.score == last.score && $0.token <= token }
    }
    return minP > 0 ? found.filter { $0.weight >= minP } : found
  }

  /// Computes the weights with the exp of the device.
  private func weigh(_ found: inout [Candidate], top: Float, device: Device) {
    var scores = found.map(\.score)
    device.exponentials(&scores, shift: top)
    for i in found.indices { found[i].weight = Double(scores[i]) }
  }

  private static func sum(_ candidates: [Candidate]) -> Double {
    var sum = 0.0
    for candidate in candidates { sum += candidate.weight }
    return sum
  }

  /// The last candidate to keep. Candidates are ordered by falling score, equal scores by index. A candidate is kept if
  /// the shares of all candidates before it sum to less than `limit`. The first is always kept.
  ///
  /// Not all candidates are sorted: shares are summed by their distance from `top` in intervals of 1/64, and only the
  /// interval that contains the limit is sorted.
  private static func last(
    _ count: Int, limit: Double, top: Float, score: (Int) -> Float, share: (Int) -> Double
  ) -> (index: Int, score: Float) {
    let steps = 4096
    func step(_ i: Int) -> Int {
      let distance = (top - score(i)) * 64
      return distance < Float(steps - 1) ? Int(distance) : steps - 1
    }
    var sums = [Double](repeating: 0, count: steps)
    for i in 0..<count { sums[step(i)] += share(i) }
    var before = 0.0
    var reached = 0
    while reached < steps - 1, before + sums[reached] < limit {
      before += sums[reached]
      reached += 1
    }
    let order = (0..<count).filter { step($0) == reached }
      .sorted { score($0) > score($1) || score($0) == score($1) && $0 < $1 }
    // Because of rounding the limit may never be reached. Then all candidates are kept.
    guard var last = order.first else { return (max(0, count - 1), -.infinity) }
    for i in order {
      guard before < limit else { break }
      before += share(i)
      last = i
    }
    return (last, score(last))
  }
}
