import Gemma

/// split in Python.
extension SplitCommand {
  static func python(split call: PythonCall<SplitArguments>, _ script: inout PythonScript) -> [String] {
    script.need(.data)
    script.hasSplit = true
    let seed = call.python(\.seed)
    let (train, validation) = (
      call.python(\.train, else: "100"), call.python(\.validation, else: "1000")
    )
    let test = call.test.map { _ in call.python(\.test) }
    var show = ["print(count(train))", "print(count(validation))"]
    if test != nil { show.append("print(count(test))") }
    if call.method == .gnb {
      if let ids = gnbSplit(call, script) { return ids + show }
      let lines = [
        "# This draws other articles than gnb, in the same number.",
        "# With 'split method=sklearn' in the gnb notebook both draw the same articles.",
        "drawn = [a for a in articles if a[\"text\"] is not None]",
      ]
      return lines + (call.folds == nil ? drawn(call, test: test) : folds(call)) + show
    }
    let counted = call.python(\.licenceFiles)
    let isPlain = call.stratify && call.shuffle
    return [
      "# load_files reads licence files as articles, and shuffles with random_state=0.",
      "drawn = [a for a in articles if \(counted) or not a[\"is_licence\"]]",
      "drawn = [drawn[i] for i in numpy.random.RandomState(0).permutation(len(drawn))]",
      "train, validation = train_test_split(",
      "    drawn, train_size=0.7, test_size=0.3, random_state=\(seed)"
        + (isPlain ? "," : ", shuffle=\(call.python(\.shuffle)),"),
      "    stratify=\(call.stratify ? "[a[\"category\"] for a in drawn]" : "None"))",
      "# The first articles of each part, without licence files and duplicates.",
      "train = [a for a in train[:\(train)] if a[\"text\"] is not None]",
      "validation = [a for a in validation[:\(validation)] if a[\"text\"] is not None]",
    ] + show
  }

  /// As many articles as gnb draws, where their names cannot be known.
  private static func drawn(_ call: PythonCall<SplitArguments>, test: String?) -> [String] {
    let seed = call.python(\.seed)
    func stratify(_ list: String) -> String { call.stratify ? "[a[\"category\"] for a in \(list)]" : "None" }
    var lines: [String] = []
    if let test {
      lines = [
        "drawn, test = train_test_split(",
        "    drawn, test_size=\(test), random_state=\(seed), stratify=\(stratify("drawn")))",
      ]
    }
    var train = call.python(\.train)
    if call.train == nil {
      lines.append("train_size = min(100, max(1, len(drawn) * 4 // 5))")
      train = "train_size"
    }
    var room = call.python(\.validation, else: "min(1000, len(drawn) - \(train))")
    // A share leaves the rest to validate with.
    if call.validation == nil, case .share? = call.train { room = "None" }
    return lines + [
      "train, validation = train_test_split(",
      "    drawn, train_size=\(train), test_size=\(room), random_state=\(seed),",
      "    stratify=\(stratify("drawn")))",
    ]
  }

  private static func folds(_ call: PythonCall<SplitArguments>) -> [String] {
    let kind = call.stratify ? "StratifiedKFold" : "KFold"
    let random = call.shuffle ? "shuffle=True, random_state=\(call.python(\.seed))" : "shuffle=False"
    return [
      "from sklearn.model_selection import \(kind)",
      "folds = \(kind)(n_splits=\(call.python(\.folds)), \(random))",
      "parts = list(folds.split(drawn, [a[\"category\"] for a in drawn]))[\(call.python(\.fold)) - 1]",
      "train, validation = ([drawn[i] for i in part] for part in parts)",
    ]
  }

  /// The names of the articles that gnb draws, if they are known without reading a file.
  private static func gnbSplit(_ call: PythonCall<SplitArguments>, _ script: PythonScript) -> [String]? {
    guard let data = script.data, !script.isInLoop else { return nil }
    let split: Split?
    if let folds = call.folds {
      split = try? Split.fold(
        call.fold, of: folds, data, seed: call.seed, stratify: call.stratify, shuffle: call.shuffle)
    } else {
      let sizes = Split.sizes(data, train: call.train, validation: call.validation, test: call.test)
      split = try? Split.make(
        data, train: sizes.train, validation: sizes.validation, test: sizes.test, seed: call.seed,
        stratify: call.stratify, shuffle: call.shuffle)
    }
    guard let split else { return nil }
    func names(_ part: [Int]) -> [String] {
      stride(from: 0, to: part.count, by: 4).map { first in
        let ids = part[first..<min(first + 4, part.count)].map { Python.literal(data.samples[$0].id) }
        return "    \(ids.joined(separator: ", ")),"
      }
    }
    var lines = ["# The articles that gnb draws.", "by_id = {a[\"id\"]: a for a in articles}"]
    func add(_ name: String, _ part: [Int]) {
      lines.append("\(name) = [by_id[i] for i in [")
      lines += names(part)
      lines.append("]]")
    }
    add("train", split.train)
    add("validation", split.validation)
    if !split.test.isEmpty { add("test", split.test) }
    return lines
  }
}
