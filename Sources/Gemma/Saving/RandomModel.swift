import Foundation

/// Random weights in the shape and the stored types of Gemma 3 270M (Q4_K_M), made in memory. With them a computer's speed is measured
/// where the real model is not at hand: a step takes as long, and its results mean nothing.
enum RandomModel {
  /// Of the weights. Another seed would do as well.
  static let seed: UInt64 = 1

  static let config: ModelConfig = {
    var config = ModelConfig(
      architecture: "gemma3", hiddenSize: 640, intermediateSize: 2048, heads: 4, keyValueHeads: 1,
      headDim: 256,
      vocabularySize: 262_144, contextLength: 32_768, rmsNormEpsilon: 1e-6, queryScale: 1 / 16,
      attentionSoftCap: nil, finalSoftCap: nil, hasQueryKeyNorm: true, layers: [])
    // Every sixth layer sees all tokens.
    config.layers = (1...18).map {
      LayerPlan(window: $0 % 6 == 0 ? nil : 512, ropeBase: $0 % 6 == 0 ? 1_000_000 : 10_000)
    }
    return config
  }()

  /// The tensors of a type are views of the same bytes: each is as long as the largest of them, and holds a piece of random values
  /// again and again.
  struct Tensors: TensorSource {
    private let views: [String: TensorView]

    var tensorNames: [String] { Array(views.keys) }
    func tensor(_ name: String) -> TensorView? { views[name] }

    init(_ config: ModelConfig) {
      let tensors = ModelTensor.all(config).map { tensor in
        (tensor, tensor.kind == .norm ? .f32 : SavedType.q4KM.quantised(tensor, layers: config.layers.count))
      }
      var sizes: [ElementType: Int] = [:]
      for (tensor, type) in tensors {
        sizes[type] = max(sizes[type] ?? 0, type.bytes(count: tensor.shape.reduce(1, *)))
      }
      let memory = Dictionary(uniqueKeysWithValues: sizes.map { ($0, RandomModel.bytes($0, count: $1)) })
      var views: [String: TensorView] = [:]
      for (tensor, type) in tensors {
        guard let owner = memory[type] else { continue }
        let count = type.bytes(count: tensor.shape.reduce(1, *))
        views[tensor.name] = TensorView(
          type, shape: tensor.shape, bytes: UnsafeRawBufferPointer(rebasing: owner.bytes[..<count]),
          owner: owner)
      }
      self.views = views
    }
  }

  /// Values of the size that weights have. A norm's are 0: its factor is 1 more.
  private static func bytes(_ type: ElementType, count: Int) -> HeapBytes {
    let memory = HeapBytes(count: count)
    guard let target = memory.bytes.baseAddress else { return memory }
    guard type != .f32 else {
      memset(target, 0, count)
      return memory
    }
    // An odd number of the largest blocks, so that the rows of a matrix differ.
    let values = 61 * 256
    let random = Philox(seed: seed, purpose: .noise)
    let piece = (0..<UInt64(values)).map { 0.07 * (random.uniform(at: $0) - 0.5) }
    let block = HeapBytes(count: type.bytes(count: values))
    guard let source = block.bytes.baseAddress else { return memory }
    type.quantise(piece, into: source, count: values)
    for start in stride(from: 0, to: count, by: block.bytes.count) {
      memcpy(target + start, source, min(block.bytes.count, count - start))
    }
    return memory
  }

  /// Words of the prompt are tokens, other characters are bytes: so a prompt has about as many tokens as with Gemma's vocabulary, and an
  /// article is cut to the same number.
  static func tokenizer(words text: String) -> Tokenizer {
    var vocabulary = Vocabulary(capacity: 1024)
    func append(_ piece: String, _ kind: Vocabulary.Kind) {
      Array(piece.utf8).withUnsafeBytes { vocabulary.append($0, kind: kind, score: 0) }
    }
    for piece in ["<pad>", "<eos>", "<bos>", "<unk>"] { append(piece, .control) }
    for byte in 0..<256 { append(BytePairEncoder.bytePiece(byte), .byte) }
    var added: [AddedToken] = []
    for word in Set(text.matches(of: /[A-Za-z]+|[#\n]+/).map { String($0.0) }).sorted() {
      for piece in [word, " " + word] {
        added.append(AddedToken(content: Array(piece.utf8), id: Int32(vocabulary.count)))
        append(piece, .userDefined)
      }
    }
    return Tokenizer(
      Tokenizer.Contents(vocabulary: vocabulary, added: added, unknownID: 3, bosID: 2, eosID: 1, padID: 0))
  }
}

extension ModelFile {
  /// A model with random weights in the shape of Gemma 3 270M, which is in no file.
  ///
  /// - Parameter words: the text whose words are tokens: the prompt's.
  package static func random(words: String) throws -> ModelFile {
    let config = RandomModel.config
    return try ModelFile(
      path: "", name: "random weights", config: config, source: RandomModel.Tensors(config),
      places: Dictionary(uniqueKeysWithValues: ModelTensor.all(config).map { ($0.name, $0.name) }),
      tokenizer: RandomModel.tokenizer(words: words))
  }
}
