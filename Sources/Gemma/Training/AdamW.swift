/// Adam with decoupled weight decay (Loshchilov & Hutter 2019), with torch's defaults and order of operations.
public final class AdamW: @unchecked Sendable {
  public static let beta1 = 0.9
  public static let beta2 = 0.999
  public static let epsilon = 1e-8

  /// First and second moments, shaped as the parameters.
  public let m: Matrix
  public let v: Matrix
  public private(set) var step: Int

  public init(count: Int, compute: Compute) {
    m = compute.zeros(1, count)
    v = compute.zeros(1, count)
    step = 0
  }

  private init(copying other: AdamW, compute: Compute) {
    m = compute.matrix(copying: other.m)
    v = compute.matrix(copying: other.v)
    step = other.step
  }

  public func copy(compute: Compute) -> AdamW { AdamW(copying: self, compute: compute) }

  /// One update. Gradients are first multiplied by `gradientScale` (clipping).
  public func update(
    _ parameters: Matrix, gradients: Matrix, rate: Double, weightDecay: Double, gradientScale: Float,
    compute: Compute
  ) {
    step += 1
    var power1 = 1.0
    var power2 = 1.0
    for _ in 0..<step {
      power1 *= Self.beta1
      power2 *= Self.beta2
    }
    let stepSize = Float(rate / (1 - power1))
    let inverseRoot = Float(1 / (1 - power2).squareRoot())
    let decay = Float(1 - rate * weightDecay)
    let grain = 1 << 15
    compute.workers.run((parameters.count + grain - 1) / grain) { task in
      let first = task * grain
      compute.kernels.table.adamw(
        min(grain, parameters.count - first), parameters.data + first, gradients.data + first, m.data + first,
        v.data + first, Float(Self.beta1), Float(Self.beta2), Float(Self.epsilon), decay, stepSize,
        inverseRoot,
        gradientScale)
    }
  }
}
