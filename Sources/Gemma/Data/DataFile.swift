/// A file given as data: read by what its first bytes and the ending of its name say, or refused by the name of its kind.
enum DataFile {
  /// - Throws: `wrongKind` for a file of a kind that holds no articles or that gnb does not read.
  static func samples(path: String) throws -> (samples: [Sample], licenceFiles: [LeftOut]) {
    try MappedFile(path: path).withBytes { bytes in
      guard !bytes.isEmpty else {
        throw GemmaError.malformed(path: path, location: "line 1", expected: "data", found: "an empty file")
      }
      try refuse(bytes, path: path)
      let name = path.lowercased()
      guard Inflater.isGzip(bytes) else {
        if TarGzip.isHeader(bytes.prefix(512)) { return try Livedoor.archive(path) }
        return (try records(bytes, name: name, path: path), [])
      }
      var stream = try Inflater(path: path, bytes: bytes)
      let start = try stream.read(upTo: 512)
      if TarGzip.isHeader(start[...]) { return try Livedoor.archive(path) }
      // One compressed file.
      let content = start + (try stream.read(upTo: TarGzip.totalLimit))
      return try content.withUnsafeBytes { content in
        try refuse(content, path: path)
        let inner = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
        return (try records(content, name: inner, path: path), [])
      }
    }
  }

  /// - Parameter name: in small letters; its ending says what the bytes are.
  private static func records(_ bytes: UnsafeRawBufferPointer, name: String, path: String) throws -> [Sample]
  {
    func ends(_ endings: String...) -> Bool { endings.contains { name.hasSuffix("." + $0) } }
    if ends("csv") { return try DelimitedText.samples(bytes, separator: ",", path: path) }
    if ends("tsv", "tab") { return try DelimitedText.samples(bytes, separator: "\t", path: path) }
    if ends("jsonl", "ndjson", "json") { return try JSONRecords.samples(bytes, path: path) }
    if ends("tar", "tgz") || path.lowercased().hasSuffix(".tar.gz") {
      throw GemmaError.malformed(
        path: path, location: "start", expected: "a tar archive", found: "no header of one")
    }
    throw wrongKind(
      path, "a file whose name does not say what it holds",
      "data is a folder, .tar.gz, .csv, .tsv, .jsonl or .json; .csv.gz and the like are read too")
  }

  /// - Throws: `wrongKind` for what is neither text nor compressed by gzip.
  private static func refuse(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    guard let kind = FileKind.name(bytes), !["a JSON text", "a gzip file"].contains(kind) else { return }
    let remedy =
      switch kind {
      case _ where kind.hasPrefix("a Git LFS pointer"): "fetch the file itself: git lfs pull"
      case "a web page": "download the file itself, not the page about it"
      case "a text in UTF-16": "save it as UTF-8"
      case "a document of an office program": "save it as CSV in UTF-8"
      case "a zip archive":
        "unpack it, and load the folder or file in it; of a spreadsheet, save the sheet as CSV"
      case _
      where kind.hasSuffix(" archive") || ["a bzip2 file", "an xz file", "a Zstandard file"].contains(kind):
        "unpack it, and load the folder or file in it"
      case "a GGUF file", "a safetensors file": "load model PATH"
      case "a Parquet file":
        "write it as CSV; in Python: pandas.read_parquet(\"a.parquet\").to_csv(\"a.csv\", index=False)"
      default: "write it as .jsonl or .csv"
      }
    throw wrongKind(path, kind, remedy)
  }

  private static func wrongKind(_ path: String, _ found: String, _ remedy: String) -> GemmaError {
    .wrongKind(path: path, expected: "a data set", found: found, remedy: remedy)
  }
}

/// Which fields of a record are its text and its category; what other data sets call them counts too.
enum RecordFields {
  /// The first pair that a record has is taken. Alpaca's `text` is the whole prompt with the answer, hence the order.
  private static let pairs = [
    ("text", "category"), ("text", "label"), ("input", "output"), ("text", "output"), ("input", "category"),
    ("input", "label"),
  ]
  static let expected = "text and category, text and label, or input and output"

  static func pair(_ has: (String) -> Bool) -> (text: String, category: String)? {
    pairs.first { has($0.0) && has($0.1) }.map { ($0.0, $0.1) }
  }
}
