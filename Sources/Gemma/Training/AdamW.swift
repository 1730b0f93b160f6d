/// Adam with decoupled weight decay (Loshchilov & Hutter 2019), with torch's defaults and order of operations.
public final class AdamW: @unchecked Sendable {
  public enum Kind: String, Sendable, CaseIterable, Codable {
    case adamw
    /// Both moments in 8 bits, with a scale for each block of 256 (Dettmers et al. 2022). They need a quarter of the
    /// memory.
    case adamw8bit = "adamw_8bit"
  }

  public static let beta1 = 0.9
  public static let beta2 = 0.999
  public static let epsilon = 1e-8
  private static let block = 256

  public let kind: Kind
  public private(set) var step = 0
  private let count: Int
  /// First and second moments, one row each. In 8 bits: the codes, four in the space of one float, and the scales of
  /// the blocks.
  private let m: Matrix
  private let v: Matrix
  private let scales: (m: Matrix, v: Matrix)?

  public init(_ kind: Kind = .adamw, count: Int, compute: Compute) {
    self.kind = kind
    self.count = count
    let room = kind == .adamw ? count : (count + 3) / 4
    let blocks = (count + Self.block - 1) / Self.block
    (m, v) = (compute.zeros(1, room), compute.zeros(1, room))
    scales = kind == .adamw ? nil : (compute.zeros(1, blocks), compute.zeros(1, blocks))
  }

  /// Size of the state in bytes.
  public var bytes: Int { 4 * (m.count + v.count + (scales.map { $0.m.count + $0.v.count } ?? 0)) }

  /// Does one update. Gradients are first multiplied by `gradientScale` (clipping).
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
    let (beta1, beta2, epsilon) = (Float(Self.beta1), Float(Self.beta2), Float(Self.epsilon))
    let grain = 1 << 15
    compute.workers.run((count + grain - 1) / grain) { task in
      let first = task * grain
      let size = min(grain, count - first)
      let (parameter, gradient) = (parameters.data + first, gradients.data + first)
      guard let scales else {
        compute.kernels.table.adamw(
          size, parameter, gradient, m.data + first, v.data + first, beta1, beta2, epsilon, decay, stepSize,
          inverseRoot, gradientScale)
        return
      }
      func places(_ matrix: Matrix) -> UnsafeMutablePointer<UInt8> {
        UnsafeMutableRawPointer(matrix.data).assumingMemoryBound(to: UInt8.self) + first
      }
      let moments = Kernels.Moments(
        m: places(m), v: places(v), mScales: scales.m.data + first / Self.block,
        vScales: scales.v.data + first / Self.block)
      Kernels.adamw8(
        size, parameter, gradient, moments, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay,
        stepSize: stepSize, inverseRoot: inverseRoot, gradientScale: gradientScale)
    }
  }

  /// The state by name, for a checkpoint.
  private var parts: [(name: String, matrix: Matrix)] {
    [("optimizer.m", m), ("optimizer.v", v)]
      + (scales.map { [("optimizer.m_scales", $0.m), ("optimizer.v_scales", $0.v)] } ?? [])
  }

  func tensors() -> [SafetensorsWriter.Tensor] {
    parts.map { .init(name: $0.name, shape: [$0.matrix.count], values: $0.matrix.values) }
  }

  /// Restores the state from a checkpoint.
  func restore(from file: SafetensorsFile, step: Int) throws {
    for (name, matrix) in parts {
      guard let view = file.tensor(name), view.type == .f32, view.count == matrix.count else {
        throw GemmaError.malformed(
          path: file.file.path, location: name, expected: "\(matrix.count) numbers",
          found: file.tensor(name).map { "\($0.count)" } ?? "none")
      }
      view.decode(into: matrix.data)
    }
    self.step = step
  }
}
