/// exp, log, sin and cos in Double from IEEE operations only, so that every machine gives the same bits.
/// For tables, losses and schedules; the vector versions for activations are in CKernels.
public enum ElementaryMath {
  private static let ln2High = 0x1.62e42fee00000p-1
  private static let ln2Low = 0x1.a39ef35793c76p-33

  /// e^x, within about 1 ulp. Range reduction to |r| <= ln2/2 and the Taylor series to degree 13.
  public static func exp(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x > 709.78 { return .infinity }
    if x < -745.2 { return 0 }
    let n = (x * 1.4426950408889634).rounded(.toNearestOrEven)
    let r = (x - n * ln2High) - n * ln2Low
    var term = 1.0
    for i in stride(from: 13.0, to: 0.0, by: -1.0) { term = 1 + term * r / i }
    let half = (n / 2).rounded(.down)
    return term * scalbn2(Int(half)) * scalbn2(Int(n - half))
  }

  /// Natural logarithm, within about 1 ulp: x = m 2^e with m in [sqrt(1/2), sqrt 2), log m = 2 artanh((m-1)/(m+1)).
  public static func log(_ x: Double) -> Double {
    if x.isNaN || x < 0 { return .nan }
    if x == 0 { return -.infinity }
    if x == .infinity { return x }
    var m = x.significand
    var e = Double(x.exponent)
    if m > 1.4142135623730951 {
      m /= 2
      e += 1
    }
    let s = (m - 1) / (m + 1)
    let z = s * s
    var sum = 0.0
    for i in stride(from: 23, through: 1, by: -2) { sum = sum * z + 1 / Double(i) }
    return e * ln2High + (2 * s * sum + e * ln2Low)
  }

  /// exp(x) / sum of exp, with the largest x subtracted first.
  public static func softmax(_ x: [Double]) -> [Double] {
    let top = x.max() ?? 0
    let weights = x.map { exp($0 - top) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// base^exponent for a positive base.
  public static func pow(_ base: Double, _ exponent: Double) -> Double { exp(exponent * log(base)) }

  /// Sine and cosine of x radians for |x| < 2^30: reduction by pi/2 in three parts, then Taylor series.
  public static func sinCos(_ x: Double) -> (sine: Double, cosine: Double) {
    let n = (x * 0.6366197723675814).rounded(.toNearestOrEven)
    let r = ((x - n * 0x1.921fb54400000p+0) - n * 0x1.0b4611a600000p-34) - n * 0x1.3198a2e037073p-69
    let z = r * r
    var s = 0.0
    for i in stride(from: 17.0, to: 1.0, by: -2.0) { s = (1 + s) * -z / (i * (i - 1)) }
    var c = 0.0
    for i in stride(from: 18.0, to: 0.0, by: -2.0) { c = (1 + c) * -z / (i * (i - 1)) }
    let (sine, cosine) = (r + r * s, 1 + c)
    switch Int(n) & 3 {
    case 0: return (sine, cosine)
    case 1: return (cosine, -sine)
    case 2: return (-sine, -cosine)
    default: return (-cosine, sine)
    }
  }

  public static func cos(_ x: Double) -> Double { sinCos(x).cosine }

  /// 2^n for |n| below 1023.
  private static func scalbn2(_ n: Int) -> Double { Double(sign: .plus, exponent: n, significand: 1) }
}

extension Collection where Element: Comparable {
  /// Where the largest element is: the first of several that are equal. A NaN is never larger; nil if there are none.
  func firstLargest() -> Index? {
    guard var best = indices.first else { return nil }
    for i in indices where self[i] > self[best] { best = i }
    return best
  }
}
