/// Which examples make which step. The examples come as an endless stream of shuffled passes. It is cut either into steps of equal
/// size, or, as transformers' Trainer does it for `num_train_epochs`, at the end of each pass too: the last step of an epoch is then
/// short, and an epoch has each example once.
struct Batcher: Sendable {
  let count: Int
  /// Examples of a step that is not short.
  let size: Int
  /// Whether a step ends where an epoch ends.
  let cutsAtEpochs: Bool
  let shuffle: Bool
  let seed: UInt64

  /// Steps of an epoch that is cut at its end.
  var stepsPerEpoch: Int { count / size + (count % size == 0 ? 0 : 1) }

  /// The places in the stream that a step takes; steps count from 0.
  func places(step: Int) -> Range<Int> {
    guard cutsAtEpochs else { return step * size..<(step + 1) * size }
    let (epoch, number) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
    let start = epoch * count + number * size
    return start..<min(start + size, (epoch + 1) * count)
  }

  private func order(epoch: Int) -> [Int] {
    var order = Array(0..<count)
    guard shuffle else { return order }
    var random = Philox(seed: seed, purpose: .shuffle, substream: UInt32(truncatingIfNeeded: epoch))
    random.shuffle(&order)
    return order
  }

  /// Examples put together to sequences of at most `tokens`, each into the first that has room, the longest first. An example that
  /// is longer is a sequence of its own. Sequences are in the order of their first example, examples in theirs.
  static func packed(_ examples: [TokenizedExample], tokens: Int) -> [[TokenizedExample]] {
    var packs: [(room: Int, examples: [Int])] = []
    for index in examples.indices.sorted(by: {
      (examples[$1].ids.count, $0) < (examples[$0].ids.count, $1)
    }) {
      let count = examples[index].ids.count
      if let pack = packs.firstIndex(where: { $0.room >= count }) {
        packs[pack].room -= count
        packs[pack].examples.append(index)
      } else {
        packs.append((tokens - count, [index]))
      }
    }
    return packs.map { $0.examples.sorted() }.sorted { $0[0] < $1[0] }.map { $0.map { examples[$0] } }
  }

  /// The examples at these places of the stream.
  func examples(_ places: Range<Int>) -> [Int] {
    var result: [Int] = []
    var epoch = -1
    var order: [Int] = []
    for position in places {
      if position / count != epoch {
        epoch = position / count
        order = self.order(epoch: epoch)
      }
      result.append(order[position % count])
    }
    return result
  }
}

/// Sequences laid end to end for one pass through the model, with the tokens to predict.
struct MicroBatch {
  var batch: TokenBatch
  /// For each wanted row its target token, and how many sequences count on it.
  var targets: [Int32]
  var weights: [Float]
  /// What is random in this pass; nil for nothing.
  var noise: TrainingNoise?

  /// Rows of a pass: more would not be faster and would hold more activations at once; of a large model fewer, so that less of the
  /// forward has to be run again (see `GemmaModel.tapeBytes`). It depends on the model alone, since the order of sums follows it.
  static func rowLimit(_ config: ModelConfig) -> Int {
    max(256, min(1280, 24_000_000 / config.savedFloats))
  }

  /// Splits examples into passes. In each, the prefix that all its sequences share is one segment, computed once.
  ///
  /// - Parameters:
  ///   - places: the examples' places in the endless stream of examples.
  ///   - noise: random things; then nothing is shared, since each sequence gets its own.
  static func make(
    _ examples: [TokenizedExample], places: [Int], lossOn: TrainingConfig.LossOn, noise: TrainingNoise,
    rowLimit: Int
  ) -> [MicroBatch] {
    var result: [MicroBatch] = []
    var first = 0
    while first < examples.count {
      var last = first
      var rows = 0
      while last < examples.count, last == first || rows + examples[last].ids.count <= rowLimit {
        rows += examples[last].ids.count
        last += 1
      }
      result.append(
        MicroBatch(
          Array(examples[first..<last]), places: Array(places[first..<last]), lossOn: lossOn,
          noise: noise.isSilent ? nil : noise))
      first = last
    }
    return result
  }

  private init(
    _ examples: [TokenizedExample], places: [Int], lossOn: TrainingConfig.LossOn, noise: TrainingNoise?
  ) {
    batch = TokenBatch()
    targets = []
    weights = []
    self.noise = noise
    // The last token of a shared stretch predicts what differs, so it belongs to each sequence.
    let shared = examples.count > 1 && noise == nil ? max(0, Self.commonPrefix(examples) - 1) : 0
    var parent: Int?
    if shared > 0 {
      let ids = Array(examples[0].ids.prefix(shared))
      parent = batch.append(ids, wanted: lossOn == .all ? 0..<shared : 0..<0)
      if lossOn == .all {
        targets += examples[0].ids[1...shared]
        weights += [Float](repeating: Float(examples.count), count: shared)
      }
    }
    for (example, place) in zip(examples, places) {
      // The last token predicts nothing: it is only a target.
      let inputs = Array(example.ids[shared..<example.ids.count - 1])
      let start = lossOn == .all ? 0 : example.promptCount - 1 - shared
      batch.append(inputs, parent: parent, wanted: start..<inputs.count)
      targets += example.ids[(shared + start + 1)...]
      weights += [Float](repeating: 1, count: inputs.count - start)
      if noise != nil {
        self.noise?.rows += inputs.indices.map { Dropout.key(example: place, token: $0) }
        self.noise?.lengths += inputs.map { _ in example.ids.count }
      }
    }
  }

  private static func commonPrefix(_ examples: [TokenizedExample]) -> Int {
    var length = examples.map { $0.promptCount - 1 }.min() ?? 0
    for example in examples.dropFirst() {
      var same = 0
      while same < length, example.ids[same] == examples[0].ids[same] { same += 1 }
      length = same
    }
    return length
  }
}

/// For tests: what the batcher does.
package enum BatcherProbe {
  /// The examples of step `step`, counted from 0.
  package static func examples(
    step: Int, count: Int, size: Int, cutsAtEpochs: Bool = false, shuffle: Bool = true, seed: UInt64
  ) -> [Int] {
    let batcher = Batcher(count: count, size: size, cutsAtEpochs: cutsAtEpochs, shuffle: shuffle, seed: seed)
    return batcher.examples(batcher.places(step: step))
  }

  package static func packed(_ examples: [TokenizedExample], tokens: Int) -> [[TokenizedExample]] {
    Batcher.packed(examples, tokens: tokens)
  }
}
