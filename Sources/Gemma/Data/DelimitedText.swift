/// Comma- or tab-separated text after RFC 4180, with a header line.
enum DelimitedText {
  /// Columns `text` (or `input`) and `category` (or `label`, `output`), and if there `id` and `title`.
  static func samples(path: String, separator: Character) throws -> [Sample] {
    let rows = try parse(utf8Text(path: path), separator: separator, path: path)
    guard let header = rows.first else {
      throw GemmaError.malformed(path: path, location: "line 1", expected: "a header", found: "an empty file")
    }
    let names = header.fields.map { $0.lowercased() }
    func column(_ options: [String]) -> Int? {
      for option in options { if let index = names.firstIndex(of: option) { return index } }
      return nil
    }
    guard let text = column(["text", "input"]), let category = column(["category", "label", "output"]) else {
      throw GemmaError.malformed(
        path: path, location: "line 1", expected: "columns text and category",
        found: names.joined(separator: ", "))
    }
    let (id, title) = (column(["id"]), column(["title"]))
    return try rows.dropFirst().map { row in
      guard row.fields.count == names.count else {
        throw GemmaError.malformed(
          path: path, location: "line \(row.line)", expected: "\(names.count) fields",
          found: "\(row.fields.count)")
      }
      guard !row.fields[text].isEmpty, !row.fields[category].isEmpty else {
        throw GemmaError.malformed(
          path: path, location: "line \(row.line)", expected: "a text and a category", found: "an empty field"
        )
      }
      return Sample(
        id: id.map { row.fields[$0] } ?? "line-\(row.line)", title: title.map { row.fields[$0] } ?? "",
        text: row.fields[text], category: row.fields[category])
    }
  }

  /// Fields of each record and the line it begins on. Quoted fields may hold separators, line ends and doubled quotes.
  static func parse(_ text: String, separator: Character, path: String) throws -> [(
    fields: [String], line: Int
  )] {
    var rows: [(fields: [String], line: Int)] = []
    var fields: [String] = []
    var field = ""
    var quoted = false
    var line = 1
    var start = 1
    var characters = text.makeIterator()
    var pending = characters.next()
    func endRecord() {
      fields.append(field)
      if fields != [""] { rows.append((fields, start)) }
      fields = []
      field = ""
    }
    while let c = pending {
      pending = characters.next()
      if c.isNewline { line += 1 }
      switch (c, quoted) {
      case ("\"", true):
        if pending == "\"" {
          field.append("\"")
          pending = characters.next()
        } else {
          quoted = false
        }
      case ("\"", false) where field.isEmpty: quoted = true
      case (separator, false):
        fields.append(field)
        field = ""
      case (_, false) where c == "\n" || c == "\r\n":
        endRecord()
        start = line
      default: field.append(c)
      }
    }
    guard !quoted else {
      throw GemmaError.malformed(
        path: path, location: "line \(start)", expected: "a closing quote", found: "the end")
    }
    if !field.isEmpty || !fields.isEmpty { endRecord() }
    return rows
  }
}
