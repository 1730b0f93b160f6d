import Foundation

/// Reads an untrusted .tar.gz (or plain .tar) entry by entry. Sizes and checksums are checked, names never lead outside
/// the archive's folder, and the unpacked size is limited.
public struct TarGzip {
  /// The largest unpacked size of one entry, and of the whole archive, in bytes.
  static let entryLimit = 64 << 20
  static let totalLimit = 2 << 30

  private let path: String

  public init(path: String) { self.path = path }

  /// Calls `body` for every regular file, in the archive's order.
  public func forEachFile(_ body: (_ name: String, _ data: [UInt8]) throws -> Void) throws {
    try MappedFile(path: path).withBytes { try forEachFile($0, body) }
  }

  /// The same, of the archive's bytes.
  func forEachFile(
    _ bytes: UnsafeRawBufferPointer, _ body: (_ name: String, _ data: [UInt8]) throws -> Void
  ) throws {
    var stream = try Inflater(path: path, bytes: bytes)
    try forEachFile(&stream, body)
  }

  private func forEachFile(
    _ stream: inout Inflater, _ body: (_ name: String, _ data: [UInt8]) throws -> Void
  ) throws {
    var longName: String?
    var emptyBlocks = 0
    while emptyBlocks < 2 {
      guard let header = try stream.read(512) else { break }
      if header.allSatisfy({ $0 == 0 }) {
        emptyBlocks += 1
        continue
      }
      try checkSum(header)
      guard let size = Self.octal(header[124..<136]), (0...Self.entryLimit) ~= size else {
        throw malformed("an entry of at most \(Self.entryLimit) bytes", "a larger one or no number")
      }
      guard let data = try stream.read(size), try stream.read((512 - size % 512) % 512) != nil else {
        throw malformed("\(size) bytes of an entry", "the end: the archive is cut short")
      }
      switch header[156] {
      case UInt8(ascii: "L"):
        longName = String(decoding: data.prefix { $0 != 0 }, as: UTF8.self)
        continue
      case UInt8(ascii: "x"):
        longName = Self.paxPath(data) ?? longName
        continue
      case UInt8(ascii: "0"), 0:
        var name = Self.text(header[0..<100])
        let prefix = Self.text(header[345..<500])
        if header[257..<262].elementsEqual("ustar".utf8), !prefix.isEmpty { name = prefix + "/" + name }
        name = longName ?? name
        let parts = name.split(separator: "/")
        guard !name.hasPrefix("/"), !parts.contains(".."), !parts.isEmpty else {
          throw malformed("names within the archive", name)
        }
        // macOS adds a hidden file for each entry.
        if !(parts.last?.hasPrefix("._") ?? false) { try body(name, data) }
      default: break
      }
      longName = nil
    }
  }

  private func malformed(_ expected: String, _ found: String) -> GemmaError {
    .malformed(path: path, location: "archive", expected: expected, found: found)
  }

  private func checkSum(_ header: [UInt8]) throws {
    guard Self.isHeader(header) else {
      throw malformed("a tar header", "a wrong checksum: is it a tar archive?")
    }
  }

  /// Whether these 512 bytes are the header of an entry, by their checksum.
  static func isHeader(_ bytes: some Collection<UInt8>) -> Bool {
    guard bytes.count == 512 else { return false }
    let header = Array(bytes)
    var sum = 0
    for (i, byte) in header.enumerated() { sum += (148..<156).contains(i) ? 32 : Int(byte) }
    return octal(header[148..<156]) == sum
  }

  private static func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
    Int(text(field).trimmingCharacters(in: .whitespaces), radix: 8)
  }

  /// The path in an extended header, whose lines are "LENGTH key=value".
  private static func paxPath(_ data: [UInt8]) -> String? {
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      if parts.count == 2, parts[1].hasPrefix("path=") { return String(parts[1].dropFirst(5)) }
    }
    return nil
  }
}
