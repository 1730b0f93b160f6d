import Foundation
import Gemma
import Testing

@Suite struct SamplerTests {
  private let expected: [String: Any]

  init() throws { expected = try Fixtures.json("sampling/expected.json") }

  private func logits(_ name: String) -> [Float] {
    ((expected["logits"] as? [String: [Double]])?[name] ?? []).map(Float.init)
  }

  private func sampler(_ settings: [String: Double]) -> Sampler {
    var sampler = Sampler()
    sampler.temperature = settings["temperature"] ?? 1
    sampler.topK = Int(settings["top_k"] ?? 0)
    sampler.topP = settings["top_p"] ?? 1
    sampler.minP = settings["min_p"] ?? 0
    sampler.repetitionPenalty = settings["repetition_penalty"] ?? 1
    return sampler
  }

  @Test func theTokensThatMayBeDrawnAndTheirProbabilitiesAreTransformers() throws {
    let seen = Set((expected["seen"] as? [Int] ?? []).map(Int32.init))
    let cases = expected["cases"] as? [[String: Any]] ?? []
    #expect(cases.count == 20)
    for row in cases {
      let settings = row["settings"] as? [String: Double] ?? [:]
      let name = row["logits"] as? String ?? ""
      for kernels in Kernels.available {
        let found = sampler(settings).distribution(
          logits(name), seen: seen, device: CPU(threads: 1, kernels: kernels))
        var ids = row["ids"] as? [Int] ?? []
        // Which of equals stay is torch's whim there; ours are the first.
        if row["cuts_equals"] as? Bool == true { ids = Array(0..<ids.count) }
        #expect(found.map { Int($0.token) } == ids, "\(name) \(settings)")
        let probabilities = row["probabilities"] as? [Double] ?? []
        let worst = zip(found, probabilities).map { abs($0.weight - $1) }.max() ?? 1
        #expect(worst < 1e-6, "\(name) \(settings)")
      }
    }
  }

  @Test func aCutAmongManyTokensIsTheOneThatSortingWouldMake() {
    // A vocabulary like the real one, with far more equals, and a plain reference.
    let random = Philox(seed: 5, purpose: .test)
    let values = (0..<20_000).map { Float(random.bits(at: $0) >> 20) / 512 - 4 }
    let order = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
    let weights = values.map { ElementaryMath.exp(Double($0 - values[order[0]])) }
    let total = weights.reduce(0, +)
    for p in [0.1, 0.5, 0.93] {
      var mass = 0.0
      let kept = order.prefix { index in
        defer { mass += weights[index] }
        return mass < p * total
      }
      let found = sampler(["top_p": p]).distribution(values, seen: [], device: CPU(threads: 1))
      #expect(abs(found.count - kept.count) <= 1 && found.count > 100)
      #expect(Set(found.map { Int($0.token) }).symmetricDifference(kept).count <= 1)
    }
    for k in [1, 17, 5000, 19_999] {
      let found = sampler(["top_k": Double(k)]).distribution(values, seen: [], device: CPU(threads: 1))
      #expect(found.map { Int($0.token) } == values.indices.filter { values[$0] >= values[order[k - 1]] })
    }
  }

  @Test func drawsAreFixedBySeedPromptAndNumber() {
    var sampler = sampler(["temperature": 1])
    sampler.seed = 3407
    let candidates = sampler.distribution(logits("normal"), seen: [], device: CPU(threads: 1))
    func draws(_ prompt: Int) -> [Int32?] {
      (0..<8).map { sampler.draw(candidates, prompt: prompt, number: $0) }
    }
    // Worked out by a plain Philox and a plain softmax in Python.
    #expect(draws(0) == [222, 148, 226, 226, 241, 41, 261, 279])
    #expect(draws(1) == [279, 35, 77, 274, 285, 279, 261, 35])
    sampler.seed = 1
    #expect(draws(0) == [278, 273, 164, 155, 245, 226, 119, 182])
  }

  @Test(arguments: [["temperature": 1.0], ["temperature": 1.7, "top_k": 40], ["top_p": 0.5, "min_p": 0.1]])
  func tokensAreDrawnAsOftenAsTheirProbabilitySays(_ settings: [String: Double]) {
    let sampler = sampler(settings)
    let candidates = sampler.distribution(logits("normal"), seen: [], device: CPU(threads: 1))
    let draws = 20_000
    var counts: [Int32: Int] = [:]
    for number in 0..<draws {
      counts[sampler.draw(candidates, prompt: 3, number: number) ?? -1, default: 0] += 1
    }
    #expect(counts.values.reduce(0, +) == draws && counts[-1] == nil)
    for candidate in candidates {
      let (p, n) = (candidate.weight, Double(draws))
      let deviation = (n * p * (1 - p)).squareRoot()
      // Half a draw more, for what is too rare for a normal distribution.
      #expect(abs(Double(counts[candidate.token] ?? 0) - n * p) <= 5 * deviation + 0.5, "\(candidate)")
    }
  }

