/// The whole text of a file that must be UTF-8.
func utf8Text(path: String) throws -> String {
  try MappedFile(path: path).withBytes { try utf8Text($0, path: path) }
}

func utf8Text(_ bytes: some Collection<UInt8>, path: String) throws -> String {
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw GemmaError.malformed(path: path, location: "text", expected: "UTF-8", found: "bytes that are not")
  }
  return text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
}
