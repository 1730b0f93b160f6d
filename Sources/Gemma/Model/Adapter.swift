/// The trainable parameters: for each target projection of each layer A [rank, inputs] and B [outputs, rank], and with
/// DoRA the magnitudes [outputs].
///
/// All parameters are in one buffer, layer by layer, projection by projection: first A, then B (transposed to [rank,
/// outputs]), then the magnitudes. So the optimiser, clipping and snapshots work on one vector.
public final class Adapter: @unchecked Sendable {
  public struct Slot: Sendable, Equatable {
    public let layer: Int
    public let projection: Projection
    public let inputs: Int
    public let outputs: Int
    public let rank: Int
    /// The factor of B A.
    public let scale: Float
    /// The offset of A in the buffer; B and the magnitudes follow.
    public let offset: Int
    /// How many values A, B and the magnitudes have together.
    public let parameterCount: Int
    /// The number of outputs of all slots before this one.
    let firstOutput: Int
  }

  public let config: AdapterConfig
  public let slots: [Slot]
  /// All parameters, as one row.
  public let parameters: Matrix
  private let indexOf: [[Projection: Int]]
  private let magnitudes: Magnitudes?

  public var parameterCount: Int { parameters.count }

  private init(
    _ config: AdapterConfig, slots: [Slot], layers: Int, parameters: Matrix, magnitudes: Magnitudes?
  ) {
    self.config = config
    self.slots = slots
    self.parameters = parameters
    self.magnitudes = magnitudes
    var index = [[Projection: Int]](repeating: [:], count: layers)
    for (i, slot) in slots.enumerated() { index[slot.layer][slot.projection] = i }
    indexOf = index
  }

  /// An adapter of the given projections with arbitrary contents.
  ///
  /// - Parameter places: the layers and projections to change, in order, with their ranks.
  convenience init(
    _ config: AdapterConfig, places: [(layer: Int, projection: Projection, rank: Int)], model: GemmaModel,
    compute: Compute
  ) {
    var slots: [Slot] = []
    var (offset, output) = (0, 0)
    for (layer, projection, rank) in places {
      let shape = projection.shape(in: model.config)
      let count = rank * (shape.inputs + shape.outputs) + (config.dora ? shape.outputs : 0)
      slots.append(
        Slot(
          layer: layer, projection: projection, inputs: shape.inputs, outputs: shape.outputs, rank: rank,
          scale: config.scale(layer: layer, projection, rank: rank), offset: offset, parameterCount: count,
          firstOutput: output))
      offset += count
      output += shape.outputs
    }
    self.init(
      config, slots: slots, layers: model.config.layers.count, parameters: compute.matrix(1, offset),
      magnitudes: config.dora ? Magnitudes(slots, model: model, compute: compute) : nil)
  }

  /// A fresh adapter as in PEFT: A is uniform in +-1/sqrt(inputs), and B is zero. So training starts at the base model.
  public convenience init(_ config: AdapterConfig, model: GemmaModel, compute: Compute) {
    let layers = config.layers ?? Array(model.config.layers.indices)
    self.init(
      config,
      places: layers.flatMap { layer in
        config.targets.sorted().map { (layer, $0, config.rank(layer: layer, $0)) }
      }, model: model, compute: compute)
    parameters.fill(0)
    for (number, slot) in slots.enumerated() {
      let random = Philox(seed: config.seed, purpose: .loraInitialisation, substream: UInt32(number))
      let bound = 1 / Float(slot.inputs).squareRoot()
      for i in 0..<slot.rank * slot.inputs {
        parameters.data[slot.offset + i] = (2 * random.uniform(at: UInt64(i)) - 1) * bound
      }
    }
    magnitudes?.initialise(self)
  }

  /// An independent copy: a snapshot.
  public func copy(compute: Compute) -> Adapter {
    Adapter(
      config, slots: slots, layers: indexOf.count, parameters: compute.matrix(copying: parameters),
      magnitudes: magnitudes?.copy(compute: compute))
  }

  /// A of a slot, [rank, inputs].
  public func a(_ slot: Slot) -> UnsafeMutablePointer<Float> { parameters.data + slot.offset }
  /// B of a slot, transposed: [rank, outputs].
  public func b(_ slot: Slot) -> UnsafeMutablePointer<Float> { a(slot) + slot.rank * slot.inputs }
  /// The magnitudes of a slot [outputs]; with DoRA only.
  public func magnitude(_ slot: Slot) -> UnsafeMutablePointer<Float>? {
    config.dora ? b(slot) + slot.rank * slot.outputs : nil
  }

  /// Must be called after parameters were changed.
  public func parametersChanged() { magnitudes?.invalidate() }

  /// DoRA's factor of each output, magnitude / length: [outputs] for each slot, one slot after the other. Nil without
  /// DoRA.
  package func magnitudeScales(compute: Compute) -> Matrix? { magnitudes?.scales(self, compute: compute) }

  /// The factors of one layer; gradients accumulate into `gradients`, a buffer shaped like `parameters`.
  ///
  /// - Parameters:
  ///   - scales: `magnitudeScales`, computed once for each pass.
  ///   - dropout: which inputs of a projection a training pass leaves out.
  func factors(
    layer: Int, gradients: Matrix?, scales: Matrix?,
    dropout: @escaping (Projection) -> Dropout? = { _ in nil }
  ) -> LayerFactors {
    LayerFactors { projection in
      guard let index = self.indexOf[layer][projection] else { return nil }
      let slot = self.slots[index]
      // Without gradients only the forward pass runs. It never writes here.
      let target = (gradients?.data ?? self.parameters.data) + slot.offset
      let ends = slot.rank * (slot.inputs + slot.outputs)
      return LoRAFactors(
        rank: slot.rank, scale: slot.scale, a: UnsafePointer(self.a(slot)), b: UnsafePointer(self.b(slot)),
        gradientA: target, gradientB: target + slot.rank * slot.inputs,
        magnitude: scales.map {
          LoRAFactors.Magnitude(
            value: self.parameters.data + slot.offset + ends, scale: $0.data + slot.firstOutput,
            gradient: target + ends)
        }, dropout: dropout(projection).map { LoRAFactors.SlotDropout(mask: $0, slot: UInt32(index)) })
    }
  }
}
