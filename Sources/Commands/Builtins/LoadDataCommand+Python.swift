import Gemma

/// load data in Python.
extension LoadDataCommand {
  static func python(data call: PythonCall<LoadDataArguments>, _ script: inout PythonScript) -> [String] {
    script.need(.data)
    script.hasPrompt = false
    script.hasSplit = false
    script.data = nil
    let name = call.name
    if call.train != nil { return parts(call, &script) }
    let given = call.categories.map { _ in call.python(\.categories) }
    let demo = Python.list(Livedoor.demoCategories)
    var lines: [String]
    switch name {
    case BundledData.miniNews.rawValue:
      script.data = try? Dataset.bundled(name, categories: call.categories)
      script.need(.miniNews)
      lines = ["root = Path(\"mini-news\")", "categories = \(given ?? demo)"]
    case "livedoor":
      lines = ["categories = \(given ?? demo)"]
      for item in Catalogue.items where item.name == name {
        guard case .address(let address) = item.source else { continue }
        lines += [
          "# Under \(item.licence): \(item.licenceAddress)",
          "root = find_corpus(\(Python.literal(address)))",
        ]
      }
    case _ where isTable(name):
      script.need(.table)
      if let set = BundledData(rawValue: name), let file = set.files.first {
        script.data = try? Dataset.bundled(name, categories: call.categories)
        if let piece = PythonPiece.file(of: set) { script.need(piece) }
        return table(call, Python.literal(file.path), given)
      }
      return table(call, call.python(\.name), given)
    default:
      lines = [
        "root = find_corpus(\(call.python(\.name)))",
        "categories = \(given ?? "sorted(folder.name for folder in root.iterdir() if folder.is_dir())")",
      ]
      if given == nil {
        // As gnb does with the whole of Livedoor.
        lines += [
          "if set(categories) >= set(\(Python.list(Livedoor.allCategories))):", "    categories = \(demo)",
        ]
      }
    }
    return lines + [
      "categories = sorted(categories)", "articles = read_articles(root, categories)",
      "print(count(articles))",
    ]
  }

  private static func isTable(_ name: String) -> Bool {
    let endings = [".csv", ".tsv", ".tab", ".txt", ".jsonl", ".ndjson", ".json"].flatMap { [$0, $0 + ".gz"] }
    return endings.contains { name.lowercased().hasSuffix($0) } || BundledData(rawValue: name) != nil
  }

  private static func table(_ call: PythonCall<LoadDataArguments>, _ path: String, _ categories: String?)
    -> [String]
  {
    [
      "articles = \(read(call, path, categories))",
      "categories = sorted({a[\"category\"] for a in articles})",
    ]
      + ["print(count(articles))"]
  }

  /// The call that reads a table, with what the user said about it.
  private static func read(_ call: PythonCall<LoadDataArguments>, _ path: String, _ categories: String?)
    -> String
  {
    var options = [path, categories ?? "None"]
    if call.text != nil { options.append("text=\(call.python(\.text))") }
    if call.label != nil { options.append("label=\(call.python(\.label))") }
    if let delimiter = Delimiter(rawValue: call.delimiter) {
      options.append("sep=\(Python.literal(delimiter.text))")
    }
    if call.encoding != "auto" { options.append("encoding=\(call.python(\.encoding))") }
    if call.header == .no { options.append("header=None") }
    return "read_table(\(options.joined(separator: ", ")))"
  }

  /// A file for each part.
  private static func parts(_ call: PythonCall<LoadDataArguments>, _ script: inout PythonScript) -> [String] {
    script.need(.table)
    script.hasSplit = true
    let given = call.categories.map { _ in call.python(\.categories) }
    var lines = ["train = \(read(call, call.python(\.train), given))"]
    lines.append(
      "validation = " + (call.validation == nil ? "[]" : read(call, call.python(\.validation), given)))
    if call.test != nil { lines.append("test = \(read(call, call.python(\.test), given))") }
    return lines + [
      "articles = train + validation", "categories = sorted({a[\"category\"] for a in articles})",
      "print(count(train))", "print(count(validation))",
    ]
  }
}

