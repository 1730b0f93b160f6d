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

  /// First bytes, whose they are, and what to do.
  private static let kinds: [(signature: [UInt8], name: String, remedy: String)] = {
    let text = "write it as .jsonl or .csv"
    let unpack = "unpack it, and load the folder or the file in it"
    return [
      (
        Array("PAR1".utf8), "a Parquet file",
        text + "; in Python: pandas.read_parquet(\"a.parquet\").to_csv(\"a.csv\", index=False)"
      ),
      (Array("ARROW1".utf8), "an Arrow file", text),
      (Array("SQLite format 3".utf8), "an SQLite database", text),
      (Array("PK\u{3}\u{4}".utf8), "a ZIP archive", unpack + "; of a spreadsheet, save the sheet as CSV"),
      (Array("PK\u{5}\u{6}".utf8), "an empty ZIP archive", unpack),
      ([0xD0, 0xCF, 0x11, 0xE0], "a document of an office program", "save it as CSV in UTF-8"),
      (Array("BZh".utf8), "a bzip2 archive", unpack),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "an xz archive", unpack),
      ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard archive", unpack),
      ([0x37, 0x7A, 0xBC, 0xAF], "a 7-Zip archive", unpack), (Array("Rar!".utf8), "a RAR archive", unpack),
      (Array("%PDF".utf8), "a PDF document", text),
      (Array("GGUF".utf8), "a model, not data", "load model PATH"),
      (
        Array("version https://git-lfs.github.com/spec/".utf8),
        "a Git LFS pointer: a note that stands for the file", "fetch the file itself: git lfs pull"
      ),
      ([0xFF, 0xFE], "UTF-16 text", "save it as UTF-8"), ([0xFE, 0xFF], "UTF-16 text", "save it as UTF-8"),
    ]
  }()

  private static func wrongKind(_ path: String, _ found: String, _ remedy: String) -> GemmaError {
    .wrongKind(path: path, expected: "a data set", found: found, remedy: remedy)
  }

  private static func refuse(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    for kind in kinds where bytes.starts(with: kind.signature) {
      throw wrongKind(path, kind.name, kind.remedy)
    }
    // UTF-16 without a mark: every second byte of what is written in Latin letters is zero.
    let start = Array(bytes.prefix(8))
    let zeros = start.enumerated().filter { $1 == 0 }.map { $0.offset % 2 }
    if start.count == 8, zeros == [0, 0, 0, 0] || zeros == [1, 1, 1, 1] {
      throw wrongKind(path, "UTF-16 text", "save it as UTF-8")
    }
    let words = String(decoding: bytes.prefix(64), as: UTF8.self).lowercased().drop { $0.isWhitespace }
    if words.hasPrefix("<!doctype html") || words.hasPrefix("<html") {
      throw wrongKind(path, "a web page", "download the file itself, not the page about it")
    }
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
