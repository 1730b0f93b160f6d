/// How the next token is chosen from the logits, with the order and the meaning of Hugging Face transformers' `generate`:
/// repetition penalty, temperature, top-k, top-p, min-p (generation/logits_process.py), then a draw.
///
/// Scores are floats as there; equal scores are in the order of their ids, which torch leaves open.
public struct Sampler: Sendable, Equatable {
  /// Logits are divided by it: below 1 the likely becomes likelier. 0 takes the first of the largest, with no draw.
  public var temperature = 0.0
  /// Only so many of the largest may be drawn, and what equals the last of them; 0 is no limit.
  public var topK = 0
  /// Only the likeliest that together have this probability may be drawn: at least one; 1 is no limit.
  public var topP = 1.0
  /// Only tokens at least this many times as likely as the likeliest may be drawn.
  public var minP = 0.0
  /// Logits of tokens already there are divided by it if positive, else multiplied (Keskar et al. 2019, CTRL).
  public var repetitionPenalty = 1.0
  /// Of the draws. Token n of prompt i is a pure function of seed, i, n and the logits.
  public var seed: UInt64 = 0

  public init() {}

  /// A token that may be drawn.
  package struct Candidate {
    package var token: Int32
    /// The logit over the temperature.
    var score: Float
    /// exp(score - largest score), or after `distribution` the probability.
    package var weight: Double
  }

  /// The token that follows.
  /// - Parameters:
  ///   - logits: [count]; overwritten.
  ///   - seen: the tokens of prompt and answer so far.
  ///   - prompt: the prompt's number among all, and `number` the token's in the answer.
  func choose(
    _ logits: UnsafeMutablePointer<Float>, _ count: Int, seen: Set<Int32>, prompt: Int, number: Int,
    kernels: Kernels
  ) -> Int32 {
    penalise(logits, count, seen: seen)
    let best = Self.best(logits, count)
    guard temperature > 0 else { return best }
    return draw(
      candidates(logits, count, best: Int(best), kernels: kernels), prompt: prompt, number: number) ?? best
  }

  /// The largest, the first of equals.
  static func best(_ values: UnsafePointer<Float>, _ count: Int) -> Int32 {
    var best = 0
    for i in 1..<count where values[i] > values[best] { best = i }
    return Int32(best)
  }

  /// The probabilities of all tokens that may be drawn, by id, for tests and tables.
  package func distribution(_ logits: [Float], seen: Set<Int32>, kernels: Kernels) -> [Candidate] {
    var logits = logits
    let found = logits.withUnsafeMutableBufferPointer { buffer -> [Candidate] in
      guard let base = buffer.baseAddress else { return [] }
      penalise(base, buffer.count, seen: seen)
      let best = Int(Self.best(base, buffer.count))
      return candidates(base, buffer.count, best: best, kernels: kernels)
    }
    let sum = Self.sum(found)
    return found.map { Candidate(token: $0.token, score: $0.score, weight: $0.weight / sum) }
  }

  /// By the inverse of the cumulative distribution in the order of ids. Nil if the weights are no numbers.
  package func draw(_ candidates: [Candidate], prompt: Int, number: Int) -> Int32? {
    let random = Philox(seed: seed, purpose: .sampling, substream: UInt32(truncatingIfNeeded: prompt))
    var rest = Double(random.bits(at: UInt64(number))) * 0x1p-32 * Self.sum(candidates)
    for candidate in candidates {
      rest -= candidate.weight
      if rest < 0 { return candidate.token }
    }
    // Rounding may leave a crumb after the last.
    return rest.isFinite ? candidates.last { $0.weight > 0 }?.token : nil
  }

  private func penalise(_ logits: UnsafeMutablePointer<Float>, _ count: Int, seen: Set<Int32>) {
    guard repetitionPenalty != 1 else { return }
    let penalty = Float(repetitionPenalty)
    // Each changes its own logit only, so a set's order does not show.
    for token in seen where token >= 0 && Int(token) < count {
      let value = logits[Int(token)]
      logits[Int(token)] = value < 0 ? value * penalty : value / penalty
    }
  }

  /// The tokens that may be drawn, by id, with their weights.
  private func candidates(
    _ logits: UnsafeMutablePointer<Float>, _ count: Int, best: Int, kernels: Kernels
  ) -> [Candidate] {
    if temperature != 1 {
      let divisor = Float(temperature)
      for i in 0..<count { logits[i] /= divisor }
    }
    let top = logits[best]
    // A temperature near zero leaves nothing but the largest.
    guard top.isFinite else { return [] }
    var lowest = -Float.greatestFiniteMagnitude
    if topK > 0, topK < count {
      lowest = Self.last(count, limit: Double(topK), top: top, score: { logits[$0] }, share: { _ in 1 }).score
    }
    var found: [Candidate] = []
    found.reserveCapacity(lowest == -Float.greatestFiniteMagnitude ? count : topK)
    for i in 0..<count where logits[i] >= lowest {
      found.append(Candidate(token: Int32(i), score: logits[i], weight: 0))
    }
    weigh(&found, top: top, scratch: logits, kernels: kernels)
    if topP < 1 {
      let limit = topP * Self.sum(found)
      let last = Self.last(
        found.count, limit: limit, top: top, score: { found[$0].score }, share: { found[$0].weight })
      let token = found.isEmpty ? 0 : found[last.index].token
      found = found.filter { $0.score > last.score || $0.score == last.score && $0.token <= token }
    }
    return minP > 0 ? found.filter { $0.weight >= minP } : found
  }

  /// The weights, by the kernels' exp. Overwrites the logits, which nobody needs any more.
  private func weigh(
    _ found: inout [Candidate], top: Float, scratch: UnsafeMutablePointer<Float>, kernels: Kernels
  ) {
    for i in found.indices { scratch[i] = found[i].score }
    kernels.table.exp_shifted(found.count, scratch, top)
    for i in found.indices { found[i].weight = Double(scratch[i]) }
  }

  private static func sum(_ candidates: [Candidate]) -> Double {
    var sum = 0.0
    for candidate in candidates { sum += candidate.weight }
    return sum
  }

  /// The last one to keep, where the larger scores come first, equal ones by index, and one is kept if the shares of all
  /// before it are below `limit`. The first is kept always.
  ///
  /// Without sorting: shares are summed by distance from `top`, in steps of 1/64, and only the step where the limit is
  /// reached is put in order.
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
    // Rounding can let the limit fall behind the last one: then all are kept.
    guard var last = order.first else { return (max(0, count - 1), -.infinity) }
    for i in order {
      guard before < limit else { break }
      before += share(i)
      last = i
    }
    return (last, score(last))
  }
}
