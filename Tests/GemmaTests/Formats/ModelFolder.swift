import Foundation
import Gemma

/// A copy of a tiny model's folder with changes, for tests of what files may say.
struct ModelFolder {
  let path: String

  /// - Parameter base: a folder of Tests/Fixtures/tiny.
  init(_ base: String) throws {
    path =
      FileManager.default.temporaryDirectory.appendingPathComponent("gnb-folder-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let source = Fixtures.folder + "/tiny/" + base
    for name in try FileManager.default.contentsOfDirectory(atPath: source)
    where name.hasPrefix("model") || name.hasPrefix("tokenizer") || name == "config.json" {
      try FileManager.default.copyItem(atPath: source + "/" + name, toPath: path + "/" + name)
    }
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  func configure(set: [String: Any] = [:], remove: [String] = []) throws {
    try edit("config.json") { config in
      for key in remove { config[key] = nil }
      config.merge(set) { $1 }
    }
  }

  func edit(_ name: String, _ change: (inout [String: Any]) -> Void) throws {
    let url = URL(fileURLWithPath: path + "/" + name)
    var json =
      try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] ?? [:]
    change(&json)
    try JSONSerialization.data(withJSONObject: json).write(to: url)
  }

  func hiddenSize() throws -> Int {
    var size = 0
    try edit("config.json") { size = $0["hidden_size"] as? Int ?? 0 }
    return size
  }

  /// The same weights with others beside them, or under other names.
  func rewrite(
    add: [(name: String, shape: [Int])] = [], rename: (String) -> String? = { $0 }
  ) throws {
    let file = try SafetensorsFile(path: path + "/model.safetensors")
    var tensors: [SafetensorsWriter.Tensor] = file.tensorNames.compactMap { name in
      guard let view = file.tensor(name), let other = rename(name) else { return nil }
      var values = [Float](repeating: 0, count: view.count)
      if let base = view.bytes.baseAddress {
        view.type.dequantize(from: base, into: &values, count: values.count)
      }
      return .init(name: other, shape: view.shape, values: values)
    }
    for (name, shape) in add {
      let count = shape.reduce(1, *)
      tensors.append(
        .init(
          name: name, shape: shape, values: (0..<count).map { Float(($0 * 7919 + 31) % 1009 - 504) / 1009 }))
    }
    try SafetensorsWriter.write(tensors, metadata: ["format": "pt"], to: path + "/model.safetensors")
  }

  func write(_ name: String, _ contents: String) throws {
    try Data(contents.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
  }
}

extension GemmaModel {
  /// The log-probability of each token after the first.
  func logprobs(of ids: [Int32], device: Device) throws -> [Double] {
    let logits = try logits(of: ids, adapter: nil, device: device)
    return (0..<ids.count - 1).map { row in
      let values = (0..<logits.columns).map { Double(logits.row(row)[$0]) }
      let top = values.max() ?? 0
      return values[Int(ids[row + 1])] - top - log(values.reduce(0) { $0 + exp($1 - top) })
    }
  }
}

/// What an error says, for tests of its words.
func words(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch { return "\(error)" }
}
