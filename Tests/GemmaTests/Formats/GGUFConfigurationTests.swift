import Foundation
import Gemma
import Testing

/// GGUF files with other keys, tensors and parts than usual: what llama.cpp takes them for, or a refusal that names the reason.
@Suite struct GGUFConfigurationTests {
  let device = CPU(threads: 1)
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-gguf-\(UUID().uuidString)")
    .path

  /// A tiny model as GGUF.
  private func plain(_ name: String) throws -> String {
    let path = folder + "/\(name).gguf"
    if !FileManager.default.fileExists(atPath: path) {
      _ = try ModelSaver(Fixtures.model(name, device: device), adapter: nil, device: device)
        .save(to: path, type: .f32)
    }
    return path
  }

  private func copyKeys(of file: GGUFFile, to writer: inout GGUFWriter, without left: Set<String> = []) throws
  {
    for (key, value) in file.metadata.sorted(by: { $0.key < $1.key }) where !left.contains(key) {
      switch value {
      case .integer(let number): writer.set(key, Int(number))
      case .unsigned(let number): writer.set(key, Int(number))
      case .number(let number): writer.set(key, .number(Float(number)))
      case .bool(let truth): writer.set(key, .bool(truth))
      case .string(let text): writer.set(key, text)
      case .array:
        if let strings = try file.strings(key) {
          writer.set(key, .strings(strings.map { Array($0)[...] }))
        } else if let floats = try file.words(key, type: 6, as: UInt32.self) {
          writer.set(key, .numbers(floats.map { Float(bitPattern: $0) }))
        } else if let integers = try file.integers(key) {
          writer.set(key, .integers(integers.map { Int32($0) }))
        }
      }
    }
  }

  /// The file with keys set (nil removes) and tensors of ones added.
  private func changed(
    _ name: String, _ change: [String: GGUFWriter.Value?], add: [(String, [Int])] = [], fill: Float = 1
  ) throws -> String {
    let file = try GGUFFile(path: plain(name))
    var writer = GGUFWriter()
    try copyKeys(of: file, to: &writer, without: Set(change.keys))
    for (key, value) in change.sorted(by: { $0.key < $1.key }) { if let value { writer.set(key, value) } }
    let views = file.tensorNames.compactMap(file.tensor)
    for view in views { writer.add(StoredTensor(name: view.name, type: view.type, shape: view.shape)) }
    for (name, shape) in add { writer.add(StoredTensor(name: name, type: .f32, shape: shape)) }
    let path = folder + "/changed-\(UUID().uuidString).gguf"
    try writer.write(to: path) { index, write in
      if index < views.count { return try write(views[index].bytes) }
      let ones = [Float](repeating: fill, count: add[index - views.count].1.reduce(1, *))
      try ones.withUnsafeBytes { try write($0) }
    }
    return path
  }

  /// What the plain file says, changed.
  private func expect(
    _ name: String, _ change: [String: GGUFWriter.Value?], _ edit: (inout ModelConfig) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var config = try ModelFile.open(path: plain(name)).config
    edit(&config)
    let found = try ModelFile.open(path: changed(name, change)).config
    #expect(found == config, sourceLocation: sourceLocation)
  }

