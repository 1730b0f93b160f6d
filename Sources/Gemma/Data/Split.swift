/// Which samples train, which validate, and which are kept for a last test. Disjoint; each list in the order it is used.
public struct Split: Sendable, Equatable {
  public let train: [Int]
  public let validation: [Int]
  public let test: [Int]
  public let seed: UInt64
  /// Drawn by scikit-learn but no sample of the data set: licence files and duplicates.
  public let droppedFromTrain: Int
  public let droppedFromValidation: Int

  init(
    train: [Int], validation: [Int], test: [Int] = [], seed: UInt64, droppedFromTrain: Int = 0,
    droppedFromValidation: Int = 0
  ) {
    (self.train, self.validation, self.test, self.seed) = (train, validation, test, seed)
    (self.droppedFromTrain, self.droppedFromValidation) = (droppedFromTrain, droppedFromValidation)
  }

  /// The samples of a part.
  public func samples(of part: Part) -> [Int] {
    switch part {
    case .train: train
    case .validation: validation
    case .test: test
    }
  }

  /// How much of the data a part gets.
  public enum Amount: Sendable, Equatable {
    case count(Int)
    /// Above 0 and below 1.
    case share(Double)

    /// A share is rounded down, to at least one.
    public func of(_ total: Int) -> Int {
      switch self {
      case .count(let count): count
      // 0.29 * 100 is a little below 29 because of rounding.
      case .share(let share): max(1, Int(share * Double(total) + 1e-9))
      }
    }
  }

  /// Samples that a part can be drawn from: those of its own file, else those of the training file or of all.
  private static func pool(_ dataset: Dataset, _ part: Part) -> (samples: [Int], isOwn: Bool) {
    if part != .train, dataset.hasFile(for: part) { return (dataset.samples(of: part), true) }
    return dataset.hasFile(for: .train)
      ? (dataset.samples(of: .train), false) : (Array(dataset.samples.indices), false)
  }

  /// How many samples each part has: what is asked for, else a number that fits the data. At most 100 train and 1000 validate; of less
  /// than 125 samples, four fifths train. A file of its own is taken whole.
  public static func sizes(_ dataset: Dataset, train: Amount?, validation: Amount?, test: Amount?) -> (
    train: Int, validation: Int, test: Int
  ) {
    let pools = (pool(dataset, .train), pool(dataset, .validation), pool(dataset, .test))
    let total = pools.0.samples.count
    let test = test?.of(pools.2.samples.count) ?? (pools.2.isOwn ? pools.2.samples.count : 0)
    let ofTest = pools.2.isOwn ? 0 : test
    let given = validation?.of(pools.1.samples.count)
    let ofValidation = pools.1.isOwn ? 0 : given
    let free = max(1, total - ofTest)
    let room = max(1, ofValidation.map { free - $0 } ?? max(1, free * 4 / 5))
    let train = train?.of(total) ?? (dataset.hasFile(for: .train) ? room : min(100, room))
    let rest = pools.1.isOwn ? pools.1.samples.count : max(1, min(1000, free - train))
    return (train, given ?? rest, test)
  }

  /// - Parameters:
  ///   - validation, test: may be 0.
  ///   - stratify: gives every category its share in each part, by largest remainders.
  ///   - shuffle: draws at random and mixes the order; otherwise takes samples in their order.
  /// - Throws: `invalidValue` when more is asked for than there is.
  public static func make(
    _ dataset: Dataset, train: Int, validation: Int, test: Int = 0, seed: UInt64, stratify: Bool = true,
    shuffle: Bool = true
  ) throws -> Split {
    guard train >= 1, validation >= 0, test >= 0 else {
      throw GemmaError.invalidValue(
        name: "split", expected: "at least 1 to train on",
        found: "train=\(train) validation=\(validation)" + (test == 0 ? "" : " test=\(test)"))
    }
    var wanted = [(Part.train, train), (.validation, validation), (.test, test)]
    var found: [Part: [Int]] = [:]
    var stream: UInt32 = 0
    // Parts with a file of their own are drawn from it; the others together.
    for own in [Part.validation, .test] {
      let (samples, isOwn) = pool(dataset, own)
      guard isOwn else { continue }
      stream += 1 << 16
      let counts = wanted.filter { $0.0 == own }
      wanted.removeAll { $0.0 == own }
      try draw(
        counts, from: samples, dataset, seed: seed, stream: stream, stratify: stratify, shuffle: shuffle,
        into: &found)
    }
    try draw(
      wanted, from: pool(dataset, .train).samples, dataset, seed: seed, stream: 0, stratify: stratify,
      shuffle: shuffle, into: &found)
    if shuffle {
      // Streams beyond the categories' own.
      for (number, part) in Part.allCases.enumerated() {
        var random = Philox(seed: seed, purpose: .split, substream: 1 << 20 | UInt32(number))
        random.shuffle(&found[part, default: []])
      }
    }
    return Split(
      train: found[.train] ?? [], validation: found[.validation] ?? [], test: found[.test] ?? [], seed: seed)
  }

