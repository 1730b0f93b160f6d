import Gemma

/// load model and load data in Python.
extension LoadCommands {
  static func python(model call: PythonCall<LoadModelArguments>, _ script: inout PythonScript) -> [String] {
    script.need(.runtime)
    script.hasAdapter = false
    let name = call.name
    var lines: [String] = []
    var model = call.python(\.name)
    if name == "gemma-3-270m" { model = Python.literal("unsloth/gemma-3-270m") }
    if name.hasSuffix(".gguf") {
      lines.append("# Not a GGUF file but the model's name on huggingface.co, or a folder with safetensors:")
    }
    var options = ""
    if call.isVariable(\.precision) {
      let precision = call.python(\.precision)
      options = "\(precision) == \"nf4\", load_in_8bit=\(precision) == \"q8\","
      options += " dtype=torch.bfloat16 if \(precision) == \"bf16\" else None"
    } else {
      switch call.precision {
      case .nf4: options = "True"
      case .q8:
        lines.append(
          "# 8 bits a weight as bitsandbytes has them, on a GPU only; gnb's are those of GGUF's Q8_0.")
        options = "False, load_in_8bit=True"
      case .bf16: options = "False, dtype=torch.bfloat16"
      case .f32:
        lines.append("# precision=f32 has no counterpart here: on a GPU the weights have 16 bits.")
        options = "False"
      default: options = "False"
      }
    }
    return lines + ["model, tokenizer = load_model(\(model), load_in_4bit=\(options))"]
  }

  static func python(data call: PythonCall<LoadDataArguments>, _ script: inout PythonScript) -> [String] {
    script.need(.data)
    script.hasPrompt = false
    script.hasSplit = false
    script.data = nil
    let name = call.name
    let given = call.categories.map { _ in call.python(\.categories) }
    let demo = Python.list(Livedoor.demoCategories)
    var lines: [String]
    switch name {
    case "mini-news":
      script.data = try? Dataset.miniNews(categories: call.categories)
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
    case _ where [".csv", ".tsv", ".jsonl"].contains { name.lowercased().hasSuffix($0) }:
      script.need(.table)
      return [
        "articles = read_table(\(call.python(\.name)), \(given ?? "None"))",
        "categories = sorted({a[\"category\"] for a in articles})", "print(count(articles))",
      ]
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
}

extension PythonPiece {
  /// gnb's own articles, as files in Livedoor's layout.
  static let miniNews = PythonPiece(
    "mini-news", needs: [.data],
    (["mini_news = {"]
      + MiniNews.articles.map {
        "    \(Python.literal($0.category + "/" + $0.file)): \(Python.literal(String(decoding: $0.bytes, as: UTF8.self))),"
      } + [
        "}", "for name, text in mini_news.items():", "    path = Path(\"mini-news\", name)",
        "    path.parent.mkdir(parents=True, exist_ok=True)", "    path.write_bytes(text.encode())",
      ]).joined(separator: "\n"))

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


    def read_table(path, categories=None):
        \"""A .csv, .tsv or .jsonl file with texts and their categories. A draw from it is another one than gnb's.\"""
        if path.endswith(".jsonl"):
            rows = pandas.read_json(path, lines=True, dtype=False)
        else:
            rows = pandas.read_csv(
                path, sep="\\t" if path.endswith(".tsv") else ",", dtype=str, keep_default_na=False)
        rows.columns = rows.columns.str.lower()
        text = next(name for name in ("text", "input") if name in rows)
        category = next(name for name in ("category", "label", "output") if name in rows)
        return [
            {"id": i, "category": c, "text": t, "is_licence": False}
            for i, (t, c) in enumerate(zip(rows[text], rows[category])) if not categories or c in categories]
    """)
}
