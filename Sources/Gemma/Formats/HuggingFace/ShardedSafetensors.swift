import Foundation

/// Safetensors in several files, found through `model.safetensors.index.json`.
public final class ShardedSafetensors: TensorSource {
  public let tensorNames: [String]
  private let owner: [String: SafetensorsFile]

  public func tensor(_ name: String) -> TensorView? { owner[name]?.tensor(name) }

  /// - Parameter folder: holds the index and the shards.
  public init(folder: String) throws {
    let path = folder + "/model.safetensors.index.json"
    let index = try JSONFile.object(path)
    guard let map = index["weight_map"] as? [String: String] else {
      throw GemmaError.malformed(
        path: path, location: "weight_map", expected: "an object of file names", found: "none")
    }
    var files: [String: SafetensorsFile] = [:]
    for name in Set(map.values).sorted() {
      guard !name.contains("/"), name != ".." else {
        throw GemmaError.malformed(path: path, location: "weight_map", expected: "a file name", found: name)
      }
      files[name] = try SafetensorsFile(path: folder + "/" + name)
    }
    var owner: [String: SafetensorsFile] = [:]
    for (tensor, name) in map {
      guard let file = files[name] else { continue }
      owner[tensor] = file
    }
    self.owner = owner
    tensorNames = files.keys.sorted().flatMap { files[$0]?.tensorNames ?? [] }
  }
}
