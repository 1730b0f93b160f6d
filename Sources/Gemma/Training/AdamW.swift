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

  public let kind: Kind
  public private(set) var step = 0
  private let count: Int
  private let moments: Moments

  public init(_ kind: Kind = .adamw, count: Int, device: Device) {
    self.kind = kind
    self.count = count
    let room = kind == .adamw ? count : (count + 3) / 4
    let blocks = (count + Moments.block - 1) / Moments.block
    moments = Moments(
      m: device.zeros(1, room), v: device.zeros(1, room),
      scales: kind == .adamw ? nil : (device.zeros(1, blocks), device.zeros(1, blocks)))
  }

  /// Size of the state in bytes.
  public var bytes: Int { 4 * parts.reduce(0) { $0 + $1.matrix.count } }

  /// Does one update. Gradients are first multiplied by `gradientScale` (clipping).
  public func update(
    _ parameters: Matrix, gradients: Matrix, rate: Double, weightDecay: Double, gradientScale: Float,
    device: Device
  ) {
    step += 1
    var power1 = 1.0
    var power2 = 1.0
    for _ in 0..<step {
      power1 *= Self.beta1
      power2 *= Self.beta2
    }
    device.update(
      parameters, gradients: gradients, state: moments,
      AdamWNumbers(
        beta1: Float(Self.beta1), beta2: Float(Self.beta2), epsilon: Float(Self.epsilon),
        decay: Float(1 - rate * weightDecay), stepSize: Float(rate / (1 - power1)),
        inverseRoot: Float(1 / (1 - power2).squareRoot()), gradientScale: gradientScale))
  }

  /// The state by name, for a checkpoint.
  private var parts: [(name: String, matrix: Matrix)] {
    [("optimizer.m", moments.m), ("optimizer.v", moments.v)]
      + (moments.scales.map { [("optimizer.m_scales", $0.m), ("optimizer.v_scales", $0.v)] } ?? [])
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
      matrix.set(view.values)
    }
    self.step = step
  }
}
