/// Which samples train and which validate. Disjoint; each list in the order it is used.
public struct Split: Sendable, Equatable {
  public let train: [Int]
  public let validation: [Int]
  public let seed: UInt64
  /// Drawn by scikit-learn but no sample of the data set: licence files and duplicates.
  public internal(set) var droppedFromTrain = 0
  public internal(set) var droppedFromValidation = 0

  /// - Parameters:
  ///   - stratify: gives every category its share in both parts, by largest remainders.
  ///   - shuffle: draws at random and mixes the order; otherwise takes samples as they are sorted.
  /// - Throws: `invalidValue` when more is asked for than there is.
  public static func make(
    _ dataset: Dataset, train: Int, validation: Int, seed: UInt64, stratify: Bool = true, shuffle: Bool = true
  ) throws -> Split {
    let total = dataset.samples.count
    guard train >= 1, validation >= 1 else {
      throw GemmaError.invalidValue(
        name: "split", expected: "at least 1 in each part", found: "train=\(train) validation=\(validation)")
    }
    guard train <= total, validation <= total - train else {
      let (sum, isTooLarge) = train.addingReportingOverflow(validation)
      throw GemmaError.invalidValue(
        name: "split", expected: "train + validation of at most \(total) samples",
        found: "\(train) + \(validation)" + (isTooLarge ? "" : " = \(sum)"))
    }
    let groups =
      stratify
      ? dataset.categories.map { category in
        dataset.samples.indices.filter { dataset.samples[$0].category == category }
      }
      : [Array(dataset.samples.indices)]
    let sizes = groups.map(\.count)
    let trainShares = shares(of: train, sizes: sizes)
    let validationShares = shares(of: validation, sizes: zip(sizes, trainShares).map { $0 - $1 })
    var parts: (train: [Int], validation: [Int]) = ([], [])
    for (number, group) in groups.enumerated() {
      var order = group
      if shuffle {
        var random = Philox(seed: seed, purpose: .split, substream: UInt32(number))
        random.shuffle(&order)
      }
      parts.train += order[..<trainShares[number]]
      parts.validation += order[trainShares[number]..<trainShares[number] + validationShares[number]]
    }
    if shuffle {
      // Two streams beyond the categories' own.
      var random = Philox(seed: seed, purpose: .split, substream: 1 << 20)
      random.shuffle(&parts.train)
      random = Philox(seed: seed, purpose: .split, substream: 1 << 20 | 1)
      random.shuffle(&parts.validation)
    }
    return Split(train: parts.train, validation: parts.validation, seed: seed)
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
