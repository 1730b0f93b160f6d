import Foundation
import Gemma
import Testing

/// Models and adapters written, and read again.
@Suite struct SaveModelTests {
  static let adapters = [
    ("gemma2", "gemma2/adapter"), ("gemma3", "gemma3/adapter"), ("gemma2", "adapters/rslora/adapter"),
    ("gemma2", "adapters/patterns/adapter"), ("gemma2", "adapters/layers/adapter"),
    ("gemma2", "adapters/dora/adapter"),
  ]
  let device = CPU(threads: 2)
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-save-\(UUID().uuidString)")
    .path
  private let ids: [Int32] = [2, 40, 41, 7, 300, 43, 101, 12, 13, 14, 60, 200, 9]

  private func load(_ model: String, _ adapter: String? = nil) throws -> (GemmaModel, Adapter?) {
    let model = try Fixtures.model(model, device: device)
    return (
      model,
      try adapter.map {
        try Adapter.load(path: Fixtures.folder + "/tiny/" + $0, model: model, device: device)
      }
    )
  }

  @discardableResult
  private func save(
    _ model: GemmaModel, _ adapter: Adapter? = nil, _ name: String, _ type: SavedType = .auto
  ) throws -> ModelSaver.Outcome {
    try ModelSaver(model, adapter: adapter, device: device).save(to: folder + "/" + name, type: type)
  }

  private func open(_ name: String) throws -> GemmaModel {
    try GemmaModel(ModelFile.open(path: folder + "/" + name), device: device)
  }

  private func logits(_ model: GemmaModel, _ adapter: Adapter? = nil) throws -> [Double] {
    try model.logits(of: ids, adapter: adapter, device: device).values.map(Double.init)
  }

