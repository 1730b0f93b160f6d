import Foundation

/// Reads a file or folder of data. The bytes and the ending of the name decide how; other kinds of file are refused by name.
enum DataFile {
  /// The content of a file.
  typealias Content = (samples: [Sample], licenceFiles: [LeftOut], source: DataSource)

  /// - Parameter path: a file, a folder, or "-" for standard input.
  /// - Throws: `wrongKind` for a file of a kind that holds no articles or that gnb does not read.
  static func read(path: String, options: DataOptions, part: Part? = nil) throws -> Content {
    if path == "-" {
      let bytes = try StandardInput.bytes.get()
      return try bytes.withUnsafeBytes {
        try content($0, path: "standard input", options: options, part: part)
      }
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw GemmaError.fileNotFound(path: path)
    }
    if isFolder.boolValue { return try TextFolders(folder: path, options: options, part: part).content }
    return try MappedFile(path: path).withBytes {
      try content($0, path: path, options: options, part: part)
    }
  }

  private static func content(
    _ bytes: UnsafeRawBufferPointer, path: String, options: DataOptions, part: Part?
  ) throws -> Content {
    guard !bytes.isEmpty else {
      throw GemmaError.malformed(path: path, location: "line 1", expected: "data", found: "an empty file")
    }
    try refuse(bytes, path: path)
    var name = path.lowercased()
    func archive() throws -> Content {
      try TextFolders(archive: bytes, path: path, options: options, part: part).content
    }
    guard Inflater.isGzip(bytes) else {
      if TarGzip.isHeader(bytes.prefix(512)) { return try archive() }
      return try records(bytes, name: name, path: path, options: options, part: part)
    }
    var stream = try Inflater(path: path, bytes: bytes)
    let start = try stream.read(upTo: 512)
    if TarGzip.isHeader(start[...]) { return try archive() }
    // One compressed file.
    let content = start + (try stream.read(upTo: TarGzip.totalLimit))
    if name.hasSuffix(".gz") { name.removeLast(3) }
    return try content.withUnsafeBytes { content in
      try refuse(content, path: path)
      return try records(content, name: name, path: path, options: options, part: part)
    }
  }

  /// A set of one file that comes with gnb.
  static func bundled(_ set: BundledData, options: DataOptions) throws -> Content {
    guard let file = set.files.first else { throw GemmaError.fileNotFound(path: set.rawValue) }
    return try records(file.bytes, name: file.path, path: set.rawValue, options: options, part: nil)
  }

  /// - Parameter name: in small letters. Its ending decides between JSON and a table; without one that is known, the first sign does.
  static func records(
    _ bytes: UnsafeRawBufferPointer, name: String, path: String, options: DataOptions, part: Part?
  ) throws -> Content {
    func ends(_ endings: String...) -> Bool { endings.contains { name.hasSuffix("." + $0) } }
    if ends("tar", "tgz") || path.lowercased().hasSuffix(".tar.gz") {
      throw GemmaError.malformed(
        path: path, location: "start", expected: "a tar archive", found: "no header of one")
    }
    guard let encoding = options.encoding ?? TextEncoding.detect(bytes) else {
      throw GemmaError.malformed(
        path: path, location: "line \(lineOfFirstError(bytes))",
        expected: "text in UTF-8, UTF-16, Shift_JIS or EUC-JP",
        found: "bytes of another encoding; save the file as UTF-8, or try encoding=windows-1252")
    }
    return try encoding.withUTF8(bytes, path: path) { text in
      let table: RecordTable
      let first = text.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
      let isJSON = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
      if ends("json", "jsonl", "ndjson") || isJSON && !ends("csv", "tsv", "tab") {
        table = try JSONRecords.table(text, encoding: encoding, path: path, check: options.check)
      } else if !options.needsLabels, ends("txt") {
        table = RecordTable(lines: text, encoding: encoding, path: path)
      } else {
        table = try RecordTable(
          delimited: text, encoding: encoding, options: options,
          expected: ends("tsv", "tab") ? .tab : .comma, path: path)
      }
      let (samples, source) = try table.samples(options: options, part: part)
      return (samples, [], source)
    }
  }

  /// - Throws: `wrongKind` for what is neither text nor compressed by gzip.
  private static func refuse(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    guard let kind = FileKind.name(bytes), !["a JSON text", "a gzip file", "a text in UTF-16"].contains(kind)
    else { return }
    let remedy =
      switch kind {
      case _ where kind.hasPrefix("a Git LFS pointer"): "fetch the file itself: git lfs pull"
      case "a web page": "download the file itself, not the page about it"
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

/// The standard input of the program. It is read once and kept, so that a cell that is run again can load it again.
private enum StandardInput {
  static let bytes = Result<[UInt8], any Error> {
    guard isatty(0) == 0 else {
      throw GemmaError.missing(
        need: "data on standard input, which is the keyboard now",
        remedy: "cat FILE | gnb run NOTEBOOK, or load data FILE")
    }
    let handle = FileHandle.standardInput
    do { return Array(try handle.read(upToCount: TarGzip.totalLimit) ?? Data()) } catch {
      throw GemmaError.inputOutput(path: "standard input", reason: error.localizedDescription)
    }
  }
}
