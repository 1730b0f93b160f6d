extension Split {
  /// The articles, in the order, that scikit-learn draws in the Colab demo: `load_files` with its own shuffle, then
  /// `train_test_split(train_size=0.7, test_size=0.3, random_state=seed)`, then the first of each part.
  ///
  /// - Parameters:
  ///   - licenceFiles: lets the licence file of each category folder take part in the draw, as `load_files` does.
  ///     Duplicates always do. What is drawn and is no sample is dropped afterwards.
  ///   - validation: nil takes 1000, or all that scikit-learn puts aside if that is less.
  /// - Throws: `invalidValue` where scikit-learn refuses too, or when more is asked for than it draws.
  public static func scikitLearn(
    _ dataset: Dataset, train: Int, validation: Int?, seed: UInt64, stratify: Bool = true,
    shuffle: Bool = true, licenceFiles: Bool = false
  ) throws -> Split {
    guard let seed32 = UInt32(exactly: seed) else {
      throw GemmaError.invalidValue(
        name: "seed", expected: "at most \(UInt32.max) with method=sklearn", found: "\(seed)")
    }
    let files = folderFiles(dataset, licenceFiles: licenceFiles)
    let drawn = try ScikitLearn.trainTestSplit(
      labels: files.map(\.category), seed: seed32, stratify: stratify, shuffle: shuffle)
    let validation = validation ?? min(1000, drawn.test.count)
    guard train <= drawn.train.count, validation <= drawn.test.count else {
      throw GemmaError.invalidValue(
        name: "split",
        expected: "at most train=\(drawn.train.count) validation=\(drawn.test.count), "
          + "which is how scikit-learn divides \(files.count) files",
        found: "train=\(train) validation=\(validation)")
    }
    let trainSamples = drawn.train.prefix(train).compactMap { files[$0].sample }
    let validationSamples = drawn.test.prefix(validation).compactMap { files[$0].sample }
    guard !trainSamples.isEmpty, !validationSamples.isEmpty else {
      throw GemmaError.invalidValue(
        name: "split", expected: "at least one article in each part",
        found: "only licence files or duplicates")
    }
    return Split(
      train: trainSamples, validation: validationSamples, seed: seed,
      droppedFromTrain: train - trainSamples.count,
      droppedFromValidation: validation - validationSamples.count)
  }

  /// The files as `load_files` lists them: folders and names sorted by code point, then shuffled with random_state=0.
  private static func folderFiles(_ dataset: Dataset, licenceFiles: Bool) -> [(
    category: Int, name: String, sample: Int?
  )] {
    let categories = dataset.categories.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let labels = Dictionary(uniqueKeysWithValues: categories.enumerated().map { ($1, $0) })
    var files = dataset.samples.enumerated().map { (labels[$1.category] ?? 0, $1.id, Optional($0)) }
    for file in dataset.leftOut where file.isDuplicate || licenceFiles {
      files.append((labels[file.category] ?? 0, file.id, nil))
    }
    files.sort {
      $0.0 != $1.0 ? $0.0 < $1.0 : $0.1.utf8.lexicographicallyPrecedes($1.1.utf8)
    }
    var random = MersenneTwister(seed: 0)
    random.shuffle(&files)
    return files
  }
}

/// `sklearn.model_selection.train_test_split` with train_size=0.7 and test_size=0.3, after scikit-learn 1.9's source.
package enum ScikitLearn {
  /// - Parameter labels: of each row, its class from 0.
  /// - Returns: row numbers.
  package static func trainTestSplit(labels: [Int], seed: UInt32, stratify: Bool = true, shuffle: Bool = true)
    throws
    -> (train: [Int], test: [Int])
  {
    func refuse(_ expected: String, _ found: String) -> GemmaError {
      .invalidValue(name: "method=sklearn", expected: expected, found: found)
    }
    let trainCount = Int((0.7 * Double(labels.count)).rounded(.down))
    let testCount = Int((0.3 * Double(labels.count)).rounded(.up))
    guard trainCount > 0, trainCount + testCount <= labels.count else {
      throw refuse("a number of articles that 0.7 and 0.3 divide", "\(labels.count)")
    }
    guard shuffle else {
      guard !stratify else { throw refuse("shuffle=true, or stratify=false too", "shuffle=false") }
      return (Array(0..<trainCount), Array(trainCount..<trainCount + testCount))
    }
    var random = MersenneTwister(seed: seed)
    guard stratify else {
      let order = random.permutation(labels.count)
      return (Array(order[testCount..<testCount + trainCount]), Array(order[..<testCount]))
    }

    var rows = [[Int]](repeating: [], count: (labels.max() ?? 0) + 1)
    for (row, label) in labels.enumerated() { rows[label].append(row) }
    let counts = rows.map(\.count)
    guard counts.allSatisfy({ $0 >= 2 }), min(trainCount, testCount) >= counts.count else {
      throw refuse(
        "at least two articles of each category, and as many as categories in each part", "\(counts)")
    }
    let trainShares = shares(of: trainCount, counts: counts, random: &random)
    let testShares = shares(
      of: testCount, counts: zip(counts, trainShares).map { $0 - $1 }, random: &random)
    var (train, test): ([Int], [Int]) = ([], [])
    for (label, group) in rows.enumerated() {
      let order = random.permutation(group.count).map { group[$0] }
      train += order.prefix(trainShares[label])
      test += order.dropFirst(trainShares[label]).prefix(testShares[label])
    }
    random.shuffle(&train)
    random.shuffle(&test)
    return (train, test)
  }

  /// `_approximate_mode`: `draws` divided in proportion to `counts`; what rounding leaves goes to the largest
  /// remainders, ties drawn. In Double and in scikit-learn's order, since a tie is an equality of remainders.
  static func shares(of draws: Int, counts: [Int], random: inout MersenneTwister) -> [Int] {
    let sum = Double(counts.reduce(0, +))
    let exact = counts.map { Double($0) / sum * Double(draws) }
    let floors = exact.map { $0.rounded(.down) }
    var result = floors.map { Int($0) }
    var missing = draws - result.reduce(0, +)
    let remainders = zip(exact, floors).map { $0 - $1 }
    for value in Set(remainders).sorted(by: >) where missing > 0 {
      let tied = remainders.indices.filter { remainders[$0] == value }
      // scikit-learn draws even where all are taken: the stream goes on from there.
      let chosen = random.permutation(tied.count).prefix(missing)
      for position in chosen { result[tied[position]] += 1 }
      missing -= chosen.count
    }
    return result
  }
}
