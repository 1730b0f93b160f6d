import Gemma

/// split.
enum SplitCommand {
  /// The way to draw articles: gnb's own, or scikit-learn's.
  enum Draw: String, CaseIterable {
    case gnb, sklearn
  }

  struct SplitArguments: Sendable {
    static let standardSeed: UInt64 = 200

    let train = Argument(
      "train", .amount(atLeast: 1),
      "articles to train on; by default 100, or four fifths of all if there are fewer than 125")
    let validation = Argument(
      "validation", .amount(atLeast: 0),
      "articles to validate with; by default 1000, or all others if they are fewer")
    let test = Argument("test", .amount(atLeast: 0), "articles for a last test; by default none")
    let folds = Argument(
      "folds", .integer(2...Int.max), "cut all articles into this many equal parts instead")
    let fold = Argument("fold", .integer(1...Int.max), 1, "with folds: the part to validate with")
    let seed = Argument("seed", .seed, standardSeed, "seed of the draw")
    let stratify = Argument(
      "stratify", .bool, true, "give every category the same share in each part as in the data")
    let shuffle = Argument("shuffle", .bool, true, "draw at random; false takes the articles in their order")
    let method = Argument("method", .choice(Draw.self), .gnb, "how to draw: gnb's way or scikit-learn's")
    let licenceFiles = Argument(
      "licence_files", .bool, false, "draw from the licence files too; with method=sklearn only")
  }

  static let split = Command(
    "split", .prepare, "draw the articles to train on and to validate with",
    details:
      "Every category gets its share of each part, and no article is in two parts. The same seed draws the same articles. "
      + "The size of a part is a number of articles, or a share of all such as 0.8. folds=5 cuts the articles into five equal "
      + "parts; fold=1 to fold=5 each validate with one of them and train on the other four (cross-validation). Parts whose "
      + "files were given to 'load data' are drawn from their files. With shuffle=false stratify=false the articles are taken in the "
      + "order of the file. "
      + "'sklearn' draws the articles of the Colab demo: scikit-learn's load_files and train_test_split (0.7 and 0.3, "
      + "random_state=seed), then the first articles of each part. The demo also drew from the LICENSE.txt of each "
      + "category; licence_files=true does the same. Licence files and duplicates that are drawn are then dropped. "
      + "Evaluations of an earlier split stay: each knows its articles.",
    arguments: SplitArguments(),
    examples: [
      "split", "split train=100 validation=1000 seed=200", "split train=0.8 validation=0.1 test=0.1",
      "split folds=5 fold=2", "split method=sklearn licence_files=true",
    ]
  ) { arguments, invocation in
    let session = invocation.session
    let data = try session.workspace.needData()
    let split = try draw(arguments, data)
    session.workspace.split = split
    invocation.tell(DrawnSplit(split: split, data: data, method: arguments.method))
  } python: {
    python(split: $0, &$1)
  }

  private static func draw(_ arguments: Arguments<SplitArguments>, _ data: Dataset) throws -> Split {
    let (seed, stratify, shuffle) = (arguments.seed, arguments.stratify, arguments.shuffle)
    let parts = [("train", arguments.train), ("validation", arguments.validation), ("test", arguments.test)]
    func refuse(_ name: String, with other: String) -> GemmaError {
      .invalidValue(name: "split", expected: "no \(name)= with \(other)", found: "both")
    }
    if let folds = arguments.folds {
      if let given = parts.first(where: { $0.1 != nil }) { throw refuse(given.0, with: "folds=") }
      guard arguments.method == .gnb else { throw refuse("method=sklearn", with: "folds=") }
      return try Split.fold(
        arguments.fold, of: folds, data, seed: seed, stratify: stratify, shuffle: shuffle)
    }
    guard arguments.method == .sklearn else {
      guard !arguments.licenceFiles else {
        throw GemmaError.invalidValue(
          name: "licence_files", expected: "method=sklearn as well", found: "method=gnb")
      }
      let sizes = Split.sizes(
        data, train: arguments.train, validation: arguments.validation, test: arguments.test)
      return try Split.make(
        data, train: sizes.train, validation: sizes.validation, test: sizes.test, seed: seed,
        stratify: stratify, shuffle: shuffle)
    }
    guard arguments.test == nil else { throw refuse("test", with: "method=sklearn") }
    guard !data.hasFile(for: .train) else {
      throw refuse("method=sklearn", with: "a file for each part")
    }
    let total = data.samples.count
    return try Split.scikitLearn(
      data, train: arguments.train?.of(total) ?? 100, validation: arguments.validation?.of(total), seed: seed,
      stratify: stratify, shuffle: shuffle, licenceFiles: arguments.licenceFiles)
  }
}
