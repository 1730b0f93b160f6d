import CZlib

/// Reads bytes of a gzip stream, or of the file itself if it is not compressed.
struct Inflater {
  private let path: String
  private let bytes: UnsafeRawBufferPointer
  private let isGzip: Bool
  private var offset = 0
  private var total = 0
  private var ended = false
  /// Unpacked bytes that were not read yet.
  private var unpacked: ArraySlice<UInt8> = []
  private let stream: Stream

  /// zlib keeps a pointer to its state, so the state must not move.
  private final class Stream {
    var z = z_stream()
    deinit { inflateEnd(&z) }
  }

  static func isGzip(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// - Parameter bytes: must stay valid while this object is used.
  init(path: String, bytes: UnsafeRawBufferPointer) throws {
    self.path = path
    self.bytes = bytes
    isGzip = Self.isGzip(bytes)
    stream = Stream()
    // 15 + 16 selects gzip framing with its checksum.
    guard
      inflateInit2_(&stream.z, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw GemmaError.inputOutput(path: path, reason: "zlib failed to start") }
  }

  /// Exactly `count` bytes, or nil at the end.
  mutating func read(_ count: Int) throws -> [UInt8]? {
    let result = try read(upTo: count)
    return result.count == count ? result : nil
  }

  /// The next `limit` bytes, fewer at the end.
  ///
  /// - Throws: `malformed` for damaged or incomplete data, `unsupported` for more than `TarGzip.totalLimit` bytes in
  ///   total.
  mutating func read(upTo limit: Int) throws -> [UInt8] {
    guard limit > 0 else { return [] }
    var result: [UInt8] = []
    if isGzip {
      while result.count < limit, try next() {
        let taken = min(limit - result.count, unpacked.count)
        result += unpacked.prefix(taken)
        unpacked = unpacked.dropFirst(taken)
      }
    } else {
      let end = offset + min(limit, bytes.count - offset)
      result = Array(bytes[offset..<end])
      offset = end
    }
    total += result.count
    guard total <= TarGzip.totalLimit else {
      throw GemmaError.unsupported(path: path, feature: "more than \(TarGzip.totalLimit) bytes unpacked")
    }
    return result
  }

  /// Fills `unpacked` if it is empty; false at the end.
  private mutating func next() throws -> Bool {
    while unpacked.isEmpty {
      if ended {
        // As in gzip, several streams one after the other are one file, and other bytes at the end are padding.
        guard Self.isGzip(UnsafeRawBufferPointer(rebasing: bytes[offset...])) else { return false }
        inflateReset(&stream.z)
        ended = false
      }
      var made = 0
      var used = 0
      var status = Z_OK
      unpacked =
        [UInt8](unsafeUninitializedCapacity: 1 << 16) { output, count in
          let input = UnsafeMutableRawBufferPointer(mutating: bytes)
          let available = min(bytes.count - offset, 1 << 24)
          stream.z.next_in = input.baseAddress.map { ($0 + offset).assumingMemoryBound(to: UInt8.self) }
          stream.z.avail_in = UInt32(available)
          stream.z.next_out = output.baseAddress
          stream.z.avail_out = UInt32(output.count)
          status = inflate(&stream.z, Z_NO_FLUSH)
          used = available - Int(stream.z.avail_in)
          made = output.count - Int(stream.z.avail_out)
          count = made
        }[...]
      offset += used
      if status == Z_STREAM_END {
        ended = true
      } else if status != Z_OK || (used == 0 && made == 0) {
        throw GemmaError.malformed(
          path: path, location: "byte \(offset)", expected: "gzip data",
          found: offset >= bytes.count ? "the end: the file is cut short" : "damaged data")
      }
    }
    return true
  }
}