extension PythonPiece {
  /// gnb's own articles, as files in Livedoor's layout.
  static let miniNews = PythonPiece(
    "mini-news", needs: [.data],
    (["mini_news = {"]
      + BundledData.miniNews.files.map {
        "    \(Python.literal($0.path)): \(Python.literal(String(decoding: $0.bytes, as: UTF8.self))),"
      } + [
        "}", "for name, text in mini_news.items():", "    path = Path(\"mini-news\", name)",
        "    path.parent.mkdir(parents=True, exist_ok=True)", "    path.write_bytes(text.encode())",
      ]).joined(separator: "\n"))

  /// The file of another set that comes with gnb.
  static func file(of set: BundledData) -> PythonPiece? {
    guard let file = set.files.first else { return nil }
    return PythonPiece(
      set.rawValue, needs: [.data],
      "Path(\(Python.literal(file.path))).write_text("
        + "\(Python.literal(String(decoding: file.bytes, as: UTF8.self))), encoding=\"utf-8\")")
  }

  static let data = PythonPiece(
    "data",
    #"""
    import tarfile
    import urllib.request
    from collections import Counter
    from pathlib import Path

    import numpy
    from sklearn.datasets import load_files
    from sklearn.model_selection import train_test_split

    LICENCES = ("LICENSE.txt", "README.txt", "CHANGES.txt")


    def find_corpus(place):
        """The folder that holds the category folders: of a folder, an archive, or an archive's address."""
        if place.startswith("https://"):
            place, _ = urllib.request.urlretrieve(place, place.rsplit("/", 1)[-1])
        if Path(place).is_file():
            with tarfile.open(place) as archive:
                archive.extractall("corpus", filter="data")
            place = "corpus"
        return Path(place, "text") if Path(place, "text").is_dir() else Path(place)


    def read_article(path):
        """Title and body; the address and the date above them are left out."""
        lines = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").split("\n", 3)
        return (lines[2].strip() + "\n" + "".join(lines[3:])).strip()


    def read_articles(root, categories):
        """Every file, sorted. One that is no article, or has the text of an earlier one, has the text None."""
        files = load_files(root, categories=categories, shuffle=False, load_content=False).filenames
        articles, seen = [], set()
        for path in map(Path, files.tolist()):
            is_licence = path.name in LICENCES or path.suffix != ".txt"
            text = None if is_licence else read_article(path)
            if (path.parent.name, text) in seen:
                text = None
            seen.add((path.parent.name, text))
            articles.append({
                "id": path.name, "category": path.parent.name, "text": text, "is_licence": is_licence})
        return articles


    def count(articles):
        return dict(Counter(a["category"] for a in articles if a["text"] is not None))
    """#)

  static let table = PythonPiece(
    "table", needs: [.data],
    """
    import pandas


    def read_table(path, categories=None, text=None, label=None, sep=None, encoding=None, header="infer"):
        \"""A table or JSON of texts and their categories. A draw from it is another one than gnb's.\"""
        rows = None
        for name in [encoding] if encoding else ["utf-8-sig", "utf-16", "cp932", "euc_jp"]:
            try:
                if path.removesuffix(".gz").endswith((".jsonl", ".ndjson", ".json")):
                    rows = pandas.read_json(
                        path, lines=not path.removesuffix(".gz").endswith(".json"), dtype=False, encoding=name)
                else:
                    rows = pandas.read_csv(
                        path, sep=sep, engine="python", dtype=str, keep_default_na=False, encoding=name,
                        header=header)
                break
            except UnicodeError:
                continue
        if header is None:
            rows.columns = [f"column{i + 1}" for i in range(len(rows.columns))]
        rows.columns = rows.columns.str.strip().str.lower()
        texts = ("text", "body", "content", "message", "input", "本文", "テキスト", "内容", "prompt")
        labels = ("category", "label", "class", "kind", "output", "分類", "カテゴリ", "ラベル", "completion")
        if text is None and "instruction" in rows:
            rows["text"] = rows["input"].where(rows["input"] != "", rows["instruction"])
        text = text.lower() if text else next(name for name in texts if name in rows)
        label = label.lower() if label else next(name for name in labels if name in rows)
        return [
            {"id": i, "category": str(c).strip(), "text": t, "is_licence": False}
            for i, (t, c) in enumerate(zip(rows[text], rows[label])) if not categories or c in categories]
    """)
}
