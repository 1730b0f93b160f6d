/// What a file is by its first bytes, in words: for messages that name what somebody gave by mistake.
enum FileKind {
  /// "a zip archive", "a Git LFS pointer"; nil for bytes that say nothing.
  static func name(_ bytes: some Collection<UInt8>) -> String? {
    let head = Array(bytes.prefix(64))
    func begins(_ text: String) -> Bool { head.starts(with: text.utf8) }
    if head.isEmpty { return "an empty file" }
    if begins("version https://git-lfs") { return "a Git LFS pointer, which stands in for the file itself" }
    if begins("GGUF") { return "a GGUF file" }
    if ["lmgg", "fmgg", "tjgg", "algg"].contains(where: begins) {
      return "a GGML file, the form before GGUF"
    }
    if begins("PK\u{3}\u{4}") { return "a zip archive, as PyTorch writes its .bin and .pt files" }
    if head.starts(with: [0x1F, 0x8B]) { return "a gzip file" }
    if head.starts(with: [0x80, 0x02]) { return "a Python pickle" }
    if begins("PAR1") { return "a Parquet file" }
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { return "a text in UTF-16" }
    if begins("<!DOCTYPE") || begins("<!doctype") || begins("<html") { return "a web page" }
    if head.count > 9, head[8] == UInt8(ascii: "{"), head[3...7].allSatisfy({ $0 == 0 }) {
      return "a safetensors file"
    }
    if head.first == UInt8(ascii: "{") { return "a JSON text" }
    return nil
  }

  /// What to do about a file of that kind where weights were expected; nil where nothing is known.
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
