/// How a LoRA adapter is made.
public struct AdapterConfig: Sendable, Equatable {
  public var rank: Int
  public var alpha: Double
  /// Scale alpha / sqrt(rank) in place of alpha / rank (Kalajdzievski 2023).
  public var rankStabilised: Bool
  public var targets: [Projection]
  public var seed: UInt64

  public init(
    rank: Int = 16, alpha: Double = 16, rankStabilised: Bool = false,
    targets: [Projection] = Projection.allCases,
    seed: UInt64 = 3407
  ) {
    self.rank = rank
    self.alpha = alpha
    self.rankStabilised = rankStabilised
    self.targets = targets
    self.seed = seed
  }

  /// What B A is multiplied by.
  public var scale: Float { Float(alpha / (rankStabilised ? Double(rank).squareRoot() : Double(rank))) }
}

/// The trainable part: for each target projection of each layer A [rank, inputs] and B [outputs, rank].
///
/// All factors lie in one buffer, layer by layer, projection by projection, A before B (B transposed to
/// [rank, outputs]), so that the optimiser, clipping and snapshots see one vector.
public final class Adapter: @unchecked Sendable {
  public struct Slot: Sendable {
    public let layer: Int
    public let projection: Projection
    public let inputs: Int
    public let outputs: Int
    /// Where A begins in the buffer; B follows.
    public let offset: Int
    /// Numbers of A and B together.
    public let parameterCount: Int
  }

  public let config: AdapterConfig
  public let slots: [Slot]
  /// All parameters, as one row.
  public let parameters: Matrix
  private let indexOf: [[Projection: Int]]

  public var parameterCount: Int { parameters.count }

  private init(_ config: AdapterConfig, slots: [Slot], layers: Int, parameters: Matrix) {
    self.config = config
    self.slots = slots
    self.parameters = parameters
    var index = [[Projection: Int]](repeating: [:], count: layers)
    for (i, slot) in slots.enumerated() { index[slot.layer][slot.projection] = i }
    indexOf = index
  }

  /// A fresh adapter as PEFT makes it: A uniform in +-1/sqrt(inputs), B zero, so training starts at the base model.
  public convenience init(_ config: AdapterConfig, model: ModelConfig, compute: Compute) {
    var slots: [Slot] = []
    var offset = 0
    for layer in model.layers.indices {
      for projection in config.targets.sorted() {
        let shape = projection.shape(in: model)
        slots.append(
          Slot(
            layer: layer, projection: projection, inputs: shape.inputs, outputs: shape.outputs,
            offset: offset,
            parameterCount: config.rank * (shape.inputs + shape.outputs)))
        offset += config.rank * (shape.inputs + shape.outputs)
      }
    }
    let parameters = compute.zeros(1, offset)
    for (number, slot) in slots.enumerated() {
      let random = Philox(seed: config.seed, purpose: .loraInitialisation, substream: UInt32(number))
      let bound = 1 / Float(slot.inputs).squareRoot()
      for i in 0..<config.rank * slot.inputs {
        parameters.data[slot.offset + i] = (2 * random.uniform(at: UInt64(i)) - 1) * bound
      }
    }
    self.init(config, slots: slots, layers: model.layers.count, parameters: parameters)
  }

  /// An independent copy: a snapshot.
  public func copy(compute: Compute) -> Adapter {
    Adapter(config, slots: slots, layers: indexOf.count, parameters: compute.matrix(copying: parameters))
  }

  /// A of a slot, [rank, inputs].
  public func a(_ slot: Slot) -> UnsafeMutablePointer<Float> { parameters.data + slot.offset }
  /// B of a slot, transposed: [rank, outputs].
  public func b(_ slot: Slot) -> UnsafeMutablePointer<Float> {
    parameters.data + slot.offset + config.rank * slot.inputs
  }

  /// The factors of one layer; gradients accumulate into `gradients`, a buffer shaped like `parameters`.
  func factors(layer: Int, gradients: Matrix?) -> LayerFactors {
    LayerFactors { projection in
      guard let index = self.indexOf[layer][projection] else { return nil }
      let slot = self.slots[index]
      // Without gradients only the forward runs, which never writes here.
      let target = gradients?.data ?? self.parameters.data
      return LoRAFactors(
        rank: self.config.rank, scale: self.config.scale, a: self.a(slot), b: self.b(slot),
        gradientA: target + slot.offset, gradientB: target + slot.offset + self.config.rank * slot.inputs)
    }
  }
}

/// The factors of one decoder layer by projection; nil where the adapter leaves a projection alone.
struct LayerFactors {
  let find: (Projection) -> LoRAFactors?
  subscript(_ projection: Projection) -> LoRAFactors? { find(projection) }
}
