import Foundation
import Gemma

/// load model, load data, load adapter, pull.
enum LoadCommands {
  static let all: [Command] = [loadModel, loadData, loadAdapter, pull]

  struct LoadModelArguments: Sendable {
    let name = Argument("name", .modelName, "gemma-3-270m", positional: true, "the model's name or path")
    let precision = Argument(
      "precision", .choice(WeightPrecision.self), .auto, "how the frozen weights are kept in memory")
  }

  static let loadModel = Command(
    "load model", .load, "load a model",
    details: "A name in the cache (see 'pull'), a .gguf file, or a Hugging Face folder with safetensors. "
      + "A new model drops the adapter and what was measured with the old one.",
    arguments: LoadModelArguments(),
    examples: ["load model gemma-3-270m", "load model ~/models/gemma-2-2b precision=f32"]
  ) { arguments, invocation in
    let session = invocation.session
    let started = Stopwatch()
    let path = try session.cache.model(arguments.name)
    try session.checkInput(arguments.name, path: path) { try ModelFile.sha256(path: path) }
    let file = try ModelFile.open(path: path)
    let precision = arguments.precision
    let model = try GemmaModel(file, precision: precision, compute: session.compute())
    var workspace = Workspace()
    (workspace.data, workspace.split, workspace.prompt, workspace.lastTable) = (
      session.workspace.data, session.workspace.split, session.workspace.prompt, session.workspace.lastTable
    )
    workspace.model = model
    workspace.modelName = arguments.name
    session.workspace = workspace
    let config = model.config
    let parameters = config.parameterCount
    invocation.print(
      "\(file.name): \(config.layers.count) layers, \(NumberFormat.count(parameters)) parameters, "
        + "stored as \(file.storedTypes.joined(separator: ", "))"
        + (precision == .auto
          ? "" : ", kept as \(precision.rawValue): \(NumberFormat.bytes(model.weightBytes))"))
    invocation.print(Span("loaded in "), Span(NumberFormat.duration(started.seconds), volatile: .time))
    invocation.result(
      [
        ("name", .string(file.name)), ("architecture", .string(config.architecture)),
        ("layers", .int(config.layers.count)), ("hidden", .int(config.hiddenSize)),
        ("vocabulary", .int(config.vocabularySize)), ("parameters", .int(parameters)),
      ], volatile: [("path", .string(path)), ("seconds", .number(started.seconds))])
  } python: {
    python(model: $0, &$1)
  }

  struct LoadDataArguments: Sendable {
    let name = Argument("name", .dataName, "mini-news", positional: true, "the data set's name or path")
    let categories = Argument("categories", .list, "only these categories")
  }

  static let loadData = Command(
    "load data", .load, "load articles with their categories",
    details:
      "'mini-news' comes with gnb. Otherwise a name in the cache ('livedoor'), a folder or .tar.gz in the "
      + "Livedoor layout, a .csv or .tsv with a header line, a .jsonl with an object a line, or a .json with an array of "
      + "objects; each of them compressed by gzip too (.csv.gz). A record has text and category, text and label, or "
      + "Alpaca's input and output, and may have id and title. A label may be a number, true or false. All files are UTF-8. "
      + "Of the full Livedoor corpus the demo's five categories are taken unless others are named.",
    arguments: LoadDataArguments(),
    examples: [
      "load data mini-news", "load data livedoor", "load data articles.csv categories=[sport, film]",
    ]
  ) { arguments, invocation in
    let session = invocation.session
    let name = arguments.name
    let categories = arguments.categories
    let data =
      name == "mini-news"
      ? try Dataset.miniNews(categories: categories)
      : try Dataset.load(path: session.cache.data(name), categories: categories)
    try session.checkInput(name, path: name) { data.sha256 }
    session.workspace.data = data
    session.workspace.split = nil
    session.workspace.prompt = nil
    session.workspace.evaluations = []
    let left = data.duplicates == 0 ? "" : " (\(data.duplicates) left out as duplicates)"
    invocation.print(
      "\(NumberFormat.count(data.samples.count)) articles in \(data.categories.count) categories\(left)")
    let lengths = data.categories.map { category in
      let counts = data.samples.filter { $0.category == category }.map(\.text.count).sorted()
      return counts[counts.count / 2]
    }
    invocation.show(
      .table(
        Table(
          [.init("category"), .init("articles", .right), .init("median characters", .right)],
          rows: zip(data.categories, zip(data.counts, lengths)).map {
            [$0, NumberFormat.count($1.0), NumberFormat.count($1.1)]
          })))
    invocation.result([
      ("name", .string(data.name)), ("sha256", .string(data.sha256)), ("samples", .int(data.samples.count)),
      ("duplicates", .int(data.duplicates)), ("categories", .strings(data.categories)),
      ("counts", .array(data.counts.map(JSONValue.int))),
    ])
  } python: {
    python(data: $0, &$1)
  }

