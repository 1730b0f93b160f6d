import Foundation
import Gemma
import Testing

/// Floats as stored types, against the gguf package, llama.cpp and bitsandbytes.
@Suite struct QuantisationTests {
  let device = CPU(threads: 2)

  @Test func simpleTypesAreWrittenAsTheReferenceWritesThem() throws {
    let expected = try Fixtures.json("dequantize/expected.json")
    let values = (expected["values"] as? [NSNumber] ?? []).map { Float(bitPattern: $0.uint32Value) }
    var seen = 0
    for row in expected["written"] as? [[String: Any]] ?? [] {
      let type = try #require(ElementType.of(number: row["type"] as? Int ?? -1))
      var bytes = [UInt8](repeating: 0, count: type.bytes(count: values.count))
      bytes.withUnsafeMutableBytes {
        if let base = $0.baseAddress { type.quantise(values, into: base, count: values.count) }
      }
      if row["bytes"] != nil {
        #expect(bytes == Fixtures.bytes(row["bytes"]), "\(type.name)")
      } else {
        // The K types search for their scales: ours must be as good as llama.cpp's.
        var decoded = [Float](repeating: 0, count: values.count)
        type.dequantize(from: bytes, into: &decoded, count: values.count)
        let squares = zip(decoded, values).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        let error = (squares / Double(values.count)).squareRoot()
        #expect(error <= 1.02 * (row["error"] as? Double ?? 0), "\(type.name) \(error)")
      }
      seen += 1
    }
    #expect(seen == 7)
  }

  @Test func nf4IsWhatBitsandbytesMakesOfTheSameWeights() throws {
    let source = try SafetensorsFile(path: Fixtures.folder + "/tiny/gemma2-64/model.safetensors")
    let stored = try SafetensorsFile(path: Fixtures.folder + "/tiny/gemma2-nf4/model.safetensors")
    var seen = 0
    for name in source.tensorNames where name.hasSuffix("_proj.weight") {
      let view = try #require(source.tensor(name))
      func part(_ suffix: String) throws -> [UInt8] {
        Array(try #require(stored.tensor(name + suffix)).bytes)
      }
      let json =
        try JSONSerialization.jsonObject(
          with: Data(part(".quant_state.bitsandbytes__nf4"))) as? [String: Any]
      let offset = Float(try #require(json?["nested_offset"] as? Double))
      // The mean depends on the order that torch sums in; ours is the exact sum's. All else is bit for bit.
      let own = NF4Scales(view, cpu: device)
      #expect(abs(own.offset - offset) <= 2 * offset.ulp, "\(name)")
      let scales = NF4Scales(view, offset: offset, cpu: device)
      #expect(scales.places == (try part(".absmax")), "\(name)")
      #expect(scales.groupAbsmax.withUnsafeBytes { Array($0) } == (try part(".nested_absmax")), "\(name)")
      var values = [Float](repeating: 0, count: view.count)
      view.type.dequantize(
        from: try #require(view.bytes.baseAddress), into: &values, count: values.count)
      var blocks = [UInt8](repeating: 0, count: ElementType.nf4.bytes(count: values.count))
      blocks.withUnsafeMutableBytes {
        if let base = $0.baseAddress {
          scales.quantise(values, firstRow: 0, rows: view.shape[0], into: base)
        }
      }
      let nibbles = stride(from: 0, to: blocks.count, by: 36).flatMap { blocks[$0 + 4..<$0 + 36] }
      #expect(nibbles == (try part("")), "\(name)")
      seen += 1
    }
    #expect(seen == 14)
  }

  @Test func aFolderInFourBitsTrainsAsTheReferenceDoesOnItsValues() throws {
    let folder = Fixtures.folder + "/tiny/gemma2-nf4"
    let expected = try Fixtures.json("tiny/gemma2-nf4/expected.json")
    let ids = try Fixtures.ids(expected["input_ids"])[0]
    let truth = (expected["logits_first_all"] as? [[Double]] ?? []).flatMap { $0 }
    for precision in [WeightPrecision.auto, .f32] {
      let model = try GemmaModel(ModelFile.open(path: folder), precision: precision, device: device)
      #expect(model.file.storedTypes == ["BF16", "NF4"])
      let logits = try model.logits(of: ids, adapter: nil, device: device).values.map(Double.init)
      #expect(relativeError(logits, truth) < 1e-5)
      let adapter = try Adapter.load(path: folder + "/adapter", model: model, device: device)
      let training = expected["training"] as? [String: Any] ?? [:]
      let trainer = try Trainer(
        model: model, adapter: adapter, examples: Fixtures.examples(expected),
        config: TrainingConfig(training),
        device: device)
      let (loss, gradients) = try trainer.lossAndGradients(Fixtures.examples(expected))
      #expect(abs(loss - (expected["loss_response"] as? Double ?? 0)) < 1e-5 * loss)
      try expectGradients(
        gradients, of: adapter, model: model, folder: folder, file: "gradients_response", device)
      try expectSteps(trainer, training)
    }
  }

  /// What `precision=` makes of bf16 weights: the same logits as the folder that has them so, or close.
  @Test(arguments: [(WeightPrecision.nf4, 1e-4), (.bf16, 1e-6), (.q8, 0.1)])
  func aPrecisionRoundsTheWeightsAtLoad(_ precision: WeightPrecision, _ tolerance: Double) throws {
    let source = Fixtures.folder + "/tiny/gemma2-64"
    let reference = precision == .nf4 ? Fixtures.folder + "/tiny/gemma2-nf4" : source
    let ids = try Fixtures.ids(Fixtures.json("tiny/gemma2-nf4/expected.json")["input_ids"])[0]
    let rounded = try GemmaModel(ModelFile.open(path: source), precision: precision, device: device)
    let truth = try GemmaModel(ModelFile.open(path: reference), precision: .f32, device: device)
    func logits(_ model: GemmaModel) throws -> [Double] {
      try model.logits(of: ids, adapter: nil, device: device).values.map(Double.init)
    }
    let difference = relativeError(try logits(rounded), try logits(truth))
    #expect(difference < tolerance && (precision != .q8 || difference > 0), "\(difference)")
  }

  @Test func aBrokenQuantisationNamesThePart() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-nf4-\(UUID().uuidString)")
      .path
    try FileManager.default.copyItem(atPath: Fixtures.folder + "/tiny/gemma2-nf4", toPath: folder)
    let path = folder + "/model.safetensors"
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for (from, to) in [
      (".nested_absmax", ".nested_absmix"), (".quant_map", ".quant_mop"),
      ("bitsandbytes__nf4", "bitsandbytes__fp4"),
      ("\"blocksize\": 64", "\"blocksize\": 32"), ("\"blocksize\": 64", "\"blockfize\": 64"),
    ] {
      var broken = whole
      while let range = broken.range(of: Data(from.utf8)) {
        broken.replaceSubrange(range, with: Data(to.utf8))
      }
      try broken.write(to: URL(fileURLWithPath: path))
      #expect(throws: GemmaError.self, "\(to)") {
        try GemmaModel(ModelFile.open(path: folder), device: device)
      }
    }
  }
}
