import Foundation
import Gemma
import Testing

@Suite struct FileTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "gnb-files-\(UUID().uuidString)"
  ).path

  private func write(_ name: String, _ data: Data) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = folder + "/" + name
    try data.write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func everyStoredTypeDecodesAsTheReferenceDoes() throws {
    let rows = try Fixtures.json("dequantize/expected.json")["rows"] as? [[String: Any]] ?? []
    #expect(rows.count == 14)
    for row in rows {
      let name = row["name"] as? String ?? ""
      let bytes = Fixtures.bytes(row["bytes"])
      let expected = (row["bits"] as? [NSNumber] ?? []).map(\.uint32Value)
      guard let type = ElementType.of(number: row["type"] as? Int ?? -1) else {
        Issue.record("\(name) is missing")
        continue
      }
      #expect(type.name == name && type.bytes(count: expected.count) == bytes.count)
      var values = [Float](repeating: 0, count: expected.count)
      // One byte off, as in a file: nothing may assume alignment.
      ([0] + bytes).withUnsafeBytes { source in
        if let base = source.baseAddress {
          type.dequantize(from: base + 1, into: &values, count: values.count)
        }
      }
      #expect(values.map { $0 == 0 ? 0 : $0.bitPattern } == expected.map { $0 << 1 == 0 ? 0 : $0 }, "\(name)")
    }
  }

  /// A valid little GGUF file: two keys and one tensor.
  private var gguf: Data {
    var data = Data("GGUF".utf8)
    func put<T: FixedWidthInteger>(_ value: T) {
      withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
    }
    func put(_ text: String) {
      put(UInt64(text.utf8.count))
      data.append(Data(text.utf8))
    }
    put(UInt32(3))
    put(UInt64(1))
    put(UInt64(2))
    put("general.name")
    put(UInt32(8))
    put("tiny")
    put("list")
    put(UInt32(9))
    put(UInt32(8))
    put(UInt64(2))
    put("a")
    put("bc")
    put("weight")
    put(UInt32(2))
    put(UInt64(4))
    put(UInt64(3))
    put(UInt32(0))
    put(UInt64(0))
    while data.count % 32 != 0 { data.append(0) }
    data.append(Data(count: 48))
    return data
  }

  @Test func aGGUFFileIsReadAndEveryTruncationIsAnError() throws {
    let whole = gguf
    let file = try GGUFFile(path: write("whole.gguf", whole))
    #expect(file.string("general.name") == "tiny")
    #expect(file.tensor("weight")?.shape == [3, 4])
    for count in 0..<whole.count {
      #expect(throws: GemmaError.self, "\(count) bytes") {
        try GGUFFile(path: write("cut.gguf", whole.prefix(count)))
      }
    }
  }

  /// Damages bytes in many ways: whatever comes, it is an error or a file, never a crash and never much memory.
  private func damage(_ data: Data, header: Int, _ open: (String) throws -> Void) throws {
    let random = Philox(seed: 3, purpose: .test)
    for trial in 0..<1500 {
      var copy = data
      for k in 0..<(1 + trial % 3) {
        let bits = random.bits(at: UInt64(trial * 4 + k))
        copy[Int(bits >> 8) % header] = [0, 0xFF, 0x7F, 0x80, UInt8(truncatingIfNeeded: bits)][Int(bits) % 5]
      }
      try? open(write("damaged", copy))
    }
  }

  @Test func damagedGGUFFilesNeverCrash() throws {
    try damage(gguf, header: gguf.count) { _ = try GGUFFile(path: $0) }
  }

  @Test func damagedSafetensorsNeverCrash() throws {
    let whole = try Data(
      contentsOf: URL(fileURLWithPath: Fixtures.folder + "/tiny/gemma2/gradients_all.safetensors"))
    try damage(whole, header: 3000) { _ = try SafetensorsFile(path: $0) }
    for count in stride(from: 0, to: whole.count, by: 997) {
      #expect(throws: GemmaError.self, "\(count) bytes") {
        try SafetensorsFile(path: write("cut.safetensors", whole.prefix(count)))
      }
    }
  }

  @Test func damagedTokenizersNeverCrash() throws {
    let model = try Data(
      contentsOf: URL(fileURLWithPath: Fixtures.folder + "/tiny/tokenizer/tokenizer.model"))
    try damage(model, header: model.count) { _ = try Tokenizer(sentencePieceModel: $0).encode("a b角<0x0A>") }
    let json = try Data(
      contentsOf: URL(fileURLWithPath: Fixtures.folder + "/tiny/tokenizer/tokenizer.json"))
    try damage(json, header: json.count) { _ = try Tokenizer(tokenizerJSON: $0).encode("a b角<0x0A>") }
    for count in stride(from: 0, to: json.count - 1, by: 211) {
      #expect(throws: GemmaError.self, "\(count) bytes") {
        try Tokenizer(tokenizerJSON: write("cut.json", json.prefix(count)))
      }
    }
  }

  @Test func aModelWithoutATensorOrOfAnotherShapeNamesIt() throws {
    let source = Fixtures.folder + "/tiny/gemma3"
    let path = folder + "/model"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: source, toPath: path)
    let config = try String(contentsOfFile: path + "/config.json", encoding: .utf8)
    let wider = config.replacingOccurrences(
      of: #""intermediate_size": \d+"#, with: #""intermediate_size": 80"#, options: .regularExpression)
    #expect(wider != config)
    try wider.write(toFile: path + "/config.json", atomically: true, encoding: .utf8)
    let device = CPU(threads: 1)
    do {
      _ = try GemmaModel(ModelFile.open(path: path), device: device)
      Issue.record("no error")
    } catch GemmaError.malformed(_, let location, let expected, _) {
      #expect(location.contains("mlp.gate_proj") && expected.contains("80"))
    }
    try config.replacingOccurrences(of: "gemma3_text", with: "llama")
      .write(toFile: path + "/config.json", atomically: true, encoding: .utf8)
    #expect(throws: GemmaError.self) { try ModelFile.open(path: path) }
  }

  @Test func sixteenBitAndShardedFoldersGiveTheReferencesLogits() throws {
    let device = CPU(threads: 2)
    for name in ["gemma2-f16", "gemma3-bf16-sharded"] {
      let expected = try Fixtures.json("tiny/\(name)/expected.json")
      // These folders bring no tokenizer; the tiny models' serves.
      let path = folder + "/" + name
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: Fixtures.folder + "/tiny/" + name, toPath: path)
      try? FileManager.default.copyItem(
        atPath: Fixtures.folder + "/tiny/tokenizer/tokenizer.model", toPath: path + "/tokenizer.model")
      for precision in [WeightPrecision.auto, .f32] {
        let model = try GemmaModel(ModelFile.open(path: path), precision: precision, device: device)
        try expectHeadRowsAreTheFiles(model, device: device)
        let ids = try Fixtures.ids(expected["input_ids"])[0]
        let logits = try model.logits(of: ids, adapter: nil, device: device)
        let last = (0..<logits.columns).map { Double(logits.row(logits.rows - 1)[$0]) }
        #expect(
          relativeError(last, expected["logits_first_last"] as? [Double] ?? []) < 1e-5, "\(name) \(precision)"
        )
      }
    }
  }

  @Test func anAdapterSavedAndLoadedIsTheSameAndItsFilesTheSameBytes() throws {
    let device = CPU(threads: 1)
    let model = try Fixtures.model("gemma3", device: device)
    let adapter = try Adapter.load(
      path: Fixtures.folder + "/tiny/gemma3/adapter", model: model, device: device)
    try adapter.save(path: folder + "/a", baseModel: "tiny")
    let again = try Adapter.load(path: folder + "/a", model: model, device: device)
    #expect(again.parameters.values == adapter.parameters.values)
    try again.save(path: folder + "/b", baseModel: "tiny")
    for name in ["adapter_config.json", "adapter_model.safetensors"] {
      #expect(
        FileManager.default.contentsEqual(atPath: folder + "/a/" + name, andPath: folder + "/b/" + name))
    }
    let gemma2 = try Fixtures.model("gemma2", device: device)
    #expect(throws: GemmaError.self) {
      try Adapter.load(path: folder + "/a", model: gemma2, device: device)
    }
  }

  @Test func theHashIsSHA256() {
    for (text, digest) in [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ] {
      var hash = SHA256()
      hash.update(text)
      #expect(hash.finish() == digest)
    }
  }
}
