/// Comma- or tab-separated text after RFC 4180, with a header line. Cut by bytes: a mark that would join the comma or the quote
/// before it, as a text that was cut may begin with, is part of the field.
package enum DelimitedText {
  package struct Row {
    package var fields: [String]
    /// The line it begins on, from 1.
    package var line: Int
  }

  /// A column of texts and one of categories (see `RecordFields`), and if there `id` and `title`.
  static func samples(_ bytes: UnsafeRawBufferPointer, separator: Unicode.Scalar, path: String) throws
    -> [Sample]
  {
    let rows = try parse(utf8Bytes(bytes, path: path), separator: separator, path: path)
    guard let header = rows.first else {
      throw GemmaError.malformed(path: path, location: "line 1", expected: "a header", found: "an empty file")
    }
    func malformed(_ line: Int, _ expected: String, _ found: String) -> GemmaError {
      .malformed(path: path, location: "line \(line)", expected: expected, found: found)
    }
    let names = header.fields.map { Self.name($0) }
    guard let pair = RecordFields.pair(names.contains) else {
      throw malformed(
        header.line, "a header with columns " + RecordFields.expected, names.joined(separator: ", "))
    }
    func column(_ name: String) throws -> Int? {
      let found = names.indices.filter { names[$0] == name }
      guard found.count < 2 else {
        throw malformed(header.line, "one column '\(name)'", "\(found.count) of that name")
      }
      return found.first
    }
    guard let text = try column(pair.text), let category = try column(pair.category) else { return [] }
    let (id, title) = (try column("id"), try column("title"))
    return try rows.dropFirst().map { row in
      guard row.fields.count == names.count else {
        throw malformed(row.line, "\(names.count) fields", "\(row.fields.count)")
      }
      guard !row.fields[text].isEmpty, !row.fields[category].isEmpty else {
        throw malformed(
          row.line, "a text and a category",
          "nothing in the column '\(row.fields[text].isEmpty ? pair.text : pair.category)'")
      }
      return Sample(
        id: id.map { row.fields[$0] } ?? "line-\(row.line)", title: title.map { row.fields[$0] } ?? "",
        text: row.fields[text], category: row.fields[category])
    }
  }

  /// A column's name without white space around it, in small letters.
  private static func name(_ field: String) -> String {
    func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }
    let scalars = field.unicodeScalars.drop(while: isSpace)
    let end = scalars.lastIndex { !isSpace($0) }.map { scalars.index(after: $0) } ?? scalars.startIndex
    return String(scalars[..<end]).lowercased()
  }

  private enum State {
    case start, plain, quoted
    /// After a quote within quotes: the end of them, or the first of two.
    case closing
  }

  /// Records as Python's csv module reads them: quoted fields may hold separators, line ends and doubled quotes; a quote within an
  /// unquoted field is text. Lines end with LF, CRLF or CR; empty ones are left out.
  ///
  /// - Parameter bytes: UTF-8.
  /// - Throws: `malformed` for a quote that is never closed, which csv takes as it is.
  package static func parse(_ bytes: some Collection<UInt8>, separator: Unicode.Scalar, path: String) throws
    -> [Row]
  {
    let (separator, quote) = (UInt8(ascii: separator), UInt8(ascii: "\""))
    let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
    var rows: [Row] = []
    var fields: [String] = []
    var field: [UInt8] = []
    var state = State.start
    var line = 1
    var start = 1
    var before: UInt8 = 0
    func endField() {
      fields.append(String(decoding: field, as: UTF8.self))
      field.removeAll(keepingCapacity: true)
      state = .start
    }
    func endRecord() {
      // A line of nothing is no record; one that ends with a separator has an empty field after it.
      if state != .start || !fields.isEmpty {
        endField()
        rows.append(Row(fields: fields, line: start))
        fields = []
      }
      start = line
    }
    for byte in bytes {
      let isSecondHalf = byte == lf && before == cr
      if byte == cr || byte == lf, !isSecondHalf { line += 1 }
      before = byte
      switch (state, byte) {
      case (.quoted, quote): state = .closing
      case (.quoted, _): field.append(byte)
      case (.closing, quote):
        field.append(quote)
        state = .quoted
      case (.start, quote): state = .quoted
      case (_, separator): endField()
      case (_, cr): endRecord()
      case (_, lf):
        if !isSecondHalf { endRecord() }
      default:
        field.append(byte)
        state = .plain
      }
    }
    guard state != .quoted else {
      throw GemmaError.malformed(
        path: path, location: "line \(start)", expected: "a closing quote", found: "the end")
    }
    endRecord()
    return rows
  }
}