  @Test func valuesThatAreNoNumbersDoNoHarm() {
    for odd in [Float.nan, .infinity, -.infinity] {
      for place in [0, 2] {
        var values: [Float] = [1, 2, 3, 4]
        values[place] = odd
        for settings in [["top_k": 2.0], ["top_p": 0.5], ["min_p": 0.5], ["temperature": 1e-40], [:]] {
          let sampler = sampler(settings)
          let found = sampler.distribution(values, seen: [1], device: CPU(threads: 1))
          let token = sampler.draw(found, prompt: 0, number: 0)
          #expect(found.allSatisfy { $0.weight.isFinite } && (token ?? 0) < 4)
        }
      }
    }
  }
}

/// Generation on the tiny models.
extension SamplerTests {
  private func generator(_ name: String, _ device: Device) throws -> (Generator, Tokenizer) {
    let model = try Fixtures.model(name, device: device)
    return (Generator(model: model, adapter: nil, device: device), model.tokenizer)
  }

  private var warm: Sampler {
    var sampler = Sampler()
    (sampler.temperature, sampler.topK, sampler.topP, sampler.minP) = (1.2, 200, 0.97, 0.001)
    (sampler.repetitionPenalty, sampler.seed) = (1.1, 9)
    return sampler
  }

  @Test(arguments: ["gemma2", "gemma3"])
  func aPromptInABatchGetsTheTokensItWouldHaveAloneOnAnyKernelsAndThreads(_ name: String) throws {
    var reference: [Generator.Answer]?
    for kernels in Kernels.available {
      for threads in [1, 2] {
        let device = CPU(threads: threads, kernels: kernels)
        let (generator, tokenizer) = try generator(name, device)
        let prompts = ["the sea", "the sea", "日本語", "an ocean is"].map {
          [tokenizer.bosID] + tokenizer.encode($0)
        }
        let together = try generator.generate(prompts, sampler: warm, maxTokens: 20, stops: [])
        if let reference { #expect(together == reference, "\(kernels.name), \(threads) threads") }
        reference = together
        #expect(together[0] != together[1], "equal prompts draw apart")
        for (i, prompt) in prompts.enumerated() {
          let alone = try generator.generate(
            [prompt], sampler: warm, firstPrompt: i, maxTokens: 20, stops: [])
          #expect(alone == [together[i]])
        }
        // A shared prefix is part of what the repetition penalty sees.
        let prefix = try generator.cache(of: [tokenizer.bosID, prompts[0][1]])
        #expect(
          try generator.generate(
            Array(prompts[0..<2]), prefix: prefix, sampler: warm, maxTokens: 20, stops: [])
            == Array(together[0..<2]))
      }
    }
  }

  @Test func temperatureZeroIsGreedyAndThePenaltyStillApplies() throws {
    let (generator, tokenizer) = try generator("gemma2", CPU(threads: 1))
    let prompt = [tokenizer.bosID] + tokenizer.encode("the sea")
    func answer(_ sampler: Sampler?) throws -> [Int32] {
      try generator.generate([prompt], sampler: sampler, maxTokens: 24, stops: [])[0].ids
    }
    var sampler = Sampler()
    #expect(try answer(sampler) == answer(nil))
    sampler.repetitionPenalty = 10
    let varied = try answer(sampler)
    #expect(Set(varied).count > Set(try answer(nil)).count)
    sampler.topK = 1
    sampler.temperature = 1
    #expect(try answer(sampler) == varied, "one token to draw from is the largest")
  }

  @Test func anAnswerSaysWhyItEnds() throws {
    let (generator, tokenizer) = try generator("gemma3", CPU(threads: 1))
    let prompt = [tokenizer.bosID] + tokenizer.encode("the")
    let whole = try generator.generate([prompt], sampler: warm, maxTokens: 12, stops: [])[0]
    #expect(whole.ending == .length && whole.ids.count == 12 && whole.text == tokenizer.decode(whole.ids))
    let ended = try generator.generate([prompt], sampler: warm, maxTokens: 12, stops: [whole.ids[5]])[0]
    let first = whole.ids.firstIndex(of: whole.ids[5]) ?? 0
    #expect(ended.ending == .eos && ended.ids == Array(whole.ids[..<first]))
    var shown = ""
    let interrupted = try generator.generate([prompt], sampler: warm, maxTokens: 12, stops: []) { _, text in
      shown += text
      return shown.count < 4
    }[0]
    #expect(interrupted.ending == .interrupted && interrupted.text == shown && whole.text.hasPrefix(shown))
    // The text of some token in the middle, as a stop text.
    let middle = String(whole.text.dropFirst(whole.text.count / 2).prefix(2))
    shown = ""
    let stopped = try generator.generate(
      [prompt], sampler: warm, maxTokens: 12, stops: [], stopTexts: [middle]
    ) {
      shown += $1
      return true
    }[0]
    #expect(stopped.ending == .stop && stopped.text == shown && !shown.contains(middle))
    #expect(whole.text.hasPrefix(shown + middle))
  }
}
