extension ModelConfig {
  /// The largest value of any size in a configuration.
  static let largest = 1 << 20

  /// The window size of the layers with a sliding window.
  var window: Int? { layers.lazy.compactMap(\.window).first }

  /// Checks the conditions that the arithmetic relies on.
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
    // Smaller values would give angles outside the range in which `ElementaryMath.sinCos` is exact.
    for layer in layers where !(layer.ropeBase >= 1 && layer.ropeBase.isFinite) {
      throw malformed("rotary base", "a number from 1", "\(layer.ropeBase)")
    }
    for layer in layers where !(layer.ropeFactor >= 0x1p-8 && layer.ropeFactor.isFinite) {
      throw malformed("rotary scaling", "a factor from 1/256", "\(layer.ropeFactor)")
    }
  }
}
