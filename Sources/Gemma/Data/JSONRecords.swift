/// Records in JSON: one object a line, or an array of objects. Alpaca's `input` and `output`, or `text` and `category` or `label`.
enum JSONRecords {
  /// Lines end with LF; a CR before it is white space. What JSON allows within a string, such as U+2028, ends none.
  static func samples(_ bytes: UnsafeRawBufferPointer, path: String) throws -> [Sample] {
    let bytes = try utf8Bytes(bytes, path: path)
    var whole = JSONReader(path: path, bytes: bytes)
    if whole.peek() == UInt8(ascii: "[") { return try array(&whole, path: path) }
    var samples: [Sample] = []
    var start = 0
    var number = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      start = end + 1
      number += 1
      var reader = JSONReader(path: path, bytes: line)
      guard reader.peek() != nil else { continue }
      samples.append(
        try located("line \(number)", path: path) {
          let sample = try sample(&reader, id: "line-\(number)", path: path)
          guard reader.peek() == nil else { throw reader.malformed("the end of the line") }
          return sample
        })
    }
    return samples
  }

  private static func array(_ reader: inout JSONReader, path: String) throws -> [Sample] {
    var samples: [Sample] = []
    try reader.array { reader in
      let number = samples.count + 1
      samples.append(
        try located("record \(number)", path: path) {
          try sample(&reader, id: "record-\(number)", path: path)
        })
    }
    guard reader.peek() == nil else { throw reader.malformed("the end of the file") }
    return samples
  }

  /// Errors of `body` with the record's place before their own.
  private static func located<T>(_ place: String, path: String, _ body: () throws -> T) throws -> T {
    do { return try body() } catch GemmaError.malformed(_, let location, let expected, let found) {
      throw GemmaError.malformed(
        path: path, location: location.isEmpty ? place : "\(place), \(location)", expected: expected,
        found: found)
    }
  }

  private enum Field {
    case text(String)
    case other(String)
  }

  private static func sample(_ reader: inout JSONReader, id: String, path: String) throws -> Sample {
    func malformed(_ expected: String, _ found: String) -> GemmaError {
      .malformed(path: path, location: "", expected: expected, found: found)
    }
    guard reader.peek() == UInt8(ascii: "{") else { throw reader.malformed("an object {...}") }
    var fields: [String: Field] = [:]
    var names: [String] = []
    try reader.object { reader, key in
      let name = String(decoding: key, as: UTF8.self)
      names.append(name)
      fields[name] = try field(&reader)
    }
    guard let pair = RecordFields.pair({ fields[$0] != nil }) else {
      throw malformed(
        RecordFields.expected,
        names.contains("messages")
          ? "chat messages, which gnb does not read as data"
          : names.isEmpty ? "{}" : names.joined(separator: ", "))
    }
    func value(_ name: String) throws -> String {
      switch fields[name] {
      case .text(let text) where !text.isEmpty: return text
      case .text: throw malformed("a text in '\(name)'", "an empty one")
      case .other(let what): throw malformed("a text, a number, true or false in '\(name)'", what)
      case nil: throw malformed("'\(name)'", "none")
      }
    }
    func optional(_ name: String) -> String? {
      if case .text(let text)? = fields[name], !text.isEmpty { text } else { nil }
    }
    return Sample(
      id: optional("id") ?? id, title: optional("title") ?? "", text: try value(pair.text),
      category: try value(pair.category))
  }

  /// A value as text: a number as it is written, a truth value as JSON spells it. Nil for null, which is no value.
  private static func field(_ reader: inout JSONReader) throws -> Field? {
    switch reader.peek() {
    case UInt8(ascii: "\""): return .text(String(decoding: try reader.string(), as: UTF8.self))
    case UInt8(ascii: "["), UInt8(ascii: "{"):
      let what = reader.peek() == UInt8(ascii: "[") ? "a list" : "an object"
      try reader.skip()
      return .other(what)
    default:
      let word = try reader.literal()
      return word == "null" ? nil : word.hasSuffix("NaN") || word.hasSuffix("y") ? .other(word) : .text(word)
    }
  }
}
