/// The keys and values of all layers for one sequence.
public final class KeyValueCache: @unchecked Sendable {
  let layers: [KeyValuePanels]
  /// Number of tokens in the cache.
  public var count: Int { layers.last?.count ?? 0 }
  public let capacity: Int

  public init(capacity: Int, config: ModelConfig, compute: Compute) {
    self.capacity = capacity
    layers = config.layers.map { _ in
      KeyValuePanels(
        capacity: capacity, heads: config.keyValueHeads, headDim: config.headDim, compute: compute)
    }
  }

  /// A cache with room for `capacity` tokens that begins with a copy of this one.
  public func extended(capacity: Int, config: ModelConfig, compute: Compute) -> KeyValueCache {
    let result = KeyValueCache(capacity: max(capacity, count), config: config, compute: compute)
    for (target, source) in zip(result.layers, layers) { target.append(all: source) }
    return result
  }
}
