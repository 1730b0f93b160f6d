/// Adapters as llama.cpp applies them to a GGUF model.
extension Adapter {
  /// Writes the factors as one GGUF file, in Float32.
  ///
  /// llama.cpp multiplies B A by `adapter.lora.alpha` over the rank it finds. One alpha stands for all: of rank-stabilised LoRA it is
  /// alpha * sqrt(rank), and where patterns give a module another scale, its B makes up for it.
  /// - Throws: `unsupported` for DoRA, which that file cannot say.
  public func saveGGUF(path: String, model: GemmaModel) throws {
    guard !config.dora else {
      throw GemmaError.unsupported(
        path: path,
        feature: "DoRA in a GGUF adapter, which has no place for magnitudes; 'save model' folds it in")
    }
    // llama.cpp takes an alpha of 0 for "as it stands", that is a scale of 1.
    let alpha = Float(config.alpha == 0 ? 1 : Double(config.scale) * Double(config.rank))
    var writer = GGUFWriter()
    writer.set("general.architecture", model.config.ggufArchitecture)
    writer.set("general.type", "adapter")
    writer.set("general.name", model.file.name + " LoRA")
    writer.set("adapter.type", "lora")
    writer.set("adapter.lora.alpha", .number(alpha))
    for slot in slots {
      let name = slot.projection.ggufName(layer: slot.layer)
      writer.add(StoredTensor(name: name + ".lora_a", type: .f32, shape: [slot.rank, slot.inputs]))
      writer.add(StoredTensor(name: name + ".lora_b", type: .f32, shape: [slot.outputs, slot.rank]))
    }
    try writer.write(to: path) { index, write in
      let slot = slots[index / 2]
      guard index % 2 == 1 else {
        return try write(UnsafeRawBufferPointer(start: a(slot), count: 4 * slot.rank * slot.inputs))
      }
      // The base, if it came from `save model`, has the query's factor in its weights.
      let query =
        slot.projection == .query && !model.config.hasQueryKeyNorm ? model.config.ggufQueryFactor : 1
      let factor = query * slot.scale / (alpha / Float(slot.rank))
      let exact = abs(factor - 1) < 1e-6 ? 1 : factor
      let (b, rank) = (b(slot), slot.rank)
      let values = (0..<rank * slot.outputs).map { b[$0 % rank * slot.outputs + $0 / rank] * exact }
      try values.withUnsafeBytes { try write($0) }
    }
  }
}
