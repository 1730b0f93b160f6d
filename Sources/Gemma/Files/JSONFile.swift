import Foundation

/// Reading small JSON files with typed errors.
enum JSONFile {
  /// The top-level object of the file at `path`.
  static func object(_ path: String) throws -> [String: Any] {
    let data = try MappedFile(path: path).withBytes { Data($0) }
    guard let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] else {
      throw GemmaError.malformed(
        path: path, location: "start", expected: "a JSON object", found: "something else")
    }
    return object
  }
}
