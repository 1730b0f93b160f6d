extension ModelConfig {
  /// The largest size of anything that a configuration may ask for.
  static let largest = 1 << 20

  /// The window of the layers that have one.
  var window: Int? { layers.lazy.compactMap(\.window).first }

  /// What the arithmetic takes for granted.
  func check(path: String) throws {
    func malformed(_ location: String, _ expected: String, _ found: String) -> GemmaError {
      .malformed(path: path, location: location, expected: expected, found: found)
    }
    guard heads % keyValueHeads == 0 else {
      throw malformed("heads", "a multiple of \(keyValueHeads) key-value heads", "\(heads)")
    }
    guard headDim % 2 == 0 else { throw malformed("head size", "an even number", "\(headDim)") }
    guard queryScale.isFinite, queryScale > 0, rmsNormEpsilon.isFinite, rmsNormEpsilon > 0 else {
      throw malformed("scales", "positive numbers", "\(queryScale), \(rmsNormEpsilon)")
    }
    for cap in [attentionSoftCap, finalSoftCap].compactMap({ $0 }) where !cap.isFinite || cap <= 0 {
      throw malformed("soft caps", "positive numbers", "\(cap)")
    }
    // Below these, angles leave what `ElementaryMath.sinCos` is exact for.
    for layer in layers where !(layer.ropeBase >= 1 && layer.ropeBase.isFinite) {
      throw malformed("rotary base", "a number from 1", "\(layer.ropeBase)")
    }
    for layer in layers where !(layer.ropeFactor >= 0x1p-8 && layer.ropeFactor.isFinite) {
      throw malformed("rotary scaling", "a factor from 1/256", "\(layer.ropeFactor)")
    }
  }
}