  private func files(_ name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder + "/" + name).sorted()
  }

  @Test(arguments: adapters) func anAdapterIsFoldedIn(_ name: String, _ path: String) throws {
    let (model, adapter) = try load(name, path)
    let truth = try logits(model, adapter)
    #expect(relativeError(try logits(model), truth) > 1e-3, "the adapter does something")
    for (file, type, limit) in [
      ("f32", SavedType.f32, 1e-5), ("f32.gguf", .f32, 1e-5), ("f16.gguf", .f16, 5e-3), ("f16", .f16, 5e-3),
    ] {
      let outcome = try save(model, adapter, file, type)
      #expect(outcome.types == [type == .f32 ? "F32" : "F16"])
      #expect(relativeError(try logits(open(file)), truth) < limit, "\(file)")
    }
  }

  @Test(arguments: ["gemma2", "gemma3", "gemma2-64"]) func everyTypeIsReadAgain(_ name: String) throws {
    let (model, _) = try load(name)
    let truth = try logits(model)
    for (type, limit) in [
      (SavedType.auto, 0.05), (.f32, 1e-5), (.f16, 5e-3), (.bf16, 0.05), (.q8, 0.05), (.q4KM, 0.4),
    ] {
      let outcome = try save(model, nil, "a.gguf", type)
      let error = relativeError(try logits(open("a.gguf")), truth)
      #expect(error < limit, "\(type) \(outcome.types)")
    }
    // Rows of 64 are of whole blocks of 32 but not of 256.
    if name == "gemma2-64" {
      #expect(try save(model, nil, "q4.gguf", .q4KM).types == ["Q5_0", "Q8_0"])
      #expect(try save(model, nil, "q8.gguf", .q8).types == ["Q8_0"])
      let file = try GGUFFile(path: folder + "/q4.gguf")
      #expect(file.integer("general.file_type") == 15 && file.tensor("token_embd.weight")?.type == .q8n0)
      #expect(file.tensor("blk.0.attn_norm.weight")?.type == .f32)
    }
  }

  @Test func fromGGUFToAFolderAndBackKeepsTheBits() throws {
    for name in ["gemma2", "gemma3"] {
      let (model, _) = try load(name)
      try save(model, nil, "first.gguf")
      let first = try open("first.gguf")
      try save(first, nil, "folder")
      let middle = try open("folder")
      try save(middle, nil, "second.gguf")
      let truth = try logits(first)
      #expect(relativeError(try logits(middle), truth) < 1e-6)
      #expect(relativeError(try logits(open("second.gguf")), truth) < 1e-6)
      #expect(middle.config.layers == model.config.layers && middle.config.headDim == model.config.headDim)
    }
  }

  @Test func theTokenizerGoesAlong() throws {
    let rows = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: Fixtures.folder + "/tiny/tokenizer/expected.json")))
    // The tiny Gemma 2 has a tokenizer.model, the tiny Gemma 3 a tokenizer.json, which has ranks in place of scores.
    for name in ["gemma2", "gemma3"] {
      let (model, _) = try load(name)
      try save(model, nil, "a.gguf")
      let fromGGUF = try open("a.gguf")
      try save(fromGGUF, nil, "b")
      try save(model, nil, "c")
      // More spaces than the longest piece has: SentencePiece takes the longest from the left, a list of merges cannot.
      for path in ["b/tokenizer.model", "b/tokenizer.json"] {
        let file = folder + "/" + path
        let tokenizer =
          try path.hasSuffix("json") ? Tokenizer(tokenizerJSON: file) : Tokenizer(sentencePieceModel: file)
        #expect(tokenizer.encode("a" + String(repeating: " ", count: 7) + "a") == [290, 12, 12, 277])
      }
      #expect(try files("c").contains("tokenizer.json") && files("c").contains("tokenizer_config.json"))
      for tokenizer in [
        fromGGUF.tokenizer, try open("b").tokenizer, try open("c").tokenizer,
        try Tokenizer(sentencePieceModel: folder + "/b/tokenizer.model"),
        try Tokenizer(tokenizerJSON: folder + "/b/tokenizer.json"),
      ] {
        for row in rows as? [[String: Any]] ?? [] {
          let text = row["text"] as? String ?? ""
          #expect(tokenizer.encode(text) == (row["ids"] as? [Int] ?? []).map(Int32.init), "\(name) \(text)")
          let special = (row["ids_special"] as? [Int] ?? []).map(Int32.init)
          #expect(tokenizer.encode(text, parsingSpecialTokens: true) == special)
          #expect(tokenizer.decode(special) == row["decoded_special"] as? String)
        }
      }
    }
  }

  @Test func addedTokensGoAlong() throws {
    for (name, text, ids) in [
      ("gemma2", "the zymurgy<|im_start|>he", [289, 272, 287, 320, 321, 272]),
      ("gemma3", "the zymurgy<|im_start|>he", [289, 272, 287, 320, 321, 272]),
    ] as [(String, String, [Int32])] {
      let source = folder + "/source-" + name
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: Fixtures.folder + "/tiny/" + name, toPath: source)
      let config = #"""
        {"added_tokens_decoder": {"320": {"content": "zymurgy", "special": false}, "321": {"content": "<|im_start|>", "special": true}}}
        """#
      try config.write(toFile: source + "/tokenizer_config.json", atomically: true, encoding: .utf8)
      let model = try GemmaModel(ModelFile.open(path: source), device: device)
      #expect(model.tokenizer.encode(text, parsingSpecialTokens: true) == ids)
      try save(model, nil, name)
      #expect(try open(name).tokenizer.encode(text, parsingSpecialTokens: true) == ids)
      // The embedding has no rows for them: a GGUF file has as many tokens as rows.
      try save(model, nil, name + ".gguf")
      #expect(try open(name + ".gguf").tokenizer.count == 320)
    }
  }

  @Test func savingTwiceAndOnOneThreadGivesTheSameBytes() throws {
    let (model, adapter) = try load("gemma3", "gemma3/adapter")
    try save(model, adapter, "a")
    try save(model, adapter, "a.gguf", .q4KM)
    let one = ModelSaver(model, adapter: adapter, device: CPU(threads: 1, kernels: Kernels.available[0]))
    _ = try one.save(to: folder + "/b")
    _ = try one.save(to: folder + "/b.gguf", type: .q4KM)
    #expect(FileManager.default.contentsEqual(atPath: folder + "/a", andPath: folder + "/b"))
    #expect(FileManager.default.contentsEqual(atPath: folder + "/a.gguf", andPath: folder + "/b.gguf"))
    // Again over what is there: nothing else appears.
    try save(model, adapter, "a")
    #expect(try files("a") == files("b"))
    #expect(try files("").count == 4)
  }

  @Test func largeModelsAreWrittenInShardsThatReplaceEachOther() throws {
    let (model, adapter) = try load("gemma3", "gemma3/adapter")
    var saver = ModelSaver(model, adapter: adapter, device: device)
    saver.shardBytes = 200_000
    let outcome = try saver.save(to: folder + "/a", type: .f32)
    #expect(outcome.files > 1)
    #expect(try files("a").contains("model.safetensors.index.json"))
    let truth = try logits(model, adapter)
    #expect(relativeError(try logits(open("a")), truth) < 1e-5)
    try save(model, nil, "a", .f32)
    #expect(try !files("a").contains { $0.contains("-of-") || $0.contains("index") })
    #expect(relativeError(try logits(open("a")), try logits(model)) < 1e-5)
  }

  @Test func whatIsSavedIsWhatTheSessionComputesWith() throws {
    for precision in [WeightPrecision.q8, .bf16, .nf4] {
      let model = try GemmaModel(
        ModelFile.open(path: Fixtures.folder + "/tiny/gemma2-64"), precision: precision, device: device)
      try save(model, nil, "a", .f32)
      #expect(relativeError(try logits(open("a")), try logits(model)) < 1e-6, "\(precision)")
    }
  }

  @Test func filesOfOthersStayInTheFolder() throws {
    let (model, _) = try load("gemma3")
    let manager = FileManager.default
    try manager.createDirectory(atPath: folder + "/a", withIntermediateDirectories: true)
    let others = ["generation_config.json", "chat_template.jinja", "model-notes.safetensors", "notes.txt"]
    for name in others { try Data("{}".utf8).write(to: URL(fileURLWithPath: folder + "/a/" + name)) }
    try save(model, nil, "a", .f32)
    #expect(try Set(files("a")).isSuperset(of: others + ["model.safetensors", "config.json"]))
    // Readers would take another program's one file for the shards beside it.
    try Data("{}".utf8).write(to: URL(fileURLWithPath: folder + "/a/model.safetensors"))
    var saver = ModelSaver(model, adapter: nil, device: device)
    saver.shardBytes = 200_000
    #expect(throws: GemmaError.self) { try saver.save(to: folder + "/a", type: .f32) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/a/model.safetensors")) == Data("{}".utf8))
  }

  @Test func aMergedModelIsTheModelWithItsAdapterAndIsSavedOnce() throws {
    for (name, path) in Self.adapters {
      let (model, loaded) = try load(name, path)
      guard let adapter = loaded else { continue }
      let truth = try logits(model, adapter)
      let merged = try model.merging(adapter, device: device)
      #expect(relativeError(try logits(merged), truth) < 1e-5)
      #expect(merged.isMerged && !model.isMerged)
      try save(merged, nil, "merged.gguf", .f32)
      try save(model, adapter, "folded.gguf", .f32)
      #expect(
        FileManager.default.contentsEqual(
          atPath: folder + "/merged.gguf", andPath: folder + "/folded.gguf"))
      let small = try model.merging(adapter, precision: .bf16, device: device)
      #expect(relativeError(try logits(small), truth) < 0.05)
      #expect(small.projectionBytes <= merged.projectionBytes)
    }
  }

  @Test func weightsInFourBitsAreSavedWithoutTheirQuantisation() throws {
    let (model, adapter) = try load("gemma2-nf4", "gemma2-nf4/adapter")
    try save(model, adapter, "a", .f32)
    let config = try String(contentsOfFile: folder + "/a/config.json", encoding: .utf8)
    #expect(!config.contains("quantization_config") && config.contains("\"dtype\" : \"float32\""))
    #expect(config.contains("\"final_logit_softcapping\" : 30.0"))
    #expect(relativeError(try logits(open("a")), try logits(model, adapter)) < 1e-5)
  }

  @Test func theLoadedModelIsNotWrittenOver() throws {
    let (model, _) = try load("gemma2")
    try save(model, nil, "a.gguf")
    try save(model, nil, "a")
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/link.gguf", withDestinationPath: folder + "/a.gguf")
    for (source, target) in [("a.gguf", "a.gguf"), ("a.gguf", "link.gguf"), ("a", "a"), ("a", "../a")] {
      let loaded = try open(source)
      let path = target == "../a" ? folder + "/a/../a" : folder + "/" + target
      #expect(throws: GemmaError.self, "\(target)") {
        try ModelSaver(loaded, adapter: nil, device: device).save(to: path)
      }
    }
    #expect(throws: GemmaError.self) { try save(model, nil, "b", .q8) }
    #expect(try files("") == ["a", "a.gguf", "link.gguf"])
  }
}

/// Disks that fail, and adapters as GGUF.
extension SaveModelTests {
  @Test func aFullDiskOrAnUnwritablePlaceLeavesNothing() throws {
    let (model, adapter) = try load("gemma2", "gemma2/adapter")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // What is written to the temporary name goes to a disk that is always full.
    let path = folder + "/full.gguf"
    try Data("old".utf8).write(to: URL(fileURLWithPath: path))
    let temporary = path + ".tmp-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createSymbolicLink(atPath: temporary, withDestinationPath: "/dev/full")
    do {
      try save(model, adapter, "full.gguf")
      Issue.record("no error")
    } catch GemmaError.inputOutput(let found, let reason) {
      #expect(found == path && reason.contains("No space"))
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("old".utf8))
    #expect(try files("") == ["full.gguf"])
    // A folder cannot be where a file is, nor in /proc.
    for place in [path + "/a", path + "/a.gguf", "/proc/gnb/a", "/proc/gnb.gguf"] {
      #expect(throws: GemmaError.self, "\(place)") {
        try ModelSaver(model, adapter: nil, device: device).save(to: place)
      }
    }
    #expect(throws: GemmaError.self) {
      try ModelSaver(model, adapter: nil, device: device).save(to: path, format: .safetensors)
    }
    // Stopped half way.
    var told = 0
    let stopped = ModelSaver(model, adapter: nil, device: device) { _, _ in
      told += 1
      if told == 20 { throw GemmaError.interrupted }
    }
    #expect(throws: GemmaError.interrupted) { try stopped.save(to: folder + "/b.gguf") }
    told = 0
    #expect(throws: GemmaError.interrupted) { try stopped.save(to: folder + "/b") }
    #expect(try files("") == ["full.gguf"])
  }

  @Test(arguments: adapters.dropLast()) func aGGUFAdapterMultipliesAsTheAdapterDoes(
    _ name: String, _ path: String
  ) throws {
    let (model, loaded) = try load(name, path)
    guard let adapter = loaded else { return }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try adapter.saveGGUF(path: folder + "/a.gguf", model: model)
    let file = try GGUFFile(path: folder + "/a.gguf")
    #expect(file.string("general.type") == "adapter" && file.string("adapter.type") == "lora")
    #expect(file.string("general.architecture") == name && file.tensorNames.count == 2 * adapter.slots.count)
    let alpha = Float(file.number("adapter.lora.alpha") ?? 0)
    // The tiny Gemma 2 divides by sqrt(24), which GGUF cannot say: its queries make up for it, in base and adapter alike.
    let factors: [String: Float] = ["gemma2": (16.0 / 24).squareRoot()]
    for (slot, names) in zip(
      adapter.slots, stride(from: 0, to: file.tensorNames.count, by: 2).map { file.tensorNames[$0...$0 + 1] })
    {
      let views = names.compactMap(file.tensor)
      #expect(views.map(\.shape) == [[slot.rank, slot.inputs], [slot.outputs, slot.rank]])
      let factor = slot.projection == .query ? factors[name] ?? 1 : 1
      let b = values(views[1])
      #expect(values(views[0]) == (0..<slot.rank * slot.inputs).map { adapter.a(slot)[$0] })
      for o in 0..<slot.outputs {
        for r in 0..<slot.rank {
          let theirs = alpha / Float(slot.rank) * b[o * slot.rank + r]
          let ours = factor * slot.scale * adapter.b(slot)[r * slot.outputs + o]
          #expect(abs(theirs - ours) <= 1e-6 * abs(ours))
        }
      }
    }
  }

  private func values(_ view: TensorView) -> [Float] {
    var values = [Float](repeating: 0, count: view.count)
    if let base = view.bytes.baseAddress {
      view.type.dequantize(from: base, into: &values, count: view.count)
    }
    return values
  }

  @Test func aDoRAAdapterIsRefusedAsGGUF() throws {
    let (model, adapter) = try load("gemma2", "adapters/dora/adapter")
    do {
      try adapter?.saveGGUF(path: "/nonexistent/a.gguf", model: model)
      Issue.record("no error")
    } catch GemmaError.unsupported(_, let feature) {
      #expect(feature.contains("DoRA") && feature.contains("save model"))
    }
  }
}
