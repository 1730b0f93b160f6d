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
    for (name, file) in files {
      for tensor in file.tensorNames {
        guard owner.updateValue(file, forKey: tensor) == nil else {
          throw GemmaError.malformed(
            path: folder + "/" + name, location: "tensor \(tensor)",
            expected: "one tensor of that name in all shards",
            found: "two")
        }
      }
    }
    // If the index names another shard than the one with the tensor, the index belongs to other files.
    for (tensor, name) in map.sorted(by: { $0.key < $1.key }) where files[name]?.tensor(tensor) == nil {
      throw GemmaError.malformed(
        path: path, location: "weight_map", expected: "\(tensor) in \(name)",
        found: owner[tensor].map { "it in \(URL(fileURLWithPath: $0.file.path).lastPathComponent)" }
          ?? "it in no shard")
    }
    self.owner = owner
    tensorNames = files.keys.sorted().flatMap { files[$0]?.tensorNames ?? [] }
  }
}
