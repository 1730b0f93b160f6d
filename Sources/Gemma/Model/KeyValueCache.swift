/// The keys and values of all layers for one sequence.
public final class KeyValueCache: @unchecked Sendable {
  let layers: [KeyValuePanels]
  /// Number of tokens in the cache.
  public var count: Int { layers.last?.count ?? 0 }
  public let capacity: Int

  public init(capacity: Int, config: ModelConfig, device: Device) {
    self.capacity = capacity
    layers = config.layers.map { _ in
      KeyValuePanels(
        capacity: capacity, heads: config.keyValueHeads, headDim: config.headDim, device: device)
    }
  }

  /// A cache with room for `capacity` tokens that begins with a copy of this one.
  public func extended(capacity: Int, config: ModelConfig, device: Device) -> KeyValueCache {
    let result = KeyValueCache(capacity: max(capacity, count), config: config, device: device)
    for (target, source) in zip(result.layers, layers) { device.copyAll(source, to: target) }
    return result
  }
}
