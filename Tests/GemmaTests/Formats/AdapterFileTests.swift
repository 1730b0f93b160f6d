import Foundation
import Gemma
import Testing

/// Adapter files of every kind that PEFT and other tools write: computed with as PEFT does, or refused by name.
@Suite struct AdapterFileTests {
  private static let files = Fixtures.folder + "/tiny/adapter-files"
  static let names = [
    "plain", "layers-pattern", "one-layer", "excluded-names", "excluded-expression", "all-linear",
    "dotted-patterns", "gaussian", "orthogonal", "f64", "f16", "bf16", "default-names", "magnitude-weight",
    "embedding-along", "vision-tower", "vision-all-linear", "multimodal-patterns", "multimodal-old-names",
    "f32.gguf", "f16.gguf", "bf16-no-alpha.gguf",
  ]
  let device = CPU(threads: 1)
  private let scratch = FileManager.default.temporaryDirectory.appendingPathComponent(
    "gnb-adapter-files-\(UUID().uuidString)"
  ).path

  private func open(_ name: String) throws -> (model: GemmaModel, stored: StoredAdapter, truth: [Double]) {
    let expected = try Fixtures.json("tiny/adapter-files/expected.json")
    let entry = try #require(expected[name] as? [String: Any])
    let model = try Fixtures.model(try #require(entry["base"] as? String), device: device)
    return (
      model, try StoredAdapter.open(path: Self.files + "/" + name, for: model.file),
      try #require(entry["logits"] as? [Double])
    )
  }

  private func logits(_ model: GemmaModel, _ stored: StoredAdapter) throws -> [Double] {
    let ids = try Fixtures.json("tiny/adapter-files/expected.json")["ids"] as? [Int] ?? []
    let logits = try model.logits(
      of: ids.map(Int32.init), adapter: Adapter(stored, model: model, device: device), device: device)
    return (0..<logits.columns).map { Double(logits.row(logits.rows - 1)[$0]) }
  }

  private func other(_ error: GemmaError?, _ location: SourceLocation = #_sourceLocation) {
    Issue.record("another error: \(String(describing: error))", sourceLocation: location)
  }

  @Test(arguments: names) func logitsAreThoseOfPEFT(_ name: String) throws {
    let (model, stored, truth) = try open(name)
    #expect(relativeError(try logits(model, stored), truth) < 1e-5)
  }

  @Test(arguments: names) func whatWasReadIsWrittenAndReadAgain(_ name: String) throws {
    let (model, stored, truth) = try open(name)
    let adapter = Adapter(stored, model: model, device: device)
    try adapter.save(path: scratch + "/a", baseModel: "google/tiny")
    let again = try StoredAdapter.open(path: scratch + "/a", for: model.file)
    #expect(again.config == stored.config && again.baseModel == "google/tiny")
    #expect(relativeError(try logits(model, again), truth) < 1e-5)
    guard !adapter.config.dora else { return }
    try adapter.saveGGUF(path: scratch + "/a.gguf", model: model)
    // Over the folder that it came from, and over the model as GGUF, where the queries have another scale.
    for base in [model, try asGGUF(model)] {
      let again = try StoredAdapter.open(path: scratch + "/a.gguf", for: base.file)
      #expect(relativeError(try logits(base, again), truth) < 1e-5)
    }
  }

  private func asGGUF(_ model: GemmaModel) throws -> GemmaModel {
    let path = scratch + "/model.gguf"
    _ = try ModelSaver(model, adapter: nil, device: device).save(to: path, type: .f32)
    return try GemmaModel(ModelFile.open(path: path), device: device)
  }

  @Test(arguments: [("plain", 0), ("vision-tower", 4), ("vision-all-linear", 24), ("multimodal-patterns", 0)])
  func tensorsOfTheVisionTowerAreCounted(_ name: String, _ count: Int) throws {
    let stored = try open(name).stored
    #expect(stored.visionTensors == count)
    #expect(stored.factors.allSatisfy { $0.a.count > 0 } && stored.factors.count >= 7)
  }

  // MARK: Settings

  /// A copy of an adapter with its configuration changed and its tensors renamed; nil leaves a tensor out.
  private func copy(
    _ name: String = "plain", _ changes: [(String, String)] = [], rename: (String) -> String? = { $0 }
  ) throws -> String {
    let path = scratch + "/" + name
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: Self.files + "/" + name, toPath: path)
    var config = try String(contentsOfFile: path + "/adapter_config.json", encoding: .utf8)
    for (old, new) in changes {
      #expect(config.contains(old), "\(old) is in the file")
      config = config.replacingOccurrences(of: old, with: new)
    }
    try config.write(toFile: path + "/adapter_config.json", atomically: true, encoding: .utf8)
    let file = try SafetensorsFile(path: path + "/adapter_model.safetensors")
    let tensors = try file.tensorNames.compactMap { old -> SafetensorsWriter.Tensor? in
      let view = try #require(file.tensor(old))
      guard let name = rename(old) else { return nil }
      return .init(
        name: name, shape: view.shape,
        values: view.bytes.withMemoryRebound(to: Float.self) { Array($0) })
    }
    try SafetensorsWriter.write(tensors, metadata: [:], to: path + "/adapter_model.safetensors")
    return path
  }

