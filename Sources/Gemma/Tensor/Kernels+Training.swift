import CKernels

/// Kernels for training only: random numbers for each row, and AdamW in 8 bits. All machines use the same version.
extension Kernels {
  /// The position of a row's first random number, in blocks of four. Each row has its own range of numbers.
  private static func block(_ row: UInt64, columns: Int) -> UInt64 { row * (UInt64(columns + 3) / 4) }

  /// The numbers of dropout: the stream of random bits, the least bits that keep a value, and the factor of kept values.
  struct Dropout {
    let stream: UInt32
    let threshold: UInt32
    let scale: Float

    init(rate: Double, slot: UInt32) {
      stream = Philox.stream(.dropout, substream: slot)
      threshold = UInt32(min(rate * 0x1p32, 0x1p32 - 1))
      scale = Float(1 / (1 - rate))
    }
  }

  /// The stream of random bits of `addNoise`.
  static var noiseStream: UInt32 { Philox.stream(.noise, substream: 0) }

  /// y = x / (1 - rate) if the row's random number keeps the value, else 0. All are [columns].
  static func dropout(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, columns: Int, rate: Double, seed: UInt64,
    slot: UInt32, row: UInt64
  ) {
    let numbers = Dropout(rate: rate, slot: slot)
    gnb_dropout(
      seed, numbers.stream, block(row, columns: columns), columns, numbers.threshold, numbers.scale, x, y)
  }

  /// x += amount * u with u uniform in [-1, 1), from the row's numbers.
  static func addNoise(
    _ amount: Float, to x: UnsafeMutablePointer<Float>, columns: Int, seed: UInt64, row: UInt64
  ) {
    gnb_noise(
      seed, noiseStream, block(row, columns: columns), columns, amount, x)
  }

  /// Moments in 8 bits: codes, and a scale for each block of 256.
  struct MomentCodes {
    var m: UnsafeMutablePointer<UInt8>
    var v: UnsafeMutablePointer<UInt8>
    var mScales: UnsafeMutablePointer<Float>
    var vScales: UnsafeMutablePointer<Float>
  }

  /// The same update as `adamw`, with moments in 8 bits. `count` starts at the beginning of a block of 256.
  static func adamw8(
    _ count: Int, _ parameter: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>,
    _ moments: MomentCodes, _ numbers: AdamWNumbers
  ) {
    var parts = gnb_moments(
      m: moments.m, v: moments.v, m_scale: moments.mScales, v_scale: moments.vScales)
    gnb_adamw8(
      count, parameter, gradient, &parts, numbers.beta1, numbers.beta2, numbers.epsilon, numbers.decay,
      numbers.stepSize, numbers.inverseRoot, numbers.gradientScale)
  }
}
