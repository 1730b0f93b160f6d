import Gemma

/// A valid file, and what of it is worth changing.
struct Seed {
  enum Kind {
    /// A little-endian whole number.
    case integer
    /// Digits in a field of fixed width, as tar has them.
    case octal
    /// A JSON value.
    case value
    /// A piece of text.
    case word
    /// What can be left out, doubled or put elsewhere. `count` is the place of a 64-bit number that says how many there are.
    case record(count: Int?)
  }

  struct Span {
    var range: Range<Int>
    var kind: Kind
  }

  var bytes: [UInt8]
  var spans: [Span] = []
  /// What follows and is seldom changed: tensors' bytes.
  var tail: [UInt8] = []

  mutating func mark(_ range: Range<Int>, _ kind: Kind) { spans.append(Span(range: range, kind: kind)) }
}

extension Seed {
  /// A JSON document: every value, key and member.
  static func json(_ bytes: [UInt8], tail: [UInt8] = []) -> Seed {
    var seed = Seed(bytes: bytes, tail: tail)
    var scanner = JSONScanner(bytes: bytes)
    scanner.value { seed.mark($0, $1) }
    return seed
  }

  /// Text: every word, every stretch of other characters, and every line.
  static func text(_ text: String) -> Seed {
    var seed = Seed(bytes: Array(text.utf8))
    func isLetter(_ byte: UInt8) -> Bool {
      byte > 0x7F || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
        || (0x61...0x7A).contains(byte)
        || byte == UInt8(ascii: "_")
    }
    var (word, line) = (0, 0)
    for (i, byte) in seed.bytes.enumerated() {
      if i > word, isLetter(byte) != isLetter(seed.bytes[word]) {
        seed.mark(word..<i, .word)
        word = i
      }
      if byte == 0x0A {
        seed.mark(line..<i + 1, .record(count: nil))
        line = i + 1
      }
    }
    return seed
  }

  /// The front of a GGUF file: counts, keys with their values, tensors' entries.
  static func gguf(_ file: [UInt8]) -> Seed {
    var seed = Seed(bytes: file)
    var at = 4
    func number(_ width: Int) -> Int {
      defer { at += width }
      seed.mark(at..<at + width, .integer)
      return (0..<width).reduce(0) { $0 | Int(file[at + $1]) << (8 * $1) }
    }
    func string() {
      let count = number(8)
      seed.mark(at..<at + count, .word)
      at += count
    }
    func skip(_ type: Int) {
      switch type {
      case 0, 1, 7: _ = number(1)
      case 2, 3: _ = number(2)
      case 4, 5, 6: _ = number(4)
      case 8: string()
      case 9:
        let (element, count) = (number(4), number(8))
        let before = seed.spans.count
        for _ in 0..<count { skip(element) }
        // Long arrays are not all there is.
        if seed.spans.count > before + 40 { seed.spans.removeSubrange(before + 40..<seed.spans.count) }
      default: _ = number(8)
      }
    }
    _ = number(4)
    let (tensors, keys) = (number(8), number(8))
    for _ in 0..<keys {
      let start = at
      string()
      skip(number(4))
      seed.mark(start..<at, .record(count: 16))
    }
    for _ in 0..<tensors {
      let start = at
      string()
      for _ in 0..<number(4) { _ = number(8) }
      _ = (number(4), number(8))
      seed.mark(start..<at, .record(count: 8))
    }
    seed.tail = Array(file[min(file.count, (at + 31) / 32 * 32)...])
    seed.bytes = Array(file[..<at])
    return seed
  }

  /// A SentencePiece model: its fields, and the numbers in each piece.
  static func protocolBuffer(_ bytes: [UInt8]) -> Seed {
    var seed = Seed(bytes: bytes)
    var at = 0
    func varint() -> Int {
      var (value, shift) = (0, 0)
      let start = at
      repeat {
        value |= Int(bytes[at] & 0x7F) << shift
        shift += 7
        at += 1
      } while bytes[at - 1] >= 0x80
      seed.mark(start..<at, .integer)
      return value
    }
    func fields(until end: Int, depth: Int) {
      while at < end {
        let start = at
        switch varint() & 7 {
        case 0: _ = varint()
        case 1: at += 8
        case 5:
          seed.mark(at..<at + 4, .integer)
          at += 4
        default:
          let count = varint()
          if depth == 0 { fields(until: at + count, depth: 1) } else { at += count }
        }
        seed.mark(start..<at, .record(count: nil))
      }
    }
    fields(until: bytes.count, depth: 0)
    return seed
  }

  /// A tar archive of these files.
  static func tar(_ files: [(name: String, contents: [UInt8])]) -> Seed {
    var seed = Seed(bytes: [])
    for (name, contents) in files {
      let start = seed.bytes.count
      var header = [UInt8](repeating: 0, count: 512)
      func put(_ text: String, _ place: Int) {
        for (i, byte) in text.utf8.enumerated() { header[place + i] = byte }
      }
      func octal(_ value: Int, _ digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: digits - text.count) + text
      }
      put(name, 0)
      for (place, width) in [(100, 8), (108, 8), (116, 8), (124, 12), (136, 12)] {
        put(octal(place == 124 ? contents.count : 420, width - 1), place)
        seed.mark(start + place..<start + place + width, .octal)
      }
      put("0", 156)
      put("ustar", 257)
      seed.mark(start..<start + name.utf8.count, .word)
      seed.mark(start + 156..<start + 157, .integer)
      seed.mark(start + 345..<start + 350, .integer)
      seed.bytes += header + contents
      seed.bytes += [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
      seed.mark(start..<seed.bytes.count, .record(count: nil))
    }
    seed.bytes += [UInt8](repeating: 0, count: 1024)
    return seed
  }
}

/// Finds the parts of a valid JSON document.
private struct JSONScanner {
  let bytes: [UInt8]
  var at = 0

  private mutating func space() { while at < bytes.count, bytes[at] <= 0x20 { at += 1 } }

  private mutating func string() {
    at += 1
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
    at += 1
  }

  mutating func value(_ mark: (Range<Int>, Seed.Kind) -> Void) {
    space()
    let start = at
    guard at < bytes.count else { return }
    switch bytes[at] {
    case UInt8(ascii: "\""): string()
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      let isObject = bytes[at] == UInt8(ascii: "{")
      at += 1
      space()
      while at < bytes.count, bytes[at] != UInt8(ascii: "}"), bytes[at] != UInt8(ascii: "]") {
        let first = at
        if isObject {
          string()
          mark(first..<at, .value)
          space()
          at += 1
        }
        value(mark)
        space()
        if at < bytes.count, bytes[at] == UInt8(ascii: ",") { at += 1 }
        mark(first..<at, .record(count: nil))
        space()
      }
      at += 1
    default:
      while at < bytes.count, ![0x2C, 0x5D, 0x7D].contains(bytes[at]), bytes[at] > 0x20 { at += 1 }
    }
    mark(start..<min(at, bytes.count), .value)
  }
}
