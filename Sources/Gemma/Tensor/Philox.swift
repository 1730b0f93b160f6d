/// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11).
///
/// A number is a pure function of (seed, purpose, index). There is no hidden state: any thread may draw any number in
/// any order, and a snapshot of the generator is its counter.
public struct Philox: Sendable, Equatable {
  /// The purpose of the numbers. Streams of different purposes never overlap. The raw values must never change, because
  /// results of notebooks depend on them.
  public enum Purpose: UInt32, Sendable {
    case split = 1
    case shuffle = 2
    case loraInitialisation = 3
    case dropout = 4
    case sampling = 5
    case noise = 6
    case test = 255
  }

  private let key: (UInt32, UInt32)
  private let stream: UInt32
  /// Index of the next number drawn by `next()`.
  public private(set) var index: UInt64

  /// - Parameters:
  ///   - substream: separates independent uses within a purpose (a layer number, an epoch).
  public init(seed: UInt64, purpose: Purpose, substream: UInt32 = 0, index: UInt64 = 0) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    stream = Self.stream(purpose, substream: substream)
    self.index = index
  }

  /// The third word of the counter.
  static func stream(_ purpose: Purpose, substream: UInt32) -> UInt32 {
    purpose.rawValue &+ (substream &* 256)
  }

  public static func == (a: Philox, b: Philox) -> Bool {
    a.key == b.key && a.stream == b.stream && a.index == b.index
  }

  /// The 32 random bits at `position`, whatever was drawn before.
  public func bits(at position: UInt64) -> UInt32 {
    let group = position >> 2
    var c0 = UInt32(truncatingIfNeeded: group)
    var c1 = UInt32(truncatingIfNeeded: group >> 32)
    var c2 = stream
    var c3: UInt32 = 0
    var (k0, k1) = key
    for _ in 0..<10 {
      let p0 = UInt64(c0) &* 0xD251_1F53
      let p1 = UInt64(c2) &* 0xCD9E_8D57
      (c0, c1, c2, c3) = (
        UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: p1),
        UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: p0)
      )
      k0 = k0 &+ 0x9E37_79B9
      k1 = k1 &+ 0xBB67_AE85
    }
    switch position & 3 {
    case 0: return c0
    case 1: return c1
    case 2: return c2
    default: return c3
    }
  }

  /// Uniform in [0, 1) with 24 bits, the number at `position`.
  public func uniform(at position: UInt64) -> Float { Float(bits(at: position) >> 8) * 0x1p-24 }

  /// The next 32 bits of the stream.
  public mutating func next() -> UInt32 {
    defer { index += 1 }
    return bits(at: index)
  }

  /// A uniform integer in 0..<bound without modulo bias (Lemire's multiply-and-reject). `bound` must be positive.
  public mutating func next(below bound: UInt32) -> UInt32 {
    precondition(bound > 0)
    let threshold = (0 &- bound) % bound
    while true {
      let product = UInt64(next()) &* UInt64(bound)
      if UInt32(truncatingIfNeeded: product) >= threshold { return UInt32(truncatingIfNeeded: product >> 32) }
    }
  }

  /// Fisher-Yates shuffle, from the last element down.
  public mutating func shuffle<T>(_ items: inout [T]) {
    guard items.count > 1 else { return }
    for i in stride(from: items.count - 1, to: 0, by: -1) {
      items.swapAt(i, Int(next(below: UInt32(i + 1))))
    }
  }
}
