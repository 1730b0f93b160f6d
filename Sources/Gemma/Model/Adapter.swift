import Synchronization

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
  private let cache = Mutex<Prepared?>(nil)

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
    device: Device
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
      config, slots: slots, layers: model.config.layers.count, parameters: device.matrix(1, offset),
      magnitudes: config.dora ? Magnitudes(slots, model: model, device: device) : nil)
  }

  /// A fresh adapter as in PEFT: A is uniform in +-1/sqrt(inputs), and B is zero. So training starts at the base model.
  public convenience init(_ config: AdapterConfig, model: GemmaModel, device: Device) {
    let layers = config.layers ?? Array(model.config.layers.indices)
    self.init(
      config,
      places: layers.flatMap { layer in
        config.targets.sorted().map { (layer, $0, config.rank(layer: layer, $0)) }
      }, model: model, device: device)
    parameters.fill(0)
    for (number, slot) in slots.enumerated() {
      let random = Philox(seed: config.seed, purpose: .loraInitialisation, substream: UInt32(number))
      let bound = 1 / Float(slot.inputs).squareRoot()
      a(slot).set(
        (0..<slot.rank * slot.inputs).map { (2 * random.uniform(at: UInt64($0)) - 1) * bound })
    }
    magnitudes?.initialise(self)
  }

  /// Moves the parameters to this computer's memory, so that they are not lost with a GPU.
  public func comeHome() { parameters.comeHome() }

  /// An independent copy: a snapshot.
  public func copy(device: Device) -> Adapter {
    Adapter(
      config, slots: slots, layers: indexOf.count, parameters: device.matrix(copying: parameters),
      magnitudes: magnitudes?.copy(device: device))
  }

  /// A of a slot, [rank, inputs].
  public func a(_ slot: Slot) -> MatrixSlice { parts(slot, of: parameters).a }
  /// B of a slot, transposed: [rank, outputs].
  public func b(_ slot: Slot) -> MatrixSlice { parts(slot, of: parameters).b }
  /// The magnitudes of a slot [1, outputs]; with DoRA only.
  public func magnitude(_ slot: Slot) -> MatrixSlice? { parts(slot, of: parameters).magnitude }

  /// A slot's parts of a buffer that is shaped like `parameters`.
  private func parts(_ slot: Slot, of buffer: Matrix) -> LoRAGradients {
    let b = slot.offset + slot.rank * slot.inputs
    return LoRAGradients(
      a: buffer.slice(at: slot.offset, slot.rank, slot.inputs),
      b: buffer.slice(at: b, slot.rank, slot.outputs),
      magnitude: config.dora ? buffer.slice(at: b + slot.rank * slot.outputs, 1, slot.outputs) : nil)
  }

  /// Must be called after parameters were changed.
  public func parametersChanged() {
    magnitudes?.invalidate()
    cache.withLock { $0 = nil }
  }

  /// DoRA's factor of each output, magnitude / length: [outputs] for each slot, one slot after the other. Nil without
  /// DoRA.
  package func magnitudeScales(device: Device) -> Matrix? { magnitudes?.scales(self, device: device) }

  /// The factors of all layers, ready for passes.
  struct Prepared: Sendable {
    /// The device that they were made for.
    var device: ObjectIdentifier
    var layers: [LayerFactors]
  }

  /// Made once for the present parameters: for a step, or for all tokens of an answer.
  func prepared(_ device: Device) -> Prepared {
    let id = ObjectIdentifier(device)
    if let made = cache.withLock({ $0 }), made.device == id { return made }
    let scales = magnitudeScales(device: device)
    let factors = device.prepare(slots.flatMap { [a($0), b($0)] })
    var layers = indexOf.map { _ in LayerFactors() }
    for (number, slot) in slots.enumerated() {
      layers[slot.layer].factors[slot.projection] = LoRAFactors(
        scale: slot.scale, a: factors[2 * number], b: factors[2 * number + 1], magnitude: magnitude(slot),
        columnScale: scales.map { $0.slice(at: slot.firstOutput, 1, slot.outputs) }, dropout: nil,
        slot: UInt32(number))
    }
    let made = Prepared(device: id, layers: layers)
    cache.withLock { $0 = made }
    return made
  }

  /// A layer's parts of `gradients`, a buffer shaped like `parameters`.
  func gradients(layer: Int, in gradients: Matrix) -> LayerGradients {
    LayerGradients(gradients: indexOf[layer].mapValues { parts(slots[$0], of: gradients) })
  }
}
