/// Chooses the examples of each step. The examples form an endless stream of shuffled epochs. The stream is cut into
/// steps of equal size. With `cutsAtEpochs` it is also cut at the end of each epoch, as the Trainer of transformers
/// does for `num_train_epochs`: the last step of an epoch is then short, and each epoch has each example once.
struct Batcher: Sendable {
  let count: Int
  /// Number of examples in a full step.
  let size: Int
  /// Whether a step always ends at the end of an epoch.
  let cutsAtEpochs: Bool
  let shuffle: Bool
  let seed: UInt64

  /// Number of steps in an epoch that is cut at its end.
  var stepsPerEpoch: Int { count / size + (count % size == 0 ? 0 : 1) }

  /// The places in the stream of a step's examples. Steps count from 0.
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

  /// Joins examples into sequences of at most `tokens` tokens: the longest example first, each into the first sequence
  /// with enough room (first-fit decreasing). A longer example becomes a sequence alone. Sequences are in the order of
  /// their first example; in a sequence, examples keep their order.
  ///
  /// - Returns: the examples' indices.
  static func packs(_ examples: [TokenizedExample], tokens: Int) -> [[Int]] {
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
    return packs.map { $0.examples.sorted() }.sorted { $0[0] < $1[0] }
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
  /// The target token of each wanted row, and the number of sequences that have this target: 0 between the answers of a
  /// conversation.
  var targets: [Int32]
  var weights: [Float]
  /// The random parts of this pass; nil for none.
  var noise: TrainingNoise?

  /// The largest number of rows that share a prefix. A large model gets fewer rows, so that on a CPU the backward pass recomputes less
  /// of the forward pass (see `Device.tapeBytes`). The limit depends on the model only, because it decides the order of sums.
  static func rowLimit(_ config: ModelConfig) -> Int {
    max(256, min(1280, 24_000_000 / config.savedFloats))
  }

  /// Splits examples into passes. In each, the prefix that all its sequences share is one segment, computed once.
  ///
  /// - Parameters:
  ///   - places: the examples' places in the endless stream of examples.
  ///   - noise: dropout and embedding noise. With noise no prefix is shared, because each sequence has different random
  ///     numbers.
  static func make(
    _ examples: [TokenizedExample], places: [Int], lossOn: TrainingConfig.LossOn, noise: TrainingNoise,
    rowLimit: Int
  ) -> [MicroBatch] {
    TokenBatch.passes(examples.map(\.ids.count), rows: rowLimit).map { range in
      MicroBatch(
        Array(examples[range]), places: Array(places[range]), lossOn: lossOn,
        noise: noise.isSilent ? nil : noise)
    }
  }

  /// Joins passes that follow each other, up to `limit` rows. Each keeps its own shared prefix, so no sum changes its order.
  static func joined(_ passes: [MicroBatch], rows limit: Int) -> [MicroBatch] {
    var result: [MicroBatch] = []
    for pass in passes {
      if let last = result.indices.last, result[last].batch.tokens.count + pass.batch.tokens.count <= limit {
        result[last].append(pass)
      } else {
        result.append(pass)
      }
    }
    return result
  }

  private mutating func append(_ other: MicroBatch) {
    batch.append(other.batch)
    targets += other.targets
    weights += other.weights
    noise?.rows += other.noise?.rows ?? []
    noise?.lengths += other.noise?.lengths ?? []
  }

  private init(
    _ examples: [TokenizedExample], places: [Int], lossOn: TrainingConfig.LossOn, noise: TrainingNoise?
  ) {
    batch = TokenBatch()
    targets = []
    weights = []
    self.noise = noise
    // The last token of a shared prefix predicts a token that differs, so each sequence keeps it for itself.
    let most = (examples.map(\.promptCount).min() ?? 1) - 1
    let shared =
      examples.count > 1 && noise == nil
      ? max(0, TokenBatch.commonPrefix(examples.map(\.ids), most: most) - 1) : 0
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
      // The last token has nothing to predict: it is only a target.
      let inputs = Array(example.ids[shared..<example.ids.count - 1])
      let start = lossOn == .all ? 0 : example.promptCount - 1 - shared
      batch.append(inputs, parent: parent, wanted: start..<inputs.count)
      targets += example.ids[(shared + start + 1)...]
      let predicted = shared + start + 1..<example.ids.count
      weights +=
        lossOn == .all ? [Float](repeating: 1, count: predicted.count) : example.weights(predicted)
      if noise != nil {
        self.noise?.rows += inputs.indices.map { Dropout.key(example: place, token: $0) }
        self.noise?.lengths += inputs.map { _ in example.ids.count }
      }
    }
  }
}

/// Shows the batcher's choices to tests.
package enum BatcherProbe {
  /// The examples of step `step`, counted from 0.
  package static func examples(
    step: Int, count: Int, size: Int, cutsAtEpochs: Bool = false, shuffle: Bool = true, seed: UInt64
  ) -> [Int] {
    let batcher = Batcher(count: count, size: size, cutsAtEpochs: cutsAtEpochs, shuffle: shuffle, seed: seed)
    return batcher.examples(batcher.places(step: step))
  }

  package static func packed(_ examples: [TokenizedExample], tokens: Int) -> [[TokenizedExample]] {
    Batcher.packs(examples, tokens: tokens).map { $0.map { examples[$0] } }
  }
}