  @Test func whatAFileSaysOrLeavesOutIsAsLlamaCppTakesIt() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func windows(_ config: inout ModelConfig, _ full: (Int) -> Bool) {
      for i in config.layers.indices {
        config.layers[i] =
          full(i) ? LayerPlan(window: nil, ropeBase: 1e6) : LayerPlan(window: 8, ropeBase: 1e4)
      }
    }
    try expect("gemma3", [:]) { _ in }
    try expect("gemma2", [:]) { _ in }
    try expect("gemma3", ["gemma3.final_logit_softcapping": .number(5)]) { $0.finalSoftCap = 5 }
    try expect("gemma3", ["gemma3.attn_logit_softcapping": .number(5)]) { _ in }
    try expect("gemma3", ["gemma3.attention.sliding_window": nil]) { windows(&$0) { _ in true } }
    try expect("gemma3", ["gemma3.attention.sliding_window_pattern": .unsigned(2)]) {
      windows(&$0) { $0 % 2 == 1 }
    }
    try expect(
      "gemma3",
      ["gemma3.attention.sliding_window_pattern": .bools([true, false, false, true, true, true, false])]
    ) { windows(&$0) { [1, 2, 6].contains($0) } }
    try expect("gemma3", ["gemma3.attention.head_count_kv": .integers([Int32](repeating: 1, count: 7))]) {
      _ in
    }
    try expect("gemma3", ["gemma3.feed_forward_length": .integers([Int32](repeating: 72, count: 7))]) { _ in }
    try expect("gemma3", ["gemma3.rope.freq_base_swa": nil]) { _ in }
    try expect("gemma3", ["gemma3.rope.freq_base": nil]) { config in
      for i in config.layers.indices where config.layers[i].window == nil { config.layers[i].ropeBase = 1e4 }
    }
    let scaled: (inout ModelConfig) -> Void = { config in
      for i in config.layers.indices where config.layers[i].window == nil { config.layers[i].ropeFactor = 8 }
    }
    try expect("gemma3", ["gemma3.rope.scale_linear": .number(8)], scaled)
    try expect(
      "gemma3", ["gemma3.rope.scaling.type": .string("linear"), "gemma3.rope.scaling.factor": .number(8)],
      scaled)
    for (type, factor) in [("none", Float(8)), ("linear", 1), ("yarn", 1)] {
      try expect(
        "gemma3", ["gemma3.rope.scaling.type": .string(type), "gemma3.rope.scaling.factor": .number(factor)]
      ) { _ in }
    }
    try expect("gemma2", ["gemma2.rope.scaling.factor": .number(4)]) { config in
      for i in config.layers.indices { config.layers[i].ropeFactor = 4 }
    }
    try expect("gemma2", ["gemma2.attn_logit_softcapping": nil, "gemma2.final_logit_softcapping": nil]) { _ in
    }
    try expect("gemma2", ["gemma2.attention.sliding_window": nil]) { config in
      for i in config.layers.indices where config.layers[i].window != nil { config.layers[i].window = 4096 }
    }
    try expect("gemma2", ["gemma2.vocab_size": .unsigned(320), "gemma2.rope.dimension_count": .unsigned(16)])
    { _ in }
    try expect("gemma3", ["gemma3.vision.block_count": .unsigned(2), "general.tags": .strings([])]) { _ in }
  }

  @Test func whatWouldNeedOtherArithmeticIsRefusedByName() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let refusals: [([String: GGUFWriter.Value?], String)] = [
      (["gemma3.rope.scaling.type": .string("yarn"), "gemma3.rope.scaling.factor": .number(4)], "yarn"),
      (["gemma3.attention.causal": .bool(false)], "attention.causal"),
      (["gemma3.expert_count": .unsigned(8)], "expert_count"),
      (["gemma3.attention.value_length": .unsigned(8)], "value_length"),
      (["gemma3.rope.dimension_count": .unsigned(8)], "rope.dimension_count"),
      (["gemma3.residual_scale": .number(2)], "the key gemma3.residual_scale"),
      (
        ["gemma3.feed_forward_length": .integers([72, 72, 72, 72, 72, 72, 80])], "differs from layer to layer"
      ),
      (["gemma3.attention.head_count_kv": .integers([1, 1])], "one for each of 7 layers"),
      (["gemma3.block_count": .unsigned(4_000_000)], "block_count"),
      (["gemma3.rope.freq_base": .string("x")], "rope.freq_base"),
      (["general.architecture": .string("gemma3n")], "gemma3n"),
      (["general.architecture": .string("clip")], "mmproj"),
      (["general.type": .string("adapter")], "a LoRA adapter"),
      (["general.type": .string("mmproj")], "mmproj"),
    ]
    for (change, word) in refusals {
      let path = try changed("gemma3", change)
      let found = words { _ = try ModelFile.open(path: path) }
      #expect(found.contains(word), "\(word): \(found)")
    }
    let twice = try changed("gemma3", [:], add: [("blk.0.attn_k.bias", [16])])
    #expect(words { _ = try ModelFile.open(path: twice) }.contains("blk.0.attn_k.bias"))
  }

  @Test func aHeadInTheFileIsUsedAndFactorsOfOneAreNot() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = try changed(
      "gemma3", [:],
      add: [("output.weight", [320, 40]), ("rope_freqs.weight", [8]), ("v.patch.weight", [2])])
    let file = try ModelFile.open(path: path)
    #expect(file.config.hasOwnHead)
    let model = try GemmaModel(file, device: device)
    let logits = try model.logits(of: [2, 40, 41], adapter: nil, device: device)
    // A head of ones gives every token the same.
    #expect((1..<320).allSatisfy { logits.row(2)[$0] == logits.row(2)[0] })
    let bent = try changed("gemma3", [:], add: [("rope_freqs.weight", [8])], fill: 4)
    #expect(words { _ = try ModelFile.open(path: bent) }.contains("rope_freqs.weight"))
  }

  @Test func typesAndVersionsThatAreNotReadAreCalledByTheirNames() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = try plain("gemma3")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let name = Data("blk.0.attn_q.weight".utf8)
    let place = try #require(bytes.range(of: name)).upperBound + 4 + 16
    for (number, word) in [
      (UInt8(18), "IQ3_XXS"), (39, "MXFP4"), (29, "IQ1_M"), (34, "TQ1_0"), (24, "I8"), (99, "tensor type 99"),
    ] {
      var copy = bytes
      copy[place] = number
      try copy.write(to: URL(fileURLWithPath: folder + "/type.gguf"))
      let found = words { _ = try ModelFile.open(path: folder + "/type.gguf") }
      #expect(found.contains(word), "\(word): \(found)")
    }
    for (version, word) in [
      ([UInt8(1), 0, 0, 0], "version 1"), ([0, 0, 0, 3], "big-endian"), ([9, 0, 0, 0], "version 9"),
    ] {
      var copy = bytes
      copy.replaceSubrange(4..<8, with: version)
      try copy.write(to: URL(fileURLWithPath: folder + "/version.gguf"))
      #expect(words { _ = try ModelFile.open(path: folder + "/version.gguf") }.contains(word))
    }
  }

  @Test func aModelInPartsIsReadWhichEverPartIsGiven() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let whole = try GGUFFile(path: plain("gemma3"))
    let names = whole.tensorNames
    for part in 0..<2 {
      var writer = GGUFWriter()
      if part == 0 { try copyKeys(of: whole, to: &writer) }
      writer.set("split.no", part)
      writer.set("split.count", 2)
      writer.set("split.tensors.count", names.count)
      let views = names.enumerated().filter { $0.offset % 2 == part }.compactMap { whole.tensor($0.element) }
      for view in views { writer.add(StoredTensor(name: view.name, type: view.type, shape: view.shape)) }
      try writer.write(to: folder + "/m-0000\(part + 1)-of-00002.gguf") { try $1(views[$0].bytes) }
    }
    let ids: [Int32] = [2, 40, 41, 7]
    let truth = try GemmaModel(ModelFile.open(path: plain("gemma3")), device: device)
    for part in 1...2 {
      let file = try ModelFile.open(path: folder + "/m-0000\(part)-of-00002.gguf")
      let model = try GemmaModel(file, device: device)
      #expect(try model.logprobs(of: ids, device: device) == truth.logprobs(of: ids, device: device))
    }
    #expect(
      try ModelFile.sha256(path: folder + "/m-00001-of-00002.gguf")
        == ModelFile.sha256(path: folder + "/m-00002-of-00002.gguf"))
    try FileManager.default.removeItem(atPath: folder + "/m-00002-of-00002.gguf")
    #expect(
      words { _ = try ModelFile.open(path: folder + "/m-00001-of-00002.gguf") }.contains(
        "m-00002-of-00002.gguf"))
  }
}