  @Test(arguments: [
    [(#""r": 2"#, #""r": 2.0"#), (#""lora_alpha": 4"#, #""lora_alpha": 4.0"#)],
    [(#""modules_to_save": null"#, #""modules_to_save": []"#)],
    [(#""exclude_modules": null"#, #""exclude_modules": []"#)],
    [(#""layers_to_transform": null"#, #""layers_to_transform": [0, 1, 2, 3]"#)],
    [(#""revision": null"#, #""revision": "main", "some_new_switch": false, "other": {}"#)],
    [(#""fan_in_fan_out": false"#, #""fan_in_fan_out": true"#)],
    [(#""init_lora_weights": true"#, #""init_lora_weights": "eva", "eva_config": {"rho": 2}"#)],
    [(#""rank_pattern": {}"#, #""rank_pattern": {"q_proj": 2, "up_proj": 9}"#)],
    [(#""alpha_pattern": {}"#, #""alpha_pattern": {"(?P<kind>[qv])_proj": 4}"#)],
  ]) func theseSettingsChangeNothing(_ changes: [(String, String)]) throws {
    let (model, _, truth) = try open("plain")
    let stored = try StoredAdapter.open(path: copy("plain", changes), for: model.file)
    #expect(relativeError(try logits(model, stored), truth) < 1e-5)
  }

  @Test(arguments: [
    (#""peft_type": "LORA""#, #""peft_type": "IA3""#, "peft_type IA3"),
    (#""revision": null"#, #""some_new_key": {"a": 1}"#, "some_new_key"),
    (#""modules_to_save": null"#, #""modules_to_save": ["lm_head"]"#, "modules_to_save (lm_head)"),
    (
      #""trainable_token_indices": null"#, #""trainable_token_indices": [5, 6]"#,
      "trainable_token_indices (5, 6)"
    ),
    (#""lora_bias": false"#, #""lora_bias": true"#, "lora_bias"),
    (#""bias": "none""#, #""bias": "lora_only""#, "bias lora_only"),
    (#""use_qalora": false"#, #""use_qalora": true"#, "use_qalora"),
    (#""use_bdlora": null"#, #""use_bdlora": {"nblocks": 2}"#, "use_bdlora"),
    (#""arrow_config": null"#, #""arrow_config": {"top_k": 1}"#, "arrow_config"),
    (#""layer_replication": null"#, #""layer_replication": [[0, 2]]"#, "layer_replication"),
    (#""target_parameters": null"#, #""target_parameters": ["x"]"#, "target_parameters"),
    (
      #""alora_invocation_tokens": null"#, #""alora_invocation_tokens": [7]"#, "alora_invocation_tokens"
    ),
    (#""init_lora_weights": true"#, #""init_lora_weights": "newest""#, "init_lora_weights newest"),
  ]) func settingsThatAskForMoreAreRefusedByName(_ old: String, _ new: String, _ words: String) throws {
    let (model, _, _) = try open("plain")
    let path = try copy("plain", [(old, new)])
    let error = #expect(throws: GemmaError.self) { try StoredAdapter.open(path: path, for: model.file) }
    guard case .unsupported(_, let feature)? = error else { return other(error) }
    #expect(feature.contains(words))
  }

  @Test(arguments: ["pissa", "pissa_niter_4", "olora", "corda", "lora_ga", "loftq"])
  func adaptersThatBeganByChangingTheBaseAreRefusedWithWhatToDo(_ start: String) throws {
    let (model, _, _) = try open("plain")
    let path = try copy("plain", [(#""init_lora_weights": true"#, "\"init_lora_weights\": \"\(start)\"")])
    try expectWrongKind(
      path, model, found: "init_lora_weights: \(start)",
      remedy: start == "loftq" ? "merge_and_unload" : "path_initial_model_for_weight_conversion")
  }

  @Test(arguments: [
    (#""r": 2"#, #""r": 0"#, "r"), (#""r": 2"#, #""r": 2.5"#, "r"), (#""r": 2"#, #""r": 4"#, "rank 4"),
    (#""lora_alpha": 4"#, #""lora_alpha": "much""#, "lora_alpha"),
    (#""use_dora": false"#, #""use_dora": "yes""#, "use_dora"),
    (#""use_dora": false"#, #""use_dora": true"#, "magnitudes"),
    (#""rank_pattern": {}"#, #""rank_pattern": {"q_proj": 5}"#, "rank 5"),
    (#""layers_to_transform": null"#, #""layers_to_transform": "all""#, "layers_to_transform"),
  ]) func settingsThatDoNotFitTheWeightsAreNamed(_ old: String, _ new: String, _ words: String) throws {
    let (model, _, _) = try open("plain")
    let path = try copy("plain", [(old, new)])
    let error = #expect(throws: GemmaError.self) { try StoredAdapter.open(path: path, for: model.file) }
    guard case .malformed(_, let location, let expected, _)? = error else {
      return other(error)
    }
    #expect((location + " " + expected).contains(words))
  }

  // MARK: Names

  @Test(arguments: [
    ("base_model.model.model.", "base_model.model.", nil as String?),
    ("base_model.model.model.", "base_model.model.model.language_model.", nil),
    ("base_model.model.model.", "base_model.model.language_model.model.", nil),
    ("base_model.model.model.", "model.", "begin with base_model.model."),
    (
      "base_model.model.model.", "base_model.model.model.audio_tower.", "seven projections of the text layers"
    ),
    ("base_model.model.model.", "base_model.model._orig_mod.model.", "seven projections of the text layers"),
    ("self_attn.q_proj", "cross_attn.q_proj", "seven projections of the text layers"),
    ("layers.0.self_attn.v_proj", "layers.00.self_attn.v_proj", "seven projections of the text layers"),
    ("model.layers.0.self_attn.v_proj", "embed_tokens", "neither the embedding nor the output matrix"),
    ("model.layers.0.self_attn.v_proj", "lm_head", "neither the embedding nor the output matrix"),
    ("lora_B.weight", "lora_B.bias", "lora_A, lora_B"), ("lora_A.weight", "lora_E.weight", "lora_A, lora_B"),
  ]) func namesAreTakenWhole(_ old: String, _ new: String, _ refusal: String?) throws {
    let (model, _, truth) = try open("plain")
    let path = try copy { $0.replacingOccurrences(of: old, with: new) }
    guard let refusal else {
      let stored = try StoredAdapter.open(path: path, for: model.file)
      return #expect(relativeError(try logits(model, stored), truth) < 1e-5)
    }
    let error = #expect(throws: GemmaError.self) { try StoredAdapter.open(path: path, for: model.file) }
    guard case .unsupported(_, let feature)? = error else { return other(error) }
    #expect(feature.contains(refusal) && feature.contains("tensor "))
  }

  @Test func anEmbeddingThatIsNotTheBasesIsRefused() throws {
    let (model, _, _) = try open("embedding-along")
    let path = try copy("embedding-along")
    let weights = path + "/adapter_model.safetensors"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: weights))
    let view = try #require(
      SafetensorsFile(path: weights).tensor("base_model.model.model.embed_tokens.weight"))
    #expect(view.shape == [320, 48])
    // Tensors lie in the order of their names: the embedding is the first.
    let header = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    bytes[8 + header + 3] ^= 1
    try bytes.write(to: URL(fileURLWithPath: weights))
    #expect(throws: GemmaError.self) { try StoredAdapter.open(path: path, for: model.file) }
  }

  // MARK: Other things than an adapter for this model

  private func expectWrongKind(
    _ path: String, _ model: GemmaModel, found words: String, remedy todo: String,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let error = #expect(throws: GemmaError.self, sourceLocation: location) {
      try StoredAdapter.open(path: path, for: model.file)
    }
    guard case .wrongKind(_, _, let found, let remedy)? = error else {
      return other(error, location)
    }
    #expect(found.contains(words), sourceLocation: location)
    #expect(remedy?.contains(todo) == true, "\(remedy ?? "no remedy")", sourceLocation: location)
  }

  @Test func anAdapterOfAnotherModelIsNamedWithItsModel() throws {
    let plain = Self.files + "/plain"
    let gemma3 = try Fixtures.model("gemma3", device: device)
    try expectWrongKind(plain, gemma3, found: "google/gemma2", remedy: "load model google/gemma2")
    try expectWrongKind(
      Self.files + "/f16.gguf", gemma3, found: "architecture gemma2", remedy: "load model google/gemma2")
    let wide = try Fixtures.model("gemma2-64", device: device)
    try expectWrongKind(plain, wide, found: "google/gemma2", remedy: "load model google/gemma2")
    try expectWrongKind(Self.files + "/f16.gguf", wide, found: "google/gemma2", remedy: "load model")
    let (model, _, _) = try open("plain")
    try expectWrongKind(
      copy { $0.contains("layers.3.") ? nil : $0 }, model, found: "model.layers.3.", remedy: "load model")
    try expectWrongKind(
      copy { $0.replacingOccurrences(of: "layers.3.", with: "layers.9.") }, model, found: "layer 9",
      remedy: "load model")
    try expectWrongKind(
      copy(
        "plain",
        [(#""auto_mapping": null"#, #""auto_mapping": {"base_model_class": "Gemma3ForCausalLM"}"#)]),
      model, found: "trained on a Gemma3ForCausalLM", remedy: "load model")
  }

  @Test func whatIsGivenByMistakeIsNamedWithWhatToDo() throws {
    let (model, _, _) = try open("plain")
    let tiny = Fixtures.folder + "/tiny/gemma2"
    try expectWrongKind(tiny, model, found: "whole model", remedy: "load model")
    try expectWrongKind(
      Self.files + "/plain/adapter_model.safetensors", model, found: "weights of an adapter",
      remedy: "load adapter \(Self.files)/plain'")
    try expectWrongKind(
      Self.files + "/plain/adapter_config.json", model, found: "configuration", remedy: "load adapter")
    try expectWrongKind(tiny + "/model.safetensors", model, found: "without an adapter", remedy: "folder")
    try expectWrongKind(
      Self.files, model, found: "subfolders are adapters", remedy: "load adapter \(Self.files)/")
    _ = try asGGUF(model)
    try expectWrongKind(scratch + "/model.gguf", model, found: "a whole model", remedy: "load model")

    func folder(_ name: String, _ contents: [String: String]) throws -> String {
      let path = scratch + "/" + name
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for (file, text) in contents { try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + file)) }
      return path
    }
    let settings = try String(contentsOfFile: Self.files + "/plain/adapter_config.json", encoding: .utf8)
    for (name, contents, found, remedy) in [
      (
        "bin", ["adapter_config.json": settings, "adapter_model.bin": "PK\u{3}\u{4}"], "adapter_model.bin",
        "safe_serialization"
      ),
      (
        "mlx", ["adapter_config.json": #"{"fine_tune_type": "lora"}"#, "adapters.safetensors": ""], "MLX",
        "mlx_lm.fuse"
      ),
      (
        "mlx2", ["adapter_config.json": #"{"lora_parameters": {}}"#, "adapter_model.safetensors": ""], "MLX",
        "fuse"
      ),
      (
        "lfs",
        [
          "adapter_config.json": settings,
          "adapter_model.safetensors": "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 3\n",
        ], "Git LFS", "git lfs pull"
      ),
      ("other", ["README.md": ""], "without adapter_config.json", "adapter_config.json"),
      ("gguf", ["a.gguf": ""], "GGUF", "a.gguf"),
    ] as [(String, [String: String], String, String)] {
      try expectWrongKind(folder(name, contents), model, found: found, remedy: remedy)
    }
    let checkpoint = scratch + "/run.safetensors"
    try SafetensorsWriter.write([], metadata: ["gnb.checkpoint": "{}"], to: checkpoint)
    try expectWrongKind(
      checkpoint, model, found: "checkpoint of a training", remedy: "train resume=\(checkpoint)")
    #expect(throws: GemmaError.fileNotFound(path: scratch + "/nothing")) {
      try StoredAdapter.open(path: scratch + "/nothing", for: model.file)
    }
    let half = try folder("half", ["adapter_config.json": settings])
    #expect(throws: GemmaError.fileNotFound(path: half + "/adapter_model.safetensors")) {
      try StoredAdapter.open(path: half, for: model.file)
    }
  }

  @Test func aFileThatIsCutIsSaidToBeCut() throws {
    let (model, _, _) = try open("plain")
    let path = try copy()
    for file in [path + "/adapter_model.safetensors", scratch + "/f16.gguf"] {
      let source = file.hasSuffix("gguf") ? Self.files + "/f16.gguf" : file
      try Data(contentsOf: URL(fileURLWithPath: source)).dropLast(300).write(to: URL(fileURLWithPath: file))
      let error = #expect(throws: GemmaError.self) {
        try StoredAdapter.open(path: file.hasSuffix("gguf") ? file : path, for: model.file)
      }
      guard case .malformed(_, _, let expected, let found)? = error else {
        return other(error)
      }
      #expect((expected + found).contains("cut short"))
    }
  }

  // MARK: GGUF

  @Test(arguments: [
    ("lora.task_name", "loraZtask_name", "adapter.loraZtask_name"),
    ("attn_v.weight.lora_a", "attn_v.weight.lora_c", "attn_v.weight.lora_c"),
    ("blk.0.attn_v.weight", "blk.0.attn_w.weight", "blk.0.attn_w.weight"),
  ]) func aGGUFAdapterIsReadWholeOrRefusedByName(_ old: String, _ new: String, _ words: String) throws {
    let (model, _, _) = try open("f16.gguf")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: Self.files + "/f16.gguf"))
    while let range = bytes.range(of: Data(old.utf8)) { bytes.replaceSubrange(range, with: Data(new.utf8)) }
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    try bytes.write(to: URL(fileURLWithPath: scratch + "/changed.gguf"))
    let error = #expect(throws: GemmaError.self) {
      try StoredAdapter.open(path: scratch + "/changed.gguf", for: model.file)
    }
    guard case .unsupported(_, let feature)? = error else { return other(error) }
    #expect(feature.contains(words))
  }

  @Test func aControlVectorIsNamed() throws {
    let (model, _, _) = try open("f16.gguf")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: Self.files + "/f16.gguf"))
    let place = try #require(bytes.range(of: Data("general.architecture".utf8)))
    // The length and text of "gemma2" after the value's type, which is 4 bytes.
    let value = place.upperBound + 4
    var changed = bytes.prefix(upTo: value)
    changed += Data([13, 0, 0, 0, 0, 0, 0, 0]) + Data("controlvector".utf8) + bytes.suffix(from: value + 14)
    bytes = changed
    // What follows moves by 7 bytes; the tensors' places are counted from the next multiple of 32, and are not read.
    bytes += Data(count: 64)
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    try bytes.write(to: URL(fileURLWithPath: scratch + "/vector.gguf"))
    try expectWrongKind(scratch + "/vector.gguf", model, found: "control vector", remedy: "LoRA")
  }
}
