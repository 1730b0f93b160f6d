import Foundation
import Gemma
import Testing

/// Hugging Face folders one step beside the ones that everybody has: the reference's numbers, or a refusal that names the reason.
@Suite struct HubFolderTests {
  let device = CPU(threads: 1)

  @Test func everySpellingOfAConfigurationGivesTheReferencesNumbers() throws {
    let fixture = try Fixtures.json("formats/variants.json")
    let ids = (fixture["ids"] as? [Int] ?? []).map(Int32.init)
    let variants = fixture["variants"] as? [[String: Any]] ?? []
    #expect(variants.count == 20)
    for variant in variants {
      let name = variant["name"] as? String ?? ""
      let folder = try ModelFolder(variant["base"] as? String ?? "")
      defer { folder.remove() }
      try folder.configure(
        set: variant["set"] as? [String: Any] ?? [:], remove: variant["remove"] as? [String] ?? [])
      let added = variant["add"] as? [String] ?? []
      if !added.isEmpty {
        let hidden = try folder.hiddenSize()
        try folder.rewrite(add: added.map { ($0, [320, hidden]) })
      }
      let truth = variant["logprobs"] as? [Double] ?? []
      let model = try GemmaModel(ModelFile.open(path: folder.path), device: device)
      #expect(relativeError(try model.logprobs(of: ids, device: device), truth) < 1e-5, "\(name)")
      // What is saved is what was read, in both formats where GGUF can say it.
      for place in [folder.path + "-saved", folder.path + "-saved.gguf"] {
        defer { try? FileManager.default.removeItem(atPath: place) }
        do {
          _ = try ModelSaver(model, adapter: nil, device: device).save(to: place, type: .f32)
        } catch GemmaError.unsupported where place.hasSuffix("gguf") && Self.beyondGGUF.contains(name) {
          continue
        }
        let again = try GemmaModel(ModelFile.open(path: place), device: device)
        #expect(
          relativeError(try again.logprobs(of: ids, device: device), truth) < 1e-5, "\(name), \(place)")
      }
    }
  }

  private static let beyondGGUF: Set<String> = [
    "gemma2 with null soft caps", "gemma3 scaled in both kinds of layer",
  ]

  private static var refusals: [(String, [String: Any], [String])] {
    [
      ("gemma2", ["hidden_activation": "gelu"], ["hidden_activation gelu"]),
      ("gemma3", ["use_bidirectional_attention": true], ["use_bidirectional_attention"]),
      ("gemma2", ["use_bidirectional_attention": "all"], ["use_bidirectional_attention"]),
      ("gemma2", ["attention_bias": true], ["attention_bias"]),
      ("gemma2", ["attention_dropout": 0.1], ["attention_dropout"]),
      ("gemma2", ["rope_parameters": ["rope_type": "yarn", "factor": 4.0, "rope_theta": 1e4]], ["yarn"]),
      ("gemma2", ["rope_parameters": ["rope_type": "dynamic", "factor": 4.0]], ["dynamic"]),
      ("gemma2", ["rope_parameters": ["rope_type": "linear"]], ["factor"]),
      ("gemma2", ["rope_parameters": ["rope_type": "default", "low_freq_factor": 2.0]], ["low_freq_factor"]),
      ("gemma2", ["rope_scaling": ["type": "longrope", "factor": 4.0]], ["longrope"]),
      ("gemma3", ["rope_parameters": ["rope_type": "default", "rope_theta": 1e6]], ["rope_t"]),
      ("gemma2", ["partial_rotary_factor": 0.5], ["partial_rotary_factor"]),
      ("gemma2", ["residual_multiplier": 0.5, "zebra": 1], ["residual_multiplier and 1 more"]),
      ("gemma2", ["architectures": ["Gemma2ForSequenceClassification"]], ["Gemma2ForSequenceClassification"]),
      ("gemma2", ["model_type": "gemma"], ["model_type gemma;"]),
      ("gemma2", ["model_type": "gemma3n_text"], ["gemma3n_text"]),
      ("gemma2", ["tie_word_embeddings": false], ["lm_head.weight", "tie_word_embeddings is false"]),
      ("gemma2", ["layer_types": ["full_attention"]], ["layer_types", "4 entries"]),
      ("gemma2", ["sliding_window": NSNull()], ["sliding_window"]),
      ("gemma2", ["num_hidden_layers": 1 << 40], ["num_hidden_layers"]),
      ("gemma2", ["num_attention_heads": true], ["num_attention_heads"]),
      ("gemma2", ["quantization_config": ["quant_method": "gptq", "bits": 4]], ["GPTQ"]),
      ("gemma2", ["quantization_config": ["quant_method": "awq"]], ["AWQ"]),
      ("gemma2", ["quantization_config": ["quant_method": "fp8"]], ["FP8"]),
      (
        "gemma2",
        ["quantization_config": ["quant_method": "compressed-tensors", "format": "float-quantized"]],
        ["FP8"]
      ),
      (
        "gemma2", ["quantization_config": ["quant_method": "bitsandbytes", "load_in_8bit": true]],
        ["LLM.int8"]
      ),
      ("gemma2", ["quantization_config": ["quant_method": "hqq"]], ["hqq"]),
      ("gemma2", ["quantization": ["group_size": 64, "bits": 4]], ["MLX"]),
    ]
  }

  @Test func whatWouldNeedOtherArithmeticIsRefusedByName() throws {
    for (base, change, expected) in Self.refusals {
      let folder = try ModelFolder(base)
      defer { folder.remove() }
      try folder.configure(set: change)
      let found = words { _ = try ModelFile.open(path: folder.path) }
      for word in expected { #expect(found.contains(word), "\(change): \(found)") }
    }
  }

  @Test func notesOfOtherLibrariesChangeNothing() throws {
    let folder = try ModelFolder("gemma3")
    defer { folder.remove() }
    let plain = try ModelFile.open(path: folder.path).config
    try folder.configure(set: [
      "_name_or_path": "x", "unsloth_version": "2025.1", "unsloth_fixed": true, "transformers_version": "9",
      "id2label": ["0": "a"], "auto_map": [String: Any](), "eos_token_id": [1, 106], "some_new_switch": false,
      "mm_tokens_per_image": 256,
    ])
    #expect(try ModelFile.open(path: folder.path).config == plain)
  }

  @Test func tensorsThatNobodyReadsAreRefusedByNameAndHarmlessOnesAreNot() throws {
    let folder = try ModelFolder("gemma3")
    defer { folder.remove() }
    for name in [
      "model.layers.0.self_attn.q_proj.bias", "score.weight", "model.layers.7.input_layernorm.weight",
      "model.layers.0.mlp.experts.weight", "vision_model_like.weight",
    ] {
      try folder.rewrite(add: [(name, [3])])
      #expect(words { _ = try ModelFile.open(path: folder.path) }.contains("the tensor \(name)"))
      try folder.rewrite(rename: { $0 == name ? nil : $0 })
    }
    try folder.rewrite(add: [
      ("vision_tower.encoder.layers.0.self_attn.q_proj.weight", [3]), ("multi_modal_projector.norm", [3]),
      ("model.vision_tower.layers.0.weight", [3]), ("model.layers.0.self_attn.rotary_emb.inv_freq", [8]),
    ])
    _ = try ModelFile.open(path: folder.path)
    try folder.rewrite(rename: { $0 == "model.layers.3.mlp.up_proj.weight" ? nil : $0 })
    #expect(words { _ = try ModelFile.open(path: folder.path) }.contains("model.layers.3.mlp.up_proj.weight"))
  }

  @Test(arguments: ["language_model.model.", "model.language_model.", "base_model.model.model.", ""])
  func namesOfTheDecoderMayBeginOtherwise(_ prefix: String) throws {
    let folder = try ModelFolder("gemma3")
    defer { folder.remove() }
    let truth = try GemmaModel(ModelFile.open(path: folder.path), device: device)
    try folder.rewrite { prefix + $0.dropFirst("model.".count) }
    let model = try GemmaModel(ModelFile.open(path: folder.path), device: device)
    let ids: [Int32] = [2, 40, 41, 7]
    #expect(try model.logprobs(of: ids, device: device) == truth.logprobs(of: ids, device: device))
  }

  @Test func oneFileWinsOverAnOlderIndexAndAnIndexThatLiesIsNamed() throws {
    let folder = try ModelFolder("gemma3-bf16-sharded")
    defer { folder.remove() }
    let index = folder.path + "/model.safetensors.index.json"
    try folder.edit("model.safetensors.index.json") { json in
      var map = json["weight_map"] as? [String: String] ?? [:]
      map["model.norm.weight"] = map.values.first { $0 != map["model.norm.weight"] }
      json["weight_map"] = map
    }
    let found = words { _ = try ModelFile.open(path: folder.path) }
    #expect(found.contains("model.safetensors.index.json") && found.contains("model.norm.weight"))
    try FileManager.default.removeItem(atPath: index)
    #expect(words { _ = try ModelFile.open(path: folder.path) }.contains("index.json"))
    try Data("{\"weight_map\": {\"a\": \"gone.safetensors\"}}".utf8).write(to: URL(fileURLWithPath: index))
    #expect(words { _ = try ModelFile.open(path: folder.path) }.contains("gone.safetensors"))
    try FileManager.default.copyItem(
      atPath: Fixtures.folder + "/tiny/gemma3/model.safetensors", toPath: folder.path + "/model.safetensors")
    _ = try ModelFile.open(path: folder.path)
  }

  @Test func whatIsNoModelIsCalledByItsName() throws {
    let folder = try ModelFolder("gemma2")
    defer { folder.remove() }
    func open(_ path: String? = nil) -> String { words { _ = try ModelFile.open(path: path ?? folder.path) } }
    let weights = folder.path + "/model.safetensors"
    #expect(open(weights).contains("give the folder"))
    for (contents, word) in [
      ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS pointer"),
      ("<!DOCTYPE html><html>", "a web page"), ("PK\u{3}\u{4}....", "zip archive"), ("", "an empty file"),
      ("PAR1....", "a Parquet file"), ("GGUF....", "a GGUF file"),
    ] {
      try folder.write("model.safetensors", contents)
      #expect(open().contains(word), "\(word): \(open())")
      try folder.write("x.gguf", contents)
      if word != "a GGUF file" { #expect(open(folder.path + "/x.gguf").contains(word)) }
    }
    try FileManager.default.removeItem(atPath: folder.path + "/x.gguf")
    try FileManager.default.removeItem(atPath: weights)
    try folder.write("pytorch_model.bin", "PK")
    #expect(open().contains("pytorch_model.bin") && open().contains("safe_serialization"))
    try FileManager.default.removeItem(atPath: folder.path + "/config.json")
    #expect(open().contains("config.json"))
    try folder.write("m.gguf", "")
    #expect(open().contains("load model \(folder.path)/m.gguf"))
    try folder.write("adapter_config.json", "{}")
    #expect(open().contains("a LoRA adapter") && open().contains("load adapter"))
  }
}
