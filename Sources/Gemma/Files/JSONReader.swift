import Foundation

/// Reads JSON value by value, with strings as bytes. Foundation's reader makes dictionaries of Swift strings. Two
/// pieces of a vocabulary that differ only in the composition of an accent would be the same key there.
struct JSONReader {
  private let path: String
  private let bytes: UnsafeRawBufferPointer
  private var at = 0
  /// The deepest nesting that `skip` accepts.
  private static let deepest = 200

  init(path: String, bytes: UnsafeRawBufferPointer) {
    self.path = path
    self.bytes = bytes
  }

  func malformed(_ expected: String) -> GemmaError {
    let found = at < bytes.count ? "byte \(bytes[at])" : "the end"
    return .malformed(path: path, location: "byte \(at)", expected: expected, found: found)
  }

  /// The first byte of the next value, or nil at the end.
  mutating func peek() -> UInt8? {
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x09 || bytes[at] == 0x0D {
      at += 1
    }
    return at < bytes.count ? bytes[at] : nil
  }

  private mutating func take(_ character: Unicode.Scalar) throws {
    guard peek() == UInt8(ascii: character) else { throw malformed("\(character)") }
    at += 1
  }

  /// Runs `body` for each member. `body` reads or skips the value.
  mutating func object(_ body: (inout JSONReader, _ key: [UInt8]) throws -> Void) throws {
    try members(open: "{", close: "}") { reader in
      let key = try reader.string()
      try reader.take(":")
      try body(&reader, key)
    }
  }

  /// Runs `body` for each element. `body` reads or skips it.
  mutating func array(_ body: (inout JSONReader) throws -> Void) throws {
    try members(open: "[", close: "]", body)
  }

  private mutating func members(
    open: Unicode.Scalar, close: Unicode.Scalar, _ body: (inout JSONReader) throws -> Void
  ) throws {
    try take(open)
    if peek() == UInt8(ascii: close) {
      at += 1
      return
    }
    while true {
      try body(&self)
      if peek() == UInt8(ascii: ",") {
        at += 1
      } else {
        return try take(close)
      }
    }
  }

  /// The bytes of a string, with escapes resolved.
  mutating func string() throws -> [UInt8] {
    var result: [UInt8] = []
    try string(into: &result)
    return result
  }

  /// Appends the bytes of a string.
  mutating func string(into result: inout [UInt8]) throws {
    try take("\"")
    while at < bytes.count {
      let start = at
      while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\"),
        bytes[at] >= 0x20
      {
        at += 1
      }
      result.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<at]))
      guard at < bytes.count else { break }
      let byte = bytes[at]
      at += 1
      switch byte {
      case UInt8(ascii: "\""): return
      case UInt8(ascii: "\\"): result += try escape()
      default:
        at -= 1
        throw malformed("no control character within a string: it is written \\n, \\t or \\u0000")
      }
    }
    throw malformed("the end of a string")
  }

  private mutating func escape() throws -> [UInt8] {
    guard at < bytes.count else { throw malformed("an escape") }
    defer { at += 1 }
    switch bytes[at] {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "u"):
      var units = [try unit()]
      if UTF16.isLeadSurrogate(units[0]), at + 2 < bytes.count, bytes[at + 1] == UInt8(ascii: "\\"),
        bytes[at + 2] == UInt8(ascii: "u")
      {
        at += 2
        units.append(try unit())
      }
      guard let text = String(validating: units, as: UTF16.self) else {
        throw malformed("both halves of a surrogate pair")
      }
      return Array(text.utf8)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [bytes[at]]
    default: throw malformed("an escape of JSON")
    }
  }

  /// Reads four hexadecimal digits after the position, and stops at the last digit.
  private mutating func unit() throws -> UInt16 {
    guard at + 4 < bytes.count, bytes[at + 1] != UInt8(ascii: "+"),
      let value = UInt16(String(decoding: bytes[at + 1...at + 4], as: UTF8.self), radix: 16)
    else { throw malformed("four hexadecimal digits") }
    at += 4
    return value
  }

  /// The text of a number, true, false or null. NaN and Infinity are accepted too, because Python writes them.
  mutating func literal() throws -> String {
    _ = peek()
    let start = at
    while at < bytes.count, ![0x2C, 0x7D, 0x5D, 0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
    let word = String(decoding: bytes[start..<at], as: UTF8.self)
    let isWord = ["true", "false", "null", "NaN", "Infinity", "-Infinity"].contains(word)
    guard isWord || word.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil else {
      at = start
      throw malformed("a value")
    }
    return word
  }

  mutating func integer() throws -> Int {
    _ = peek()
    let start = at
    while at < bytes.count, bytes[at] == UInt8(ascii: "-") || (0x30...0x39).contains(bytes[at]) { at += 1 }
    guard let value = Int(String(decoding: bytes[start..<at], as: UTF8.self)) else {
      throw malformed("a whole number")
    }
    return value
  }

  mutating func bool() throws -> Bool {
    let isTrue = peek() == UInt8(ascii: "t")
    guard bytes[at...].starts(with: (isTrue ? "true" : "false").utf8) else {
      throw malformed("true or false")
    }
    at += isTrue ? 4 : 5
    return isTrue
  }

  /// The next value, read by Foundation. It is for small values without keys that differ only in composition.
  mutating func value() throws -> Any {
    _ = peek()
    let start = at
    try skip()
    let data = Data(bytes[start..<at])
    guard let value = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed) else {
      throw malformed("a value before here")
    }
    return value
  }

  mutating func skip(depth: Int = 0) throws {
    guard depth < Self.deepest else { throw malformed("less nested JSON") }
    switch peek() {
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "{"): try object { reader, _ in try reader.skip(depth: depth + 1) }
    case UInt8(ascii: "["): try array { try $0.skip(depth: depth + 1) }
    default: _ = try literal()
    }
  }
}
