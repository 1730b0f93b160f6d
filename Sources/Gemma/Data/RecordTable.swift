/// The rows of a file with the names of their columns, before the roles of the columns are known.
struct RecordTable {
  enum Field: Equatable {
    /// Not there, or null.
    case missing
    case text(String)
    case turns([Turn])
    /// A value that cannot be a label or text, in words: "a list".
    case other(String)
  }

  struct Row {
    /// The number of its line, or of the record, from 1.
    var number: Int
    /// As many as there are columns.
    var fields: [Field]
  }

  let path: String
  let format: DataSource.Format
  let encoding: TextEncoding
  var columns: [String]
  var rows: [Row] = []
  /// With the number of their row.
  var rejects: [(number: Int, reject: Reject)] = []

  func place(_ number: Int) -> String {
    if case .jsonArray = format { "record \(number)" } else { "line \(number)" }
  }

  /// - Parameter byte: "byte 7" of the row, where that is known.
  func reject(
    _ number: Int, byte: String? = nil, column: String? = nil, expected: String, found: String,
    excerpt: String, id: String? = nil
  ) -> Reject {
    Reject(
      path: path, place: place(number) + (byte.map { ", " + $0 } ?? ""), column: column, expected: expected,
      found: found, excerpt: String(excerpt.prefix(80)), id: id ?? placeID(number))
  }

  /// What a row is called that has no id of its own.
  func placeID(_ number: Int) -> String { place(number).replacing(" ", with: "-") }

  /// A table of text.
  /// - Parameter bytes: UTF-8, but for damage.
  /// - Throws: `malformed` where there is no row, or two columns have one name.
  init(
    delimited bytes: UnsafeRawBufferPointer, encoding: TextEncoding, options: DataOptions,
    expected: Delimiter, path: String
  ) throws {
    let delimiter = options.delimiter ?? DelimitedText.delimiter(bytes, expected: expected)
    let (rows, unclosed) = try DelimitedText.rows(bytes, separator: delimiter.sign, check: options.check)
    let hasHeader = options.header ?? DelimitedText.hasHeader(rows)
    self.path = path
    self.encoding = encoding
    format = .delimited(delimiter, header: hasHeader)
    columns = []
    for line in unclosed {
      rejects.append(
        (line, reject(line, expected: "a closing quote", found: "the end", excerpt: "")))
    }
    guard let first = rows.first else {
      if let error = rejects.first?.reject.error { throw error }
      throw GemmaError.malformed(path: path, location: "line 1", expected: "a header", found: "an empty file")
    }
    columns =
      hasHeader ? first.fields.map(Self.trimmed) : first.fields.indices.map { "column\($0 + 1)" }
    let names = columns.map(ColumnNames.normalised)
    for name in Set(names) where !name.isEmpty && names.count(where: { $0 == name }) > 1 {
      throw GemmaError.malformed(
        path: path, location: "line \(first.line)", expected: "one column '\(name)'",
        found: "\(names.count { $0 == name }) of that name")
    }
    for row in hasHeader ? rows.dropFirst() : rows[...] {
      let excerpt = row.fields.joined(separator: String(delimiter.sign))
      if row.isDamaged {
        rejects.append(
          (
            row.line,
            reject(
              row.line, expected: encoding.rawValue, found: "bytes of another encoding", excerpt: excerpt)
          ))
      } else if row.fields.count != columns.count {
        rejects.append(
          (
            row.line,
            reject(
              row.line, expected: "\(columns.count) fields", found: "\(row.fields.count)", excerpt: excerpt)
          ))
      } else {
        self.rows.append(Row(number: row.line, fields: row.fields.map { .text($0) }))
      }
    }
  }

  /// Records of JSON.
  init(path: String, format: DataSource.Format, encoding: TextEncoding) {
    (self.path, self.format, self.encoding) = (path, format, encoding)
    columns = []
  }

  /// A text in each line. Lines end with LF, CRLF or CR; an empty one is a row too, since every line wants its answer.
  init(lines bytes: UnsafeRawBufferPointer, encoding: TextEncoding, path: String) {
    self.init(path: path, format: .lines, encoding: encoding)
    columns = ["text"]
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
      let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      let isPair = end + 1 < bytes.count && bytes[end] == 0x0D && bytes[end + 1] == 0x0A
      start = end + (isPair ? 2 : 1)
      let number = rows.count + rejects.count + 1
      if let text = String(validating: line, as: UTF8.self) {
        rows.append(Row(number: number, fields: [.text(text)]))
      } else {
        let found = "bytes of another encoding"
        rejects.append(
          (
            number,
            reject(
              number, expected: encoding.rawValue, found: found,
              excerpt: String(decoding: line.prefix(400), as: UTF8.self))
          ))
      }
    }
  }

  static func trimmed(_ text: String) -> String {
    func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }
    let scalars = text.unicodeScalars.drop(while: isSpace)
    let end = scalars.lastIndex { !isSpace($0) }.map { scalars.index(after: $0) }
    return String(scalars[..<(end ?? scalars.startIndex)])
  }
}