  /// Draws disjoint parts from the same samples, one after the other.
  private static func draw(
    _ counts: [(part: Part, count: Int)], from pool: [Int], _ dataset: Dataset, seed: UInt64, stream: UInt32,
    stratify: Bool, shuffle: Bool, into found: inout [Part: [Int]]
  ) throws {
    var sum = 0
    for (_, count) in counts {
      let (next, isTooLarge) = sum.addingReportingOverflow(count)
      guard !isTooLarge, next <= pool.count else {
        let names = counts.map(\.part.rawValue).filter { $0 != "test" || counts.last?.count ?? 0 > 0 }
        let numbers = counts.map { "\($0.count)" }.prefix(names.count)
        let whole = counts.map(\.count).reduce((0, false)) {
          let (sum, isTooLarge) = $0.0.addingReportingOverflow($1)
          return (sum, $0.1 || isTooLarge)
        }
        throw GemmaError.invalidValue(
          name: "split", expected: "\(names.joined(separator: " + ")) of at most \(pool.count) samples",
          found: numbers.joined(separator: " + ") + (whole.1 || numbers.count < 2 ? "" : " = \(whole.0)"))
      }
      sum = next
    }
    let groups = groups(of: pool, dataset, stratify: stratify)
    var sizes = groups.map(\.count)
    let shares = counts.map { _, count in
      let shares = self.shares(of: count, sizes: sizes)
      sizes = zip(sizes, shares).map { $0 - $1 }
      return shares
    }
    for (number, group) in groups.enumerated() {
      var order = group
      if shuffle {
        var random = Philox(seed: seed, purpose: .split, substream: stream + UInt32(number))
        random.shuffle(&order)
      }
      var start = 0
      for (place, (part, _)) in counts.enumerated() {
        let end = start + shares[place][number]
        found[part, default: []] += order[start..<end]
        start = end
      }
    }
  }

  /// The samples of each category, or all as one group. Answers in free words are no categories.
  private static func groups(of pool: [Int], _ dataset: Dataset, stratify: Bool) -> [[Int]] {
    guard stratify, dataset.task == .classification else { return [pool] }
    let byCategory = Dictionary(grouping: pool) { dataset.samples[$0].category }
    return dataset.categories.map { byCategory[$0] ?? [] }
  }

  /// One of `folds` equal parts of the data validates, the rest trains: over all folds, each sample validates once.
  ///
  /// - Parameter fold: from 1.
  /// - Throws: `invalidValue` for more folds than samples, or no such fold.
  public static func fold(
    _ fold: Int, of folds: Int, _ dataset: Dataset, seed: UInt64, stratify: Bool = true, shuffle: Bool = true
  ) throws -> Split {
    let pool = pool(dataset, .train).samples
    guard (2...max(2, pool.count)) ~= folds else {
      throw GemmaError.invalidValue(
        name: "folds", expected: "from 2 to \(pool.count), the number of samples", found: "\(folds)")
    }
    guard (1...folds) ~= fold else {
      throw GemmaError.invalidValue(name: "fold", expected: "from 1 to \(folds)", found: "\(fold)")
    }
    var parts: (train: [Int], validation: [Int]) = ([], [])
    // Counted on from category to category, so that all folds are of one size but for one.
    var count = 0
    for (number, group) in groups(of: pool, dataset, stratify: stratify).enumerated() {
      var order = group
      if shuffle {
        var random = Philox(seed: seed, purpose: .split, substream: UInt32(number))
        random.shuffle(&order)
      }
      for sample in order {
        if count % folds == fold - 1 { parts.validation.append(sample) } else { parts.train.append(sample) }
        count += 1
      }
    }
    if shuffle {
      var random = Philox(seed: seed, purpose: .split, substream: 1 << 20)
      random.shuffle(&parts.train)
      random = Philox(seed: seed, purpose: .split, substream: 1 << 20 | 1)
      random.shuffle(&parts.validation)
    }
    return Split(train: parts.train, validation: parts.validation, seed: seed)
  }

  /// Categories of which a part that is not empty has no sample.
  public func missingCategories(_ dataset: Dataset) -> [(part: Part, categories: [String])] {
    guard dataset.task == .classification else { return [] }
    return Part.allCases.compactMap { part in
      let samples = samples(of: part)
      let there = Set(samples.map { dataset.samples[$0].category })
      let missing = dataset.categories.filter { !there.contains($0) }
      return samples.isEmpty || missing.isEmpty ? nil : (part, missing)
    }
  }

  /// `total` divided in proportion to `sizes`, none above its size; what rounding leaves goes to the largest remainders.
  static func shares(of total: Int, sizes: [Int]) -> [Int] {
    let sum = sizes.reduce(0, +)
    guard sum > 0 else { return sizes.map { _ in 0 } }
    var result = sizes.map { $0 * total / sum }
    let order = sizes.indices.sorted {
      (sizes[$1] * total % sum, $0) < (sizes[$0] * total % sum, $1)
    }
    var rest = total - result.reduce(0, +)
    while rest > 0 {
      let before = rest
      for i in order where rest > 0 && result[i] < sizes[i] {
        result[i] += 1
        rest -= 1
      }
      if rest == before { break }
    }
    return result
  }
}
