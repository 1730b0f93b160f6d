import Gemma

/// load data in Python.
extension LoadDataCommand {
  static func python(data call: PythonCall<LoadDataArguments>, _ script: inout PythonScript) -> [String] {
    script.need(.data)
    script.hasPrompt = false
    script.hasSplit = false
    let hadTable = script.hasTable
    script.hasTable = call.train != nil || isTable(call.name)
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
    if hadTable || call.task != .auto {
      lines.append("task = \(Python.literal(call.task == .instruction ? "instruction" : "classification"))")
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
      "categories = sorted({a[\"category\"] for a in articles})", task(call), "print(task, len(articles))",
    ]
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

  /// What is to be learnt.
  private static func task(_ call: PythonCall<LoadDataArguments>) -> String {
    call.task == .auto && !call.isVariable(\.task)
      ? "task = find_task(articles)" : "task = \(call.python(\.task))"
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
      "articles = train + validation", "categories = sorted({a[\"category\"] for a in articles})", task(call),
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
        found = Counter(a["category"] for a in articles if a["text"] is not None)
        return dict(found) if len(found) <= 50 else sum(found.values())
    """#)

  static let table = PythonPiece(
    "table", needs: [.data],
    #"""
    import csv
    import gzip
    import io
    import json

    ROLES = {"human": "user", "gpt": "assistant", "model": "assistant", "bot": "assistant"}
    TEXTS = \#(Python.list(ColumnNames.text))
    LABELS = \#(Python.list(ColumnNames.label))


    def read_table(path, categories=None, text=None, label=None, sep=None, encoding=None, header="infer"):
        """The rows of a table or of JSON: texts and categories, instructions and answers, or conversations."""
        rows = []
        for name in [encoding] if encoding else ["utf-8-sig", "utf-16", "cp932", "euc_jp"]:
            try:
                with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding=name, newline="") as file:
                    content = file.read()
                is_json = path.removesuffix(".gz").endswith((".jsonl", ".ndjson", ".json"))
                rows = read_json(content) if is_json else read_csv(content, sep, header)
                break
            except UnicodeError:
                continue
        articles = [read_row(number, row, text, label) for number, row in rows]
        return [a for a in articles if a and (not categories or a["category"] in categories)]


    def read_csv(content, sep, header):
        if sep is None:
            try:
                sep = csv.Sniffer().sniff(content[:10000], ",;\t|").delimiter
            except csv.Error:
                sep = ","
        lines = [line for line in csv.reader(io.StringIO(content, newline=""), delimiter=sep) if line]
        names = [f"column{i + 1}" for i in range(len(lines[0]))] if header is None else lines[0]
        first = 0 if header is None else 1
        return [
            (f"line-{i + 1}", dict(zip(names, line)))
            for i, line in enumerate(lines) if i >= first and len(line) == len(names)]


    def read_json(content):
        if content.lstrip().startswith("["):
            return [(f"record-{i + 1}", row) for i, row in enumerate(json.loads(content))]
        return [(f"line-{i + 1}", json.loads(line)) for i, line in enumerate(content.split("\n")) if line.strip()]


    def read_row(number, row, text, label):
        """A row, with all that a prompt can show of it; None if it lacks a text or an answer."""
        columns = {
            name.strip(): str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in row.items() if value is not None and not isinstance(value, (list, dict))}
        known = {name.lower(): value for name, value in columns.items()}
        article = {"id": number, "is_licence": False, "columns": columns}
        turns = next((row[n] for n in ("messages", "conversations", "conversation") if isinstance(row.get(n), list)), None)
        if turns and not (text or label):
            turns = [
                {"role": ROLES.get(role := t.get("role") or t.get("from"), role), "content": t.get("content", t.get("value"))}
                for t in turns]
            while turns and turns[-1]["role"] != "assistant":
                turns.pop()
            question = next((t["content"] for t in reversed(turns) if t["role"] == "user"), None)
            if question is None:
                return None
            system = next((t["content"] for t in turns if t["role"] == "system"), "")
            return article | {
                "text": question, "category": turns[-1]["content"], "turns": turns,
                "instruction": system or question, "input": question if system else ""}
        pair = next(
            ((a, b) for a, b in (("instruction", "output"), ("instruction", "response"), ("prompt", "completion"))
             if known.get(a) and known.get(b)), None)
        if pair and not (text or label):
            source = known.get("input", known.get("context", "")) if pair[0] == "instruction" else ""
            return article | {
                "text": source or known[pair[0]], "category": known[pair[1]], "instruction": known[pair[0]], "input": source}
        text, label = (
            name.strip().lower() if name else next((n for n in names if n in known), None)
            for name, names in ((text, TEXTS), (label, LABELS)))
        if not (known.get(text) and known.get(label)):
            return None
        return article | {"text": known[text], "category": known[label].strip()}


    def find_task(articles):
        """Few different answers are categories."""
        answers = len({a["category"] for a in articles})
        few = answers * 2 <= len(articles)
        own = all("instruction" in a for a in articles)
        return "classification" if (few and answers <= 50 if own else few or answers <= 50) else "instruction"


    def standard_instruction():
        """For what has no instruction of its own: the one that all rows have, or to choose a category, or to answer."""
        own = {a.get("instruction") for a in articles}
        if None not in own:
            return own.pop() if len(own) == 1 else ""
        if task == "instruction":
            return \#(Python.literal(PromptTemplate.answerInstruction))
        return f\#(Python.literal(PromptTemplate.defaultInstruction(categories: ["{', '.join(categories)}"])))


    def asked(text, source=None, columns=()):
        """What is asked: an instruction where rows have their own, else a text."""
        own = {a.get("instruction") for a in articles}
        pairs = dict([part.strip() for part in column.split(":", 1)] for column in columns)
        taken = {n: source or text for a in articles[:1] for n, v in a["columns"].items() if v == a["text"]}
        article = {"text": source or text, "columns": taken | pairs}
        if None not in own and (task == "instruction" or len(own) > 1):
            article |= {"instruction": text, "input": source or ""}
        return article
    """#)
}
