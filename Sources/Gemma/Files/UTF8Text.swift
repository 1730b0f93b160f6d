/// The whole text of a file that must be UTF-8, without its byte order mark.
package func utf8Text(path: String) throws -> String {
  try MappedFile(path: path).withBytes { try utf8Text($0, path: path) }
}

func utf8Text(_ bytes: some Collection<UInt8>, path: String) throws -> String {
  try Array(bytes).withUnsafeBytes { String(decoding: try utf8Bytes($0, path: path), as: UTF8.self) }
}

/// The bytes without a byte order mark, after a check that they are UTF-8.
/// - Throws: `malformed` with the line of the first invalid byte.
func utf8Bytes(_ bytes: UnsafeRawBufferPointer, path: String) throws -> UnsafeRawBufferPointer {
  guard String(validating: bytes, as: UTF8.self) != nil else {
    throw GemmaError.malformed(
      path: path, location: "line \(lineOfFirstError(bytes))", expected: "UTF-8",
      found: "bytes of another encoding, such as Shift_JIS")
  }
  return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? UnsafeRawBufferPointer(rebasing: bytes[3...]) : bytes
}

/// The line of the first byte that is not UTF-8.
func lineOfFirstError(_ bytes: UnsafeRawBufferPointer) -> Int {
  var parser = Unicode.UTF8.ForwardParser()
  var iterator = bytes.makeIterator()
  var line = 1
  while case .valid(let scalar) = parser.parseScalar(from: &iterator) {
    if scalar.first == UInt8(ascii: "\n") { line += 1 }
  }
  return line
}
