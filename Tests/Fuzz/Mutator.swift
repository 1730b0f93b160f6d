import Gemma

/// Makes an input of a seed: the same one for the same seed and number.
struct Mutator {
  private var random: Philox
  private let seeds: [Seed]
  private let words: [String]

  /// - Parameters:
  ///   - stream: of the format, so that no two have the same numbers.
  ///   - words: what a piece of text may turn into, beside words of the seeds.
  init(seeds: [Seed], words: [String], seed: UInt64, stream: UInt32, number: UInt64) {
    random = Philox(
      seed: seed &+ number &* 0x9E37_79B9_7F4A_7C15, purpose: .test, substream: stream)
    self.seeds = seeds
    self.words = words
  }

  mutating func below(_ bound: Int) -> Int { bound > 1 ? Int(random.next(below: UInt32(bound))) : 0 }
  private mutating func chance(_ one: Int) -> Bool { below(one) == 0 }
  private mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }

  /// Bytes with some changes, and what follows them.
  mutating func input() -> (bytes: [UInt8], tail: [UInt8]) {
    let seed = pick(seeds)
    var bytes = seed.bytes
    if !seed.spans.isEmpty, !chance(5) {
      var taken: [Seed.Span] = []
      for _ in 0..<pick([1, 1, 1, 2, 2, 3, 5, 8]) {
        let span = pick(seed.spans)
        if !taken.contains(where: { $0.range.overlaps(span.range) || $0.range == span.range }) {
          taken.append(span)
        }
      }
      // From the back, so that places before stay what they are.
      for span in taken.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
        change(&bytes, span, of: seed)
      }
    } else {
      for _ in 0..<pick([1, 1, 2, 4, 16]) { damage(&bytes) }
    }
    return (bytes, seed.tail)
  }

  // MARK: By structure

  private mutating func change(_ bytes: inout [UInt8], _ span: Seed.Span, of seed: Seed) {
    let range = span.range
    guard range.upperBound <= bytes.count else { return }
    switch span.kind {
    case .integer:
      let old = range.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[$1]) }
      let new = number(old, size: bytes.count + seed.tail.count)
      for (i, place) in range.enumerated() {
        bytes[place] = i < 8 ? UInt8(truncatingIfNeeded: new >> (8 * UInt64(i))) : 0
      }
    case .octal:
      var text = pick([
        "0", "1", "777", "7777777", "77777777777", "-1", "", " ", "00000001000", "8", "0x10", "100000000000",
      ])
      if chance(3) { text = String(below(4096), radix: 8) }
      for (i, place) in range.enumerated() { bytes[place] = i < text.utf8.count ? Array(text.utf8)[i] : 0 }
    case .value: bytes.replaceSubrange(range, with: value(like: seed))
    case .word: bytes.replaceSubrange(range, with: word(Array(bytes[range])))
    case .record(let count):
      let record = Array(bytes[range])
      var made = 0
      switch below(4) {
      case 0: bytes.removeSubrange(range)
      case 1: made = 2
      case 2: made = pick([2, 3, 17, 300])
      default:
        let other = pick(seeds)
        let records = other.spans.filter { if case .record = $0.kind { true } else { false } }
        guard let found = records.isEmpty ? nil : pick(records) else { return }
        bytes.replaceSubrange(range, with: other.bytes[found.range] + (chance(2) ? record : []))
        return
      }
      if made > 0 {
        guard record.count * made < 1 << 20 else { return }
        bytes.replaceSubrange(range, with: (0..<made).flatMap { _ in record })
      }
      guard let count, count + 8 <= range.lowerBound, !chance(8) else { return }
      let old = (0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[count + $1]) }
      let new = old &+ UInt64(bitPattern: Int64(made - 1))
      for i in 0..<8 { bytes[count + i] = UInt8(truncatingIfNeeded: new >> (8 * UInt64(i))) }
    }
  }

  private mutating func number(_ old: UInt64, size: Int) -> UInt64 {
    switch below(8) {
    case 0: return old &+ 1
    case 1: return old &- 1
    case 2: return old ^ 1 << UInt64(below(64))
    case 3: return UInt64(size) &+ UInt64(below(64)) &- 32
    case 4: return UInt64(below(64))
    case 5: return 1 << UInt64(below(64)) &- UInt64(below(3)) &+ 1
    case 6:
      return pick([0, .max, 1 << 63, 1 << 63 - 1, .max - 7, .max - 31, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x7FC0_0000])
    default: return old &* 2
    }
  }

  private static let values = [
    "0", "-1", "1", "2", "3", "5", "16", "255", "4096", "65536", "2147483648", "4294967296",
    "9007199254740993",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615", "1e308",
    "-1e308",
    "1e400", "1e-400", "0.5", "-0.0", "1e18", "1.5e9", "NaN", "null", "true", "false", "\"\"", "\"\\u0000\"",
    "\"\\ud800\"", "\"a\"", "\"none\"", "\"1e3\"", "[]", "{}", "[[]]", "[1]", "[null]", "[\"\"]", "{\"\":{}}",
    "",
  ]

  private mutating func value(like seed: Seed) -> [UInt8] {
    switch below(8) {
    case 0:
      let depth = pick([2, 10, 190, 511, 600, 5000, 60_000])
      let (open, close) = pick([("[", "]"), ("{\"a\":", "}")])
      return Array(String(repeating: open, count: depth).utf8) + [0x31]
        + Array(String(repeating: close, count: chance(4) ? 0 : depth).utf8)
    case 1, 2:
      let other = pick(seeds)
      let values = other.spans.filter { if case .value = $0.kind { $0.range.count < 4096 } else { false } }
      guard !values.isEmpty else { return [] }
      return Array(other.bytes[pick(values).range])
    case 3: return [0x22] + word(Array("abc".utf8)) + [0x22]
    default: return Array(pick(Self.values).utf8)
    }
  }

  private static let words: [[UInt8]] = [
    [], [0], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xEF, 0xBB, 0xBF], [0x0D], [0x0A],
    [0x0D, 0x0A], [0x09], [0x0B], [0x0C], [0x1B], Array("\u{85}".utf8), Array("\u{A0}".utf8),
    Array("\u{2028}".utf8),
    Array("\u{3000}".utf8), Array("\u{301}".utf8), Array("\u{1F600}".utf8), Array("日本".utf8), Array("▁".utf8),
    Array("\"".utf8), Array("\\".utf8), Array("'".utf8), Array("\"\"\"".utf8), Array("{".utf8),
    Array("}".utf8),
    Array("[".utf8), Array("]".utf8), Array(",".utf8), Array(";".utf8), Array("=".utf8), Array("$".utf8),
    Array("#".utf8),
    Array("../".utf8), Array("-1".utf8), Array("0".utf8), Array("1e999".utf8),
    Array("9223372036854775807".utf8),
    Array("9223372036854775808".utf8), Array("-9223372036854775808".utf8), Array("99999999999999999999".utf8),
    Array("0.1".utf8), Array("1k".utf8), Array("9e18".utf8), Array("nan".utf8), Array("```".utf8),
    Array("---".utf8),
  ]

  private mutating func word(_ old: [UInt8]) -> [UInt8] {
    switch below(6) {
    case 0 where !words.isEmpty: return Array(pick(words).utf8)
    case 1: return old + pick(Self.words)
    case 2:
      let piece = pick(Self.words)
      return (0..<pick([2, 30, 300, 3000])).flatMap { _ in piece }
    case 3:
      let other = pick(seeds)
      let found = other.spans.filter { if case .word = $0.kind { $0.range.count < 4096 } else { false } }
      return found.isEmpty ? old + old : Array(other.bytes[pick(found).range])
    default: return pick(Self.words)
    }
  }

  // MARK: Anywhere

  /// One change that knows nothing of the format.
  mutating func damage(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else {
      bytes = [UInt8(below(256))]
      return
    }
    // Half of the time near the front, where the structure is.
    let place = chance(2) ? below(bytes.count) : below(min(bytes.count, 4096))
    switch below(9) {
    case 0: bytes[place] ^= 1 << UInt8(below(8))
    case 1, 2: bytes[place] = chance(2) ? UInt8(below(256)) : pick([0, 0xFF, 0x7F, 0x80, 0x20, 0x22, 0x0A])
    case 3: bytes.removeSubrange(place...)
    case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(64)))
    case 5:
      let piece = bytes[place..<min(bytes.count, place + 1 + below(256))]
      bytes.insert(contentsOf: piece, at: below(bytes.count))
    case 6:
      let other = pick(seeds).bytes
      guard !other.isEmpty else { return }
      let start = below(other.count)
      bytes.replaceSubrange(place..., with: other[start...])
    case 7:
      bytes += [UInt8](repeating: UInt8(below(256)), count: pick([1, 7, 512, 65536]))
    default:
      for i in place..<min(bytes.count, place + pick([2, 4, 8])) { bytes[i] = pick([0, 0xFF, 0x7F]) }
    }
  }

  /// Whether what follows is damaged.
  mutating func isTailDamaged() -> Bool { chance(6) }
  /// Whether the finished file is to be damaged too.
  mutating func isFinishedOff() -> Bool { chance(10) }
  /// Whether what depends on the rest is put right: lengths, checksums.
  mutating func isConsistent() -> Bool { !chance(8) }
}
