/// The kind of a file in words, from its first bytes. It is for messages about a file of the wrong kind.
enum FileKind {
  /// A name such as "a zip archive" or "a Git LFS pointer"; nil for unknown bytes.
  static func name(_ bytes: some Collection<UInt8>) -> String? {
    let head = Array(bytes.prefix(64))
    func begins(_ text: String) -> Bool { head.starts(with: text.utf8) }
    if head.isEmpty { return "an empty file" }
    if begins("version https://git-lfs") { return "a Git LFS pointer, not the file itself" }
    if begins("GGUF") { return "a GGUF file" }
    if ["lmgg", "fmgg", "tjgg", "algg"].contains(where: begins) {
      return "a GGML file, the form before GGUF"
    }
    if begins("PK\u{3}\u{4}") || begins("PK\u{5}\u{6}") { return "a zip archive" }
    if head.starts(with: [0x1F, 0x8B]) { return "a gzip file" }
    if head.starts(with: [0x80, 0x02]) { return "a Python pickle" }
    for (signature, name) in others where head.starts(with: signature) { return name }
    if isUTF16(head) { return "a text in UTF-16" }
    let words = String(decoding: head, as: UTF8.self).lowercased().drop { $0.isWhitespace }
    if words.hasPrefix("<!doctype html") || words.hasPrefix("<html") { return "a web page" }
    if head.count > 9, head[8] == UInt8(ascii: "{"), head[3...7].allSatisfy({ $0 == 0 }) {
      return "a safetensors file"
    }
    if head.first == UInt8(ascii: "{") { return "a JSON text" }
    return nil
  }

  private static let others: [(signature: [UInt8], name: String)] = [
    (Array("PAR1".utf8), "a Parquet file"), (Array("ARROW1".utf8), "an Arrow file"),
    (Array("SQLite format 3".utf8), "an SQLite database"), (Array("%PDF".utf8), "a PDF document"),
    ([0xD0, 0xCF, 0x11, 0xE0], "a document of an office program"), (Array("BZh".utf8), "a bzip2 file"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "an xz file"), ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard file"),
    ([0x37, 0x7A, 0xBC, 0xAF], "a 7-Zip archive"), (Array("Rar!".utf8), "a RAR archive"),
  ]

  /// Whether the bytes are UTF-16: they have its byte order mark, or every second byte is zero, as in Latin text.
  static func isUTF16(_ bytes: some Collection<UInt8>) -> Bool {
    let head = Array(bytes.prefix(8))
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { return true }
    let zeros = head.prefix(8).enumerated().filter { $1 == 0 }.map { $0.offset % 2 }
    return head.count >= 8 && (zeros == [0, 0, 0, 0] || zeros == [1, 1, 1, 1])
  }

  /// The remedy if a file of this kind was given in place of weights; nil if none is known.
  static func remedy(_ bytes: some Collection<UInt8>) -> String? {
    if bytes.starts(with: "version https://git-lfs".utf8) {
      return "fetch the file itself: git lfs pull, or gnb pull OWNER/MODEL"
    }
    if bytes.starts(with: "PK\u{3}\u{4}".utf8) || bytes.starts(with: [0x80, 0x02]) {
      return
        "load it with transformers or PEFT and save it with safe_serialization=True, which writes safetensors"
    }
    return bytes.isEmpty ? "fetch the file again" : nil
  }
}
