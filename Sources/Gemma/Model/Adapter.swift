/// The trainable part: for each target projection of each layer A [rank, inputs] and B [outputs, rank], and with DoRA the
/// magnitudes [outputs].
///
/// All of it lies in one buffer, layer by layer, projection by projection, A before B (B transposed to
/// [rank, outputs]) before the magnitudes, so that the optimiser, clipping and snapshots see one vector.
public final class Adapter: @unchecked Sendable {
  public struct Slot: Sendable, Equatable {
    public let layer: Int
    public let projection: Projection
    public let inputs: Int
    public let outputs: Int
    public let rank: Int
    /// What B A is multiplied by.
    public let scale: Float
    /// Where A begins in the buffer; B and the magnitudes follow.
    public let offset: Int
    /// Numbers of A, B and the magnitudes together.
    public let parameterCount: Int
    /// Where its outputs begin when those of all slots are counted through.
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
  /// - Parameter places: where it is, in order, with each place's rank.
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

  /// A fresh adapter as PEFT makes it: A uniform in +-1/sqrt(inputs), B zero, so training starts at the base model.
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
  /// The magnitudes of a slot [outputs], where there are any.
  public func magnitude(_ slot: Slot) -> UnsafeMutablePointer<Float>? {
    config.dora ? b(slot) + slot.rank * slot.outputs : nil
  }

  /// To be called when parameters were changed.
  public func parametersChanged() { magnitudes?.invalidate() }

  /// What each output is multiplied by with DoRA, magnitude over length, [outputs] for each slot one after the other; nil without.
  package func magnitudeScales(compute: Compute) -> Matrix? { magnitudes?.scales(self, compute: compute) }

  /// The factors of one layer; gradients accumulate into `gradients`, a buffer shaped like `parameters`.
  ///
  /// - Parameters:
  ///   - scales: `magnitudeScales`, made once a pass.
  ///   - dropout: which inputs of a projection a training pass leaves out.
  func factors(
    layer: Int, gradients: Matrix?, scales: Matrix?,
    dropout: @escaping (Projection) -> Dropout? = { _ in nil }
  ) -> LayerFactors {
    LayerFactors { projection in
      guard let index = self.indexOf[layer][projection] else { return nil }
      let slot = self.slots[index]
      // Without gradients only the forward runs, which never writes here.
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