  struct LoadAdapterArguments: Sendable {
    let path = Argument(required: "path", .path, "the adapter's folder")
  }

  static let loadAdapter = Command(
    "load adapter", .load, "load a LoRA adapter in PEFT's layout",
    arguments: LoadAdapterArguments(),
    examples: ["load adapter my-adapter"]
  ) { arguments, invocation in
    let session = invocation.session
    let model = try session.workspace.needModel()
    let adapter = try Adapter.load(
      path: arguments.path, model: model,
      compute: session.compute())
    session.workspace.adapter = adapter
    session.workspace.steps = []
    PrepareCommands.describe(adapter, model: model, invocation)
  } python: { call, script in
    script.need(.runtime)
    let drop = script.dropAdapter()
    script.hasAdapter = true
    return ["from peft import PeftModel"] + drop
      + ["model = PeftModel.from_pretrained(model, \(call.python(\.path)), is_trainable=True)"]
  }

  struct PullArguments: Sendable {
    let name = Argument(required: "name", .pullName, "what to fetch")
    let from = Argument("from", .path, "take this file in place of downloading")
  }

  static let pull = Command(
    "pull", .load, "fetch a model or data set into the cache",
    details: "Downloads are checked and go on where they stopped. Names the licence of what it fetches. "
      + "OWNER/MODEL is a model with safetensors on the Hugging Face hub; it lands where the hub's own tools keep "
      + "theirs. Where a licence must be accepted first, do so on the model's page, and set HF_TOKEN to a token "
      + "of yours. HF_ENDPOINT, HF_HOME and HF_HUB_CACHE count too.",
    arguments: PullArguments(),
    examples: [
      "pull gemma-3-270m", "pull google/gemma-2-2b", "pull livedoor",
      "pull livedoor from=ldcc-20140209.tar.gz",
    ]
  ) { arguments, invocation in
    let name = arguments.name
    let from = arguments.from
    if let item = Catalogue.items.first(where: { $0.name == name }) {
      try pull(item, from: from, invocation)
    } else if from == nil {
      try pull(hub: name, invocation)
    } else {
      throw GemmaError.invalidValue(
        name: "from", expected: "one of \(Catalogue.items.map(\.name).joined(separator: ", ")) to go with",
        found: name)
    }
  }

  private static func pull(_ item: Catalogue.Item, from: String?, _ invocation: Invocation) throws {
    invocation.print("\(item.name) is under \(item.licence): \(item.licenceAddress)")
    // A data set must be one before it goes into the cache.
    if let from, !item.isModel { _ = try Dataset.load(path: from) }
    let outcome = try Pull(item, cache: invocation.session.cache).run(
      from: from, progress: fetching(invocation))
    invocation.print(
      Span(
        "\(outcome.wasThere ? "already there" : "fetched"), \(NumberFormat.bytes(outcome.bytes)), sha256 "
          + "\(outcome.sha256.prefix(16))…, in "), Span(outcome.path, volatile: .path))
    invocation.result(
      [("name", .string(item.name)), ("bytes", .int(outcome.bytes)), ("sha256", .string(outcome.sha256))],
      volatile: [("path", .string(outcome.path)), ("was_there", .bool(outcome.wasThere))])
  }

  private static func pull(hub name: String, _ invocation: Invocation) throws {
    let hub = try HubPull(name, cache: invocation.session.cache)
    let listing = try hub.listing(progress: fetching(invocation))
    invocation.print("\(name) is under \(listing.licence): \(listing.licenceAddress)")
    let outcome = try hub.run(listing, progress: fetching(invocation, of: listing.bytes))
    invocation.print(
      Span(
        "\(outcome.wasThere ? "already there" : "fetched"), \(NumberFormat.bytes(outcome.bytes)) in "
          + "\(outcome.files) files, commit \(listing.commit.prefix(12)), in "),
      Span(outcome.path, volatile: .path))
    invocation.result(
      [
        ("name", .string(name)), ("bytes", .int(outcome.bytes)), ("files", .int(outcome.files)),
        ("commit", .string(listing.commit)),
      ], volatile: [("path", .string(outcome.path)), ("was_there", .bool(outcome.wasThere))])
  }

  /// Tells what is going on, each time that it reads differently; false when interrupted.
  private static func fetching(_ invocation: Invocation, of total: Int? = nil) -> (String, Int) -> Bool {
    var last = ""
    let whole = total.map { " of \(NumberFormat.bytes($0))" } ?? ""
    return { what, bytes in
      let text = bytes > 0 ? "\(what) \(NumberFormat.bytes(bytes))\(whole)" : what
      if text != last {
        last = text
        invocation.emit(.progress(ProgressReport(done: bytes, total: 0, unit: "byte", note: [Span(text)])))
      }
      return !invocation.isInterrupted
    }
  }
}
