/// MT19937 as numpy's `RandomState` uses it. gnb itself draws with Philox; this is for draws that must equal scikit-learn's.
///
/// Matsumoto and Nishimura, "Mersenne Twister", 1998; numpy/random/src/mt19937 and legacy distributions.
package struct MersenneTwister {
  private var state: [UInt32]
  private var position: Int

  /// `RandomState(seed)`: init_genrand.
  package init(seed: UInt32) {
    var key = seed
    state = (0..<624).map { i in
      defer { key = 1_812_433_253 &* (key ^ key >> 30) &+ UInt32(i) &+ 1 }
      return key
    }
    position = 624
  }

  package mutating func next() -> UInt32 {
    if position == 624 { refill() }
    var y = state[position]
    position += 1
    y ^= y >> 11
    y ^= y << 7 & 0x9D2C_5680
    y ^= y << 15 & 0xEFC6_0000
    return y ^ y >> 18
  }

  private mutating func refill() {
    for i in 0..<624 {
      let y = state[i] & 0x8000_0000 | state[(i + 1) % 624] & 0x7FFF_FFFF
      state[i] = state[(i + 397) % 624] ^ y >> 1 ^ (y & 1 == 0 ? 0 : 0x9908_B0DF)
    }
    position = 0
  }

  /// Uniform from 0 to `limit`, both included, by masked rejection: `random_interval`.
  package mutating func interval(_ limit: UInt32) -> UInt32 {
    guard limit > 0 else { return 0 }
    let mask = UInt32.max >> limit.leadingZeroBitCount
    while true {
      let value = next() & mask
      if value <= limit { return value }
    }
  }

  /// `RandomState.shuffle`, and `permutation` of an array.
  package mutating func shuffle<Element>(_ items: inout [Element]) {
    for i in stride(from: items.count - 1, to: 0, by: -1) {
      items.swapAt(i, Int(interval(UInt32(truncatingIfNeeded: i))))
    }
  }

  /// `RandomState.permutation` of a number. Its beginning is `choice` without replacement.
  package mutating func permutation(_ count: Int) -> [Int] {
    var items = Array(0..<count)
    shuffle(&items)
    return items
  }
}
