extension ModelConfig {
  static let largest = 1 << 20

  var window: Int { layers.lazy.compactMap(\.window).first ?? contextLength }
  /// Rotary base of the layers with and without a window.
  func base(windowed: Bool) -> Double {
    (layers.first { ($0.window != nil) == windowed } ?? layers.first)?.ropeBase ?? 1e4
  }

  /// A Float as people write it: 1e-06, not 9.999999974752427e-07.
  func plain(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }

  /// What the arithmetic takes for granted.
  func check(path: String) throws {
    guard heads % keyValueHeads == 0 else {
      throw GemmaError.malformed(
        path: path, location: "heads", expected: "a multiple of \(keyValueHeads) key-value heads",
        found: "\(heads)")
    }
    guard headDim % 2 == 0 else {
      throw GemmaError.malformed(
        path: path, location: "head size", expected: "an even number", found: "\(headDim)")
    }
    guard queryScale.isFinite, queryScale > 0, rmsNormEpsilon > 0 else {
      throw GemmaError.malformed(
        path: path, location: "scales", expected: "positive numbers",
        found: "\(queryScale), \(rmsNormEpsilon)")
    }
  }
}
