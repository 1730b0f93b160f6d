import Foundation

/// How a text file writes characters as bytes.
public enum TextEncoding: String, Sendable, CaseIterable {
  case utf8 = "utf-8"
  /// With a byte order mark; without one, the positions of the zero bytes show the byte order.
  case utf16 = "utf-16"
  /// As Windows writes it (code page 932).
  case shiftJIS = "shift_jis"
  case eucJP = "euc-jp"
  /// Western European. Every byte is valid in it, so gnb never guesses it.
  case windows1252 = "windows-1252"

  /// The encoding in which all bytes are valid. If there is none and only few bytes are damaged, UTF-8. Otherwise nil.
  static func detect(_ bytes: UnsafeRawBufferPointer) -> TextEncoding? {
    if FileKind.isUTF16(bytes) { return .utf16 }
    if String(validating: bytes, as: UTF8.self) != nil { return .utf8 }
    let shiftJIS = text(shiftJIS: bytes)
    // Text in EUC-JP often reads as half-width katakana in Shift_JIS. The other way round, it is hardly ever well-formed.
    if let text = text(eucJP: bytes), looksJapanese(text),
      halfWidth(text) <= shiftJIS.map(halfWidth) ?? .max
    {
      return .eucJP
    }
    if let shiftJIS, looksJapanese(shiftJIS) { return .shiftJIS }
    let (good, bad) = utf8Sequences(bytes)
    return bad * 20 <= good ? .utf8 : nil
  }

  /// Runs `body` on the text in UTF-8, without a byte order mark. A text in UTF-8 is not changed, damaged bytes included.
  ///
  /// - Throws: `malformed` with the first line that is not of this encoding.
  func withUTF8<Result>(
    _ bytes: UnsafeRawBufferPointer, path: String, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    if self == .utf8 {
      let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      return try body(UnsafeRawBufferPointer(rebasing: bytes[mark...]))
    }
    guard let text = text(bytes) else {
      var line = 1
      if self != .utf16 {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        line += lines.firstIndex { self.text(UnsafeRawBufferPointer(rebasing: $0)) == nil } ?? 0
      }
      throw GemmaError.malformed(
        path: path, location: "line \(line)", expected: rawValue, found: "bytes of another encoding")
    }
    return try Array(text.utf8).withUnsafeBytes(body)
  }

  private func text(_ bytes: UnsafeRawBufferPointer) -> String? {
    switch self {
    case .utf8: String(validating: bytes, as: UTF8.self)
    case .utf16: Self.text(utf16: bytes)
    case .shiftJIS: Self.text(shiftJIS: bytes)
    case .eucJP: Self.text(eucJP: bytes)
    case .windows1252: String(data: Data(bytes), encoding: .windowsCP1252)
    }
  }

  private static func text(utf16 bytes: UnsafeRawBufferPointer) -> String? {
    guard bytes.count % 2 == 0 else { return nil }
    let hasMark = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
    let isBigEndian = hasMark ? bytes[0] == 0xFE : bytes.first == 0
    let (high, low) = isBigEndian ? (0, 1) : (1, 0)
    let units = stride(from: hasMark ? 2 : 0, to: bytes.count, by: 2).map {
      UInt16(bytes[$0 + high]) << 8 | UInt16(bytes[$0 + low])
    }
    return String(validating: units, as: UTF16.self)
  }

  private static func text(shiftJIS bytes: some Sequence<UInt8>) -> String? {
    String(data: Data(bytes), encoding: .shiftJIS)
  }

  /// Both encodings have the same table of 94 rows and columns; only the bytes for a row differ. So EUC-JP is
  /// rewritten as Shift_JIS, which Foundation reads on every system. JIS X 0212, three bytes, cannot be written in Shift_JIS.
  private static func text(eucJP bytes: UnsafeRawBufferPointer) -> String? {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var i = 0
    while i < bytes.count {
      let first = bytes[i]
      i += 1
      if first < 0x80 {
        result.append(first)
        continue
      }
      guard i < bytes.count else { return nil }
      let second = bytes[i]
      i += 1
      switch (first, second) {
      case (0x8E, 0xA1...0xDF): result.append(second)
      case (0xA1...0xFE, 0xA1...0xFE):
        let (row, column) = (first - 0xA1, second - 0xA1)
        result.append((row < 62 ? 0x81 : 0xC1) + row / 2)
        result.append(row % 2 == 1 ? 0x9F + column : 0x40 + column + (column >= 63 ? 1 : 0))
      default: return nil
      }
    }
    return text(shiftJIS: result)
  }

  private static func halfWidth(_ text: String) -> Int {
    text.unicodeScalars.count { (0xFF61...0xFF9F).contains($0.value) }
  }

  /// In Japanese text, Japanese characters follow each other. A wrong guess shows single ones between Latin letters.
  private static func looksJapanese(_ text: String) -> Bool {
    var (all, joined) = (0, 0)
    var scalars = Array(text.unicodeScalars.map { $0.value >= 0x80 })
    scalars.append(false)
    var before = false
    for i in 0..<scalars.count - 1 {
      if scalars[i] {
        all += 1
        if before || scalars[i + 1] { joined += 1 }
      }
      before = scalars[i]
    }
    return joined * 2 >= all
  }

  /// Characters of several bytes that are UTF-8, and errors.
  private static func utf8Sequences(_ bytes: UnsafeRawBufferPointer) -> (good: Int, bad: Int) {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var (good, bad) = (0, 0)
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let scalar): if scalar.count > 1 { good += 1 }
      case .error: bad += 1
      case .emptyInput: return (good, bad)
      }
    }
  }
}
