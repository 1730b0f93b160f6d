/// Records in JSON: one object a line, or an array of objects.
enum JSONRecords {
  /// Lines end with LF; a CR before it is white space. What JSON allows within a string, such as U+2028, ends none. A line that is no
  /// JSON is a row that cannot be used; an array that is none is an error, since nothing says where it goes on.
  ///
  /// - Parameter bytes: UTF-8, but for damage.
  static func table(
    _ bytes: UnsafeRawBufferPointer, encoding: TextEncoding, path: String, check: () throws -> Void = {}
  ) throws -> RecordTable {
    var whole = JSONReader(path: path, bytes: bytes)
    var records = Records()
    if whole.peek() == UInt8(ascii: "[") {
      var table = RecordTable(path: path, format: .jsonArray, encoding: encoding)
      try whole.array { reader in
        let number = records.rows.count + 1
        if number % 1024 == 0 { try check() }
        do { try records.add(&reader, number: number) } catch GemmaError.malformed(
          _, let location, let expected, let found)
        {
          throw GemmaError.malformed(
            path: path, location: "record \(number), \(location)", expected: expected, found: found)
        }
      }
      guard whole.peek() == nil else { throw whole.malformed("the end of the file") }
      records.fill(&table)
      return table
    }
    var table = RecordTable(path: path, format: .jsonLines, encoding: encoding)
    var start = 0
    var number = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      start = end + 1
      number += 1
      if number % 1024 == 0 { try check() }
      var reader = JSONReader(path: path, bytes: line)
      guard reader.peek() != nil else { continue }
      func reject(_ expected: String, _ found: String, byte: String? = nil) {
        let excerpt = String(decoding: line.prefix(400), as: UTF8.self)
        table.rejects.append(
          (number, table.reject(number, byte: byte, expected: expected, found: found, excerpt: excerpt)))
      }
      guard String(validating: line, as: UTF8.self) != nil else {
        reject(encoding.rawValue, "bytes of another encoding")
        continue
      }
      do {
        try records.add(&reader, number: number)
        guard reader.peek() == nil else {
          records.rows.removeLast()
          throw reader.malformed("the end of the line")
        }
      } catch GemmaError.malformed(_, let location, let expected, let found) {
        reject(expected, found, byte: location)
      }
    }
    records.fill(&table)
    return table
  }

  /// Objects as rows: a column for each key, in the order in which they first appear.
  private struct Records {
    var rows: [RecordTable.Row] = []
    private var names: [String] = []
    private var places: [String: Int] = [:]

    mutating func add(_ reader: inout JSONReader, number: Int) throws {
      guard reader.peek() == UInt8(ascii: "{") else { throw reader.malformed("an object {...}") }
      var row = RecordTable.Row(number: number, fields: [])
      try reader.object { reader, key in
        let name = String(decoding: key, as: UTF8.self)
        let isConversation = ColumnNames.conversation.contains(ColumnNames.normalised(name))
        let field = try JSONRecords.field(&reader, isConversation: isConversation)
        if places[name] == nil {
          places[name] = names.count
          names.append(name)
        }
        let place = places[name] ?? 0
        while row.fields.count <= place { row.fields.append(.missing) }
        row.fields[place] = field
      }
      rows.append(row)
    }

    func fill(_ table: inout RecordTable) {
      table.columns = names
      table.rows = rows.map { row in
        var row = row
        row.fields += Array(repeating: .missing, count: names.count - row.fields.count)
        return row
      }
    }
  }

  /// A value as text: a number as it is written, a truth value as JSON spells it.
  private static func field(_ reader: inout JSONReader, isConversation: Bool) throws -> RecordTable.Field {
    switch reader.peek() {
    case UInt8(ascii: "\""): return .text(String(decoding: try reader.string(), as: UTF8.self))
    case UInt8(ascii: "["):
      guard isConversation else {
        try reader.skip()
        return .other("a list")
      }
      return conversation(try reader.value())
    case UInt8(ascii: "{"):
      try reader.skip()
      return .other("an object")
    default:
      let word = try reader.literal()
      return word == "null"
        ? .missing : word.hasSuffix("NaN") || word.hasSuffix("y") ? .other(word) : .text(word)
    }
  }

  private static let roles: [String: Turn.Role] = [
    "system": .system, "developer": .system, "user": .user, "human": .user, "assistant": .assistant,
    "gpt": .assistant, "model": .assistant, "bot": .assistant, "chatgpt": .assistant,
  ]

  /// `role` and `content` as chat models take them, or ShareGPT's `from` and `value`.
  private static func conversation(_ value: Any) -> RecordTable.Field {
    guard let items = value as? [[String: Any]] else { return .other("a list of other things than turns") }
    var turns: [Turn] = []
    for item in items {
      let name = (item["role"] ?? item["from"]) as? String ?? ""
      guard let role = roles[name.lowercased()] else {
        return .other(name.isEmpty ? "a turn without a role" : "a turn by '\(name)'")
      }
      let content = item["content"] ?? item["value"]
      let parts = (content as? [[String: Any]])?.compactMap { $0["text"] as? String }
      guard let text = content as? String ?? parts?.joined(separator: "\n") else {
        return .other("a turn without a text")
      }
      turns.append(Turn(role: role, content: text))
    }
    return .turns(turns)
  }
}
