/// Guesses the separator and the header of a table of text. It reads the beginning in each possible way, as DuckDB's sniffer does.
extension DelimitedText {
  /// Number of rows that are read to guess.
  private static let looked = 500

  /// The separator with which most rows have as many fields as the first row. A separator that gives known column names comes first.
  ///
  /// - Parameter expected: the separator if no other one fits better.
  static func delimiter(_ bytes: UnsafeRawBufferPointer, expected: Delimiter) -> Delimiter {
    let part = UnsafeRawBufferPointer(rebasing: bytes.prefix(1 << 18))
    func merit(_ delimiter: Delimiter) -> (known: Int, share: Double, isExpected: Int, width: Int)? {
      var rows = scan(part, separator: delimiter.sign, check: {}).rows
      // The last row may be cut.
      if rows.count > 1, part.count < bytes.count { rows.removeLast() }
      guard let width = rows.first?.fields.count, width > 1 else { return nil }
      let known = rows[0].fields.count(where: ColumnNames.isKnown)
      let seen = rows.prefix(looked)
      let share = Double(seen.count { $0.fields.count == width }) / Double(seen.count)
      return (known, share, delimiter == expected ? 1 : 0, width)
    }
    let found = Delimiter.allCases.compactMap { delimiter in merit(delimiter).map { (delimiter, $0) } }
    return found.max { $0.1 < $1.1 }?.0 ?? expected
  }

  /// Whether the first row names the columns: if it has a known name, or a word above a column of numbers, or a value above
  /// a column with few different values that is none of these values.
  static func hasHeader(_ rows: [Row]) -> Bool {
    guard let first = rows.first?.fields else { return true }
    let isNamed = first.indices.contains { column in
      ColumnNames.isKnown(first[column])
        && !rows.dropFirst().prefix(looked).contains {
          $0.fields.indices.contains(column) && $0.fields[column] == first[column]
        }
    }
    if isNamed { return true }
    let names = first.map(ColumnNames.normalised)
    let isPlain = names.allSatisfy { !$0.isEmpty && $0.count <= 40 && Double($0) == nil }
    guard isPlain, Set(names).count == names.count else { return false }
    let rest = rows.dropFirst().prefix(looked).filter { $0.fields.count == first.count }
    guard rest.count > 1 else { return true }
    var hasFewValues = false
    for column in first.indices {
      let values = rest.map { $0.fields[column] }
      if values.allSatisfy({ Double($0) != nil }) { return true }
      let distinct = Set(values)
      guard distinct.count * 2 <= values.count else { continue }
      hasFewValues = true
      if distinct.contains(first[column]) { return false }
    }
    // If all columns have texts, a first row of the same length is a text too.
    guard !hasFewValues else { return true }
    let lengths = rest.map { $0.fields.reduce(0) { $0 + $1.count } }.sorted()
    return first.reduce(0) { $0 + $1.count } * 2 <= lengths[lengths.count / 2]
  }
}
