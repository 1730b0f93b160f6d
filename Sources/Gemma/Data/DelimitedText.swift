/// Text with separators after RFC 4180. Cut by bytes: a mark that would join the comma or the quote
/// before it, as a text that was cut may begin with, is part of the field.
package enum DelimitedText {
  package struct Row {
    package var fields: [String]
    /// The line it begins on, from 1.
    package var line: Int
    /// Whether it holds bytes that are not UTF-8.
    var isDamaged = false
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
    let (rows, unclosed) = scan(bytes, separator: separator, check: {})
    guard let unclosed else { return rows }
    throw GemmaError.malformed(
      path: path, location: "line \(unclosed.line)", expected: "a closing quote", found: "the end")
  }

  /// The largest number of unclosed quotes that are skipped. After them the rest of the file is not read, because each one needs a search to the
  /// end of the file.
  private static let mostUnclosed = 20

  /// All rows but those with a quote that is never closed: reading goes on at the line after such a quote.
  ///
  /// - Returns: also the lines of those rows.
  static func rows(
    _ bytes: UnsafeRawBufferPointer, separator: Unicode.Scalar, check: () throws -> Void
  ) rethrows -> (rows: [Row], unclosed: [Int]) {
    var rows: [Row] = []
    var unclosed: [Int] = []
    var (start, line) = (0, 1)
    while true {
      let found = try scan(bytes[start...], separator: separator, firstLine: line, check: check)
      rows += found.rows
      guard let open = found.unclosed else { break }
      unclosed.append(open.line)
      let ends: [UInt8] = [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
      guard unclosed.count < mostUnclosed, let end = bytes[open.start...].firstIndex(where: ends.contains)
      else { break }
      let isPair = bytes[end] == ends[0] && end + 1 < bytes.count && bytes[end + 1] == ends[1]
      (start, line) = (end + (isPair ? 2 : 1), open.line + 1)
    }
    return (rows, unclosed)
  }

  /// - Returns: also where the row with a quote that is never closed begins.
  static func scan<Bytes: Collection<UInt8>>(
    _ bytes: Bytes, separator: Unicode.Scalar, firstLine: Int = 1, check: () throws -> Void
  ) rethrows -> (rows: [Row], unclosed: (start: Bytes.Index, line: Int)?) {
    let (separator, quote) = (UInt8(ascii: separator), UInt8(ascii: "\""))
    let (cr, lf) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
    var rows: [Row] = []
    var fields: [String] = []
    var field: [UInt8] = []
    var isDamaged = false
    var state = State.start
    var line = firstLine
    var start = (index: bytes.startIndex, line: firstLine)
    var before: UInt8 = 0
    func endField() {
      if let text = String(validating: field, as: UTF8.self) {
        fields.append(text)
      } else {
        fields.append(String(decoding: field, as: UTF8.self))
        isDamaged = true
      }
      field.removeAll(keepingCapacity: true)
      state = .start
    }
    /// - Parameter next: where the next record begins.
    func endRecord(_ next: Bytes.Index) throws {
      if rows.count % 1024 == 0 { try check() }
      // A line of nothing is no record; one that ends with a separator has an empty field after it.
      if state != .start || !fields.isEmpty {
        endField()
        rows.append(Row(fields: fields, line: start.line, isDamaged: isDamaged))
        fields = []
        isDamaged = false
      }
      start = (next, line)
    }
    var index = bytes.startIndex
    while index != bytes.endIndex {
      let byte = bytes[index]
      bytes.formIndex(after: &index)
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
      case (_, cr): try endRecord(index)
      case (_, lf):
        if isSecondHalf { start.index = index } else { try endRecord(index) }
      default:
        field.append(byte)
        state = .plain
      }
    }
    guard state != .quoted else { return (rows, (start.index, start.line)) }
    try endRecord(index)
    return (rows, nil)
  }
}
